"""What only a browser has: nodes that leave other outputs, and files for the pages that need them."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class WebOnly(nodes.General, nodes.Element):
    """A node that HTML alone shows."""


class PaperOnly(nodes.General, nodes.Element):
    """A node that HTML leaves out."""


class disclosure(nodes.General, nodes.Element):  # noqa: N801 - docutils nodes are named so
    """What HTML folds under ``summary``, a text; elsewhere its content stands open."""


def script_data(value: Any, kind: str = "application/json") -> str:
    """Return a value as an element that a script reads; only "<" could end it early."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    return f'<script type="{kind}">{text}</script>'


def load_where(app: Sphinx, file: str, is_there: Callable[[nodes.document], bool]) -> None:
    """Give a script or a style sheet to the pages for which ``is_there`` holds, and to no others."""

    def load(
        app: Sphinx,
        _page: str,
        _template: str,
        _context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        if doctree and is_there(doctree):
            if file.endswith(".css"):
                app.add_css_file(file)
            else:
                app.add_js_file(file, loading_method="defer")

    app.connect("html-page-context", load)


def _remove(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    is_html = app.builder.format == "html"
    for node in list(doctree.findall(PaperOnly if is_html else WebOnly)):
        node.parent.remove(node)
    if not is_html:
        for node in list(doctree.findall(disclosure)):
            node.parent.replace(node, node.children)


def _open(self: HTML5Translator, node: disclosure) -> None:
    self.body.append(
        f"{self.starttag(node, 'details', '')}<summary>{escape(node['summary'])}</summary>\n"
    )


def _close(self: HTML5Translator, node: disclosure) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Take such nodes out of what they are not for."""
    app.add_node(disclosure, html=(_open, _close))
    app.connect("doctree-resolved", _remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
