"""What rests on each figure: said in its row of the evidence, and left in a record for ``shanhai affects``.

The record (`shanhai.evidence.affects.Record`) is written when the pages are: derived figures with their
formulas, charts with what they draw, and every sentence that holds a figure.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from shanhai.book import context
from shanhai.book.pages.derived import DERIVED, anchor, glued
from shanhai.book.pages.derived_formulas import address
from shanhai.book.pages.evidence import page_order
from shanhai.evidence.affects import RECORD, Record, affected

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

CHARTS = "charts"
"""Group of the domain: the charts of each page, with what they draw."""

_END = re.compile(r"(?<=[。！？])|(?<=[.!?]) ")


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the charts of a page draw."""
    page = app.env.docname
    found = [
        {
            "page": page,
            "name": figure["chart"]["name"],
            "title": figure["chart"]["title"],
            "claims": figure["chart"]["claims"],
            "facts": figure["chart"].get("facts", []),
            "derived": [f"{page}#{key}" for key in figure["chart"].get("derived", [])],
        }
        for figure in doctree.findall(nodes.figure)
        if "chart" in figure
    ]
    context.record(app.env, CHARTS)[page] = found


def gather(env: BuildEnvironment) -> Record:
    """Return what the pages hold, in the book's order, without their sentences."""
    derived = [
        {"page": page, **made.as_dict()}
        for page in sorted(context.record(env, DERIVED), key=page_order(env))
        for made in glued(env, page).values()
        if made.formula
    ]
    charts = context.record(env, CHARTS)
    return Record(
        derived, [row for page in sorted(charts, key=page_order(env)) for row in charts[page]]
    )


def sentences(env: BuildEnvironment, page: str) -> Iterator[dict[str, Any]]:
    """Yield the sentences of a page that hold figures, with the figures."""
    for paragraph in env.get_doctree(page).findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.entry | nodes.legend):
            continue
        text, places = "", []
        for node in paragraph.findall(nodes.inline):
            kind = next(
                (each for each in ("claim", "fact", "derived") if each in node["classes"]), ""
            )
            if kind == "derived" and "derived" in node:
                source, key = node["derived"]
                made = glued(env, source).get(key)
                node.children = [nodes.Text(made.text if made else "")]
                node["figure"] = ("derived", f"{source}#{key}")
            elif kind:
                xref = next(
                    iter(node.findall(lambda n: "reftarget" in getattr(n, "attributes", {}))), None
                )
                label = xref["reftarget"] if isinstance(xref, nodes.Element) else ""
                node["figure"] = (f"{kind}s", label.removeprefix(f"{kind}-"))
        for node in paragraph.findall(nodes.inline):
            if "figure" in node:
                places.append((node, _offset(paragraph, node)))
        if not places:
            continue
        text, start = paragraph.astext(), 0
        for sentence in _END.split(text):
            end = text.index(sentence, start) + len(sentence)
            row: dict[str, Any] = {"page": page, "text": sentence.strip()}
            row |= {"claims": [], "facts": [], "derived": []}
            for node, at in places:
                if start <= at < end:
                    group, figure = node["figure"]
                    row[group].append(figure)
            if row["claims"] or row["facts"] or row["derived"]:
                yield row
            start = end


def _offset(paragraph: nodes.Element, node: nodes.Node) -> int:
    """Return where the text of a node begins within that of its paragraph."""
    at = 0
    while node is not paragraph and node.parent is not None:
        for sibling in node.parent.children:
            if sibling is node:
                break
            at += len(sibling.astext())
        node = node.parent
    return at


class Rests:
    """The rows of the evidence, each with what rests on it."""

    def __init__(self) -> None:
        self.record: Record | None = None

    def start(self, _app: Sphinx, env: BuildEnvironment) -> None:
        """Gather what the pages hold, once all have been read."""
        self.record = gather(env)

    def say(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Name in each row the derived figures, the charts and the verdicts that rest on it."""
        for paragraph in list(doctree.findall(nodes.paragraph)):
            if "rests" not in paragraph["classes"]:
                continue
            groups = self._links(app.env, docname, paragraph["claim"])
            if not groups:
                paragraph.parent.remove(paragraph)
                continue
            for index, (name, links) in enumerate(groups.items()):
                paragraph += nodes.Text(paragraph["term"]["sep"] if index else "")
                paragraph += nodes.Text(name)
                for link in links:
                    paragraph += [nodes.Text(" "), link]

    def _links(
        self, env: BuildEnvironment, docname: str, claim: str
    ) -> dict[str, list[nodes.reference]]:
        """Return the links by the group's name: figures as shown, the rest by number, titled."""
        ledger, lang = context.ledger(env), context.language(env)
        rest = affected(claim, ledger, self.record or gather(env))
        titles = {each.id: getattr(each, f"title_{lang}") for each in ledger.identities}
        term = context.words(env)["rests"]
        charts = [
            (
                row["title"],
                env.app.builder.get_relative_uri(docname, row["page"]) + f"#fig-{row['name']}",
            )
            for row in rest.charts
        ]
        derived = [
            (row["text"], address(env, docname, anchor(row["page"], row["key"])))
            for row in rest.derived
        ]
        verdicts = [
            (titles[each], address(env, docname, f"identity-{each}")) for each in rest.verdicts
        ]
        groups = {
            term["derived"]: [_link(uri, text) for text, uri in derived if uri],
            term["verdicts"]: _numbered(verdicts),
            term["charts"]: _numbered(charts),
        }
        return {name: links for name, links in groups.items() if links}


def _numbered(places: list[tuple[str, str]]) -> list[nodes.reference]:
    return [_link(uri, str(n), title) for n, (title, uri) in enumerate(places, 1) if uri]


def _link(uri: str, text: str, title: str = "") -> nodes.reference:
    told = {"reftitle": title} if title else {}
    return nodes.reference("", text, refuri=uri, internal=True, **told)


def write(app: Sphinx, failure: Exception | None) -> None:
    """Leave the record beside what was built."""
    env = app.env
    if failure or app.config.shanhai_preview or not context.record(env, DERIVED):
        return
    record = gather(env)
    for page in sorted(env.found_docs, key=page_order(env)):
        record.sentences.extend(sentences(env, page))
    path = Path(app.srcdir) / RECORD
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(record), ensure_ascii=False), "utf-8")
    os.replace(fresh, path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Gather when all pages are read; say it in the rows; leave the record at the end."""
    rests = Rests()
    app.connect("doctree-read", _note)
    app.connect("env-check-consistency", rests.start)
    app.connect("doctree-resolved", rests.say)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
