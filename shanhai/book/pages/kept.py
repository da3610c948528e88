"""Files beside the pages are made again when what they are made of is another, and only then."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

KEPT = "beside.json"
"""The file beside the document trees that says what the files were made of."""


def digest(contents: Mapping[str, bytes]) -> str:
    """Return a digest of named contents."""
    whole = hashlib.sha256()
    for name, content in contents.items():
        whole.update(f"{name}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def stands(app: Sphinx, path: Path, made_of: str) -> bool:
    """Return whether a file is there as it was made, of the same by the same package."""
    known = _known(app).get(str(path))
    return path.is_file() and bool(known) and known == _record(app, path, made_of)


def keep(app: Sphinx, path: Path, made_of: str) -> None:
    """Keep what a file was made of."""
    kept = Path(app.doctreedir) / KEPT
    known = {**_known(app), str(path): _record(app, path, made_of)}
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps(known), "utf-8")
    os.replace(fresh, kept)


def make(app: Sphinx, path: Path, made_of: str, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file, unless it stands."""
    if not stands(app, path, made_of):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        if path.is_file():
            keep(app, path, made_of)


def _known(app: Sphinx) -> dict[str, list[str]]:
    try:
        return dict(json.loads((Path(app.doctreedir) / KEPT).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _record(app: Sphinx, path: Path, made_of: str) -> list[str]:
    """Return what a file is made of and what it is; nothing where the package is not told apart."""
    if "shanhai_package" not in app.config:
        return []
    return [app.config.shanhai_package, made_of, digest({"": path.read_bytes()})]
