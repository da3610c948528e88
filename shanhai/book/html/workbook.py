"""All tables of the data package as one Excel file, a sheet each.

Cells keep their types: text stays text whatever it looks like, numbers show the decimals that are
printed, dates are dates. The file is the same bytes whenever it is made from the same data.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from shanhai.evidence.ledger import Ledger

#: Excel allows so many characters in the name of a sheet.
_NAME_LIMIT = 31

#: No column is wider than so many digits; longer text wraps.
_WIDEST = 48


def write_workbook(ledger: Ledger, target: Path, language: str = "zh") -> None:
    """Write the tables of ``ledger`` to ``target``; the first sheet says what each table is.

    Titles are those in ``language``.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(str(target), options) as book:
        made = datetime(ledger.created.year, ledger.created.month, ledger.created.day)
        book.set_properties({"title": ledger.title(ledger.package, language), "created": made})
        formats = _Formats(book)
        contents = [
            [resource["path"], ledger.title(resource, language), resource.get("description", "")]
            for resource in ledger.tables.values()
        ]
        _sheet(book.add_worksheet(ledger.package["name"][:_NAME_LIMIT]), contents, formats)
        for number, name in enumerate(ledger.tables):
            fields = ledger.fields(name)
            header = [
                f"{ledger.title(field, language)}\n{key}".strip() for key, field in fields.items()
            ]
            rows = [[row[key] for key in fields] for row in ledger.rows(name)]
            short = name if len(name) <= _NAME_LIMIT else f"{name[: _NAME_LIMIT - 3]}-{number}"
            _sheet(book.add_worksheet(short), rows, formats, header)


class _Formats:
    """The looks of cells, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.numbers: dict[str, Format] = {}

    def number(self, pattern: str) -> Format:
        """Return the look of numbers, or dates, of a pattern."""
        if pattern not in self.numbers:
            self.numbers[pattern] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self.numbers[pattern]


def _sheet(
    sheet: Worksheet, rows: list[list[Any]], formats: _Formats, header: list[str] | None = None
) -> None:
    """Fill a sheet; its header stays in view and filters."""
    first = 1 if header else 0
    for column, text in enumerate(header or []):
        sheet.write_string(0, column, text, formats.head)
    for at, row in enumerate(rows, first):
        for column, value in enumerate(row):
            _write(sheet, at, column, value, formats)
    for column, cells in enumerate(zip(*([header] if header else []), *rows, strict=True)):
        longest = max(_width(line) for cell in cells for line in str(cell or "").split("\n"))
        sheet.set_column(column, column, min(_WIDEST, longest + 2))
    if header:
        sheet.set_row(0, 32)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)


def _write(sheet: Worksheet, at: int, column: int, value: Any, formats: _Formats) -> None:
    if isinstance(value, date) and value.year >= 1900:  # Excel knows no days before.
        look = formats.number("yyyy-mm-dd")
        sheet.write_datetime(at, column, datetime(value.year, value.month, value.day), look)
    elif isinstance(value, int | Decimal) and len(str(value)) <= 15:  # Nor digits beyond.
        places = max(0, -int(Decimal(value).as_tuple().exponent))
        look = formats.number("0." + "0" * places if places else "0")
        sheet.write_number(at, column, float(value), look)
    elif value is not None and value != "":
        sheet.write_string(at, column, str(value), formats.text)


def _width(text: str) -> int:
    """Return how many digits' width a text takes: two for each Chinese character."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
