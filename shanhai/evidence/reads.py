"""What is read of the ledger, said to whoever listens: audit events (PEP 578), as ``open`` raises them.

``shanhai.opening`` names a file that the ledger is about to open; ``shanhai.read`` says what of it is read:
a table, a row's id or ``*``, and whether its words (descriptions, notes, labels) are read too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

ALL = "*"
"""In place of a row's id: every row."""

T = TypeVar("T")
C = TypeVar("C", bound=type)


def opening(path: Path) -> None:
    """Say that the ledger opens a file, of which it says itself what is read."""
    sys.audit("shanhai.opening", str(path))


def read(table: str, row_id: str, *, words: bool = True) -> None:
    """Say that a row is read, or all rows."""
    sys.audit("shanhai.read", table, row_id, words)


class Rows(Mapping[str, T]):
    """Rows by id; each is said to be read when it is asked for, without its words."""

    def __init__(self, table: str, rows: Mapping[str, T]) -> None:
        self._table = table
        self._rows = rows

    def __getitem__(self, row_id: str) -> T:
        read(self._table, row_id, words=False)
        return self._rows[row_id]

    def __iter__(self) -> Iterator[str]:
        read(self._table, ALL, words=False)
        return iter(self._rows)

    def __len__(self) -> int:
        read(self._table, ALL, words=False)
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {self._table}>"


class _Word:
    """A field of a record that holds words: reading it is said."""

    def __init__(self, table: str, field: Any) -> None:
        self._table = table
        self._field = field

    def __get__(self, record: Any, owner: type | None = None) -> Any:
        if record is None:
            return self
        read(self._table, record.id)
        return self._field.__get__(record, owner)

    def __set__(self, record: Any, value: Any) -> None:
        self._field.__set__(record, value)


def words(table: str, *names: str) -> Callable[[C], C]:
    """Return a decorator of a record with slots whose fields ``names`` hold words."""

    def decorate(record: C) -> C:
        record.words, record.table = names, table  # type: ignore[attr-defined]
        for name in names:
            setattr(record, name, _Word(table, record.__dict__[name]))
        return record

    return decorate
