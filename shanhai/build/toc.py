"""The table of contents, held against the files: what it names that is not there, and what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from shanhai.build.watched import PAGES, excluded, is_notebook, walk

_ENTRY = re.compile(r"\s*(?:-\s*)?(?:file|root):\s*(['\"]?)(.+?)\1\s*(?:#.*)?$")


def _entries(root: Path) -> Iterator[tuple[int, str]]:
    """Yield each page that ``_toc.yml`` names, with its line."""
    text = (root / "_toc.yml").read_text("utf-8-sig", "replace")
    for number, line in enumerate(text.splitlines(), 1):
        if found := _ENTRY.match(line):
            yield number, found[2]


def _file(root: Path, name: str) -> Path | None:
    """Return the file of a page that is named with its ending, or without."""
    for path in [
        root / name,
        *(root / f"{name}{ending}" for ending in sorted(PAGES, reverse=True)),
    ]:
        if path.is_file():
            return path
    return None


def faults(root: Path) -> list[str]:
    """Return a line for each page of ``_toc.yml`` that is not there, or that the settings leave out."""
    pages = set(walk(root, excluded(root)))
    found = []
    for number, name in _entries(root):
        path = _file(root, name)
        if path is None:
            found.append(f"_toc.yml:{number}: {name}: there is no such page")
        elif path not in pages:
            shown = path.relative_to(root).as_posix()
            found.append(
                f"_toc.yml:{number}: {shown}: exclude_patterns in _config.yml leaves it out"
            )
    return found


def left_out(root: Path) -> list[str]:
    """Return the names of notebooks that are in the book's folder and not in ``_toc.yml``."""
    named = {_file(root, name) for _, name in _entries(root)}
    paths = (path for path in walk(root, excluded(root)) if path.suffix in PAGES)
    return [
        path.relative_to(root).as_posix()
        for path in paths
        if path not in named and is_notebook(path)
    ]
