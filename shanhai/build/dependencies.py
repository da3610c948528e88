"""What a notebook, or a page, has read of the book, as a digest of how it is now.

A result is used again while the digest of what it read is the same, whatever else has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shanhai.build.watched import EVERYTHING, PAGES, excluded, walk
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.files import read_table
from shanhai.evidence.ledger import DESCRIPTION
from shanhai.evidence.reads import ALL
from shanhai.evidence.records import TABLES

_WORDS = ("title", "description")
"""Keys of a package's description that are words; with a language, such as ``title_en``, too."""


class Now:
    """The files of a book, as they are when this is made: what changes while kernels run is no part of it."""

    def __init__(self, root: Path, data: Path) -> None:
        self._root = root
        self._said: dict[str, bytes] = {}
        found = [*walk(root, excluded(root)), *(walk(data) if data.is_dir() else ())]
        self._hashes = {
            os.path.relpath(path.resolve(), root.resolve()): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in found
            if path.suffix not in PAGES
        }
        try:
            self._description = json.loads((data / DESCRIPTION).read_text("utf-8-sig"))
        except (OSError, ValueError):
            self._description = {}
        self._tables = {
            resource.get("name"): _rows(data / resource.get("path", ""))
            for resource in self._description.get("resources", ())
        }

    def digest(self, dependencies: Iterable[str]) -> str:
        """Return the digest of what a result depends on, as `Reads.dependencies` says it."""
        digest = hashlib.sha256()
        for line in dependencies:
            if line.startswith("f ") or line not in self._said:
                said = json.dumps([line, self._of(line)], sort_keys=True)
                self._said[line] = hashlib.sha256(said.encode()).digest()
            digest.update(self._said[line])
        return digest.hexdigest()

    def _of(self, line: str) -> Any:
        if line == EVERYTHING:
            return self._hashes
        if line.startswith("f "):
            return self._hashes.get(line[2:]) or self._of_file(self._root / line[2:])
        _, words, table, row_id = line.split(" ", 3)
        if table == DESCRIPTION:
            return self._description if words == "1" else _structure(self._description)
        left_out = TABLES[table].words if words == "0" and table in TABLES else ()
        key = "code" if table == "codes" else "id"
        return [
            {name: cell for name, cell in row.items() if name not in left_out}
            for row in self._tables.get(table, ())
            if row_id in (ALL, row.get(key))
        ]

    @staticmethod
    def _of_file(path: Path) -> str | None:
        """Return the digest of a file that is not watched, such as a page: as it is when it is asked for."""
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        return [row for _, row in read_table(path)[1]]
    except EvidenceError:
        return []


def _structure(part: Any) -> Any:
    """Return a description without its words."""
    if isinstance(part, dict):
        return {
            key: _structure(value)
            for key, value in part.items()
            if key.partition("_")[0] not in _WORDS
        }
    return [_structure(each) for each in part] if isinstance(part, list) else part
