"""Names of other packages that they do not promise to keep: the one list, and where each was seen.

A release that moves one, or changes what it is called with, fails here, not in the middle of a build.
Bounds on the packages stand in ``pyproject.toml``.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Packages whose modules are not documented as an interface, with the version the names were read in.
SEEN = {
    "jupyter-book": "1.0.4.post1",
    "jupyter-cache": "1.0.1",
    "myst-nb": "1.4.0",
    "nbclient": "0.11.0",
    "sphinxcontrib-typstbuilder": "0.1.1",
}

#: What is used of them: module and name, with the parameters it is called with.
BORROWED = {
    "jupyter_book.sphinx:build_sphinx": (
        "noconfig path_config confoverrides doctreedir builder warningiserror keep_going"
    ),
    "jupyter_cache:get_cache": "path",
    "jupyter_cache.base:CacheBundleIn": "nb uri data",
    "jupyter_cache.base:JupyterCacheAbstract": "",
    "jupyter_cache.cache.db:NbCacheRecord": "",
    "jupyter_cache.cache.db:NbCacheRecord.record_from_hashkey": "hashkey db",
    "jupyter_cache.cache.main:JupyterCacheBase.create_hashed_notebook": "nb",
    "jupyter_cache.base:JupyterCacheAbstract.cache_notebook_bundle": (
        "bundle check_validity overwrite"
    ),
    "myst_nb.core.read:create_nb_reader": "path md_config nb_config content",
    "myst_nb.core.render:MimeData": "",
    "myst_nb.core.render:NbElementRenderer": "",
    "myst_nb.core.variables:RetrievalError": "",
    "myst_nb.ext.glue:GLUE_PREFIX": "",
    "myst_nb.ext.glue.crossref:read_glue_cache": "folder docname",
    "myst_nb.ext.glue.utils:PendingGlueReference": "",
    "myst_nb.ext.glue.utils:retrieve_glue_data": "document key",
    "myst_nb.sphinx_:HideCodeCellNode": "",
    "nbclient:NotebookClient._cleanup_kernel": "",
}


@pytest.mark.parametrize("name", BORROWED)
def test_what_is_borrowed_is_where_it_was_seen(name):
    module, _, path = name.partition(":")
    found = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    wanted = set(BORROWED[name].split())
    assert not wanted or wanted <= inspect.signature(found).parameters.keys()


@pytest.mark.parametrize("package", SEEN)
def test_versions_are_those_the_names_were_read_in(package):
    installed = importlib.metadata.version(package).split(".")[:2]
    assert installed == SEEN[package].split(".")[:2], "read the list of borrowed names again"


def test_the_list_is_whole():
    """Nothing else is imported from modules of these packages; the report's builder has a module for it."""
    used = set()
    for path in (ROOT / "shanhai").rglob("*.py"):
        if path.name == "upstream.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                used |= {f"{node.module}:{alias.name}" for alias in node.names}
    tops = {"jupyter_book", "jupyter_cache", "myst_nb", "sphinxcontrib_typstbuilder"}
    used = {name for name in used if name.split(":")[0].split(".")[0] in tops}
    assert used == {name for name in BORROWED if "." not in name.split(":")[1]}
