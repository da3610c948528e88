"""Folds of code as plain disclosure elements; the code of a chart stands among the chart's tools."""

from __future__ import annotations

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def _open(self: HTML5Translator, node: nodes.Element) -> None:
    texts = "".join(
        f'<span class="{kind}">{escape(node[prompt])}</span>'
        for kind, prompt in (("folded", "prompt_show"), ("unfolded", "prompt_hide"))
    )
    self.body.append(f'<details class="code"><summary>{texts}</summary>\n')


def _close(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def _move(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a cell's folded code into the chart that it draws, before the chart's own writer comes."""
    if app.builder.format != "html":
        return
    for fold in list(doctree.findall(HideCodeCellNode)):
        charts = [figure for figure in fold.parent.findall(nodes.figure) if "chart" in figure]
        if charts:
            fold.parent.remove(fold)
            charts[-1] += fold


def setup(app: Sphinx) -> dict[str, bool]:
    """Write folded cells as ``details.code``."""
    app.add_node(HideCodeCellNode, override=True, html=(_open, _close))
    app.connect("doctree-resolved", _move)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
