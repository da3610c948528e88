"""Search that finds any run of characters, in Chinese as in Latin, from a disk as from a server.

Sphinx cuts Chinese pages into words but not the query, so most of what stands on a page is not found; and
it reads its snippets from the pages by requests, which a book opened from a disk may not make. A book of
this size needs no index: the texts of all pages, taken from the document tree, are one script of the page of
results, which looks through them.

Where a query is written otherwise than the page, both are folded: small letters, narrow forms, straight
quotes; ``1,232`` and ``1232``. A language that parts its words is searched by their starts. In a Chinese
book traditional characters read as the simplified ones that the pages have (OpenCC).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import opencc
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx

from shanhai.book import context as book
from shanhai.book.html.data_tables import data_tables
from shanhai.book.pages.html_only import WebOnly

TEXTS = "search-texts.js"
"""The texts of the pages, among the static files; read by ``search.js``."""

SCRIPTS = ("search-text.js", TEXTS, "search.js")
_PREFIX, _SUFFIX = "const SEARCH_TEXTS = ", ";\n"

PROSE, TABLE, CHART, CODE = range(4)
"""What a text stands in; results come in this order."""

_UNREAD = (nodes.comment, nodes.system_message, nodes.meta, addnodes.index, addnodes.toctree)
_LABEL = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)
_QUOTES = {"‘": "'", "’": "'", "“": '"', "”": '"'}
_CHINESE = "".join(map(chr, range(0x3400, 0xA000)))

Part = tuple[str, str, str, int]
"""A text: the anchor and the heading of its section, the text itself, what it stands in."""


def fold(text: str) -> str:
    """Return ``text`` in small letters, narrow forms and straight quotes, each character for one."""
    return "".join(map(_fold_character, text))


def _fold_character(char: str) -> str:
    folded = _QUOTES.get(char) or unicodedata.normalize("NFKC", char).lower()
    # As JavaScript counts: nothing beyond the basic plane is one unit.
    return folded if char <= "\uffff" and len(folded) == 1 and folded <= "\uffff" else char


class Reader:
    """The text of a page by section, as it is shown.

    What is folded, and what only narrow pages show, comes last: the text before and after it is one run
    to a reader who has not opened it.
    """

    def __init__(self, figures: dict[str, str]) -> None:
        self.figures = figures
        self.flow: list[tuple[str, int, list[str]]] = []
        self.later: list[tuple[str, int, list[str]]] = []
        self.headings: dict[str, str] = {}

    def add(self, text: str, anchor: str, kind: int, folded: bool = False) -> None:
        """Add a run of text."""
        place = self.later if folded else self.flow
        if not place or place[-1][:2] != (anchor, kind):
            place.append((anchor, kind, []))
        place[-1][2].append(text)

    def read(self, node: nodes.Node, anchor: str, kind: int, folded: bool) -> None:
        """Add the text of a node and of all in it."""
        if isinstance(node, nodes.Text):
            text = node.astext()
            self.add(text if kind == CODE else text.replace("\n", " "), anchor, kind, folded)
            return
        if isinstance(node, nodes.section):
            anchor = node["ids"][0] if node["ids"] else anchor
            self.headings[anchor] = _tidy(next((t.astext() for t in node.findall(nodes.title)), ""))
        elif isinstance(node, _UNREAD):
            return
        elif isinstance(node, data_tables):
            titles = "\n".join(table["title"] for table in node["tables"])
            self.add(f"\n{titles}\n", anchor, TABLE, folded)
            return
        elif isinstance(node, WebOnly):
            return
        elif isinstance(node, nodes.raw):
            text = unescape(_TAG.sub("\n", node.astext())) if node.get("format") == "html" else ""
            self.add(text, anchor, TABLE, folded)
            return
        elif isinstance(node, nodes.figure) and "chart" in node:
            self._chart(node, anchor, folded)
            return
        elif isinstance(node, nodes.table):
            kind = TABLE
        elif isinstance(node, HideCodeCellNode):
            kind, folded = CODE, True
        elif isinstance(node, nodes.literal_block):
            kind = CODE
        # A block is no one run with what stands around it; only snippets care.
        edge = "" if isinstance(node, nodes.Inline) else "\n"
        self.add(edge, anchor, kind, folded)
        if isinstance(node, nodes.caption) and node.parent["ids"]:
            self.add(self.figures.get(node.parent["ids"][0], ""), anchor, kind, folded)
        for child in node.children:
            self.read(child, anchor, kind, folded)
        self.add(edge, anchor, kind, folded)

    def _chart(self, figure: nodes.figure, anchor: str, folded: bool) -> None:
        chart = figure["chart"]
        anchor = figure["ids"][0] if figure["ids"] else anchor
        self.headings[anchor] = chart["title"]
        caption = next(iter(figure.findall(nodes.caption)))
        self.read(caption, anchor, PROSE, folded)
        rest = [
            p for legend in figure.findall(nodes.legend) for p in legend.findall(nodes.paragraph)
        ]
        source = [child for child in rest if "source" in child["classes"]]
        for child in rest:
            if child not in source:
                self.read(child, anchor, PROSE, folded)
        wide, narrow = (_labels(chart["svg"][variant]) for variant in ("wide", "narrow"))
        self.add("\n" + "\n".join(wide) + "\n", anchor, CHART, folded)
        for child in source:
            self.read(child, anchor, CHART, folded)
        others = [label for label in narrow if label not in set(wide)]
        self.add("\n" + "\n".join(others) + "\n", anchor, CHART, True)
        if chart["table"]:
            rows = (chart["table"]["columns"], *chart["table"]["rows"])
            cells = "\n".join(str(cell) for row in rows for cell in row)
            self.add(f"\n{cells}\n", anchor, TABLE, True)
        for fold_ in figure.findall(HideCodeCellNode):
            self.read(fold_, anchor, CODE, True)

    def parts(self) -> list[Part]:
        """Return what was read, empty parts left out."""
        found = [
            (anchor, self.headings.get(anchor, ""), _tidy("".join(text)), kind)
            for anchor, kind, text in self.flow + self.later
        ]
        return [part for part in found if part[2]]


def parts(doctree: nodes.Node, figures: dict[str, str]) -> list[Part]:
    """Return the text of a page by section and kind; ``figures`` are the numbers of captions, by id."""
    reader = Reader(figures)
    reader.read(doctree, "", PROSE, False)
    return reader.parts()


def _labels(svg: str) -> list[str]:
    return [unescape(_TAG.sub("", label)) for label in _LABEL.findall(svg)]


def _tidy(text: str) -> str:
    """Return ``text`` with one line for a block, one space for other white space."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def simplified(texts: Iterable[str]) -> str:
    """Return the characters that read as one of the texts' own, each followed by that one."""
    known = set().union(*map(set, texts))
    others = opencc.OpenCC("t2s").convert(_CHINESE)
    pairs = zip(_CHINESE, others, strict=True) if len(others) == len(_CHINESE) else ()
    return "".join(a + b for a, b in pairs if a != b and b in known)


class Texts:
    """The texts of the pages of one build: gathered page by page, written before the page of results."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Any]] = {}

    def gather(self, app: Sphinx, doctree: nodes.document, docname: str) -> None:
        """Take a page's text as it is about to be written; this is Sphinx's own process, always."""
        if app.builder.format != "html":
            return
        if {"nosearch", "no-search"} & app.env.metadata.get(docname, {}).keys():
            self.pages[docname] = {}
            return
        self.pages[docname] = {
            "title": app.env.titles[docname].astext(),
            "parts": parts(doctree, _numbers(app, docname)),
        }

    def write(self, app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
        """Write the texts, of pages that are not written again as they were; then the page of results."""
        if app.builder.format != "html":
            return
        path = Path(app.outdir) / "_static" / TEXTS
        known: dict[str, Any] = {}
        if path.is_file():
            text = path.read_text("utf-8").removeprefix(_PREFIX).removesuffix(_SUFFIX)
            known = json.loads(text)["pages"]
        known |= self.pages
        kept = {name: known[name] for name in sorted(app.env.all_docs) if known.get(name)}
        said: dict[str, Any] = {"pages": kept}
        if book.name(app.config).code == "zh":
            said["simplified"] = simplified(t for p in kept.values() for _, _, t, _ in p["parts"])
        content = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        path.write_text(f"{_PREFIX}{content}{_SUFFIX}", "utf-8")
        yield "search", {}, "search.html"


def _numbers(app: Sphinx, docname: str) -> dict[str, str]:
    """Return what stands before the captions of a page's figures and tables, by id."""
    formats = app.config.numfig_format
    return {
        name: formats[kind] % ".".join(map(str, number)) + " "
        for kind, numbers in app.env.toc_fignumbers.get(docname, {}).items()
        if kind in formats
        for name, number in numbers.items()
    }


def _start(app: Sphinx) -> None:
    """Leave Sphinx's own index and page of results unmade."""
    if app.builder.format == "html":
        app.builder.search = False  # type: ignore[attr-defined]


def _page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    scripts = SCRIPTS if pagename == "search" else ("search-text.js", "search-marks.js")
    for script in scripts:
        app.add_js_file(script, loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of Sphinx's search."""
    texts = Texts()
    app.connect("builder-inited", _start)
    app.connect("html-page-context", _page)
    # After all others, which still change what is shown.
    app.connect("doctree-resolved", texts.gather, priority=900)
    app.connect("html-collect-pages", texts.write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
