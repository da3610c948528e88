"""Find every numeral in a Chinese text, with its span, value, scale, unit and hedge.

The finder knows Chinese, not any one article. It scans once from left to right; at each numeral character
the first of an ordered list of patterns that fits is taken (dates before plain numbers, ranges before
their ends), so spans never overlap and no numeral character is left out. What is a numeral only in form
(``一起``, ``五湖四海``, ``COVID-19``) is found too, with kind ``lexical``.

``patterns`` holds the grammar of numbers, ``lexicon`` knows the measures and the words, ``reading`` what a
number stands for; here they are put together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from shanhai.numerals.lexicon import (
    BANK,
    DIGIT,
    HAN,
    MEASURES,
    NUMERALS,
    Words,
)
from shanhai.numerals.patterns import patterns
from shanhai.numerals.reading import PAIR, approximate, digits, leading, read, split

__all__ = ["NUMERALS", "Numeral", "find", "read"]

#: Full-width forms and variants, each with the one character it stands for: offsets stay as they are.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．％：－＋〜～–—―−∶／",
    "0123456789.%:-+~~----:/",
)

#: Characters that are numerals before a measure only.
_COUNTING = frozenset("几数半" + BANK)
_BANK_RUN = re.compile(rf"[{BANK}][{BANK}零万亿]|[{BANK}][元圆角分]")


_BEFORE = [
    ("about", re.compile(r"(?:大约|约|大概|约为|近乎)$")),
    ("nearly", re.compile(r"(?:将近|接近|近)$")),
    ("over", re.compile(r"(?:超过|超|逾|突破|至少|不少于|多达|上)$")),
    ("nearly", re.compile(r"(?:不足|不到|未满)$")),
]
_AFTER = [("over", re.compile(r"以上")), ("about", re.compile(r"左右|上下|许(?!多)"))]
_CJK = re.compile("[一-龥]")
#: What a bare digit may stand before and still count: 十大, 三部门; elsewhere it is in a name (三一重工).
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


class _Finder:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = _ZERO.sub("〇", _COMMA.sub(",", text).translate(_PLAIN))
        self.words = Words(self.plain)
        self.patterns = patterns()
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
            code = _CODE.match(plain, at)
            return self.lexical(at, code.end() if code else at + 1)
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
            return self.numeral(start, end, "date", leading(match[0]), unit="date")
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
        value: Decimal | None
        high: Decimal | None = None
        if "成" in token and "分之" not in token:
            value = tenths = Decimal(digits(groups["n"])) * 10
            if groups["to"]:
                high = Decimal(digits(groups["to"])) * 10
                if high != tenths + 10:
                    return None
            elif groups["half"]:
                value += 5 if groups["half"] == "半" else Decimal(digits(groups["half"]))
            if token.endswith("成") and self.words.undoes("成", end):
                return None
            qualifier = "over" if groups["more"] else "exact"
            return self.numeral(start, end, "percent", value, 1, "%", qualifier, high)
        if "分之" in token:
            value, unit = read(groups["n"]), "%"
            pair = PAIR.search(groups["n"])
            if groups["high"]:
                high = read(groups["high"])
            elif pair and approximate(groups["n"], pair):
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
        value = whole + Decimal(f"0.{digits(part)}")
        unit = match["unit"] or match["hanunit"]
        return self.numeral(*match.span(), "cardinal", value, unit=unit)

    def range(self, match: re.Match[str]) -> Numeral | None:
        """Return a range, or None where its end is not above its start."""
        groups = match.groupdict()
        low, scale = split(groups["n"])
        high, high_scale = split(groups["m"])
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
        pair = PAIR.search(groups["n"])
        if groups["n"][0] in "数几":
            body = groups["n"][1:]
            value, scale = split(body + (groups["big"] or "")) if body else (Decimal(1), 1)
            qualifier = "several"
        elif "几" in groups["n"]:
            value, scale = split(groups["n"].partition("几")[0] + (groups["big"] or ""))
            qualifier = "over"
        elif pair and approximate(groups["n"], pair):
            stem = groups["n"][: pair.start()]
            value, scale = split(stem + pair[1] + pair[3] + (groups["big"] or ""))
            high, _ = split(stem + pair[2] + pair[3] + (groups["big"] or ""))
            qualifier = "about"
        else:
            value, scale = split(number)
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


def _recent(before: str, unit: str) -> bool:
    """Return whether 近 means ``in the last``: 近5年来, 近三个月."""
    return (
        before.endswith("近")
        and not before.endswith(("将近", "接近"))
        and unit in {"年", "月", "个月", "天", "日", "周", "星期", "季度"}
    )
