"""Notebooks to take away: each with its results, and all that they need in one file.

A page that is an executed notebook offers it as ``.ipynb``, its text source, and the archive: every notebook,
the data package, and the wheel of this package, which names what it needs. Unpacked anywhere, with a pip that
reaches an index, any Jupyter runs them again.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from flit_core.wheel import make_wheel_in
from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import shanhai
from shanhai.book import context
from shanhai.book.html import downloads
from shanhai.book.pages import kept
from shanhai.book.pages.derived import table as derived_table
from shanhai.charts.mime import MIME
from shanhai.charts.pictures import drawn

PROJECT = Path(shanhai.__file__).parents[1] / "pyproject.toml"
"""What the wheel is made from; it is not there where the package was installed from one."""

SETTINGS = "sphinx: {config: {shanhai_data: data}}\n"
"""The settings by which the package finds the data beside the notebooks."""


def archive_name(env: BuildEnvironment) -> str:
    """Return the name of the archive; empty where there is none."""
    name = downloads.package(context.directory(env))["name"]
    return f"{name}-notebooks.zip" if PROJECT.is_file() else ""


def wheel() -> tuple[str, bytes]:
    """Return the file name of the package's wheel, and the wheel: the same bytes whenever it is made."""
    with tempfile.TemporaryDirectory() as folder:
        made: Path = make_wheel_in(PROJECT, Path(folder)).file
        with zipfile.ZipFile(made) as archive:
            return made.name, downloads.zipped(
                {name: archive.read(name) for name in archive.namelist()}
            )


def archive(env: BuildEnvironment, notebooks: Mapping[str, bytes]) -> bytes:
    """Return the archive of notebooks, by the names of their files."""
    name, built = wheel()
    folder = archive_name(env).removesuffix(".zip")
    words = context.words(env)["download"]
    files = {
        "README.txt": words["readme"].format(wheel=name).encode(),
        "_config.yml": SETTINGS.encode(),
        name: built,
        **{f"data/{file}": content for file, content in _data(env).items()},
        **notebooks,
    }
    return downloads.zipped({f"{folder}/{file}": content for file, content in files.items()})


def _data(env: BuildEnvironment) -> dict[str, bytes]:
    return downloads.contents(context.directory(env), derived_table.table(env))


def executed(env: BuildEnvironment, docname: str) -> nbformat.NotebookNode | None:
    """Return a page's notebook with its results; None if it is none, or has not been executed."""
    path = Path(env.doc2path(docname))
    text = path.read_text("utf-8")
    settings: Any = env
    reader = create_nb_reader(str(path), settings.myst_config, settings.mystnb_config, text)
    if reader is None:
        return None
    cache = get_cache(settings.mystnb_config.execution_cache_path)
    try:
        _, notebook = cache.merge_match_into_notebook(reader.read(text))
    except KeyError:
        return None
    kept = ("kernelspec", "language_info")
    notebook.metadata = nbformat.from_dict(
        {key: notebook.metadata[key] for key in kept if key in notebook.metadata}
    )
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"  # the reader's are drawn by lot
        for output in cell.get("outputs", []):
            bundle = output.get("data", {})
            chart = bundle.pop(MIME, None)
            if chart:
                bundle["image/svg+xml"] = drawn(chart)["svg"]["wide"]  # what any Jupyter can show
    return notebook


def _say_what_it_needs(notebook: nbformat.NotebookNode, env: BuildEnvironment) -> None:
    """Put before a notebook what it needs elsewhere, and the language it speaks."""
    if not archive_name(env):
        return
    text = context.words(env)["download"]["needs"].format(archive=archive_name(env))
    cells = [nbformat.v4.new_markdown_cell(text, id="needs")]
    locale = context.locale(env)
    if locale != "zh_CN":  # what `open_book` takes by itself
        source = f"%env SHANHAI_LOCALE={locale}"
        cells.append(nbformat.v4.new_code_cell(source, id="language"))
    notebook.cells[:0] = cells


def _page(
    app: Sphinx, pagename: str, template: str, variables: dict[str, Any], doctree: nodes.document
) -> None:
    """Tell the template of a notebook's files."""
    meta = variables.get("meta") or {}
    env: Any = app.env
    is_executed = (
        app.builder.name == "html"
        and "kernelspec" in meta
        and env.mystnb_config.execution_mode == "cache"
    )
    variables["notebook_file"] = f"{pagename.rpartition('/')[2]}.ipynb" if is_executed else None
    if is_executed:
        variables["notebook_archive"] = archive_name(env)
        variables["download_words"] = context.words(app).get("download", {})


def _files(app: Sphinx) -> dict[str, tuple[Path, str]]:
    """Return by page where a notebook's file goes, and what it is made of; none where none are offered."""
    env: Any = app.env
    cached = app.builder.name == "html" and env.mystnb_config.execution_mode == "cache"
    if not cached or app.config.shanhai_preview:
        return {}
    made_of, words = context.record(env, context.MADE_OF), context.words(env)["download"]
    return {
        docname: (Path(app.outdir) / f"{docname}.ipynb", f"{made_of.get(docname)} {words}")
        for docname in sorted(env.found_docs)
        if "kernelspec" in env.metadata.get(docname, {})
    }


def _lacking(app: Sphinx, *_: object) -> list[str]:
    """Return the notebooks whose file does not stand: the results for it may be no longer there."""
    return [
        page for page, (path, state) in _files(app).items() if not kept.stands(app, path, state)
    ]


def _finish(app: Sphinx, exception: Exception | None) -> None:
    if exception:
        return
    env, words = app.env, context.words(app)["download"]
    offered = {}
    for docname, (path, state) in _files(app).items():
        kept.make(app, path, state, partial(_write, env, docname))
        if path.is_file():
            offered[f"{docname}.ipynb"] = path.read_bytes()
    if offered and archive_name(env):
        state = f"{kept.digest({**_data(env), **offered})} {words}"
        path = Path(app.outdir) / archive_name(env)
        kept.make(app, path, state, lambda path: path.write_bytes(archive(env, offered)))


def _write(env: BuildEnvironment, docname: str, path: Path) -> None:
    if notebook := executed(env, docname):
        _say_what_it_needs(notebook, env)
        path.write_bytes((nbformat.writes(notebook) + "\n").encode())


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the files, and write them when the pages are there."""
    app.connect("env-get-outdated", _lacking)
    app.connect("html-page-context", _page)
    app.connect("build-finished", _finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
