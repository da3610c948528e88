"""Check that tables are what ``datapackage.json`` says: files, headers, cells, keys, codes.

Own reader rather than ``frictionless``: faults are told by file, line and column in file order, and a
ledger of 10,000 claims is checked in well under two seconds, start-up included; frictionless takes
longer to start. The tests hold the package against frictionless as an independent judge.

One rule is our own, ``"codes": LIST`` on a field: the value must be a code of that list of ``codes.csv``.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shanhai.evidence.checks.faults import Fault, FaultError, said, shown
from shanhai.evidence.files import TYPES, cell, read_text, records

#: No cell is longer than this.
LENGTH_LIMIT = 2_000

#: Tables without which nothing is left to say; any other may have a header alone.
_FILLED = ("claims", "sections", "codes")

_FORMULA = re.compile(r"[=+\-@](?!\d+(\.\d+)?$)..")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class Row:
    """A row as read: the line where it starts, its cells as text and as typed values."""

    line: int
    text: dict[str, str]
    value: dict[str, Any] = field(default_factory=dict)
    sound: bool = True
    """Whether each cell could be read, and names what is there."""


@dataclass(slots=True)
class Table:
    """A table as read; ``whole`` is whether nothing of it was lost, so that others may be held to it."""

    path: Path
    order: int
    schema: dict[str, Any]
    faults: list[Fault]
    rows: list[Row] = field(default_factory=list)
    whole: bool = True

    def fault(self, line: int, column: str, code: str, /, **particulars: object) -> None:
        """Note a fault."""
        message = said(code, particulars)
        self.faults.append(Fault(self.order, str(self.path), line, column or "-", message, code))

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The descriptions of the columns, by name."""
        return {spec["name"]: spec for spec in self.schema["fields"]}

    def column(self, name: str) -> set[str]:
        """Return the texts of a column."""
        return {row.text.get(name, "") for row in self.rows}


def read(directory: Path, resource: dict[str, Any], order: int, faults: list[Fault]) -> Table:
    """Read and check one table by itself."""
    table = Table(directory / resource["path"], order, resource["schema"], faults)
    try:
        text = read_text(table.path)
        if not text.strip():
            if not resource.get("background"):
                raise FaultError("file-empty")
        else:
            _rows(table, records(text))
            if not table.rows and table.whole and resource["name"] in _FILLED:
                raise FaultError("file-rows")
    except FaultError as fault:
        table.whole = False
        table.fault(fault.line, "-", fault.code, **fault.particulars)
    _unique(table)
    return table


def _rows(table: Table, found: Iterator[tuple[int, list[str]]]) -> None:
    fields = table.fields
    _, header = next(found)
    if len(header) == 1 < len(fields):
        raise FaultError("csv-separator", expected=len(fields))
    usable = _header(table, header, list(fields))
    for line, record in found:
        if not record:
            table.fault(line, "-", "csv-blank")
        elif len(record) != len(header):
            table.whole = False
            table.fault(line, "-", "csv-width", count=len(record), expected=len(header))
        else:
            row = Row(line, {name: record[at] for name, at in usable.items()})
            for name, text in row.text.items():
                row.value[name] = _cell(table, row, fields[name], text)
            table.rows.append(row)


def _header(table: Table, header: list[str], expected: list[str]) -> dict[str, int]:
    """Check the header; return the position of each column that can be used."""
    listed = ", ".join(expected)
    for name, times in Counter(header).items():
        if times > 1:
            table.fault(1, shown(name), "header-twice", count=times)
        if name not in expected:
            table.fault(1, shown(name), "header-unknown", expected=listed)
    for name in expected:
        if name not in header:
            table.whole = False
            table.fault(1, name, "header-missing")
    if header != expected and sorted(header) == sorted(expected):
        table.fault(1, "-", "header-order", expected=listed)
    return {name: header.index(name) for name in expected if name in header}


def _cell(table: Table, row: Row, spec: dict[str, Any], text: str) -> Any:
    """Check one cell; return its typed value, or None where it has none."""
    constraints = spec.get("constraints", {})

    def fault(code: str, **particulars: object) -> None:
        row.sound = False
        table.fault(row.line, spec["name"], code, value=shown(text), **particulars)

    if not text:
        if constraints.get("required"):
            fault("cell-empty")
        return None
    if len(text) > LENGTH_LIMIT:
        return fault("cell-length", count=len(text), limit=LENGTH_LIMIT)
    if _CONTROL.search(text):
        return fault("cell-control")
    try:
        value = cell(text, spec["type"])
    except ValueError as error:
        return fault("cell-type", name=TYPES[spec["type"]][0], expected=error)
    if spec["type"] == "string":
        if unicodedata.normalize("NFC", text) != text:
            fault("cell-composed")
        if text != text.strip():
            fault("cell-space")
        if _FORMULA.match(text):
            fault("cell-formula")
    if "enum" in constraints and value not in constraints["enum"]:
        fault("cell-enum", expected=", ".join(map(str, constraints["enum"])))
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], text):
        fault("cell-pattern", expected=constraints["pattern"])
    if "minimum" in constraints and value < constraints["minimum"]:
        fault("cell-minimum", expected=constraints["minimum"])
    if "maximum" in constraints and value > constraints["maximum"]:
        fault("cell-maximum", expected=constraints["maximum"])
    return value


def _unique(table: Table) -> None:
    """Check the primary key and the columns that must be unique."""
    keys = [table.schema.get("primaryKey", [])]
    for name, spec in table.fields.items():
        if spec.get("constraints", {}).get("unique") and [name] not in keys:
            keys.append([name])
    for key in keys:
        first: dict[tuple[str, ...], int] = {}
        for row in table.rows:
            value = tuple(row.text.get(name, "") for name in key)
            if not any(value):
                continue
            if value in first:
                table.fault(row.line, key[-1], "key-twice", line=first[value])
            first.setdefault(value, row.line)


def references(table: Table, tables: dict[str, Table]) -> None:
    """Check that each foreign key names a row that exists, and each coded value a code."""
    for key in table.schema.get("foreignKeys", []):
        (column,), target = key["fields"], key["reference"]["resource"]
        (other,) = key["reference"]["fields"]
        of = tables.get(target) if target else table
        if of and of.whole:
            known, name = of.column(other), of.path.stem
            for row in table.rows:
                text = row.text.get(column)
                if text and text not in known:
                    row.sound = False
                    table.fault(
                        row.line, column, "key-unknown", value=shown(text), table=name, column=other
                    )
    codes = tables.get("codes")
    if not codes or not codes.whole:
        return
    lists: dict[str, set[str]] = {}
    for row in codes.rows:
        lists.setdefault(row.text["list"], set()).add(row.text["code"])
    for column, spec in table.fields.items():
        if "codes" in spec:
            known = lists.get(spec["codes"], set())
            expected = ", ".join(sorted(known)) or f"a list {spec['codes']} in codes.csv"
            for row in table.rows:
                text = row.text.get(column)
                if text and text not in known:
                    row.sound = False
                    particulars = {"list": spec["codes"], "expected": expected}
                    table.fault(row.line, column, "code-unknown", value=shown(text), **particulars)
