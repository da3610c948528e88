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


def make(app: Sphinx, path: Path, made_of: str, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file, unless it is there and was made of the same by the same package."""
    kept = Path(app.doctreedir) / KEPT
    try:
        known = json.loads(kept.read_text("utf-8"))
    except (OSError, ValueError):
        known = {}
    name, made_of = str(path), f"{app.config.shanhai_package} {made_of}"
    if path.is_file() and known.get(name) == made_of:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps({**known, name: made_of}), "utf-8")
    os.replace(fresh, kept)
