"""Propose how figures should relate: totals and their parts, restatements, sides of a pairing, shares.

Every candidate is arithmetic over claims of one unit that holds within rounding, or nearly. Chance makes
such sums too, the more the smaller the numbers are and the more of them there are; so candidates are
ranked by how surprising their agreement is (the expected number of chance hits, in decimal digits) plus
what the text says for them: nearness, one sentence, words such as 其中 and 合计, the same thing counted,
and a total that is of all the parties whose parts are added.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import log10

from shanhai.drafting.claims import Draft
from shanhai.drafting.units import word_set
from shanhai.evidence.interval import Interval

#: A sum that misses a total by this share or more is no candidate.
MISS = Fraction(1, 20)

#: Units that no sum is made of.
_UNSUMMED = word_set(
    "date day-of-year clock ratio fraction percent per-mille percentage-point "
    "basis-point times batch session degree number"
)
_TIME = word_set("year month week day hour minute second round")
#: The least scores of proposals, by kind; from ``_STRONG`` on one stands in the way of its rivals.
_LEAST = {"total_parts": 1.3, "share": 1.3, "restated": 0.8, "two_sides": 1.0, "part_whole": 0.3}
_STRONG = 2.3
_NEVER = 1e9
_PART = re.compile(r"其中|包括|分别|构成|分为|[，、]即|另|余下")
_TOTAL = re.compile(r"[共总]|合计|累计|总计|一共|全[年县市省体]")
_SHARE = re.compile(r"占|比重|比例|[率比]为?$")
_GROWTH = re.compile(r"增长|增幅|上升|提高|同比|增加")
_FALL = re.compile(r"下降|减少|降低|回落")
_PAIR = re.compile(r"结对|对接|对口|帮扶|牵手|一对一|配对|签")


@dataclass(frozen=True)
class Proposal:
    """A relation that the figures suggest: how it would be written, and how strongly."""

    kind: str
    left: str
    operator: str
    right: str
    score: float
    claims: tuple[str, ...]
    #: Whether the sides agree within rounding.
    agrees: bool = True


def propose(drafts: Sequence[Draft], most: int = 40) -> list[Proposal]:
    """Return the proposals, the best first, ``most`` at the most."""
    found = [*_sums(drafts), *_restated(drafts), *_sides(drafts), *_shares(drafts), *_parts(drafts)]
    known = {d.claim.id: d for d in drafts}
    chosen: list[Proposal] = []
    for item in sorted(found, key=lambda p: -p.score):
        if len(chosen) >= 3 * most:
            break
        score = item.score - _rivalry(item, chosen, known)
        if score >= _LEAST[item.kind]:
            chosen.append(replace(item, score=score))
    return sorted(chosen, key=lambda p: -p.score)[:most]


def _rivalry(item: Proposal, chosen: Sequence[Proposal], drafts: dict[str, Draft]) -> float:
    """Return what better proposals take from one that explains the same figures otherwise."""
    lost = 0.0
    whole, *parts = item.claims
    for better in chosen:
        known = set(better.claims)
        if known == set(item.claims):
            return _NEVER
        if item.kind == "part_whole" and better.kind == "total_parts" and set(item.claims) <= known:
            return _NEVER  # Said by the total already.
        if better.kind != item.kind or better.score < _STRONG:
            continue
        if item.kind == "share" and better.claims[-1] == item.claims[-1]:
            return _NEVER
        if item.kind != "total_parts":
            continue
        same = drafts[better.claims[0]].claim.amount == drafts[whole].claim.amount
        other = set(better.claims[1:])
        if same and other == set(parts):
            return _NEVER  # The same total, stated again.
        if same and other < set(parts):
            # One part more, beside the others: worth asking where the total is missed without it.
            more = [drafts[part] for part in parts if part not in other]
            places = {(drafts[part].sentence, drafts[part].claim.donor) for part in other}
            if better.agrees or any((d.sentence, d.claim.donor) not in places for d in more):
                return _NEVER
            lost = min(lost, item.score - better.score + 1.2)
        elif same and other & set(parts):
            lost += 1.0
        elif not same:
            lost += 0.5 * len(known & {*parts, whole})
    return lost


# -- totals and parts ---------------------------------------------------------------------------


def _sums(drafts: Sequence[Draft]) -> Iterator[Proposal]:
    """Yield totals that a sum of two to five figures of the same unit meets or nearly does."""
    units: dict[str, list[Draft]] = {}
    for draft in drafts:
        claim = draft.claim
        vague = draft.of_ratio or claim.qualifier in {"several", "ordinal"}
        if claim.unit not in _UNSUMMED | _TIME and claim.value > 0 and not vague:
            units.setdefault(claim.unit, []).append(draft)
    for group in units.values():
        intervals = {d.claim.id: d.claim.interval for d in group}
        # Plain floats find the few sums that come near; exact intervals judge those.
        rough = {d.claim.id: float(d.claim.amount) for d in group}
        ordered = sorted(group, key=lambda d: rough[d.claim.id])
        sizes = [rough[d.claim.id] for d in ordered]
        places = {d.claim.id: place for place, d in enumerate(group)}
        tried = [0] * 6
        hits: list[tuple[Draft, tuple[Draft, ...], Interval]] = []
        for size in range(2, 6):
            for parts in _sets(group, size):
                amounts = [rough[d.claim.id] for d in parts]
                near = sum(amounts)
                tried[size] += len(sizes) - bisect_right(sizes, max(amounts))
                low, high = bisect_left(sizes, near * 0.9), bisect_right(sizes, near * 1.1)
                wholes = [w for w in ordered[low:high] if rough[w.claim.id] > max(amounts)]
                wholes = [w for w in wholes if w not in parts]
                if not wholes:
                    continue
                total = sum(
                    (intervals[d.claim.id] for d in parts[1:]), intervals[parts[0].claim.id]
                )
                for whole in wholes:
                    value = intervals[whole.claim.id]
                    if abs(total.value - value.value) < MISS * value.value or total.overlaps(value):
                        hits.append((whole, parts, total))
        for whole, parts, total in hits:
            smallest = min(intervals[d.claim.id].value for d in parts)
            if smallest <= (total.width + intervals[whole.claim.id].width) / 2:
                continue  # A part that rounding hides says nothing.
            score = _score(whole, parts, total, intervals, tried[len(parts)])
            passed = places[parts[-1].claim.id] - places[parts[0].claim.id] + 1 - len(parts)
            if len(parts) > 2:
                score += 0.5 if not passed else -0.2 * passed  # A list is added whole.
            ids = tuple(d.claim.id for d in parts)
            yield Proposal(
                "total_parts",
                whole.claim.id,
                "=",
                " + ".join(ids),
                score,
                (whole.claim.id, *ids),
                total.overlaps(intervals[whole.claim.id]),
            )


def _sets(group: Sequence[Draft], size: int) -> Iterator[tuple[Draft, ...]]:
    """Yield sets of parts: any two or three of a short list, else those that stand close together."""
    if size == 2 and len(group) <= 60:
        yield from combinations(group, 2)
    elif size == 3 and len(group) <= 16:
        yield from combinations(group, 3)
    else:
        reach = size + 2
        for at, first in enumerate(group):
            for rest in combinations(group[at + 1 : at + reach], size - 1):
                yield first, *rest


def _score(
    whole: Draft,
    parts: tuple[Draft, ...],
    total: Interval,
    intervals: dict[str, Interval],
    tried: int,
) -> float:
    target = intervals[whole.claim.id]
    gap = abs(total.value - target.value)
    agrees = total.overlaps(target)
    slack = max(gap, (total.width + target.width) / 2, Fraction(1, 2) if agrees else gap)
    # How often a sum would come this near by chance: the share of the target's own size, for each try.
    chance = min(1.0, float(2 * slack / target.value))
    score = -log10(chance) - 0.5 * log10(max(1, tried)) + (0.6 if agrees else 0.0)
    smallest = min(intervals[d.claim.id].value for d in parts)
    if not agrees and smallest < 2 * gap and len(parts) > 2:
        # A part that hardly matters beside the gap is a passer-by, unless the sum is far nearer with it.
        without = abs(total.value - smallest - target.value)
        score -= 0.3 if gap < without / 3 else 1.5
    if smallest * 50 < target.value and not agrees:
        score -= 1.5
    return score + _told(whole, parts)


def _told(whole: Draft, parts: tuple[Draft, ...]) -> float:
    """Return what the text says for a total: in the scores' digits."""
    score = 0.0
    first, last = parts[0].claim.offset, parts[-1].claim.offset
    at = whole.claim.offset
    sentences = {d.sentence for d in parts}
    ahead = at < first
    if len(sentences) == 1:
        score += 0.5
    if sentences == {whole.sentence}:
        score += 0.6
    span = max(at, last) - min(at, first)
    score += 0.4 if span < 60 else 0.2 if span < 200 else 0.0
    if not ahead and at < last:
        score -= 1.0  # A total stands before its parts or after them, not among them.
    tail = parts[0].before[-12:]
    if ahead and span < 200 and _PART.search(parts[0].before[-40:] if span < 90 else tail):
        score += 0.6
    if _TOTAL.search(whole.before[-14:]):
        score += 0.3
    score += 0.8 * sum(_alike(whole, d) for d in parts) / len(parts)
    parties = [d.claim.donor for d in parts]
    if len(set(parties)) == len(parts) and all(parties):
        score += 0.5  # One part a party.
        if set(parties) <= whole.named:
            score += 1.2  # And the total is of them all.
    listed = {re.sub(r"\W", "", d.after[:1]) for d in parts[:-1]}
    if listed == {""}:
        score += 0.2  # Parts are set in a row, with marks between.
    return score


def _alike(a: Draft, b: Draft) -> float:
    """Return how much of what two figures count is the same, from 0 to 1, by pairs of characters."""
    first, second = _pairs(a.phrase or a.before[-8:]), _pairs(b.phrase or b.before[-8:])
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


# -- the same thing twice, and two sides ----------------------------------------------------------


def _restated(drafts: Sequence[Draft]) -> Iterator[Proposal]:
    """Yield figures of one unit that are equal, and whose surroundings are alike."""
    groups: dict[tuple[object, ...], list[Draft]] = {}
    for draft in drafts:
        claim = draft.claim
        if claim.qualifier == "ordinal" or draft.of_ratio or draft.unit.code == "clock":
            continue
        key: tuple[object, ...] = (claim.unit, claim.amount)
        if claim.unit == "date":
            key = (*key, claim.period_start, claim.period_end)
        groups.setdefault(key, []).append(draft)
    for group in groups.values():
        for a, b in combinations(group, 2):
            if a.claim.unit == "date":
                digits = 1.6 if a.claim.token.count("月") else 0.3
                opens = [bool(re.match(r"[”」]?(?:以来|至今|起)", d.after)) for d in (a, b)]
                digits += 0.5 * sum(opens) if all(opens) else 0.0
            else:
                digits = _digits(a.claim.value)
                if a.claim.unit in {"percent", "percentage-point", *_TIME} and digits < 2:
                    digits -= 1.0
            likeness = len(_around(a) & _around(b)) / 6
            score = digits + min(1.5, likeness) + 0.3 * (a.claim.donor == b.claim.donor != "")
            score += 0.4 if a.claim.offset + 60 > b.claim.offset else 0.0
            score -= 0.4 * log10(max(1, len(group) * (len(group) - 1) / 2))
            if a.noun and b.noun and a.noun != b.noun and not _alike(a, b):
                score -= 2.0  # As many gold medals as silver ones.
            ids = (a.claim.id, b.claim.id)
            yield Proposal("restated", ids[0], "=", ids[1], score, ids)


def _digits(value: Decimal) -> float:
    """Return how much a number's digits say, in digits: 3568 says 3.6, 200 only 0.3, 1 nothing."""
    return log10(int(str(value).replace(".", "").replace("-", "").strip("0") or 1))


def _around(draft: Draft) -> set[str]:
    """Return the pairs of characters beside a figure."""
    return _pairs(draft.before[-14:]) | _pairs(draft.after[:14])


def _sides(drafts: Sequence[Draft]) -> Iterator[Proposal]:
    """Yield equal counts of different things that one passage pairs: so many counties and agreements."""
    for a, b in combinations(drafts, 2):
        x, y = a.claim, b.claim
        apart = b.sentence - a.sentence
        skip = _UNSUMMED | _TIME | {"CNY"}
        if apart > 1 or x.unit == y.unit or x.unit in skip or y.unit in skip or x.scale != y.scale:
            continue
        if x.amount != y.amount or not x.qualifier == y.qualifier == "exact":
            continue
        score = _digits(x.value) - 0.8 + (0.8 if _PAIR.search(b.before[-40:] + b.after[:12]) else 0)
        yield Proposal("two_sides", y.id, "=", x.id, score, (y.id, x.id))


# -- shares, growth, wholes -----------------------------------------------------------------------


def _shares(drafts: Sequence[Draft]) -> Iterator[Proposal]:
    """Yield shares and growth that two figures beside a percentage allow to check."""
    for at, rate in enumerate(drafts):
        if rate.unit.code != "percent" or not rate.claim.value > 0:
            continue
        near = [d for d in drafts[max(0, at - 12) : at + 4] if d.unit.code not in _UNSUMMED]
        near += [d for d in drafts[max(0, at - 80) : max(0, at - 12)] if d.unit.code == "CNY"]
        told = rate.before[-10:]
        share = bool(_SHARE.search(told))
        growth = -1 if _FALL.search(told) else 1 if _GROWTH.search(told) else 0
        pairs = [(a, b) for a in near for b in near if a is not b and a.unit == b.unit]
        pairs = [(a, b) for a, b in pairs if min(a.claim.amount, b.claim.amount) > 0]
        printed = rate.claim.interval / 100
        share_of = float(rate.claim.value) / 100
        aim = share_of if share or not growth else 1 + growth * share_of
        rough = {d.claim.id: float(d.claim.amount) for d in near}
        for a, b in pairs:
            if abs(rough[a.claim.id] / rough[b.claim.id] - aim) > share_of / 4:
                continue
            ratio = a.claim.interval / b.claim.interval
            made = f"{a.claim.id} / {b.claim.id}"
            if growth and not share:
                wanted = printed * growth + 1
                made = f"{made} - 1" if growth > 0 else f"1 - {made}"
                right = f"( {made} ) * 100"
            elif ratio.value < 1:
                wanted, right = printed, f"{made} * 100"
            else:
                continue
            gap = abs(ratio.value - wanted.value)
            agrees = ratio.overlaps(wanted)
            if not agrees and gap >= MISS * printed.value:
                continue
            slack = max(gap, (ratio.width + wanted.width) / 2)
            score = -log10(min(1.0, max(1e-6, float(2 * slack / printed.value))))
            score -= 0.6 * log10(max(1, len(pairs))) - (0.4 if agrees else 0)
            score += 0.8 if share or growth else -0.4
            nearest = [d for d in (a, b) if d.sentence == rate.sentence]
            score += 0.5 * len(nearest)
            before = [d for d in near if d.claim.offset < rate.claim.offset]
            if before and before[-1] is a:
                score += 0.5  # The figure just before is what the share is of.
            far = max(abs(d.claim.offset - rate.claim.offset) for d in (a, b))
            score -= 0.4 if far > 250 else 0.0
            ids = (a.claim.id, b.claim.id, rate.claim.id)
            yield Proposal("share", rate.claim.id, "=", right, score, ids, agrees)


def _parts(drafts: Sequence[Draft]) -> Iterator[Proposal]:
    """Yield parts that the text names as such, 其中, right after their whole."""
    for a, b in combinations(drafts, 2):
        x, y = a.claim, b.claim
        if a.sentence != b.sentence or x.unit != y.unit or x.unit in _UNSUMMED | _TIME:
            continue
        between = a.after[: y.offset - x.end]
        if "其中" in between and x.amount > y.amount and len(between) < 40:
            count = sum(x.offset < d.claim.offset <= y.offset for d in drafts)
            yield Proposal("part_whole", x.id, ">=", y.id, 1.0 - 0.3 * count, (x.id, y.id))
