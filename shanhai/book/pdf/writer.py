"""Turns a Sphinx document tree into the Typst source of the report.

The translation itself is `sphinxcontrib-typstbuilder`'s. Overridden here, in `blocks` and in `tables` is what
a printed book needs beyond it: the numbers Sphinx has assigned, captions with subtitle and source, footnotes
kept apart by chapter, addresses that can be read on paper, ids on table cells, and Chinese text broken over
lines of source without gaps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from docutils.nodes import Element, Text
from sphinx import addnodes

from shanhai.book.context import upwards
from shanhai.book.pdf.blocks import GROUPS, BlockVisitors
from shanhai.book.pdf.markup import array, flag, string
from shanhai.book.pdf.tables import TableVisitors
from shanhai.book.pdf.text import breakable, is_han, join_lines, neighbours, pieces
from shanhai.book.pdf.tree import docname
from shanhai.book.pdf.upstream import BlockMarkupFunction, document_label, escape_str

FIGURES = frozenset({"claim", "derived", "fact"})
"""Classes of a figure in prose that leads to its row."""

_LEVELS = 4
_NEVER_FIRST = ("；", "：")

_SHORT = 24
"""How many characters of a figure stay on one line."""


@dataclass
class Link:
    """A link inside the report: the label it goes to, and the node to blame if there is none."""

    label: str
    node: Element


class ReportTranslator(BlockVisitors, TableVisitors):
    """Writes the report; `links`, `labels` and `faults` are read when it is done.

    `faults` are pairs of a sentence and the node it is about: what must stop the build.
    """

    def __init__(self, document: nodes.document, builder: Any) -> None:
        super().__init__(document, builder)
        self.labels: set[str] = set()
        self.links: list[Link] = []
        self.pending_labels: list[str] = []
        self.faults: list[tuple[str, nodes.Node]] = []
        self._footnotes: dict[tuple[str, str], Element] = {}
        self._footnotes_set: set[tuple[str, str]] = set()
        self._addresses: set[str] = set()
        self._claims = 0
        self.crowded: list[bool] = []
        self._cited = set(_cited(document))
        for node in document.findall(nodes.footnote):
            for name in node["ids"]:
                self._footnotes[docname(node), name] = node

    def body(self) -> str:
        """Return the whole Typst document."""
        content = self.curr_elements[0].to_text()
        return f'#import "report.typ": *\n\n#show: report\n\n{content}\n'

    def unknown_visit(self, node: nodes.Node) -> None:
        """Refuse what has no printed form."""
        self.faults.append((f"the report has no printed form of {type(node).__name__!r}", node))

    def unknown_departure(self, node: nodes.Node) -> None:
        """Leave a node without a printed form."""

    def visit_desc(self, node: Element) -> None:
        """Refuse what describes a program."""
        self.unknown_visit(node)
        raise nodes.SkipNode

    def visit_PaperOnly(self, node: Element) -> None:  # noqa: N802
        """Enter what stands on paper alone."""

    depart_PaperOnly = visit_PaperOnly  # noqa: N815

    # Labels. Typst refuses two elements with one label, so each id is written once.

    def _fresh(self, labels: Any) -> list[str]:
        fresh = [label for label in dict.fromkeys(labels) if label not in self.labels]
        self.labels.update(fresh)
        return fresh

    def label_refs(self, labels: list[str]) -> list[str]:
        """Return the labels of ids, without those that are written already."""
        return self._fresh(map(self.label_ref, labels))

    def add_pending_labels(self, labels: list[str]) -> None:
        """Keep the labels of ids for the next element that can carry them."""
        self.pending_labels += self.label_refs(labels)

    def _take_pending(self) -> list[str]:
        labels, self.pending_labels = self.pending_labels, []
        return labels

    def visit_document(self, node: Element) -> None:
        """Enter the root document."""
        self.curr_files.append(node["docname"])
        self.pending_labels += self._fresh([document_label(node["docname"])])

    def visit_start_of_file(self, node: Element) -> None:
        """Enter a document that stands in a table of contents."""
        self._addresses.clear()
        self.visit_document(node)
        if node["docname"] in self.builder.settings.landscape:
            self.append_block_fun(None, name="landscape")

    def depart_start_of_file(self, node: Element) -> None:
        """Leave a document that stands in a table of contents."""
        if node["docname"] in self.builder.settings.landscape:
            self.absorb_fun_in_body()
        super().depart_start_of_file(node)

    # Text

    def visit_Text(self, node: Text) -> None:  # noqa: N802
        """Write text, after the labels that wait for it; a number keeps close to its unit."""
        body = self.curr_element().body
        body += [f"#mlabel({escape_str(label)})" for label in self._take_pending()]
        before, after = neighbours(node)
        text = join_lines(node.astext(), before, after)
        if self._claims:
            body.append("#" + escape_str(text))
            return
        narrow = bool(self.crowded and self.crowded[-1])
        for piece in pieces(text, before, after):
            # Typst lets a line begin with these where a box stands before them.
            if piece.text[:1] in _NEVER_FIRST and body and body[-1].startswith("#token("):
                body.append("#sym.wj")
            if piece.is_quantity:
                body.append(f"#token(before: {flag(piece.apart)})[#{escape_str(piece.text)}]")
            else:
                body.append(
                    "#zero".join(
                        f"#{escape_str(part)}" for part in breakable(piece.text, narrow=narrow)
                    )
                )

    def visit_inline(self, node: Element) -> None:
        """Write marked text; a figure of the ledger is kept in one piece with its unit, words are not."""
        if FIGURES.isdisjoint(node["classes"]):
            super().visit_inline(node)
            return
        self._claims += 1
        text = node.astext()
        before, after = neighbours(node)
        named: dict[str, str | None] = {
            "whole": flag(len(text) <= _SHORT),
            "before": flag(is_han(before) and re.match(r"[0-9A-Za-z]", text)),
            "after": flag(is_han(after) and re.search(r"[A-Za-z%]$", text)),
        }
        cites = None if is_repeated(node) else next(_targets(node), None)
        named["cites"] = string(self.label_ref(cites) if cites else None)
        self.append_inline_fun(node, name="token", named_params=named, force_body=True)

    def depart_inline(self, node: Element) -> None:
        """Leave marked text."""
        self._claims -= not FIGURES.isdisjoint(node["classes"])
        super().depart_inline(node)

    # Headings

    def visit_title(self, node: Element) -> None:
        """Write a heading with the number Sphinx has given it."""
        if not isinstance(node.parent, nodes.section) or self.this_is_the_title:
            super().visit_title(node)
            return
        element = BlockMarkupFunction(
            name="section-heading",
            named_params={
                "level": str(min(max(self.sectionlevel, 1), _LEVELS)),
                "number": string(self._section_number(node.parent)),
                "labels": array(map(escape_str, self._take_pending())),
                "small": flag(_is_headed(node)),
            },
        )
        self.append_el(element)

    def _section_number(self, section: Element) -> str | None:
        docname = self.curr_files[-1]
        top = isinstance(section.parent, addnodes.start_of_file)
        appendices = self.builder.settings.appendices
        if docname in appendices:
            if not top:
                return None
            letter = chr(ord("A") + appendices.index(docname))
            return f"{self.builder.words['appendix']} {letter}"
        numbers = self.builder.env.toc_secnumbers.get(docname, {})
        anchors = [""] if top else ["#" + name for name in section["ids"]]
        number = next((numbers[anchor] for anchor in anchors if numbers.get(anchor)), None)
        return ".".join(map(str, number)) if number else None

    def _figure_number(self, node: Element) -> str | None:
        """Return the number of a figure or table as Sphinx writes it on the HTML page."""
        kind = self.builder.env.get_domain("std").get_enumerable_node_type(node)
        numbers = self.builder.env.toc_fignumbers.get(self.curr_files[-1], {}).get(kind, {})
        for name in node["ids"]:
            if name in numbers:
                number = ".".join(map(str, numbers[name]))
                return (self.builder.config.numfig_format.get(kind) or "%s") % number
        return None

    # Links

    def visit_reference(self, node: Element) -> None:
        """Write a link; an address outside the report is also printed, once a chapter."""
        if node.get("internal", False) or "refid" in node:
            if _is_in(node, nodes.thead):
                self.append_unprocessed(
                    None
                )  # a head is printed many times, a link is in one place
                return
            label = self.label_ref(node["refuri"] if "refuri" in node else node["refid"])
            self.links.append(Link(label, node))
            self.append_inline_fun(node, "internal-link", positional_params=[escape_str(label)])
            return
        if _is_in(node, nodes.thead):
            self.append_unprocessed(None)
            return
        address = node["refuri"]
        name = "printed-link" if self._is_printed(node, address) else "link"
        self.append_inline_fun(node, name, positional_params=[escape_str(address)])

    def _is_printed(self, node: Element, address: str) -> bool:
        """Tell whether paper needs the address: it is not there yet, and there is room for it."""
        if not address.startswith(("http://", "https://")) or node.astext().strip() == address:
            return False
        if _is_in(node, nodes.entry, nodes.figure, nodes.caption, nodes.title, nodes.footnote):
            return False
        if address in self._addresses:
            return False
        self._addresses.add(address)
        return True

    def visit_download_reference(self, _node: Element) -> None:
        """Print the name of a file to download; the file itself is in the online book."""
        self.append_inline_fun(None, "inline", force_body=True)

    def depart_download_reference(self, _node: Element) -> None:
        """Leave the name of a file."""
        self.absorb_fun_in_body()

    # Footnotes: ids are unique within one document only, so the text goes where the mark stands.

    def visit_footnote_reference(self, node: Element) -> None:
        """Write a footnote at its first mark, and a second mark to it at the others."""
        key = (self.curr_files[-1], node["refid"])
        label = escape_str(f"footnote:{key[0]}#{key[1]}")
        again = is_repeated(node)
        if key in self._footnotes_set and not _is_in(node, nodes.thead):
            mark = "#title-mark" if again else "#footnote"
            self.curr_element().body.append(f"{mark}(label({label}))")
        elif key in self._footnotes:
            self._footnotes_set.add(key)
            self.append_markup_arg(None)
            for child in self._footnotes[key].children:
                child.walkabout(self)
            text = self.pop_el()
            if _is_in(node, nodes.thead):
                self.curr_element().body.append(f"#head-note{text}")
                raise nodes.SkipNode
            self.curr_element().body.append(
                f"#title-note({label}){text}" if again else f"#side-note{text}#label({label})"
            )
        else:
            self.faults.append(("a footnote mark has no footnote", node))
        raise nodes.SkipNode

    def visit_footnote(self, _node: Element) -> None:
        """Skip: a footnote is written where its mark stands."""
        raise nodes.SkipNode

    def visit_container(self, node: Element) -> None:
        """Enter a group; its ids are kept for what stands in it."""
        self.add_pending_labels(node["ids"])
        if not GROUPS.isdisjoint(node["classes"]):
            classes = array(map(escape_str, node["classes"]))
            self.append_block_fun(node, "group", named_params={"classes": classes})

    def depart_container(self, node: Element) -> None:
        """Leave a group."""
        if not GROUPS.isdisjoint(node["classes"]):
            self.absorb_fun_in_body()


def _is_in(node: nodes.Node, *kinds: type[nodes.Node]) -> bool:
    return any(isinstance(each, kinds) for each in upwards(node.parent))


def is_repeated(node: nodes.Node) -> bool:
    """Tell whether what holds `node` is printed again elsewhere: in contents, running heads, a table."""
    return _is_in(node, nodes.title, nodes.caption, nodes.thead)


def _is_headed(title: Element) -> bool:
    """Tell whether a headline stands below a title: it is then the larger of the two."""
    below = title.next_node(siblings=True, descend=False)
    return isinstance(below, nodes.container) and "headline" in below["classes"]


def _targets(claim: Element) -> Iterator[str]:
    """Yield where the links in a rendered claim go: a label, or an id of the same document."""
    for link in claim.findall(nodes.reference):
        if link.get("internal", False) or "refid" in link:
            yield link["refuri"] if "refuri" in link else link["refid"]


def _cited(document: nodes.document) -> Iterator[str]:
    """Yield the labels that claims in prose link to."""
    for node in document.findall(nodes.inline):
        if not FIGURES.isdisjoint(node["classes"]) and not is_repeated(node):
            for target in _targets(node):
                yield target if target.startswith("%") else f"%{docname(node)}#{target}"
