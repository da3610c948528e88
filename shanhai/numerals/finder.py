"""Find every numeral in a Chinese text, with its span, value, scale, unit and hedge.

The finder knows Chinese, not any one article. It scans once from left to right; at each numeral character
the first of an ordered list of patterns that fits is taken (dates before plain numbers, ranges before
their ends), so spans never overlap and no numeral character is left out. What is a numeral only in form
(``一起``, ``五湖四海``, ``COVID-19``) is found too, with kind ``lexical``.

This module holds the grammar of numbers; ``words`` knows the measures and the words. ``cn2an`` reads Chinese
numerals; what it does not take (bare 百, 卅, 三四十) is put in its words first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache

import cn2an

from shanhai.numerals.lexicon import (
    BANK,
    DIGIT,
    HAN,
    LARGE,
    MEASURE,
    MEASURES,
    NUMERALS,
    TENS,
    Words,
)

__all__ = ["NUMERALS", "Numeral", "find", "read"]

#: Full-width forms and variants, each with the one character it stands for: offsets stay as they are.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．％：－＋〜～–—―−∶／",
    "0123456789.%:-+~~----:/",
)

#: Characters that are numerals before a measure only.
_COUNTING = frozenset("几数半" + BANK)
_BANK_RUN = re.compile(rf"[{BANK}][{BANK}零万亿]|[{BANK}][元圆角分]")

_FACTORS = dict(zip("十百千万亿拾佰仟", (10, 100, 1000, 10**4, 10**8, 10, 100, 1000), strict=True))
_SCALES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}

# Every repetition has an end, so that no text takes more than linear time.
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,8}(?!\d)|\d{1,40}+)(?:\.\d{1,40}+)?"
# After a large one, 千 and 两 may begin or be the unit: 四亿千瓦, 一万两千两.
_HAN_IN_NUMBER = (
    rf"(?:(?!(?<=[\d万亿])千[瓦克米帕卡焦伏赫]|(?<=[十百千万亿])两(?![百千万亿]))[{HAN}])"
)
_SCALE = rf"(?:(?!千[瓦克米帕卡焦伏赫])[{TENS}{LARGE}])"
_CHINESE = rf"(?:{_HAN_IN_NUMBER}{{1,24}}+(?:点[{DIGIT}]{{1,24}}+)?)"
_MIXED = (
    rf"(?:{_ARABIC}{_SCALE}{{1,3}}(?:零?{_ARABIC}{_SCALE}{{1,3}}){{0,3}}"
    rf"(?:\d{{3,4}}(?!\d))?|{_ARABIC}|{_CHINESE})"
)
_VAGUE = rf"(?:[一二三四五六七八九]?十几|[一二两三四五六七八九][百千万]几[十百千]?|[数几][{TENS}{LARGE}]{{1,4}}|[几数](?=(?:{MEASURE})))"
_NUMBER = rf"(?:{_VAGUE}|{_MIXED})"
_POINT = rf"(?:点[{DIGIT}]{{1,9}})?"
_TO = r"(?:至|到|~|-|或)"
_YEAR = rf"(?:\d{{4}}|[{DIGIT}]{{4}})年"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
#: A day of the old calendar bears no 日: 八月十五, 二月二.
_OLD_DAY = (
    rf"(?:初[一二三四五六七八九十]|三十|[二廿]?十[一二三四五六七八九]?|廿[一二三四五六七八九]"
    rf"|(?<=二月)二|(?<=三月)三|(?<=六月)六|(?<=九月)九)(?![{HAN}]|{MEASURE})"
)
_PART = r"(?:底|初|末|[上中下]旬|[春夏秋冬](?![天季])|[上下]半年)"
_ONE_TO_NINE = "[一二三四五六七八九]"

_AFTER_GE = "(?:月|小时|钟头|星期|世纪|学期|百分点)"
#: Units of which half is a quantity; 半路 and 半边 are none.
_HALVED = (
    "(?:年|小时|分钟|天|日|斤|公斤|公里|里|英里|亩|吨|米|尺|寸|世纪|学期|辈子|杯|碗|瓶|块|张|只|个)"
)


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Return the patterns in the order in which they are tried."""
    return [
        ("date", re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)")),
        ("date", re.compile(r"(?:19|20)\d\d(?:/\d\d(?!\d)|[/-]\d\d(?=赛季|学年|财年))")),
        (
            "date",
            re.compile(
                rf"{_YEAR}(?!代)(?:{_MONTH}(?:{_DAY}|{_PART})?|{_PART}|度)?|{_MONTH}份?{_DAY}"
                rf"|(?:十[一二]?|{_ONE_TO_NINE})月{_OLD_DAY}"
            ),
        ),
        (
            "date",
            re.compile(
                rf"(?:\d{{2}}|[{DIGIT}]?十|\d{{4}})年代[初末]?"
                rf"|(?:\d{{1,2}}|[{HAN}]{{1,3}})世纪(?:初|末)?"
            ),
        ),
        ("date", re.compile(rf"{_MONTH}(?:份|{_PART})?")),
        (
            "date",  # A time of the day.
            re.compile(
                r"(?:\d{1,2}|零)[时点]\d{1,2}分?|[二三]?十?[一二三四五六七八九十][时点][一二三四五]?十[一二三四五六七八九]?分"
            ),
        ),
        (
            "plan",
            re.compile(
                rf"(?:十{_ONE_TO_NINE}|{_ONE_TO_NINE})五"
                r"(?=[”」』’\"]|规划|计划|时期|期间|以来|开局|收官|末|初|目标|纲要)"
            ),
        ),
        (
            "range",
            re.compile(
                rf"(?P<low>零下|负|-)?(?P<n>{_MIXED})(?:{MEASURE})?{_TO}(?P<high>零下|-)?(?P<m>{_MIXED})"
                rf"(?P<more>[多余])?(?P<unit>(?:{MEASURE})?)"
            ),
        ),
        (
            "percent",
            re.compile(
                rf"百分之(?P<n>{_NUMBER})(?:{_TO}(?:百分之)?(?P<high>{_MIXED}))?"
                rf"|(?P<m>{_ARABIC})(?P<sign>[%‰])"
            ),
        ),
        (
            "percent",
            re.compile(
                rf"(?P<n>[一二两三四五六七八九])(?P<to>{_ONE_TO_NINE})?成"
                rf"(?P<half>[半{_ONE_TO_NINE[1:-1]}](?!{_ONE_TO_NINE}))?(?P<more>[多余])?"
            ),
        ),
        (
            "fraction",
            re.compile(
                rf"(?P<n>{_CHINESE}|\d{{1,9}})分之(?P<m>{_CHINESE}|\d{{1,9}})"
                r"|(?P<a>\d{1,9})/(?P<b>\d{1,9})(?![/\d])"
            ),
        ),
        (
            "ratio",
            re.compile(
                rf"(?P<n>\d{{1,9}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十零]{{1,3}}{_POINT})(?:对|帮|带|比|:)"
                rf"(?P<m>\d{{1,9}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十零多]{{1,3}}{_POINT})(?![\d:])"
            ),
        ),
        ("ratio", re.compile(r"(?P<n>\d{1,3})-(?P<m>\d{1,3})(?![\d-])")),
        (
            "ordinal",
            re.compile(rf"第(?P<n>\d{{1,9}}|[{DIGIT}{TENS}]{{1,12}})(?P<unit>(?:{MEASURE})?)"),
        ),
        (
            "joined",  # The decimals after the unit: 9秒83, 一米七五, 三块五.
            re.compile(
                rf"(?P<n>\d{{1,4}})(?P<unit>秒|米)(?P<m>\d{{1,2}})(?![\d.]|{MEASURE}|%)"
                rf"|(?P<a>[{HAN}]{{1,4}})(?P<hanunit>[米块])(?P<b>{_ONE_TO_NINE}{{1,2}})(?![{HAN}]|{MEASURE})"
            ),
        ),
        (
            "cardinal",
            re.compile(
                rf"(?P<sign>零[上下])?(?P<n>{_NUMBER})"
                rf"(?P<more>(?:[多余](?=(?:{MEASURE})|[万亿]|$|\W)|(?<=[0十百千万亿])[多余](?!少|数)|来(?=(?:{MEASURE})|[万亿])|(?<=[百千万])把(?=[人个块元斤里])))?"
                rf"(?P<big>[万亿]{{1,2}})?(?P<unit>(?:{MEASURE})?)"
                rf"(?P<over>[多余](?![{HAN}样种大]))?(?P<half>半)?"
                # What a 个 before 多 or 半 counts: 6个多月, 一个半小时.
                rf"(?P<counted>(?<=个[多余半]){_AFTER_GE})?"
            ),
        ),
        (
            "half",
            re.compile(rf"半(?:个{_AFTER_GE}|{_HALVED})(?P<more>[多余])?"),
        ),
    ]


_BEFORE = [
    ("about", re.compile(r"(?:大约|约|大概|约为|近乎)$")),
    ("nearly", re.compile(r"(?:将近|接近|近)$")),
    ("over", re.compile(r"(?:超过|超|逾|突破|至少|不少于|多达|上)$")),
    ("nearly", re.compile(r"(?:不足|不到|未满)$")),
]
_AFTER = [("over", re.compile(r"以上")), ("about", re.compile(r"左右|上下|许(?!多)"))]
_CJK = re.compile("[一-龥]")
#: What a bare digit may stand before and still count: 十大, 三部门; elsewhere it is part of a name (三一重工).
_COUNTED = re.compile(
    r"[大是为和与及或的要年之在]|[金银铜](?![融行色业属])|部门|部委|城市|省份|兄弟|姐妹|姐弟|学生|老人|企业|单位|国家|[^一-龥]|$"
)
#: Before these, a digit or scale counts although no measure follows: 前三, 上百, 每千.
_RANKED = re.compile(
    r"(?:[前后第每上近逾超约达数几成满破]|(?<![经通])过|排名|位列|名列|月初|年初|腊月|正月|冬月)$"
)
#: A circle that stands for zero among the characters of a year.
_ZERO = re.compile("(?<=[一二三四五六七八九〇○])○|○(?=[一二三四五六七八九]{2})")
#: A full-width comma between thousands.
_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_LATIN = re.compile(r"[A-Za-z]")
_CODE = re.compile(r"[\d.]{0,40}\d")
_ANY = re.compile(rf"[几数半\d{HAN}○０-９]")
_PAIR = re.compile(rf"([一二三四五六七八九两])([一二三四五六七八九])([{TENS}{LARGE}]*)$")
_ORDER = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral of a text.

    ``value`` times ``scale`` is the amount; both are None where the numeral is lexical and has none.
    ``high`` is the upper end of a range, else None.
    """

    start: int
    end: int
    token: str
    kind: str
    value: Decimal | None
    scale: int
    unit: str
    qualifier: str
    high: Decimal | None = None

    @property
    def amount(self) -> Decimal | None:
        """Value times scale."""
        return None if self.value is None else self.value * self.scale


def find(text: str) -> list[Numeral]:
    """Return every numeral of ``text`` from left to right; spans do not overlap.

    Raises nothing: a numeral that cannot be read has no value.
    """
    return _Finder(text).all() if _ANY.search(text) else []


def read(text: str) -> Decimal | None:
    """Return the number that a run of numeral characters stands for, or None.

    Chinese, Arabic and mixed forms are read, colloquial ones too (``一万二`` is 12,000).
    """
    text = text.replace(",", "").translate({ord("萬"): "万", ord("億"): "亿"})
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if text[:1].isdigit():
        return _mixed(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    text = re.sub(
        r"(?<![一二两三四五六七八九壹贰叁肆伍陆柒捌玖\d十百千])([百千佰仟])", r"一\1", text
    )
    text = re.sub(r"^([万亿])", r"一\1", text)
    if re.fullmatch(rf"[{DIGIT}]+", text):
        digits = "".join(_spelled(c) for c in text)
        return Decimal(digits)
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, InvalidOperation, KeyError, IndexError, TypeError):
        return None


def _mixed(text: str) -> Decimal:
    """Return the number of Arabic digits with Chinese scales: 1万2千, 3亿5000万, 2万3000."""
    total = Decimal(0)
    for digits, scales in re.findall(rf"(\d+(?:\.\d+)?)([{TENS}{LARGE}]*)", text):
        factor = 1
        for scale in scales:
            factor *= _FACTORS[scale]
        total += Decimal(digits) * factor
    return total


def _spelled(char: str) -> str:
    """Return the digit a Chinese digit stands for."""
    return str(
        {"〇": 0, "两": 2}.get(
            char, max("零一二三四五六七八九".find(char), "零壹贰叁肆伍陆柒捌玖".find(char))
        )
    )


class _Finder:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = _ZERO.sub("〇", _COMMA.sub(",", text).translate(_PLAIN))
        self.words = Words(self.plain)
        self.patterns = _patterns()
        self.last = -1  #: Where the numeral before ends.

    def all(self) -> list[Numeral]:
        """Return the numerals from left to right."""
        found: list[Numeral] = []
        plain, at = self.plain, 0
        while at < len(plain):
            if plain[at] in "数几第负零半-" or plain[at] in NUMERALS or _BANK_RUN.match(plain, at):
                numeral = self.at(at)
                if numeral:
                    if found and self.echo(found[-1], numeral):
                        numeral = self.lexical(at, at + 1)
                    found.append(numeral)
                    self.last = at = numeral.end
                    continue
            at += 1
        return found

    def echo(self, first: Numeral, second: Numeral) -> bool:
        """Return whether a count is the second half of a phrase like 四邻八乡, whose first half is none."""
        return bool(
            first.kind == "lexical"
            and first.end + 1 == second.start
            and second.kind == "cardinal"
            and len(second.token) == 2
            and first.token in "一三四五六七八九百千万"
            and second.token[0] in "一三四五六七八九百千万"
            and second.unit
            and MEASURES.get(second.unit) is None
        )

    def at(self, at: int) -> Numeral | None:
        """Return the numeral that starts at ``at``, or None where no numeral does."""
        plain = self.plain
        if at in self.words.covering:
            end = at
            while end < self.words.end(at) and plain[end] in NUMERALS:
                end += 1
            return self.lexical(at, end) if end > at else None
        if (plain[at].isdigit() and at and _LATIN.match(plain[at - 1])) or (
            at >= 2 and plain[at - 1] == "-" and _LATIN.match(plain[at - 2]) and plain[at].isdigit()
        ):
            return self.lexical(at, _CODE.match(plain, at).end())
        if plain[at] == "-" and at and plain[at - 1].isascii() and plain[at - 1].isalnum():
            return None
        if plain[at] in "-负" and plain[at + 1 : at + 2] in NUMERALS:
            return self.negative(at) if plain[at] == "-" or self.words.edge(at) else None
        if plain[at] in "数几" and not self.words.counts(at):
            return None
        if (
            plain[at] == "零" and at == self.last and plain[at + 1 : at + 2] in NUMERALS
        ):  # 一年零两个月
            return self.lexical(at, at + 1)
        for kind, pattern in self.patterns:
            match = pattern.match(plain, at)
            if match and any(c in NUMERALS or c in _COUNTING for c in match[0]):
                numeral = self.read(kind, match)
                if numeral:
                    return numeral
        if plain[at] in NUMERALS:
            return self.lexical(at, at + 1)
        return None

    def negative(self, at: int) -> Numeral | None:
        """Return the numeral led by a minus sign or 负, or None where the sign is no sign."""
        pattern = next(pattern for kind, pattern in self.patterns if kind == "range")
        match = pattern.match(self.plain, at)
        ranged = self.read("range", match) if match else None
        if ranged:
            return ranged
        after = self.at(at + 1)
        if after is None or after.kind not in {"cardinal", "percent"} or after.value is None:
            return None
        return replace(after, start=at, token=self.text[at : after.end], value=-after.value)

    def lexical(self, start: int, end: int) -> Numeral:
        """Return a numeral that counts nothing."""
        return Numeral(start, end, self.text[start:end], "lexical", None, 1, "", "exact")

    def numeral(
        self,
        start: int,
        end: int,
        kind: str,
        value: Decimal | None,
        scale: int = 1,
        unit: str = "",
        qualifier: str = "exact",
        high: Decimal | None = None,
    ) -> Numeral:
        """Return a numeral of the text between two places."""
        return Numeral(start, end, self.text[start:end], kind, value, scale, unit, qualifier, high)

    def read(self, kind: str, match: re.Match[str]) -> Numeral | None:
        """Return the numeral of a match, or None where the pattern only seemed to fit."""
        start, end = match.span()
        groups = match.groupdict()
        if kind == "date":
            return self.numeral(start, end, "date", _first(match[0]), unit="date")
        if kind == "plan":
            return self.numeral(start, end, "plan", read(match[0][:-1]))
        if kind == "percent":
            return self.percent(match)
        if kind == "fraction":
            below, above = read(groups["n"] or groups["b"]), read(groups["m"] or groups["a"])
            if not below or above is None or (groups["a"] and above >= below):
                return None  # 血压180/110 is two numbers.
            return self.numeral(start, end, "fraction", above / below)
        if kind == "ratio":
            first = read(groups["n"])
            return None if first is None else self.numeral(start, end, "ratio", first)
        if kind == "half":
            if not (self.words.edge(start) and self.words.edge(end)):  # 下半年, 半年报
                return None
            more = "over" if groups["more"] else "exact"
            return self.numeral(start, end, "cardinal", Decimal("0.5"), qualifier=more)
        if kind == "joined":
            return self.joined(match)
        if kind == "ordinal":
            unit, end = self.measure(match)
            return self.numeral(
                start, end, "ordinal", read(groups["n"]), unit=unit, qualifier="ordinal"
            )
        if kind == "range":
            return self.range(match)
        return self.cardinal(match)

    def measure(self, match: re.Match[str]) -> tuple[str, int]:
        """Return the measure of a match and where the numeral ends: before one that is none."""
        unit, end = match["unit"], match.end("unit")
        if unit and self.words.undoes(unit, end):
            return "", match.start("unit")
        return unit, match.end()

    def percent(self, match: re.Match[str]) -> Numeral | None:
        """Return a share: 35%, 百分之三十到四十, 七成半, 七八成, 六成多."""
        start, end = match.span()
        token, groups = match[0], match.groupdict()
        high = None
        if "成" in token and "分之" not in token:
            value = read(groups["n"]) * 10
            if groups["to"]:
                high = read(groups["to"]) * 10
                if high != value + 10:
                    return None
            elif groups["half"]:
                value += 5 if groups["half"] == "半" else read(groups["half"])
            if token.endswith("成") and self.words.undoes("成", end):
                return None
            qualifier = "over" if groups["more"] else "exact"
            return self.numeral(start, end, "percent", value, 1, "%", qualifier, high)
        if "分之" in token:
            value, unit = read(groups["n"]), "%"
            pair = _PAIR.search(groups["n"])
            if groups["high"]:
                high = read(groups["high"])
            elif pair and _approximate(groups["n"], pair):
                stem = groups["n"][: pair.start()]
                value, high = read(stem + pair[1] + pair[3]), read(stem + pair[2] + pair[3])
        else:
            value, unit = read(groups["m"]), token[-1]
        if value is None:
            return None
        return self.numeral(start, end, "percent", value, unit=unit, high=high)

    def joined(self, match: re.Match[str]) -> Numeral | None:
        """Return a number whose unit stands where its decimal point would: 9秒83."""
        whole, part = read(match["n"] or match["a"]), match["m"] or match["b"]
        if whole is None:
            return None
        digits = part if part.isdigit() and part.isascii() else "".join(map(_spelled, part))
        value = whole + Decimal(f"0.{digits}")
        unit = match["unit"] or match["hanunit"]
        return self.numeral(*match.span(), "cardinal", value, unit=unit)

    def range(self, match: re.Match[str]) -> Numeral | None:
        """Return a range, or None where its end is not above its start."""
        groups = match.groupdict()
        low, scale = _split(groups["n"])
        high, high_scale = _split(groups["m"])
        if low is None or high is None:
            return None
        low = -low if groups["low"] else low
        high = -high if groups["high"] else high
        if scale == 1 and high_scale > 1 and low < 10_000:
            scale = high_scale
        if low * scale >= high * high_scale:
            return None
        start = match.start()
        unit, end = self.measure(match)
        if not unit and "-" in match[0] and self.plain[start - 1 : start] == "以":
            return None  # A score: 以1-3告负.
        qualifier = "over" if groups["more"] else "exact"
        high = high * high_scale / scale
        if unit == "成":
            low, high = low * 10, high * 10
        return self.numeral(start, end, "range", low, scale, unit, qualifier, high)

    def cardinal(self, match: re.Match[str]) -> Numeral | None:
        """Return a plain number with its hedges, or what only looks like one as lexical."""
        plain, groups = self.plain, match.groupdict()
        start = match.start()
        unit, end = self.measure(match)
        over, half = groups["over"], groups["half"]
        if unit != groups["unit"]:
            over = half = None
        elif not groups["counted"]:
            if half and not self.words.edge(end):  # 500米半决赛
                half, end = None, match.start("half")
            if over and not half and not self.words.edge(end):
                over, end = None, match.start("over")
        number = groups["n"] + (groups["big"] or "")
        if number == "千" and unit and unit[0] in "瓦克米帕卡焦伏赫" and not self.hedged(start):
            return self.lexical(start, start + 1)
        if not unit and not (groups["more"] or over or half) and self.named(number, start, end):
            return self.lexical(start, start + len(groups["sign"] or "") + len(number))
        qualifier, high = "exact", None
        pair = _PAIR.search(groups["n"])
        if groups["n"][0] in "数几":
            body = groups["n"][1:]
            value, scale = _split(body + (groups["big"] or "")) if body else (Decimal(1), 1)
            qualifier = "several"
        elif "几" in groups["n"]:
            value, scale = _split(groups["n"].partition("几")[0] + (groups["big"] or ""))
            qualifier = "over"
        elif pair and _approximate(groups["n"], pair):
            stem = groups["n"][: pair.start()]
            value, scale = _split(stem + pair[1] + pair[3] + (groups["big"] or ""))
            high, _ = _split(stem + pair[2] + pair[3] + (groups["big"] or ""))
            qualifier = "about"
        else:
            value, scale = _split(number)
        if value is None:
            return None
        if not unit and _LATIN.match(plain[end : end + 1]):
            return self.lexical(start, end)
        if groups["sign"] == "零下":
            value = -value
        if groups["more"] or over:
            qualifier = "over"
        before, after = plain[max(0, start - 4) : start], plain[end : end + 3]
        if qualifier == "exact":
            for name, pattern in _AFTER:
                if pattern.match(after):
                    qualifier = name
            for name, pattern in _BEFORE:
                if pattern.search(before) and not _recent(before, unit):
                    qualifier = name
        if half:
            if not unit:  # 一半 is a half, not one and a half
                is_half = value == 1 and scale == 1
                return self.numeral(start, end, "fraction", Decimal("0.5")) if is_half else None
            value += Decimal("0.5")
        return self.numeral(start, end, "cardinal", value, scale, unit, qualifier, high)

    def hedged(self, start: int) -> bool:
        """Return whether a word before makes a bare scale a number: 近千米, but not 每千米."""
        return self.plain[start - 1 : start] in set("近上约逾超成过")

    def named(self, number: str, start: int, end: int) -> bool:
        """Return whether a number without a measure is part of a name: 三一重工, 万卓然, 千万工程.

        A single digit, a bare scale or digits in a row count only where the text says so: 前三, 上百, 十大.
        """
        if len(number) > 4 and all(c in "十百千万亿" for c in number):
            return True  # Scales in a row make no number.
        before = self.plain[max(0, start - 3) : start]
        if _RANKED.search(before):
            return False
        if number in {"百", "千", "万", "亿", "千万", "万千"}:
            return bool(_CJK.match(self.plain, end))
        digits = len(number) != 4 and all(c in DIGIT for c in number) and number != "两"
        return (digits or number == "十") and not _COUNTED.match(self.plain, end)


def _first(token: str) -> Decimal | None:
    """Return the leading number of a date."""
    match = re.match(rf"\d+|[{HAN}]+", token)
    return read(match[0]) if match else None


def _split(number: str) -> tuple[Decimal | None, int]:
    """Return a number's value as printed and its scale: 万 or 亿 at its end."""
    scale = 1
    body = number
    while len(body) > 1 and body[-1] in _SCALES:
        scale *= _SCALES[body[-1]]
        body = body[:-1]
    if scale == 1:
        return read(number), 1
    if any(c in LARGE for c in body):
        return read(number), 1
    if scale > 100_000_000:  # 万亿, 亿亿
        value = read(body)
        return (None if value is None else value * scale), 1
    return read(body), scale


def _approximate(number: str, pair: re.Match[str]) -> bool:
    """Return whether two digits side by side mean one or the other: 三四十, 十七八, 三五."""
    step = _ORDER[pair[2]] - _ORDER[pair[1]]
    stem = number[: pair.start()]
    whole = not stem or stem[-1] in TENS + LARGE
    return whole and (step == 1 or (pair[1], pair[2]) == ("三", "五"))


def _recent(before: str, unit: str) -> bool:
    """Return whether 近 means ``in the last``: 近5年来, 近三个月."""
    return (
        before.endswith("近")
        and not before.endswith(("将近", "接近"))
        and unit in {"年", "月", "个月", "天", "日", "周", "星期", "季度"}
    )
