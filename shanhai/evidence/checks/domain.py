"""What no schema says: tokens say what their columns say, places do not overlap, identities are arithmetic.

Each rule looks at rows whose cells could be read, and is held to other tables only where those are whole,
so that one fault is told once.
"""

from __future__ import annotations

from collections.abc import Iterator

from shanhai.evidence.article import normalise
from shanhai.evidence.checks.faults import shown
from shanhai.evidence.checks.tables import Row, Table
from shanhai.evidence.checks.tokens import disagreement
from shanhai.evidence.checks.units import unit_of
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import names
from shanhai.evidence.records import Claim

_SAME_UNIT = {"total_parts", "restated"}
"""Kinds of identity whose sides are one quantity; others may count pairs of unlike things."""


def check(tables: dict[str, Table]) -> None:
    """Note the faults of all tables in them."""
    for rule in (_claims, _units, _overlaps, _periods, _identities, _silences, _facts):
        rule(tables)


def _sound(tables: dict[str, Table], name: str) -> Iterator[tuple[Table, Row]]:
    """Yield the rows of a table whose cells could all be read; none where columns are missing."""
    table = tables.get(name)
    if table:
        yield from (
            (table, row)
            for row in table.rows
            if row.sound and row.value.keys() == table.fields.keys()
        )


def _claims(tables: dict[str, Table]) -> None:
    """Check each claim's token against its columns."""
    for table, row in _sound(tables, "claims"):
        problem = disagreement(Claim.of(row.value))
        if problem:
            table.fault(row.line, problem[0], "token", why=problem[1])


def _units(tables: dict[str, Table]) -> None:
    """Check that a figure is of the unit of its metric, where that has one."""
    units = {row.text["id"]: row.text.get("unit", "") for _, row in _sound(tables, "metrics")}
    for name in ("claims", "facts"):
        for table, row in _sound(tables, name):
            metric, unit = row.text["metric"], row.text["unit"]
            if units.get(metric) and unit != units[metric]:
                particulars = {"what": metric, "expected": units[metric]}
                table.fault(row.line, "unit", "unit-differs", value=shown(unit), **particulars)


def _overlaps(tables: dict[str, Table]) -> None:
    """Check that no two tokens cover the same character, and that each is in its section."""
    spans = []
    for name in ("claims", "non_claims"):
        for table, row in _sound(tables, name):
            start = row.value["offset"]
            spans.append((start, start + len(row.text["token"]), name, table, row))
    spans.sort(key=lambda span: span[:3])
    sections = {row.text["id"]: row.value for _, row in _sound(tables, "sections")}
    furthest = None
    for span in spans:
        start, end, name, table, row = span
        if furthest and start < furthest[1]:
            other = f"{furthest[4].text['id']} ({furthest[3].path.name}:{furthest[4].line})"
            table.fault(row.line, "offset", "place-taken", start=start, other=other)
        if furthest is None or end > furthest[1]:
            furthest = span
        section = sections.get(row.text["section"])
        if section and not (section["start"] <= start and end <= section["end"]):
            low, high = section["start"], section["end"]
            table.fault(row.line, "offset", "place-section", start=start, low=low, high=high)


def _periods(tables: dict[str, Table]) -> None:
    """Check that nothing ends before it starts."""
    for name, stem in (("claims", "period"), ("facts", "period"), ("events", "date")):
        first, last = (f"{stem}_start", f"{stem}_end")
        for table, row in _sound(tables, name):
            start, end = row.value.get(first), row.value.get(last)
            if start and end and end < start:
                table.fault(row.line, last, "period-order", end=end, column=first, start=start)


def _identities(tables: dict[str, Table]) -> None:
    """Check that identities are arithmetic over claims that exist, of units that go together."""
    claims = tables.get("claims")
    ids = claims.column("id") if claims else set()
    units = {row.text["id"]: row.text["unit"] for _, row in _sound(tables, "claims")}
    for table, row in _sound(tables, "identities"):
        sides = {}
        for side in ("left", "right"):
            try:
                used = names(row.text[side])
            except EvidenceError as error:
                table.fault(row.line, side, "expression", why=error)
                continue
            if claims and claims.whole:
                for name in (name for name in used if name not in ids):
                    table.fault(row.line, side, "expression-claim", value=shown(name))
            if units.keys() >= set(used):
                try:
                    sides[side] = unit_of(row.text[side], units)
                except EvidenceError as error:
                    table.fault(row.line, side, "expression-units", why=error)
        comparable = row.text["comparable"] == "yes"
        if comparable and row.text["kind"] in _SAME_UNIT and len(sides) == 2:
            left, right = sides["left"], sides["right"]
            if left and right and left != right:
                why = f"{left} on the left and {right} on the right"
                table.fault(row.line, "right", "expression-units", why=why)
        if not comparable and not row.text["reason"]:
            table.fault(row.line, "reason", "reason-missing")


def _silences(tables: dict[str, Table]) -> None:
    """Check that what a silence searches for can be searched."""
    for table, row in _sound(tables, "silences"):
        terms = row.text["terms"].split("|")
        if len(set(terms)) < len(terms) or any(
            normalise(term) != term or not term for term in terms
        ):
            table.fault(row.line, "terms", "terms", value=shown(row.text["terms"]))


def _facts(tables: dict[str, Table]) -> None:
    """Check that a background figure is of the unit of the claim it stands beside."""
    units = {row.text["id"]: row.text["unit"] for _, row in _sound(tables, "claims")}
    for table, row in _sound(tables, "facts"):
        claim, unit = row.text["claim"], row.text["unit"]
        if unit != units.get(claim, unit):
            particulars = {"what": claim, "expected": units[claim]}
            table.fault(row.line, "unit", "unit-differs", value=shown(unit), **particulars)
