"""What a build depends on, as digests: of a notebook's surroundings, of a whole book, of its outputs."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import shanhai

STAMP = Path("_build", ".stamp.json")
"""Where the digests of the last good build are kept, within a book."""

_UNSEEN = {"SHANHAI_DATA", "SHANHAI_CHROMIUM"}
"""Variables that no result depends on: the build sets the first, only tests read the other."""


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
    for base, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and name not in {"_build", "__pycache__"}
        ]
        yield from (Path(base, name) for name in names if not name.startswith("."))


def _surroundings(language: str) -> _Digest:
    digest = _Digest()
    digest.add("python", f"{sys.implementation.name} {sys.version} {sys.platform}".encode())
    digest.add("language", language.encode())
    for name in sorted(os.environ):
        if (name.startswith("SHANHAI_") and name not in _UNSEEN) or name == "SOURCE_DATE_EPOCH":
            digest.add(name, os.environ[name].encode("utf-8", "surrogateescape"))
    return digest


def fingerprint(root: Path, data: str = "data", language: str = "") -> str:
    """Return a digest of everything a notebook's result depends on, save its own cells.

    That is every file in the ``data`` folder, the package's code, ``requirements.txt``, the Python
    version and platform, the book's language, and the variables ``SHANHAI_*`` and
    ``SOURCE_DATE_EPOCH``. Other variables cannot matter: kernels are started with those fixed that could.
    """
    digest = _surroundings(language)
    digest.add_folder("data", root / data, "*")
    for pattern in ("*.py", "*.txt"):
        digest.add_folder("package", Path(shanhai.__file__).parent, pattern)
    requirements = root / "requirements.txt"
    if requirements.is_file():
        digest.add("requirements", requirements.read_bytes())
    return str(digest)


def inputs(root: Path) -> str:
    """Return a digest of all that a book's outputs depend on.

    That is every file in its folder, every file of the package, Python and the variables as for a
    notebook, and the names and versions of the packages that are installed.
    """
    digest = _surroundings("")
    digest.add_folder("book", root, "*")
    package = Path(shanhai.__file__).parent
    if not package.is_relative_to(root):
        digest.add_folder("package", package, "*")
    for folder in sys.path:
        if folder.endswith("-packages"):
            names = sorted(path.name for path in Path(folder).glob("*.dist-info"))
            digest.add("installed", "\n".join(names).encode())
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
