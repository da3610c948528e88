"""What a build depends on, as digests: of a notebook's surroundings, of a whole book, of its outputs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from shanhai.build.watched import PACKAGE, PAGES, excluded, is_notebook, walk
from shanhai.evidence.files import replace

STAMP = Path("_build", ".stamp.json")
"""Where the digests of the last good build are kept, within a book."""

_UNSEEN = {"SHANHAI_DATA", "SHANHAI_CHROMIUM", "SHANHAI_BENCH_PYTHON"}
"""Variables that no result depends on: the build sets the first, only tests and ``bench`` read the others."""

_SETTINGS = {"_config.yml", "_toc.yml"}
"""How a book is put together; no result is another for it."""

_NO_NOTEBOOK = ("book", "drafting")
"""Rooms of the package that no notebook imports."""


class _Digest:
    """A digest of named contents."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        self._digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        self._digest.update(content)

    def add_files(self, label: str, folder: Path, paths: Iterable[Path]) -> None:
        """Add files of a folder by their names in it."""
        for path in paths:
            self.add(f"{label}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def __str__(self) -> str:
        return self._digest.hexdigest()[:32]


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


def _variables(paths: Iterable[Path]) -> dict[str, str]:
    """Return the environment's variables whose names stand in these files."""
    words: set[str] = set()
    for path in paths:
        words.update(re.findall(r"[A-Za-z_]\w+", path.read_text("utf-8", "replace")))
    return {name: os.environ[name] for name in sorted((words & os.environ.keys()) - _UNSEEN)}


def fingerprint(root: Path, data: str = "data", language: str = "") -> str:
    """Return two digests, ``surroundings-files``, of all that a notebook's result depends on but its cells.

    The first is of what every notebook depends on: the package's code, the names and versions of installed
    packages, the Python version and platform, the book's language, Python beside the notebooks, and the
    variables ``SHANHAI_*``, ``SOURCE_DATE_EPOCH`` and ``PYTHONPATH``, and those whose names stand in a
    notebook or in Python beside it. Kernels are started without Python's other variables, and with fixed
    locale, time zone and hashing. The second is of every other file of the book and its data that is
    watched and no page (``shanhai.build.watched``). What else a notebook opens is a fault.
    """
    digest = _surroundings(root, language)
    found = list(walk(root, excluded(root)))
    code = [path for path in found if path.suffix == ".py" or is_notebook(path)]
    for name, value in _variables(code).items():
        digest.add(name, value.encode("utf-8", "surrogateescape"))
    digest.add_files("book", root, [path for path in found if path.suffix == ".py"])
    rooms = (
        path for path in walk(PACKAGE) if path.relative_to(PACKAGE).parts[0] not in _NO_NOTEBOOK
    )
    digest.add_files("package", PACKAGE, rooms)
    return f"{str(digest)[:16]}-{files(root, data)[:16]}"


def files(root: Path, data: str = "data") -> str:
    """Return a digest of all files of a book and its data that are watched and no page."""
    digest = _Digest()
    found = walk(root, excluded(root))
    own = [path for path in found if path.suffix not in PAGES and path.name not in _SETTINGS]
    digest.add_files("book", root, own)
    _add_data(digest, root, data)
    return str(digest)


def inputs(root: Path, data: str = "data", read: Iterable[str] = ()) -> str:
    """Return a digest of all that a book's outputs depend on.

    That is every file that is watched, every file of the package, what a notebook depends on besides, and
    the files ``read`` (by their names in the book), which its pages took in though they are left out of it.
    """
    digest = _surroundings(root, fingerprint(root, data))
    digest.add_files("book", root, walk(root, excluded(root)))
    # By their names in the book: one that lies elsewhere now is the same book.
    for name in sorted({os.path.relpath(root / name, root) for name in read}):
        path = root / name
        digest.add(name, path.read_bytes() if path.is_file() else b"")
    _add_data(digest, root, data)
    digest.add("package", package().encode())
    return str(digest)


def package() -> str:
    """Return a digest of the package: pages are what it makes of them."""
    digest = _Digest()
    digest.add_files("package", PACKAGE, walk(PACKAGE))
    return str(digest)


def _add_data(digest: _Digest, root: Path, data: str) -> None:
    """Add the data's files; those that are left out of the book's pages are data nevertheless."""
    if (root / data).is_dir():
        digest.add_files("data", root / data, walk(root / data))


def contents(path: Path, without: Iterable[str] = ()) -> str:
    """Return a digest of a file, or of all files in a folder but those in its folders ``without``."""
    digest = _Digest()
    left_out = tuple(path / name for name in without)
    for file in sorted(each for each in path.rglob("*") if each.is_file()) or [path]:
        if any(file.is_relative_to(folder) for folder in left_out):
            continue
        digest.add(file.relative_to(path).as_posix(), file.read_bytes())
    return str(digest)


def read_stamp(root: Path) -> dict[str, list[str]]:
    """Return what the last good builds were made from: output, then path, inputs, contents."""
    try:
        stamp = json.loads((root / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stamp, dict):
        return {}
    return {
        name: known
        for name, known in stamp.items()
        if isinstance(known, list) and len(known) == 3 and all(isinstance(it, str) for it in known)
    }


def write_stamp(root: Path, stamp: dict[str, list[str]]) -> None:
    """Keep what builds were made from, in one step."""
    replace(root / STAMP, json.dumps(stamp))
