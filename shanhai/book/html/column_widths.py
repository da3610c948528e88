"""Widths of table columns as classes: a strict Content-Security-Policy forbids ``style`` attributes."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def rules() -> str:
    """Return the style sheet of the classes."""
    return "".join(f".w-{share}{{width:{share}%}}" for share in range(1, 101)) + "\n"


def _visit(self: HTML5Translator, node: nodes.colspec) -> None:
    type(self).visit_colspec(self, node)


def _depart(self: HTML5Translator, node: nodes.colspec) -> None:
    """Write all columns of a table at its last, as docutils does."""
    if isinstance(node.next_node(descend=False, siblings=True), nodes.colspec):
        return
    if "colwidths-given" not in node.parent.parent["classes"]:
        return
    total = sum(column["colwidth"] for column in self.colspecs)
    self.body.append("<colgroup>")
    for column in self.colspecs:
        share = max(1, round(100 * column["colwidth"] / total))
        self.body.append(f'<col class="w-{share}">')
    self.body.append("</colgroup>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of the writer's columns."""
    app.add_node(nodes.colspec, override=True, html=(_visit, _depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
