"""Hold the ledger against a copy of the article: tokens in place, numerals accounted for, silences kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shanhai.evidence.article import is_cut_out, normalise, places, read
from shanhai.evidence.checks.tokens import disagreement
from shanhai.evidence.ledger import Claim, Ledger, NonClaim, Silence
from shanhai.numerals.finder import NUMERALS, Numeral, find


@dataclass(frozen=True)
class Report:
    """What came of the comparison."""

    claims: int
    numerals: list[Numeral]
    unaccounted: list[Numeral]
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong and nothing is left over."""
        return not self.faults and not self.unaccounted

    @property
    def summary(self) -> str:
        """The last line of the report."""
        return f"{self.claims} claims, {len(self.numerals)} numerals, {len(self.unaccounted)} unaccounted"


def verify(path: Path | str, ledger: Ledger, encoding: str = "utf-8") -> Report:
    """Compare ``ledger`` with the article at ``path``.

    Raises:
        EvidenceError: the article or the ledger cannot be read.
    """
    article = read(path, encoding)
    text = article.normalised
    faults = []
    expected = ledger.edition.get("sha256")
    if expected and expected != article.sha256:
        faults.append(
            f"{path}: another edition: SHA-256 {article.sha256} of {len(text)} characters;"
            f" the ledger is of {expected}, {ledger.edition.get('characters')} characters"
        )
    rows: list[Claim | NonClaim] = [*ledger.claims.values(), *ledger.non_claims]
    covered: set[int] = set()
    for row in rows:
        fault = _misplaced(row, text, ledger)
        if fault:
            faults.append(fault)
        else:
            covered.update(range(row.offset, row.end))
    for claim in ledger.claims.values():
        problem = disagreement(claim)
        if problem:
            faults.append(f"claim {claim.id}: {problem[0]}: {problem[1]}")
    faults += [
        fault for silence in ledger.silences.values() for fault in _broken(silence, text, ledger)
    ]
    numerals = find(text)
    unaccounted = [numeral for numeral in numerals if not _accounted(numeral, text, covered)]
    faults += [
        f"unaccounted numeral {_where(numeral.start, ledger)}: {_context(numeral, text)}"
        for numeral in unaccounted
    ]
    return Report(len(ledger.claims), numerals, unaccounted, faults)


def _misplaced(row: Claim | NonClaim, text: str, ledger: Ledger) -> str:
    """Return what is wrong with a row's place, or nothing."""
    name = f"{'claim' if hasattr(row, 'value') else 'non-claim'} {row.id}"
    there = text[row.offset : row.end]
    if there != row.token:
        nearest = sorted(places(row.token, text), key=lambda place: abs(place - row.offset))
        hint = (
            f"; {row.token!r} stands at {nearest[0]}"
            if nearest
            else f"; {row.token!r} is not in the article"
        )
        return f"{name}: offset {row.offset} holds {there!r}{hint}"
    if is_cut_out(row.token, text, row.offset):
        return f"{name}: {row.token!r} at {row.offset} is a part of a longer number"
    section = ledger.sections.get(row.section)
    if section is None:
        return f"{name}: no section {row.section!r} in sections.csv"
    if not section["start"] <= row.offset < section["end"]:
        return f"{name}: offset {row.offset} is not in section {row.section!r}"
    return ""


def _broken(silence: Silence, text: str, ledger: Ledger) -> Iterator[str]:
    """Yield what is wrong with a silence: each term that stands in the text searched, and where."""
    start, end = 0, len(text)
    if silence.section:
        section = ledger.sections.get(silence.section)
        if section is None:
            yield f"silence {silence.id}: no section {silence.section!r} in sections.csv"
            return
        start, end = section["start"], section["end"]
    for term in map(normalise, silence.searched):
        at = text.find(term, start, end) if term else -1
        if at >= 0:
            around = text[max(0, at - 8) : at + len(term) + 8]
            yield f"silence {silence.id} is broken {_where(at, ledger)}: {term!r} in {around!r}"


def _accounted(numeral: Numeral, text: str, covered: set[int]) -> bool:
    """Return whether every numeral character of a numeral is within some row's token."""
    return all(
        at in covered
        for at in range(numeral.start, numeral.end)
        if text[at] in NUMERALS or text[at] in "数几"
    )


def _where(offset: int, ledger: Ledger) -> str:
    for section in ledger.sections.values():
        if section["start"] <= offset < section["end"]:
            return f"at {offset} in section {section['id']}"
    return f"at {offset}"


def _context(numeral: Numeral, text: str) -> str:
    return f"{numeral.token!r} in {text[max(0, numeral.start - 8) : numeral.end + 8]!r}"
