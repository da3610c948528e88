"""What a build depends on, as digests: of a notebook's surroundings, of a whole book, of its outputs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import shanhai

STAMP = Path("_build", ".stamp.json")
"""Where the digests of the last good build are kept, within a book."""

_UNSEEN = {"SHANHAI_DATA", "SHANHAI_CHROMIUM"}
"""Variables that no result depends on: the build sets the first, only tests read the other."""

_PAGES = {".md", ".ipynb", ".rst"}
"""Endings of pages; a notebook's own cells are the cache's key already."""


class _Digest:
    """A digest of named contents."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        self._digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        self._digest.update(content)

    def add_folder(self, label: str, folder: Path, pattern: str) -> None:
        """Add the files of a folder; those whose names begin with a dot are an editor's, or caches."""
        for path in sorted(_files(folder)):
            if path.match(pattern):
                self.add(f"{label}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def __str__(self) -> str:
        return self._digest.hexdigest()[:32]


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder, those of linked folders too; each folder once."""
    seen = set()
    for base, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(base)
        if real in seen:
            folders[:] = []
            continue
        seen.add(real)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in {"_build", "__pycache__"}
        ]
        yield from (Path(base, name) for name in names if not name.startswith("."))


def _beside_notebooks(root: Path) -> Iterator[Path]:
    """Yield what notebooks may import or read where they run: files of their folders that are no pages."""
    folders = {
        path.parent for path in _files(root) if path.suffix == ".ipynb" or _is_notebook(path)
    }
    for folder in sorted(folders - {root}):
        yield from (path for path in _files(folder) if path.suffix not in _PAGES)


def _is_notebook(path: Path) -> bool:
    if path.suffix != ".md":
        return False
    with path.open("rb") as file:
        return b"\nkernelspec:" in file.read(2000)


def _surroundings(root: Path, language: str) -> _Digest:
    digest = _Digest()
    digest.add("python", f"{sys.implementation.name} {sys.version} {sys.platform}".encode())
    digest.add("language", language.encode())
    for name in sorted(os.environ):
        if (name.startswith("SHANHAI_") and name not in _UNSEEN) or name == "SOURCE_DATE_EPOCH":
            digest.add(name, os.environ[name].encode("utf-8", "surrogateescape"))
    # Where a notebook's imports come from, and in which versions.
    digest.add("PYTHONPATH", os.environ.get("PYTHONPATH", "").encode("utf-8", "surrogateescape"))
    digest.add("installed", "\n".join(_installed(root)).encode())
    return digest


def _installed(root: Path) -> list[str]:
    """Return the packages that are installed, with their versions; those of the lock, if there is one."""
    lock = root / "requirements.txt"
    text = lock.read_text("utf-8", "replace") if lock.is_file() else ""
    locked = {_plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}
    found = {
        path.name
        for folder in sys.path
        if folder.endswith("-packages")
        for path in Path(folder).glob("*.dist-info")
    }
    return sorted(name for name in found if not locked or _plain(name.split("-")[0]) in locked)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def fingerprint(root: Path, data: str = "data", language: str = "") -> str:
    """Return a digest of everything a notebook's result depends on, save its own cells.

    That is every file in the ``data`` folder and beside the notebooks, the package's code,
    ``requirements.txt``, the names and versions of installed packages, the Python version and platform,
    the book's language, and the variables ``SHANHAI_*``, ``SOURCE_DATE_EPOCH`` and ``PYTHONPATH``. Kernels
    are started without Python's other variables, and with fixed locale, time zone and hashing.
    """
    digest = _surroundings(root, language)
    digest.add_folder("data", root / data, "*")
    for pattern in ("*.py", "*.txt"):
        digest.add_folder("package", Path(shanhai.__file__).parent, pattern)
    for path in _beside_notebooks(root):
        digest.add(path.relative_to(root).as_posix(), path.read_bytes())
    requirements = root / "requirements.txt"
    if requirements.is_file():
        digest.add("requirements", requirements.read_bytes())
    return str(digest)


def inputs(root: Path, data: str = "data") -> str:
    """Return a digest of all that a book's outputs depend on.

    That is every file in its folder and its data's, every file of the package, and what a notebook
    depends on besides.
    """
    digest = _surroundings(root, "")
    digest.add_folder("book", root, "*")
    package = Path(shanhai.__file__).parent
    if not package.is_relative_to(root):
        digest.add_folder("package", package, "*")
    if not (root / data).resolve().is_relative_to(root.resolve()):
        digest.add_folder("data", root / data, "*")
    return str(digest)


def contents(path: Path) -> str:
    """Return a digest of a file, or of all files in a folder."""
    digest = _Digest()
    for file in sorted(each for each in path.rglob("*") if each.is_file()) or [path]:
        digest.add(file.relative_to(path).as_posix(), file.read_bytes())
    return str(digest)


def read_stamp(root: Path) -> dict[str, list[str]]:
    """Return what the last good builds were made from: output, then path, inputs, contents."""
    try:
        stamp = json.loads((root / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(root: Path, stamp: dict[str, list[str]]) -> None:
    """Keep what builds were made from, in one step."""
    fresh = (root / STAMP).with_suffix(".new")
    fresh.write_text(json.dumps(stamp), "utf-8")
    os.replace(fresh, root / STAMP)
