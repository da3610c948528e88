"""Charts of notebooks as figures of the book: numbered, linked to the ledger, readable as text.

A chart's output becomes a docutils ``figure``: title, picture with a text alternative, and a legend
with subtitle and source. Every builder can show that. HTML shows more: the title first, the picture
inline for wide and for narrow pages, the chart's data as a table, and files to take away. A script
that pages with charts load lets them answer (``charts.js`` of the book's static files).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.osutil import relative_uri

from shanhai.book import context
from shanhai.book.html import chart_files as takeaway
from shanhai.book.pages.claims import reference
from shanhai.book.pages.html_only import load_where
from shanhai.book.words import words
from shanhai.charts import palette
from shanhai.charts.mime import KEY, LAB_MIME, MIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.writers.html5 import HTML5Translator

    from shanhai.evidence.ledger import Claim

COLORS_FILE = "chart-colors.css"
"""Written among the static files: the theme's colours for dark pages."""

SCRIPT = "charts.js"
"""Among the book's static files: makes charts answer."""


class MimeRenderer:
    """MyST-NB's plug-in for the output of `shanhai.charts.renderer`."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = (
        ("*", MIME, 0),
        # MyST-NB knows nothing of this builder: pictures first, then what any output has.
        ("shanhai-report", "image/svg+xml", 10),
        ("shanhai-report", "image/png", 20),
        ("shanhai-report", "text/plain", 30),
    )

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure of a chart; nothing for what only JupyterLab shows; None to decline."""
        if data.mime_type == LAB_MIME:
            if KEY not in data.content.get("usermeta", {}):
                renderer.logger.warning(
                    "a chart is left out of the book: pass it through finding()", line=data.line
                )
            return []
        if data.mime_type != MIME:
            return None
        return [_figure(renderer, data.content, data.line)]


def _figure(renderer: NbElementRenderer, chart: dict[str, Any], line: int | None) -> nodes.figure:
    """Return a chart as a figure that any builder can show."""
    document = renderer.renderer.document
    env: BuildEnvironment = document.settings.env
    uri = renderer.write_file(
        ["charts", f"{chart['name']}.svg"], chart["svg"]["wide"].encode(), overwrite=True
    )
    figure = nodes.figure("", classes=["chart"], names=[f"fig-{chart['name']}"])
    source = _source(env, chart, renderer, line)
    figure["chart"] = chart | {"source": source.astext(), "words": words(env)["chart"]}
    document.note_explicit_target(figure, figure)
    figure += nodes.image("", uri=uri, alt=chart["description"])
    figure += nodes.caption(chart["title"], chart["title"])
    figure += nodes.legend(
        "",
        nodes.paragraph("", chart["subtitle"], classes=["subtitle"]),
        source,
    )
    return figure


def _source(
    env: BuildEnvironment, chart: dict[str, Any], renderer: NbElementRenderer, line: int | None
) -> nodes.paragraph:
    """Return the line that links a chart to the figures of the ledger it draws."""
    term = words(env)
    source = nodes.paragraph("", term["source"], classes=["source"])
    if not chart["claims"]:
        source += nodes.Text(term["no_source"])
        return source
    ledger = context.ledger(env, "claims")
    for index, claim_id in enumerate(chart["claims"]):
        claim = ledger.claims.get(claim_id)
        if claim is None:
            renderer.logger.warning(
                f"chart {chart['name']!r}: unknown claim {claim_id!r}: "
                f"no such id in {context.path(env, 'claims')}",
                line=line,
            )
            continue
        if index:
            source += nodes.Text(term["comma"])
        source += reference(claim.id, _named(env, claim), env.docname)
    return source


def _named(env: BuildEnvironment, claim: Claim) -> str:
    """Return a claim as printed; a bare number, which says nothing alone, with what it counts."""
    if not claim.token.isnumeric():
        return claim.token
    language = (env.config.language or "en").partition("_")[0]
    meaning = getattr(claim, f"description_{language}", claim.description_en)
    return words(env)["chart"]["bare"].format(token=claim.token, meaning=meaning)


def visit_figure(self: HTML5Translator, node: nodes.figure) -> None:
    """Write a chart: caption and subtitle, picture, source, data. Other figures as Sphinx does."""
    if "chart" not in node:
        type(self).visit_figure(self, node)
        return
    chart = node["chart"]
    legend = node[-1]
    takeaway.write(Path(self.builder.outdir), chart, chart["source"])
    term = chart["words"]
    files = _beside(self, chart)
    hints = {"data-chart": chart["name"], "data-script": f"{files}.js"}
    hints |= {"data-role": term["role"], "data-hint": term["hint"]}
    self.body.append(self.starttag(node, "figure", **hints))
    # The caption opens the element that the subtitle belongs to as well.
    node.next_node(nodes.caption).walkabout(self)
    for child in legend:
        if "subtitle" in child["classes"]:
            child.walkabout(self)
    self.body.append("</figcaption>\n")
    if chart["specs"]["wide"].get("params"):
        # The script shows how one part answers to the other: without it, nothing does.
        self.body.append(f'<p class="linked" hidden>{escape(term["linked"])}</p>\n')
    for variant, picture in chart["svg"].items():
        self.body.append(f'<div class="chart-{variant}">{picture}</div>\n')
    for child in legend:
        if "subtitle" not in child["classes"]:
            child.walkabout(self)
    if chart["table"]:
        self.body.append(_details(term["data"], chart["table"]))
    self.body.append(_files(chart, files))
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
    return relative_uri(page, f"{takeaway.FOLDER}/{chart['name']}")


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


def _start_library(app: Sphinx, _env: BuildEnvironment) -> None:
    """Put Vega together in another process while the pages are written: it takes a second."""
    if app.builder.format == "html":
        # A file of its own: more than a pipe holds.
        app.shanhai_library = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is read
        app.shanhai_library_writer = subprocess.Popen(
            [sys.executable, "-m", takeaway.__name__],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=app.shanhai_library,
        )


def _write_library(app: Sphinx, failure: Exception | None) -> None:
    """Put Vega beside the charts, if the pages have any."""
    writer = getattr(app, "shanhai_library_writer", None)
    if writer is None:
        return
    with app.shanhai_library as file:
        code = writer.wait()
        folder = Path(app.outdir) / takeaway.FOLDER
        if failure is None and folder.is_dir():
            if code:
                raise ExtensionError(f"Vega could not be put together: code {code}")
            file.seek(0)
            (folder / takeaway.LIBRARY).write_bytes(file.read())


def _write_colors(app: Sphinx) -> None:
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / COLORS_FILE).write_text(palette.stylesheet(), "utf-8")


def _has_charts(doctree: nodes.document) -> bool:
    return any("chart" in figure for figure in doctree.findall(nodes.figure))


def setup(app: Sphinx) -> dict[str, bool]:
    """Show charts in HTML, with the theme's colours; other builders know plain figures."""
    app.add_node(nodes.figure, override=True, html=(visit_figure, depart_figure))
    app.add_css_file("charts.css")
    app.add_css_file(COLORS_FILE)
    app.connect("builder-inited", _write_colors)
    app.connect("env-updated", _start_library)
    app.connect("build-finished", _write_library)
    load_where(app, SCRIPT, _has_charts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
