"""Every page offers the report for download: a link to the PDF that stands at the root of the book.

The file is made by `shanhai.book.pdf.beside`, which tells templates its name, `report`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shanhai.book import context as book

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx


def _add_button(
    app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """Add the link to the theme's buttons at the head of a page."""
    if "report" not in context or "header_buttons" not in context:
        return
    context["header_buttons"].append(
        {
            "type": "link",
            "url": context["pathto"](context["report"], 1),
            "text": "PDF",
            "tooltip": book.words(app)["download_report"],
            "label": "download-report",
        }
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the report on every page."""
    app.setup_extension("shanhai.book.context")
    app.connect("html-page-context", _add_button, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
