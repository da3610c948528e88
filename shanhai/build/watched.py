"""Which files a book is watched for: what may change a notebook's result, or a page.

That is every file in the book's folder and in its data's, except what ``exclude_patterns`` in
``_config.yml`` leaves out of the book, ``_build``, and names that begin with a dot (an editor's, or
caches). A notebook may read any of them that is no page, and write none.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

import shanhai

PAGES = {".md", ".ipynb", ".rst"}
"""Endings of pages; a notebook's own cells are the key of its result already."""

DEPENDS = "depends.json"
"""The file beside the document trees that names what pages were made of besides themselves."""

WRITTEN = "written.json"
"""The file beside the document trees that says what the pages were written from, and what files they have."""

EVERYTHING = "a"
"""What a notebook depends on that may have read any file of the book."""

_BY_HAND = re.compile(
    r"\.(csv|json|xlsx?|txt|ya?ml|zip|parquet|db)\b|\bdata/|SHANHAI_DATA|\.directory\b|stat\(|"
    r"listdir|scandir|glob|iterdir|\bwalk\(|exists\(|is_file|is_dir"
)
"""Code that names files or looks for them: what is not opened by Python's own means is not noted."""

PACKAGE = Path(shanhai.__file__).parent


class UnreadableError(OSError):
    """A file of the book cannot be read; the message names it and says what to do."""


def walk(folder: Path, excluded: Iterable[str] = ()) -> Iterator[Path]:
    """Yield the files of a folder in order, those of linked folders too; each folder once.

    Raises:
        UnreadableError: a link leads nowhere, or a name is of no file (a pipe, a device).
    """
    leaves_out = re.compile("|".join(map(_pattern, excluded)) or "(?!)")
    seen = set()
    for base, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(base)
        within = Path(base).relative_to(folder)
        if real in seen or (Path(real) == PACKAGE and within.parts):
            folders[:] = []
            continue
        seen.add(real)

        def kept(name: str, within: Path = within) -> bool:
            hidden = name.startswith(".") or name in {"_build", "__pycache__"}
            return not hidden and not leaves_out.fullmatch((within / name).as_posix())

        folders[:] = sorted(filter(kept, folders))
        for name in sorted(filter(kept, names)):
            path = Path(base, name)
            if not path.exists():
                raise UnreadableError(f"{path}: a link that leads nowhere; mend or remove it")
            if not path.is_file():
                raise UnreadableError(f"{path}: neither a file nor a folder; move it away")
            yield path


def _pattern(text: str) -> str:
    """Return one of Sphinx's patterns, for paths seen from the book, as a regular expression."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", text)
    return "".join(parts.get(piece, re.escape(piece)) for piece in pieces)


def is_notebook(path: Path) -> bool:
    """Return whether a page is a notebook: Jupyter's own format, or text with a kernel in its header."""
    if path.suffix != ".md":
        return path.suffix == ".ipynb"
    with path.open("rb") as file:
        return bool(re.search(rb"\nkernelspec:|\nfile_format: *mystnb", file.read(2000)))


class Reads:
    """What notebooks have opened, held against what is watched."""

    def __init__(self, root: Path, data: Path, excluded: Iterable[str]) -> None:
        self.root = root.resolve()
        self.data = data.resolve()
        found = [*walk(root, excluded), *(walk(data) if data.is_dir() else ())]
        self.watched = {path.resolve() for path in found if path.suffix not in PAGES}

    def faults(self, notes: Path) -> list[str]:
        """Return what is wrong with the reads and writes that a kernel noted, one sentence each."""
        said = dict.fromkeys(
            self._fault(*line.split(" ", 1))
            for line in self._own(notes.read_text("utf-8", "surrogateescape").splitlines())
        )
        return [fault for fault in said if fault]

    def dependencies(self, notes: Path, code: str) -> list[str]:
        """Return what a result depends on, from what a kernel noted and the notebook's own code.

        That is, as lines, rows of the ledger (as `kernels.kernel` notes them) and files (``f`` and
        the path from the book), or `EVERYTHING`.
        """
        lines = notes.read_text("utf-8", "surrogateescape").splitlines()
        helpers = (path for path in self.watched if path.suffix == ".py")
        if EVERYTHING in lines or any(
            _BY_HAND.search(text) for text in (code, *(path.read_text("utf-8") for path in helpers))
        ):
            return [EVERYTHING]
        found = {line for line in lines if line.startswith("d ")}
        for line in lines:
            path = Path(line[2:]).resolve()
            inside = path.is_relative_to(self.root) or path.is_relative_to(self.data)
            # One that is not there yet counts too; Python's are a state of their own.
            if line.startswith("r ") and inside and path.suffix not in {".py", ".pyc"}:
                found.add(f"f {os.path.relpath(path, self.root)}")
        return sorted(found)

    def _own(self, lines: list[str]) -> Iterator[str]:
        """Yield the lines less the reads of what the notebook itself has written outside the book."""
        written: set[str] = set()
        for line in lines:
            kind, _, name = line.partition(" ")
            if kind in {"d", EVERYTHING}:
                continue
            if kind == "w" and not Path(name).resolve().is_relative_to(self.root):
                written.add(name)
            elif name not in written:
                yield line

    def _fault(self, kind: str, name: str) -> str:
        path = Path(name)
        if path.parent.name == "__pycache__":
            if kind == "w" or path.suffix != ".pyc":
                return ""
            path = Path(importlib.util.source_from_cache(name))
        path = path.resolve()
        if path in self.watched and kind == "r":
            return ""
        inside = path.is_relative_to(self.root) or path.is_relative_to(self.data)
        shown = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        if kind == "w":
            return f"writes {shown}: notebooks run side by side and may write nothing into the book"
        if not path.is_file() or path.is_relative_to(PACKAGE) or (not inside and _private(path)):
            return ""
        if path.suffix in PAGES:
            return f"reads {shown}, a page: its changes are not watched; keep what it reads in a data file"
        return f"reads {shown}, whose changes are not watched; keep it in the book's folder, or its data's"


def _private(path: Path) -> bool:
    """Return whether a file is a program's own: hidden in the user's home, or a kernel's scratch."""
    home, scratch = Path.home().resolve(), Path(tempfile.gettempdir()).resolve()
    if path.is_relative_to(home):
        return any(part.startswith(".") for part in path.relative_to(home).parts)
    return path.is_relative_to(scratch) and path.relative_to(scratch).parts[0].startswith("nb-")


def excluded(root: Path) -> list[str]:
    """Return ``exclude_patterns`` of a book's ``_config.yml``; none where there is no such setting."""
    try:
        return list(_excluded((root / "_config.yml").read_text("utf-8-sig")))
    except (OSError, ValueError):
        return []


@functools.lru_cache(maxsize=4)
def _excluded(settings: str) -> tuple[str, ...]:
    try:
        return tuple(str(pattern) for pattern in yaml.safe_load(settings)["exclude_patterns"])
    except (ValueError, TypeError, KeyError, yaml.YAMLError):
        return ()
