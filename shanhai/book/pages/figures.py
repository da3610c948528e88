"""Charts of notebooks as figures of the book: numbered, linked to the ledger, readable as text.

A chart's output becomes a docutils ``figure``: title, picture with a text alternative, and a legend
with subtitle and source. Every builder can show that; HTML shows more (`shanhai.book.html.figures`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.environment import BuildEnvironment

from shanhai import design
from shanhai.book import context
from shanhai.book.pages.claims import reference
from shanhai.book.pages.outputs import displayed as outputs
from shanhai.charts.mime import KEY, LAB_MIME, MIME
from shanhai.charts.pictures import drawn
from shanhai.evidence.ledger import Claim

_ALTAIR = re.compile(
    r"\A\s*alt\.\w*Chart\(\.\.\.\)\s*\Z|\bvegaEmbed\(|//cdn\.jsdelivr\.net/npm/vega"
)
"""What Altair's own renderers print: a name on paper; a script from another host on a page."""


class MimeRenderer:
    """MyST-NB's plug-in for the output of `shanhai.charts.renderer`."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = (
        ("*", MIME, 0),
        *outputs.PRIORITIES,
    )

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure of a chart; nothing for what only JupyterLab shows; None to decline."""
        # The plug-in is there for every book of an environment where the package is installed.
        if "shanhai.extension" not in renderer.renderer.document.settings.env.app.extensions:
            return None
        if data.mime_type == LAB_MIME:
            if KEY not in data.content.get("usermeta", {}):
                renderer.logger.warning(
                    "a chart is left out of the book: pass it through figure()", line=data.line
                )
            return []
        if data.mime_type in {"text/html", "text/plain"} and _ALTAIR.search(str(data.content)):
            renderer.logger.warning(
                "a chart of Altair is left out of the book: pass it through figure()",
                line=data.line,
            )
            return []
        if data.mime_type != MIME:
            return outputs.render(renderer, data, inline)
        try:
            chart = drawn(data.content)
        except ValueError as error:
            renderer.logger.warning(str(error), line=data.line)
            return []
        return [_figure(renderer, chart, data.line)]


def _figure(renderer: NbElementRenderer, chart: dict[str, Any], line: int | None) -> nodes.figure:
    """Return a chart as a figure that any builder can show."""
    document = renderer.renderer.document
    env: BuildEnvironment = document.settings.env
    faces = design.faces(context.language(env))
    chart = json.loads(json.dumps(chart).replace(design.faces("zh"), faces))
    uri = renderer.write_file(
        ["charts", f"{chart['name']}.svg"], chart["svg"]["wide"].encode(), overwrite=True
    )
    figure = nodes.figure("", classes=["chart"], names=[f"fig-{chart['name']}"])
    source = _source(env, chart, renderer, line)
    figure["chart"] = chart | {
        "source": source.astext(),
        "words": context.words(env)["chart"],
        "faces": faces,
    }
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
    term = context.words(env)
    source = nodes.paragraph("", term["source"], classes=["source"])
    if not chart["claims"] and not chart["derived"]:
        source += nodes.Text(term["no_source"])
        return source
    ledger = context.ledger(env)
    claims = []
    for claim_id in chart["claims"]:
        if claim_id in ledger.claims:
            claims.append(ledger.claims[claim_id])
        else:
            why = context.unknown(env, "claim", claim_id, ledger.claims)
            renderer.logger.warning(f"chart {chart['name']!r}: {why}", line=line)
    before = None
    for claim in sorted(claims, key=lambda claim: claim.offset):
        place = (claim.section, claim.paragraph)
        if place == before:
            source += nodes.Text(term["comma"])
        else:
            section = ledger.label("sections", claim.section, context.language(env), column="label")
            said = term["source_place"].format(section=section, paragraph=claim.paragraph)
            source += nodes.Text((term["sep"] if before else "") + said)
        before = place
        source += reference(claim.id, _named(env, claim), env.docname)
    for index, key in enumerate(chart["derived"]):
        if index:
            source += nodes.Text(term["comma"])
        else:
            source += nodes.Text((term["sep"] if claims else "") + term["source_derived"])
        try:
            text = retrieve_glue_data(renderer.renderer.document, key).data["text/plain"]
        except RetrievalError:
            renderer.logger.warning(
                f"chart {chart['name']!r}: no cell of this notebook glues {key!r}", line=line
            )
            continue
        source += nodes.inline("", text, classes=["derived"], derived=(env.docname, key))
    return source


def _named(env: BuildEnvironment, claim: Claim) -> str:
    """Return a claim as printed; a bare number, which says nothing alone, with what it counts."""
    text = context.wording(env).printed(claim)
    if not text.replace(",", "").isnumeric():
        return text
    meaning = getattr(claim, f"description_{context.language(env)}", claim.description_en)
    return context.words(env)["chart"]["bare"].format(token=text, meaning=meaning)
