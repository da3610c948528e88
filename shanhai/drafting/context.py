"""What the sentence around a figure gives: the period it covers, and the place or party it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import rjieba

from shanhai.drafting.claims import Ledger
from shanhai.drafting.structure import Structure
from shanhai.drafting.units import word_set
from shanhai.numerals.dates import plan, span
from shanhai.numerals.finder import find

#: Administrative levels by the last character of a place's name; the codes of the list ``place_level``.
_LEVELS = {
    "省": "province", "市": "city", "州": "prefecture", "县": "county", "区": "county",
    "旗": "county", "镇": "township", "乡": "township", "村": "village",
}  # fmt: skip
#: Tagged as places, and yet no names.
_COMMON = word_set(
    "深度 高原 深山 重镇 山区 城区 市区 县城 城市 联合会 全国 全省 全市 全县 海外 "
    "沿海 内地 本市 本县 我省"
)
_OPEN = re.compile(r"[”」]?(?:以来|至今|起|以后|之后|开始)")
_UNTIL = re.compile(r"(?:截至|截止|到)$")


@dataclass(frozen=True)
class Place:
    """A place or party that the text names and the dictionary knows."""

    id: str
    name: str
    level: str


def fill(ledger: Ledger, parts: Structure) -> list[Place]:
    """Fill in each claim's period and place where its sentence gives them; return the places.

    A period is that of the last date or five-year plan before the figure in its sentence; a place is
    the last one named before it there.
    """
    names = _names(parts)
    known = {
        name: f"p{number}" for number, name in enumerate(dict.fromkeys(n for _, n in names), 1)
    }
    for draft in ledger.drafts:
        claim = draft.claim
        start = parts.bounds(claim.offset)[0]
        draft.named = frozenset(known[name] for at, name in names if start <= at < claim.offset)
        near = [name for at, name in names if start <= at < claim.offset]
        claim = replace(claim, donor=known[near[-1]] if near else "")
        if draft.unit.code not in {"date", "day-of-year", "clock"}:
            low, high = _period(draft.before)
            claim = replace(claim, period_start=low, period_end=high)
        draft.claim = claim
    used = {draft.claim.donor for draft in ledger.drafts}
    return [
        Place(key, name, _LEVELS.get(name[-1], "party"))
        for name, key in known.items()
        if key in used
    ]


def _names(parts: Structure) -> list[tuple[int, str]]:
    """Return the places the dictionary knows, with where each stands: 云南省 and 云南 are one."""
    found, at = [], 0
    for word, tag in rjieba.tag(parts.text, False):
        if (
            tag in ("ns", "nt")
            and len(word) > 1
            and word not in _COMMON
            and not re.search(r"[国族]人?$", word[1:])
        ):
            found.append((at, word))
        at += len(word)
    full = {word for _, word in found}
    longer = {word[:-1]: word for word in full if word[-1] in _LEVELS and len(word) > 2}
    return [(at, longer.get(word, word)) for at, word in found]


def _period(before: str) -> tuple[date | None, date | None]:
    """Return the period of the last date in the part of a sentence before a figure."""
    for numeral in reversed(find(before)):
        if numeral.kind == "plan" and numeral.value is not None:
            days = plan(int(numeral.value))
        else:
            days = span(numeral.token) if numeral.kind == "date" else None
        if days is None:
            continue
        if _OPEN.match(before[numeral.end :]):
            return days[0], None
        if _UNTIL.search(before[: numeral.start]):
            return None, days[1]
        return days
    return None, None
