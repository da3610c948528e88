"""Text files as people save them: read with or without byte order mark, with any line ends.

A spreadsheet writes a byte order mark, ends lines in CR LF, may quote every cell and leave empty rows at
the end; Git for Windows ends lines in CR LF too. None of that is a fault.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from shanhai.evidence.checks.faults import FaultError
from shanhai.evidence.errors import EvidenceError

#: A file larger than this is refused unread.
SIZE_LIMIT = 64_000_000

#: No printed figure has more digits than this.
DIGITS_LIMIT = 30


def read_text(path: Path, limit: int = SIZE_LIMIT, encoding: str = "utf-8") -> str:
    """Return a file's text, without byte order mark, its lines ended by LF.

    Raises:
        FaultError: it is not there, cannot be read, is too large, or is no text in the encoding.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise FaultError("file-size", size=size // 1_000_000, limit=limit // 1_000_000)
        content = path.read_bytes()
    except FileNotFoundError:
        raise FaultError("file-missing") from None
    except OSError as error:
        raise FaultError("file-unreadable", why=error.strerror) from None
    return decode(content, encoding)


def decode(content: bytes, encoding: str = "utf-8") -> str:
    """Return the text of a file's bytes, as ``read_text`` does.

    Raises:
        FaultError: the bytes are no text in the encoding.
    """
    if codecs.lookup(encoding).name != "utf-8":
        try:
            return content.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except (UnicodeDecodeError, TypeError):
            raise FaultError("file-encoding") from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FaultError("file-encoding")
    if b"\0" in content:
        raise FaultError("file-binary", content[: content.index(b"\0")].count(b"\n") + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FaultError("file-encoding", content[: error.start].count(b"\n") + 1) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def replace(path: Path, text: str) -> None:
    """Write a file in one step: there is always a whole one to read."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, "utf-8", newline="")
    os.replace(fresh, path)


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        FaultError: as ``read_text``, or it is no JSON.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise FaultError("package-json", getattr(error, "lineno", 1), why=error) from None
    except RecursionError:
        raise FaultError("package-depth") from None


def records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a CSV text with the line it starts on; empty ones at the end are left out.

    Raises:
        FaultError: quotes are not in pairs.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    empty: list[tuple[int, list[str]]] = []
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield from empty
                empty = []
                yield line, record
            else:
                empty.append((line, record))
            line = reader.line_num + 1
    except csv.Error as error:
        raise FaultError("csv-syntax", line, why=error) from None


def read_table(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Return the header of a CSV file, and each row's cells by column, with the line it starts on.

    Raises:
        EvidenceError: the file cannot be read, or a row has not the header's count of cells.
    """
    try:
        found = records(read_text(path))
        _, header = next(found, (1, []))
        rows = list(found)
    except FaultError as fault:
        raise EvidenceError(f"{path}:{fault.line}: {fault}") from None
    for line, record in rows:
        if len(record) != len(header):
            raise EvidenceError(f"{path}:{line}: has not the {len(header)} cells of the header")
    return header, [(line, dict(zip(header, record, strict=True))) for line, record in rows]


def _integer(text: str) -> int:
    return int(_digits(text, r"[+-]?\d+", "digits alone"))


def _decimal(text: str) -> Decimal:
    return Decimal(_digits(text, r"[+-]?\d+(\.\d+)?", "digits and at most one point"))


def _digits(text: str, pattern: str, expected: str) -> str:
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(expected)
    if len(text) > DIGITS_LIMIT:
        raise ValueError(f"at most {DIGITS_LIMIT} digits")
    return text


def _date(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError("YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day of the calendar") from None


#: The types of columns: what a message calls each, and what reads its cells.
TYPES: dict[str, tuple[str, Callable[[str], Any]]] = {
    "string": ("a text", str),
    "integer": ("a whole number", _integer),
    "number": ("a decimal number", _decimal),
    "date": ("a date", _date),
}


def cell(text: str, kind: str) -> Any:
    """Return a cell's value: str, int, Decimal or date.

    Raises:
        ValueError: the text is not of the type; the message is what was expected.
    """
    return TYPES[kind][1](text)
