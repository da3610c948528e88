"""What rests on each figure: said in its row of the evidence, and left in a record for ``shanhai affects``.

The record (`shanhai.evidence.affects.Record`) is written when the pages are: derived figures with their
formulas, charts with what they draw, and every sentence that holds a figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from shanhai.book import context
from shanhai.book.pages.derived.formulas import address
from shanhai.book.pages.derived.role import DERIVED, anchor, glued, glued_one
from shanhai.book.pages.evidence import page_order
from shanhai.evidence.affects import RECORD, Record, affected
from shanhai.evidence.files import replace
from shanhai.evidence.reads import ALL

CHARTS, PARAGRAPHS = "charts", "paragraphs"
"""Groups of the domain: the charts of each page, with what they draw; its paragraphs that hold figures."""

Piece = tuple[str, str, str]
"""A text; of a figure its group, as `Record` has it, and what it is."""

_END = re.compile(r"(?<=[。！？])|(?<=[.!?]) ")


def _note(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the charts of a page draw, and the paragraphs that hold figures."""
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
    context.record(app.env, PARAGRAPHS)[page] = list(_paragraphs(doctree))


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
    for pieces in context.record(env, PARAGRAPHS).get(page, ()):
        text, places = "", []
        for piece, group, figure in pieces:
            if group:
                places.append((len(text), group, figure))
            source, has_key, key = figure.partition("#")
            made = glued_one(env, source, key) if has_key else None
            text += made.text if made else piece
        start = 0
        for sentence in _END.split(text):
            end = text.index(sentence, start) + len(sentence)
            row: dict[str, Any] = {"page": page, "text": sentence.strip()}
            row |= {"claims": [], "facts": [], "derived": []}
            for at, group, figure in places:
                if start <= at < end:
                    row[group].append(figure)
            if row["claims"] or row["facts"] or row["derived"]:
                yield row
            start = end


def _paragraphs(doctree: nodes.document) -> Iterator[list[Piece]]:
    """Yield the paragraphs of a page that hold figures."""
    for paragraph in doctree.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.entry | nodes.legend):
            pieces = list(_pieces(paragraph))
            if any(group for _, group, _ in pieces):
                yield pieces


def _pieces(node: nodes.Node) -> Iterator[Piece]:
    """Yield the text of a node, each figure by itself: its text, its group and what it is."""
    if isinstance(node, nodes.Text):
        yield node.astext(), "", ""
    elif "derived" in (said := getattr(node, "attributes", {})):
        yield node.astext(), "derived", "#".join(said["derived"])
    elif kind := next((each for each in ("claim", "fact") if each in said.get("classes", ())), ""):
        label = next((each["reftarget"] for each in node.findall(addnodes.pending_xref)), "")
        yield node.astext(), f"{kind}s", label.removeprefix(f"{kind}-")
    else:
        for child in node.children:
            yield from _pieces(child)


class Rests:
    """The rows of the evidence, each with what rests on it."""

    def __init__(self) -> None:
        self.record = Record()

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
                for number, link in enumerate(links):
                    paragraph += [nodes.Text(paragraph["term"]["comma"] if number else ""), link]

    def _links(
        self, env: BuildEnvironment, docname: str, claim: str
    ) -> dict[str, list[nodes.reference]]:
        """Return the links by the group's name: figures as shown, the rest by number, titled."""
        for group in (DERIVED, CHARTS):
            context.domain(env).ask(group, ALL)
        ledger, lang = context.ledger(env), context.language(env)
        rest = affected(claim, ledger, self.record)
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
    path = context.record_file(app, RECORD)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, json.dumps(asdict(record), ensure_ascii=False))


def setup(app: Sphinx) -> dict[str, bool]:
    """Gather when all pages are read; say it in the rows; leave the record at the end."""
    rests = Rests()
    app.connect("doctree-read", _note, priority=900)
    app.connect("env-check-consistency", rests.start)
    app.connect("doctree-resolved", rests.say)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
