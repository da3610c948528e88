"""Draft the ledger's rows: each numeral of an article a claim, or no claim for a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from shanhai.drafting.structure import Structure
from shanhai.drafting.units import (
    GENERIC,
    Thing,
    Unit,
    by_measure,
    thing_after,
    thing_before,
    word_set,
)
from shanhai.evidence.ledger import Claim, NonClaim
from shanhai.numerals.dates import span
from shanhai.numerals.finder import NUMERALS, Numeral, find
from shanhai.numerals.lexicon import HAN

DATE = Unit("date", "日期", "date")
DAY_OF_YEAR = Unit("day-of-year", "月日", "day or month of a year")
CLOCK = Unit("clock", "时刻", "time of day")
NUMBER = Unit("number", "数", "number")
RATIO = Unit("ratio", "比", "side of a ratio")
SHARE = Unit("fraction", "几分之几", "fraction")

#: Measures after which an ordinal is a rank or a turn that a report states: 第十一批, 第3名.
_RANKS = word_set("批 届 次 名 位 期 轮 季度 年 天 家 个 条 座 号 场 站")
#: 两 before these points at two sides named before.
_SIDES = word_set("省 市 地 省市 国 岸 县 州 区 方 侧 校 院 市县 省区 侧 企")
_QUOTED = re.compile(r"[“「『《\"'‘][^”」』》\"'’]{0,8}$")
_HEDGE = re.compile(r"(?:超过|超|逾|突破|至少|不少于|多达|上)$")


@dataclass
class Draft:
    """A drafted claim, and what of the text beside it the search for totals needs."""

    claim: Claim
    unit: Unit
    measure: str
    noun: str
    phrase: str
    sentence: int
    before: str
    after: str
    label: str = ""
    #: The ids of the places named before it in its sentence.
    named: frozenset[str] = frozenset()
    of_ratio: bool = False


@dataclass
class Ledger:
    """A drafted ledger."""

    drafts: list[Draft]
    non_claims: list[NonClaim]
    units: list[Unit]


def draft(parts: Structure) -> Ledger:
    """Return a claim or a non-claim for every numeral of the article."""
    return _Drafting(parts).run()


class _Drafting:
    """One pass over one article."""

    def __init__(self, parts: Structure) -> None:
        self.parts, self.text = parts, parts.text
        self.drafts: list[Draft] = []
        self.non_claims: list[NonClaim] = []
        self.units: dict[str, Unit] = {}

    def run(self) -> Ledger:
        """Draft each numeral, then what only its neighbours decide."""
        numerals = find(self.text)
        for index, numeral in enumerate(numerals):
            before = numerals[index - 1].end if index else 0
            after = numerals[index + 1].start if index + 1 < len(numerals) else len(self.text)
            reason = self.reason(numeral)
            if reason:
                self.note(numeral, reason)
            elif numeral.kind == "ratio":
                self.sides(numeral)
            else:
                self.add(numeral, before, after)
        self.ratios()
        return Ledger(self.drafts, self.non_claims, list(self.units.values()))

    # -- what is no figure ------------------------------------------------------------------

    def reason(self, n: Numeral) -> str:
        """Return why a numeral is no figure, a code of the list ``reason``, or nothing."""
        text, token = self.text, n.token
        before, after = text[max(0, n.start - 8) : n.start], text[n.end : n.end + 8]
        han = all(c in HAN for c in token.removesuffix(n.unit))
        quoted = bool(_QUOTED.search(before)) and han
        if n.kind == "plan":
            return "plan"
        if n.kind == "lexical" or n.value is None:
            if token[:1].isascii() and token[:1].isdigit():
                return "code"
            return "policy-term" if quoted else "lexical"
        if n.start in self.parts.sentences and re.match(r"、|\.(?!\d)|）", after) and not n.unit:
            return "list-number"
        if n.start and n.start - 1 in self.parts.sentences and before[-1:] in "（(" and not n.unit:
            return "list-number"
        if quoted and n.kind == "cardinal":
            return "policy-term"
        if n.qualifier == "several" and n.amount == 1:
            return "indefinite"
        if n.kind == "ordinal":
            return "" if n.unit in _RANKS or after[:1] in NUMERALS else "order"
        if n.kind == "cardinal" and n.qualifier == "exact" and han:
            body = token.removesuffix(n.unit)
            if body == "一" and n.unit not in {"元", "倍", "成", "亩", "吨", "公里"}:
                return "indefinite" if n.unit in {"批", "些", "系列", "任"} else "article"
            if body == "两" and n.unit in _SIDES:
                return "pair"
            if body in {"百", "千", "万", "亿", "千百", "千万"} or (not n.unit and len(body) == 1):
                return "figurative"
        if not n.unit and n.kind == "cardinal" and before[-1:].isascii() and before[-1:].isalpha():
            return "code"
        return ""

    def note(self, n: Numeral, reason: str) -> None:
        """Add a non-claim."""
        self.non_claims.append(
            NonClaim(
                f"n{len(self.non_claims) + 1:03}",
                self.parts.section(n.start).id,
                self.parts.paragraph(n.start),
                n.start,
                n.token,
                reason,
                "",
            )
        )

    # -- figures ----------------------------------------------------------------------------

    def sides(self, n: Numeral) -> None:
        """Add the two numbers of a ratio or a score, each a claim."""
        for part in re.finditer(r"[\d.]+|[零一二两三四五六七八九十]+", n.token):
            inner = [m for m in find(part[0]) if m.value is not None]
            here = n.start + part.start()
            if len(inner) == 1 and inner[0].token == part[0]:
                self.put(replace(inner[0], start=here, end=here + len(part[0])), RATIO, None)
            else:
                end = here + len(part[0])
                self.note(replace(n, start=here, end=end, token=part[0]), "code")

    def add(self, n: Numeral, before: int, after: int) -> None:
        """Add a claim; a range is two, where its lower end can be read alone."""
        if n.kind == "range" and n.high is not None:
            cut = re.search(r"[至到~～\-－—–或]+", n.token)
            low = find(n.token[: cut.start()]) if cut else []
            high = find(n.token[cut.end() :]) if cut else []
            if cut and len(low) == len(high) == 1 and high[0].value is not None:
                unit, thing = self.unit(high[0], before, after, n.end)
                if low[0].amount == n.amount:
                    self.put(
                        replace(low[0], start=n.start, end=n.start + len(low[0].token)), unit, thing
                    )
                else:
                    end = n.start + cut.start()
                    self.note(replace(n, end=end, token=self.text[n.start : end]), "range-start")
                start = n.start + cut.end()
                self.put(replace(high[0], start=start, end=n.end), unit, thing)
                return
        unit, thing = self.unit(n, before, after, n.end)
        self.put(n, unit, thing)

    def put(self, n: Numeral, unit: Unit, thing: Thing | None) -> None:
        """Add a claim of a numeral."""
        n = self.hedged(n)
        assert n.value is not None
        section = self.parts.section(n.start)
        self.units.setdefault(unit.code, unit)
        kind = unit.code.lower()
        times = sum(d.unit.code == unit.code and d.claim.section == section.id for d in self.drafts)
        start, end = self.parts.bounds(n.start)
        dates = span(n.token) if unit is DATE else None
        claim = Claim(
            id=f"{section.id}-{kind}-{times + 1}",
            section=section.id,
            paragraph=self.parts.paragraph(n.start),
            offset=n.start,
            token=n.token,
            value=n.value,
            scale=n.scale,
            unit=unit.code,
            qualifier=n.qualifier,
            metric=f"draft-{kind}",
            donor="",
            recipient="",
            period_start=dates[0] if dates else None,
            period_end=dates[1] if dates else None,
            description_zh="",
            description_en="",
            note_zh="",
        )
        self.drafts.append(
            Draft(
                claim,
                unit,
                n.unit,
                thing.noun if thing else "",
                thing.phrase if thing else "",
                self.parts.sentence(n.start),
                self.text[start : n.start],
                self.text[n.end : end],
                (thing.label or thing.phrase) if thing else "",
                of_ratio=unit is RATIO,
            )
        )

    def hedged(self, n: Numeral) -> Numeral:
        """Return a numeral with the hedge in its token, where 超过 or 以上 stands outside it."""
        if n.qualifier != "over" or any(m.qualifier == "over" for m in find(n.token)):
            return n
        before = _HEDGE.search(self.text[max(0, n.start - 4) : n.start])
        after = "以上" if self.text.startswith("以上", n.end) else ""
        start = n.start - (len(before[0]) if before and not after else 0)
        end = n.end + len(after)
        token = self.text[start:end]
        if [m.qualifier for m in find(token)] != ["over"]:
            return replace(n, qualifier="exact")
        return replace(n, start=start, end=end, token=token)

    def unit(self, n: Numeral, before: int, after: int, end: int) -> tuple[Unit, Thing | None]:
        """Return the unit of a figure, and the thing beside it that it counts."""
        if n.kind == "date":
            if re.match(r"\d{1,2}[时点]|[零一二三四五六七八九十]+[时点]", n.token):
                return CLOCK, None
            return (DATE if span(n.token) else DAY_OF_YEAR), None
        ahead = self.ahead(end, after)
        behind = self.behind(before, n.start)
        thing = thing_after(ahead) if ahead else None
        measure = n.unit
        if n.kind == "ordinal":
            return by_measure(measure) or self.own(measure or n.token[:1]), thing
        if n.kind == "fraction" and not measure:
            return SHARE, thing_before(behind)
        if measure and measure not in GENERIC:
            unit = by_measure(measure)
            named = (
                thing if thing and thing.unit and measure in {"名", "位"} else thing_before(behind)
            )
            return unit or self.own(measure), named
        if thing and thing.unit:
            return thing.unit, thing
        if thing and measure:
            return self.own(thing.noun), thing
        prior = thing_before(behind)
        if prior and prior.unit and (measure or not ahead):
            return prior.unit, prior
        last = self.drafts[-1] if self.drafts else None
        if (
            measure
            and last
            and last.measure == measure
            and last.sentence == self.parts.sentence(n.start)
        ):
            return last.unit, prior
        if prior and measure:
            return self.own(prior.noun), prior
        if measure:
            return by_measure(measure) or self.own(measure), None
        return NUMBER, prior or thing

    def own(self, name: str) -> Unit:
        """Return a unit of the article's own, by its name."""
        for unit in self.units.values():
            if unit.zh == name:
                return unit
        number = sum(not unit.known for unit in self.units.values()) + 1
        return Unit(f"thing-{number}", name, name, known=False)

    def ahead(self, start: int, stop: int) -> str:
        """Return the text after a figure up to a mark, a gap or the next figure."""
        if start in self.parts.gaps:
            # A blank between a measure and a word parts them: a list set in a row.
            return ""
        text = self.text[start : min(stop, start + 16)]
        match = re.search(r"[，。；！？、：:()“”\"…—》《!?;,]|（(?!.）)", text)
        return text[: match.start()] if match else text

    def behind(self, start: int, stop: int) -> str:
        """Return the text before a figure back to a mark or the figure before."""
        text = self.text[max(start, stop - 16) : stop]
        match = list(re.finditer(r"[，。；！？、：:()（）“”\"…—》《!?;,]", text))
        return text[match[-1].end() :] if match else text

    def ratios(self) -> None:
        """Give numbers without unit that pair two sides the unit of what is counted next."""
        for index, item in enumerate(self.drafts):
            if item.unit is not RATIO:
                continue
            following = self.drafts[index + 1 :]
            near = next((d for d in following if d.unit is not RATIO), None)
            paired = "结对" in item.after or "帮扶" in item.after
            if near and paired and near.sentence == item.sentence and near.unit.code != "CNY":
                item.unit = near.unit
                item.claim = replace(item.claim, unit=near.unit.code)
