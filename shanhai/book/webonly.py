"""Parts of a page that only a browser has: nodes with a script of their own, which leave other outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.application import Sphinx


class WebOnly(nodes.General, nodes.Element):
    """A node that HTML alone shows; pages that hold one load its script."""

    script: ClassVar[str]


def load_where(app: Sphinx, script: str, is_there: Callable[[nodes.document], bool]) -> None:
    """Give ``script`` to the pages for which ``is_there`` holds, and to no others."""

    def load(
        app: Sphinx,
        _page: str,
        _template: str,
        _context: dict[str, Any],
        doctree: nodes.document | None,
    ) -> None:
        if doctree and is_there(doctree):
            app.add_js_file(script, loading_method="defer")

    app.connect("html-page-context", load)


def _load(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    for name in sorted({node.script for node in doctree.findall(WebOnly)} if doctree else ()):
        app.add_js_file(name, loading_method="defer")


def _remove(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        for node in list(doctree.findall(WebOnly)):
            node.parent.remove(node)


def setup(app: Sphinx) -> dict[str, bool]:
    """Load the scripts of such nodes with HTML pages; take the nodes out of everything else."""
    app.connect("doctree-resolved", _remove)
    app.connect("html-page-context", _load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
