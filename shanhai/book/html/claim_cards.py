"""What a figure says of itself in the page: ``claims.js`` shows it beside the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from shanhai.book.pages.html_only import load_where

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


def visit_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Write a claim with what its card says; other marked text as Sphinx does."""
    if "card" not in node:
        type(self).visit_inline(self, node)
        return
    page, name = node["use"]
    said = {f"data-{key}": text for key, text in node["card"].items()}
    ids = [name] if page == self.builder.current_docname else []
    self.body.append(self.starttag(node, "span", "", ids=ids, **said))


def depart_inline(self: HTML5Translator, node: nodes.inline) -> None:
    """Close a claim, or other marked text."""
    if "card" in node:
        self.body.append("</span>")
    else:
        type(self).depart_inline(self, node)


def _has_cards(doctree: nodes.document) -> bool:
    return any("card" in node for node in doctree.findall(nodes.inline))


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the cards with the figures, and load the script where there are any."""
    app.add_node(nodes.inline, override=True, html=(visit_inline, depart_inline))
    load_where(app, "claims.js", _has_cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
