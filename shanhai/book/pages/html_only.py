"""What only a browser has: nodes that leave other outputs, and files for the pages that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx


class WebOnly(nodes.General, nodes.Element):
    """A node that HTML alone shows."""


class PaperOnly(nodes.General, nodes.Element):
    """A node that HTML leaves out."""


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
    unwanted = PaperOnly if app.builder.format == "html" else WebOnly
    for node in list(doctree.findall(unwanted)):
        node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take such nodes out of what they are not for."""
    app.connect("doctree-resolved", _remove)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
