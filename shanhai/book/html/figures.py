"""Charts in the page: the title first, pictures for wide and narrow pages, the data, files to take away.

A script that pages with charts load lets them answer (``charts.js``); the code that draws a chart stands
folded among its tools.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri
from sphinx.writers.html5 import HTML5Translator

from shanhai.book.html import chart_files
from shanhai.book.pages.html_only import load_where
from shanhai.programs import variables

FILES = ("charts.css", "charts.js")
"""Among the package's static files: the look of charts, and what makes them answer."""


def visit_figure(self: HTML5Translator, node: nodes.figure) -> None:
    """Write a chart: caption and subtitle, picture, source, data. Other figures as Sphinx does."""
    if "chart" not in node:
        type(self).visit_figure(self, node)
        return
    chart = node["chart"]
    said = [
        part for legend in node.findall(nodes.legend) for part in legend.findall(nodes.paragraph)
    ]
    chart_files.write(Path(self.builder.outdir), chart, chart["source"])
    term = chart["words"]
    files = _beside(self, chart)
    hints = {"data-chart": chart["name"], "data-script": f"{files}.js"}
    hints |= {"data-role": term["role"], "data-hint": term["hint"]}
    self.body.append(self.starttag(node, "figure", **hints))
    # The caption opens the element that the subtitle belongs to as well.
    next(iter(node.findall(nodes.caption))).walkabout(self)
    for child in said:
        if "subtitle" in child["classes"]:
            child.walkabout(self)
    self.body.append("</figcaption>\n")
    for variant, picture in chart["svg"].items():
        self.body.append(f'<div class="chart-{variant}">{picture}</div>\n')
    for child in said:
        if "subtitle" not in child["classes"]:
            child.walkabout(self)
    self.body.append('<div class="tools">\n')
    if chart["table"]:
        self.body.append(_details(term["data"], chart["table"]))
    for fold in node.findall(HideCodeCellNode):
        fold.walkabout(self)
    self.body.append(_files(chart, files) + "</div>\n")
    self.body.append("</figure>\n")
    raise nodes.SkipNode


def depart_figure(self: HTML5Translator, node: nodes.figure) -> None:
    """Close a figure that is no chart."""
    type(self).depart_figure(self, node)


def _details(summary: str, table: dict[str, list]) -> str:
    """Return a chart's data as a table that opens on request; all text is escaped."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table["columns"])
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table["rows"])
    label = escape(summary)
    return (
        f'<details class="chart-data"><summary>{label}</summary>\n'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>\n</table></div></details>\n"
    )


def _beside(self: HTML5Translator, chart: dict[str, Any]) -> str:
    """Return the address of a chart's files, without their endings, as its page names it."""
    page = self.builder.get_target_uri(self.builder.current_docname)
    return relative_uri(page, f"{chart_files.FOLDER}/{chart['name']}")


def _files(chart: dict[str, Any], uri: str) -> str:
    """Return the links to the files of a chart; the script shows the button for PNG."""
    term = chart["words"]
    kinds = {".svg": "SVG", ".csv": "CSV", ".vl.json": "Vega-Lite"}
    if not chart["table"]:
        del kinds[".csv"]
    links = "".join(
        f' <a href="{escape(uri + end)}" download>{kind}</a>' for end, kind in kinds.items()
    )
    return (
        f'<p class="take">{escape(term["take"])}{links}'
        f' <button type="button" class="png" hidden>PNG</button></p>\n'
    )


def _cell(value: str | int | float | bool) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    kind = ' class="number"' if is_number else ""
    return f"<td{kind}>{escape(str(value))}</td>"


class Library:
    """Vega, put together in another process while the pages are read, for it takes two seconds.

    It is kept beside the document trees: another build needs it as it is.
    """

    def __init__(self) -> None:
        self.writer: subprocess.Popen[bytes] | None = None
        self.kept = Path()

    def start(self, app: Sphinx, _env: BuildEnvironment, _pages: list[str]) -> None:
        """Start the process, if Vega is not there."""
        if app.builder.format != "html":
            return
        maker = hashlib.sha256(Path(chart_files.__file__).read_bytes()).hexdigest()[:8]
        name = f"vega-{version('vl-convert-python')}-{maker}.js"
        self.kept = Path(app.doctreedir) / name
        if not self.kept.is_file():
            self.writer = subprocess.Popen(
                [sys.executable, "-m", chart_files.__name__, str(self.kept)],
                env=variables(),
            )

    def write(self, app: Sphinx, failure: Exception | None) -> None:
        """Put Vega beside the charts, if the pages have any."""
        if self.writer and (code := self.writer.wait()) and failure is None:
            raise ExtensionError(f"Vega could not be put together: code {code}")
        folder = Path(app.outdir) / chart_files.FOLDER
        if failure is None and folder.is_dir() and self.kept.is_file():
            shutil.copyfile(self.kept, folder / chart_files.LIBRARY)


def _has_charts(doctree: nodes.document) -> bool:
    return any("chart" in figure for figure in doctree.findall(nodes.figure))


def setup(app: Sphinx) -> dict[str, bool]:
    """Show charts in HTML, with the theme's colours; other builders know plain figures."""
    app.add_node(nodes.figure, override=True, html=(visit_figure, depart_figure))
    library = Library()
    # Once notebooks are executed one core has nothing to do until the pages are written.
    app.connect("env-before-read-docs", library.start, priority=900)
    app.connect("build-finished", library.write)
    for name in FILES:
        load_where(app, name, _has_charts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
