"""Results of notebooks are kept by jupyter-cache, one cache for each state of what notebooks can see.

jupyter-cache's key is the code cells; it knows nothing of the data. So each state of the rest
(``digests.fingerprint``) has a cache of its own, below ``_build/.jupyter_cache``. It begins with the results
of the last state; each counts while what the notebook has read of the data is as it was.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.cache.db import NbCacheRecord

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from shanhai.build.dependencies import Now

MadeOf = tuple[list[str], str]
"""What a result depends on, line by line, and the digest of it."""

CACHES = Path("_build", ".jupyter_cache")
"""Where the caches are, within a book."""

_KEPT = 5
"""How many caches are kept: to go back to an earlier state of the data costs no execution."""


class Results:
    """The results of one state."""

    def __init__(self, folder: Path) -> None:
        surroundings = folder.name.partition("-")[0]
        others = [path for path in folder.parent.glob(f"{surroundings}-*") if path != folder]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        if others and not (folder.is_dir() and any(folder.iterdir())):
            shutil.copytree(others[0], folder, dirs_exist_ok=True)
            os.utime(folder)
        self._others = [get_cache(path) for path in others]
        self._cache = _open(folder)

    def has(self, notebook: NotebookNode, now: Now) -> bool:
        """Return whether there is a result of these code cells, here or of another state, that counts now."""
        key = _key(self._cache, notebook)
        return _counts(self._cache, key, now) is not None or self._take_over(key, now)

    def keep(self, notebook: NotebookNode, path: Path, seconds: float, made_of: MadeOf) -> None:
        """Keep an executed notebook, with what it depends on and the digest of that."""
        bundle = CacheBundleIn(
            notebook, str(path), data={"execution_seconds": seconds, "made_of": made_of}
        )
        self._cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def _take_over(self, key: str, now: Now) -> bool:
        for cache in self._others:
            try:
                if (record := _counts(cache, key, now)) is None:
                    continue
                bundle = cache.get_cache_bundle(record.pk)
            except Exception:
                continue
            fresh = CacheBundleIn(bundle.nb, record.uri, data=record.data)
            self._cache.cache_notebook_bundle(fresh, check_validity=False, overwrite=True)
            return True
        return False


def _key(cache: Any, notebook: NotebookNode) -> str:
    """Return the key of a notebook: what its cells put out is no part of it, and long to copy."""
    cells = [
        type(cell)({**cell, "outputs": []}) for cell in notebook.cells if cell.cell_type == "code"
    ]
    return str(cache.create_hashed_notebook(type(notebook)({**notebook, "cells": cells}))[1])


def _counts(cache: Any, key: str, now: Now) -> Any:
    """Return the record of a result, if all that it depends on is as it was; else None."""
    try:
        record = NbCacheRecord.record_from_hashkey(key, cache.db)
        dependencies, digest = record.data["made_of"]
    except (KeyError, TypeError, ValueError):
        return None
    return record if now.digest(dependencies) == digest else None


def made_of(folder: Path, notebook: NotebookNode) -> list[str]:
    """Return what the result of a notebook that has been executed depends on, line by line."""
    cache: Any = get_cache(folder)
    record = NbCacheRecord.record_from_hashkey(_key(cache, notebook), cache.db)
    return list(record.data["made_of"][0])


def _open(folder: Path) -> JupyterCacheAbstract:
    """Return the cache in ``folder``. One that cannot be read in full is thrown away first.

    An entry is written in several steps, so a build that was killed may have left half of one.
    """
    try:
        cache = get_cache(folder)
        for record in cache.list_cache_records():
            entry = folder / "executed" / record.hashkey / "base.ipynb"
            json.loads(entry.read_text("utf-8"))
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        cache = get_cache(folder)
        cache.list_cache_records()
    return cache


def choose(root: Path, state: str) -> Path:
    """Return the folder of a state's cache, made if need be; remove those used longest ago."""
    folder = root / CACHES / state
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    prune(folder.parent)
    return folder


def prune(caches: Path) -> None:
    """Remove the caches that have not been used for longest."""
    folders = sorted(
        (path for path in caches.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime
    )
    for folder in folders[:-_KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
