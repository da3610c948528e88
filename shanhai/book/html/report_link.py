"""The report beside the pages: every HTML page offers it for download.

The PDF is made when the pages are, from the same document trees, and stands at the root of the HTML book.
So the link is never dead, whichever command built the book, and a published folder holds the report. A book
without the configuration value `shanhai_report` has neither the file nor the link.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util.tags import Tags

from shanhai.book import context as book
from shanhai.book.pdf.builder import ReportBuilder, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx

_PAGES = ("html", "dirhtml")


def _offered(app: Sphinx) -> bool:
    return app.builder.name in _PAGES and bool(app.config.shanhai_report)


def _file(app: Sphinx) -> str:
    return f"{Settings.read(app.config.shanhai_report).target}.pdf"


def _add_button(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Add the link to the theme's buttons at the head of a page."""
    if not _offered(app) or "header_buttons" not in context:
        return
    context["header_buttons"].append(
        {
            "type": "link",
            "url": context["pathto"](_file(app), 1),
            "text": "PDF",
            "tooltip": book.words(app)["download_report"],
            "label": "download-report",
        }
    )


@contextmanager
def _report_builder(app: Sphinx) -> Iterator[ReportBuilder]:
    """Make the report's builder that of `app` for a while: transforms ask for what they transform."""
    pages, tags = app.builder, app.tags
    own = {pages.name, pages.format, f"builder_{pages.name}", f"format_{pages.format}"}
    app.tags = Tags([tag for tag in tags if tag not in own])
    try:
        builder = app.registry.create_builder(app, ReportBuilder.name, app.env)
        app.builder = builder
        builder.init()
        yield builder
    finally:
        app.builder, app.tags = pages, tags


def _write_report(app: Sphinx, failure: Exception | None) -> None:
    """Put the report at the root of the pages."""
    if failure is not None or not _offered(app):
        return
    with _report_builder(app) as builder, tempfile.TemporaryDirectory() as work:
        builder.outdir = type(app.outdir)(work)
        builder.write_documents(None)
        shutil.copyfile(Path(work) / _file(app), Path(app.outdir) / _file(app))


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the report on every page, and write it after the last."""
    app.setup_extension("shanhai.book.pdf.builder")
    app.connect("html-page-context", _add_button, priority=900)
    app.connect("build-finished", _write_report)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
