"""Faults of a data package: where each is, what kind it is, and how it is said.

Every kind has a stable code and one sentence, "what; expected what", into which the particulars go.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Each code with its sentence.
SENTENCES = {
    # A file as a whole.
    "file-missing": "no such file; expected because datapackage.json lists it",
    "file-unreadable": "cannot be read ({why}); expected a readable file",
    "file-size": "{size} MB; expected at most {limit} MB, so it was not read",
    "file-binary": "holds a NUL byte; expected text in UTF-8",
    "file-encoding": "is not UTF-8 (saved as GBK or UTF-16?); expected UTF-8: in Excel, save as “CSV UTF-8”",
    "file-empty": "is empty; expected a header and rows",
    "file-rows": "has no rows; expected at least one",
    # The description of the package.
    "package-json": "not JSON ({why}); expected a Frictionless data package",
    "package-depth": "nested too deeply; expected a Frictionless data package",
    "package-tables": "no tables described; expected a list of resources",
    "package-value": "{subject}is {value}; expected {expected}",
    "package-missing": "{subject}is missing; expected {expected}",
    "package-unknown": "{subject}is not checked; expected one of {expected}",
    "package-twice": "{where}{value} stands twice; expected each {name} once",
    "package-column": "{where}{name} names {value}; expected a column of {table}",
    "package-table": "{where}no table {value} is described; expected one, for the ledger is read from it",
    "package-target": "{where}foreignKeys name {value}; expected a table that is described",
    "package-bound": "{where}{name} is set for a {type}; expected a number's column",
    "package-type": "{where}{name} is a column of type {value}; expected {expected}, as the ledger reads it",
    # A table as CSV.
    "csv-syntax": "not CSV ({why}); expected quotes in pairs",
    "csv-blank": "blank line; expected a row",
    "csv-width": "{count} cells; expected {expected}, as in the header",
    "csv-separator": "one cell in the header; expected {expected} columns, set apart by commas",
    "header-twice": "stands {count} times in the header; expected once",
    "header-unknown": "unknown column; expected {expected}",
    "header-missing": "column missing; expected by datapackage.json",
    "header-order": "columns out of order; expected {expected}",
    # A cell by itself.
    "cell-empty": "is empty; expected a value",
    "cell-length": "{count} characters; expected at most {limit}",
    "cell-control": "holds a control character in {value}; expected plain text",
    "cell-type": "{value} is not {name}; expected {expected}",
    "cell-composed": "{value} is not in Unicode NFC; expected composed characters",
    "cell-space": "{value} has white space at an end; expected none",
    "cell-formula": "{value} would run as a formula in a spreadsheet; expected text",
    "cell-enum": "{value} is not allowed; expected one of {expected}",
    "cell-pattern": "{value} is malformed; expected the pattern {expected}",
    "cell-minimum": "{value} is too small; expected at least {expected}",
    "cell-maximum": "{value} is too large; expected at most {expected}",
    # Cells held against other cells.
    "key-twice": "stands in line {line} already; expected each once",
    "key-unknown": "{value} is not in {table}.csv; expected one of its {column}s",
    "code-unknown": "{value} is not a code of {list}; expected one of {expected}",
    # What no schema says.
    "period-order": "{end} is before {column} {start}; expected the same day or later",
    "token": "{why}",
    "place-taken": "{start} lies within {other}; expected no overlap",
    "place-section": "{start} is outside the section; expected {low} to {high}",
    "expression": "{why}; expected arithmetic over claim ids",
    "expression-claim": "{value} is not in claims.csv; expected a claim's id",
    "expression-units": "{why}; expected one unit in a sum and its total",
    "reason-missing": "is empty; expected why it is not comparable",
    "terms": "{value} is no list of terms; expected each once, without spaces, set apart by |",
    "unit-differs": "{value} is not the unit of {what}; expected {expected}",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault; printed as ``FILE:LINE: COLUMN: message``. ``order`` is the file's in the package."""

    order: int
    file: str
    line: int
    column: str
    message: str
    code: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.message}"


class FaultError(Exception):
    """A file cannot be used: the code of the fault, its line and its particulars."""

    def __init__(self, code: str, line: int = 1, /, **particulars: object) -> None:
        super().__init__(said(code, particulars))
        self.code, self.line, self.particulars = code, line, particulars


def said(code: str, particulars: dict[str, object]) -> str:
    """Return the sentence of a fault, on one line."""
    return SENTENCES[code].format_map(particulars).replace("\n", " ")


def shown(value: object) -> str:
    """Return a text for a message: quoted, short, with nothing that moves the terminal."""
    text = str(value)
    short = text if len(text) <= 40 else text[:37] + "..."
    return "'" + "".join(c if c.isprintable() else repr(c)[1:-1] for c in short) + "'"
