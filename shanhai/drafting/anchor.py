"""Another edition of the article: where each figure of the ledger now stands, and what changed.

The ledger keeps tokens and places, never the text. So its rows, in order, are aligned with the numerals
of the new edition, in order: runs of equal tokens hold both in place (R. W. Ratcliff and D. E. Metzener,
*Pattern Matching: The Gestalt Approach*, 1988, as ``difflib`` has it), and what lies between two such
runs is looked for there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from shanhai.drafting.claims import Draft, draft
from shanhai.drafting.context import fill
from shanhai.drafting.structure import Structure, structure
from shanhai.evidence.article import is_cut_out, normalise, places
from shanhai.evidence.expression import names

if TYPE_CHECKING:
    from shanhai.evidence.article import Article
    from shanhai.evidence.ledger import Ledger
    from shanhai.evidence.records import Claim, NonClaim

    Row = Claim | NonClaim

#: How far a section's heading is looked for from where it should be.
_NEAR = 400

_DIGITS = re.compile(r"[\d.,一二三四五六七八九十百千两〇零万亿几数]+")


@dataclass
class Report:
    """What came of looking for the ledger's rows in another edition."""

    ledger: Ledger
    article: Article
    parts: Structure
    #: Rows whose token was found, with the new place.
    found: list[tuple[Row, int]] = field(default_factory=list)
    #: Claims or other numerals that now read otherwise, with what stands there now.
    changed: list[tuple[Row, Draft | NonClaim]] = field(default_factory=list)
    vanished: list[Row] = field(default_factory=list)
    new: list[Draft | NonClaim] = field(default_factory=list)
    #: New start and end of each section, by id.
    sections: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: New paragraph of each row found or changed, by the row's id; empty where numbers are kept.
    paragraphs: dict[str, int] = field(default_factory=dict)

    @property
    def moved(self) -> list[tuple[Row, int]]:
        """Rows found at another place than before."""
        return [(row, at) for row, at in self.found if row.offset != at]

    @property
    def broken(self) -> list[str]:
        """Identities that use a claim that vanished."""
        gone = {row.id for row in self.vanished}
        return [
            each.id
            for each in self.ledger.identities
            if not gone.isdisjoint(names(each.left) + names(each.right))
        ]

    @property
    def lines(self) -> list[str]:
        """Everything that differs, the weightiest first."""
        lines = [
            f"changed: {_name(row)}: {row.token} at {row.offset} now reads"
            f" {_token(now)} at {_offset(now)}; see whether its description still holds"
            for row, now in self.changed
        ]
        lines += [
            f"vanished: {_name(row)}: {row.token}, was at {row.offset}" for row in self.vanished
        ]
        lines += [f"vanished with it: identity {each}" for each in self.broken]
        lines += [
            f"new: {_token(now)} at {_offset(now)} in section {self.section(_offset(now))},"
            f" {'a draft' if isinstance(now, Draft) else 'no figure: ' + now.reason}"
            for now in self.new
        ]
        for key, (start, end) in self.sections.items():
            old = self.ledger.sections[key]
            if (old["start"], old["end"]) != (start, end):
                lines.append(f"section {key}: {old['start']}-{old['end']} now {start}-{end}")
        rows = {row.id: row for row, _ in [*self.found, *self.changed]}
        lines += [
            f"paragraph of {_name(rows[key])}: {rows[key].paragraph} now {number}"
            for key, number in self.paragraphs.items()
            if rows[key].paragraph != number
        ]
        lines += [
            f"moved: {_name(row)}: {row.token}: {row.offset} now {at}" for row, at in self.moved
        ]
        return lines

    @property
    def summary(self) -> str:
        """The last line."""
        same = "the edition the ledger is of" if not self.differs else "another edition"
        return (
            f"{same}: {len(self.found)} rows found, {len(self.moved)} of them moved;"
            f" {len(self.changed)} changed, {len(self.vanished)} vanished, {len(self.new)} new"
        )

    @property
    def differs(self) -> bool:
        """Whether the article is another edition than the ledger's."""
        return bool(self.ledger.edition.get("sha256") != self.article.sha256)

    def section(self, offset: int) -> str:
        """Return the section a place of the new edition lies in."""
        keys = list(self.sections)
        starts = [start for start, _ in self.sections.values()]
        return keys[max(0, bisect_right(starts, offset) - 1)]

    def write(self) -> None:
        """Let the ledger follow."""
        from shanhai.drafting.follow import follow

        follow(self)


def anchor(ledger: Ledger, article: Article) -> Report:
    """Return where the ledger's rows stand in an article.

    Raises:
        EvidenceError: the ledger cannot be read.
    """
    parts = structure(article.text)
    drafted = draft(parts)
    fill(drafted, parts)
    report = Report(ledger, article, parts)
    old: list[Row] = sorted(
        [*ledger.claims.values(), *ledger.non_claims], key=lambda row: row.offset
    )
    now: list[Draft | NonClaim] = sorted([*drafted.drafts, *drafted.non_claims], key=_offset)
    matcher = SequenceMatcher(
        None, [r.token for r in old], [_token(n) for n in now], autojunk=False
    )
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            report.found += [(row, _offset(n)) for row, n in zip(old[i:j], now[k:m], strict=True)]
        else:
            start = _offset(now[k - 1]) + len(_token(now[k - 1])) if k else 0
            end = _offset(now[m]) if m < len(now) else len(parts.text)
            _between(report, old[i:j], now[k:m], start, end)
    _sections(report)
    _paragraphs(report)
    return report


def _between(
    report: Report, old: list[Row], now: list[Draft | NonClaim], start: int, end: int
) -> None:
    """Account for rows and numerals between two places that hold."""
    text = report.parts.text
    free = list(now)
    left: list[Row] = []
    at = start
    for row in old:
        alone = (p for p in places(row.token, text, at, end) if not is_cut_out(row.token, text, p))
        place = next(alone, None)
        if place is None:
            left.append(row)
            continue
        report.found.append((row, place))
        at = place + len(row.token)
        free = [n for n in free if not place < _offset(n) + len(_token(n)) or _offset(n) >= at]
    for row in left:
        alike = [
            n
            for n in free
            if _unit(n) == _DIGITS.sub("", row.token) and isinstance(n, Draft) == _is_claim(row)
        ]
        if len(left) == len(free) and not alike:
            alike = [free[0]] if isinstance(free[0], Draft) == _is_claim(row) else []
        if alike:
            report.changed.append((row, alike[0]))
            free = free[free.index(alike[0]) + 1 :] + [
                n for n in free[: free.index(alike[0])] if n is not alike[0]
            ]
            free.sort(key=_offset)
        else:
            report.vanished.append(row)
    report.new += free


def _sections(report: Report) -> None:
    """Find where each section now starts: by its heading, else by the rows around its old start."""
    text = report.parts.text
    rows = sorted((row.offset, at) for row, at in report.found)
    starts: dict[str, int] = {}
    least = 0
    for key, section in report.ledger.sections.items():
        old = section["start"]
        if not starts:
            starts[key] = 0
            continue
        near = bisect_right(rows, (old, 0))
        drift = [there - here for here, there in rows[max(0, near - 1) : near + 1]] or [0]
        wanted = max(least, old + drift[-1])
        heading = normalise(section["title_zh"])
        low = max(least, wanted - _NEAR)
        titles = list(places(heading, text, low, wanted + _NEAR)) if heading else []
        by_machine = [s.start for s in report.parts.sections if abs(s.start - wanted) <= _NEAR]
        if titles:
            start = min(titles, key=lambda p: abs(p - wanted))
        elif by_machine:
            start = min(by_machine, key=lambda p: abs(p - wanted))
        else:
            start = min(wanted, len(text))
        starts[key] = least = max(least, start)
    ends = [*list(starts.values())[1:], len(text)]
    report.sections = {
        key: (start, end) for (key, start), end in zip(starts.items(), ends, strict=True)
    }


def _paragraphs(report: Report) -> None:
    """Count paragraphs anew, where the ledger counts them as the machine does."""
    starts = [start for section in report.parts.sections for start in section.paragraphs]
    counted = {}
    rows = [*report.found, *((row, _offset(n)) for row, n in report.changed)]
    for row, at in rows:
        first = report.sections[report.section(at)][0]
        counted[row.id] = max(1, sum(first <= start <= at for start in starts))
    same = sum(row.paragraph == counted[row.id] for row, _ in rows)
    if same * 10 >= len(rows) * 7:
        report.paragraphs = counted


def _is_claim(row: Row) -> bool:
    return hasattr(row, "value")


def _name(row: Row) -> str:
    return row.id if _is_claim(row) else f"non-claim {row.id}"


def _token(item: Draft | NonClaim) -> str:
    return item.claim.token if isinstance(item, Draft) else item.token


def _offset(item: Draft | NonClaim) -> int:
    return item.claim.offset if isinstance(item, Draft) else item.offset


def _unit(item: Draft | NonClaim) -> str:
    return _DIGITS.sub("", _token(item))
