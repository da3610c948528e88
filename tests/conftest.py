"""Fixtures that several test modules share."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the real data that a test may damage."""
    return Path(shutil.copytree(ROOT / "data", tmp_path / "data"))


@pytest.fixture(scope="session")
def article() -> Path:
    """A copy of the article, where the reader of the tests has one."""
    path = os.environ.get("ARTICLE")
    if not path:
        pytest.skip(
            "ARTICLE is not set: it names a copy of the article, which the repository lacks"
        )
    return Path(path)


class Table:
    """A CSV file of a data package, to be read and rewritten by tests."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open(encoding="utf-8", newline="") as file:
            self.header, *self.rows = list(csv.reader(file))

    def row(self, key: str) -> list[str]:
        """Return the row whose first cell is ``key``."""
        return next(row for row in self.rows if row[0] == key)

    def set(self, key: str, column: str, text: str) -> int:
        """Change one cell; return the line it stands in."""
        row = self.row(key)
        row[self.header.index(column)] = text
        self.save()
        return self.rows.index(row) + 2

    def save(self) -> None:
        """Write the table as the project writes its own."""
        with self.path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([self.header, *self.rows])


@pytest.fixture
def table(data: Path):
    """Open a table of the copied data by name."""
    return lambda name: Table(data / f"{name}.csv")
