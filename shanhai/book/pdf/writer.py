"""Turns a Sphinx document tree into the Typst source of the report.

The translation itself is `sphinxcontrib-typstbuilder`'s. Overridden here is what a printed book
needs beyond it: the numbers Sphinx has assigned, captions with subtitle and source, footnotes kept
apart by chapter, addresses that can be read on paper, ids on table cells, and Chinese text broken
over lines of source without gaps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinxcontrib_typstbuilder._writer import (
    BlockMarkupFunction,
    Table,
    TypstTranslator,
    document_label,
    escape_raw_str,
    escape_str,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils.nodes import Element, Text

logger = logging.getLogger(__name__)

SHOW_TAG = "tag_show-in-report"
"""Class MyST-NB puts on a cell that is tagged to show its code in the report."""

FIGURES = frozenset({"claim", "derived", "fact"})
"""Classes of a figure in prose that leads to its row."""

DROPPED_CLASSES = frozenset({"html-only", "no-print"})
"""Classes of what only makes sense on a screen."""

_CJK = (
    "\u2e80-\u2fdf\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef\u2018\u2019\u201c\u201d\u2014\u2026\u00b7"
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_BREAK_BY_CJK = re.compile(rf"(?<=[{_CJK}])[ \t]*\n[ \t]*|[ \t]*\n[ \t]*(?=[{_CJK}])")
_QUANTITY = re.compile(rf"(?<![0-9A-Za-z.,])([0-9][0-9.,]*[万亿]{{0,2}})([{_HAN}]|$)")
_SPACED = re.compile(rf"(?<=[{_HAN}]) +(?=[0-9A-Za-z])|(?<=[0-9]) +(?=[{_HAN}])")
_ORDINAL = "第"
_INLINE = (nodes.inline, nodes.reference, nodes.emphasis, nodes.strong)
_LEVELS = 4


def join_lines(text: str, before: str = "", after: str = "") -> str:
    """Return `text` on one line, and without the spaces that Typst sets by itself.

    A line break beside a Chinese character leaves no space. A space typed between Chinese and a
    number or a Latin word, or beside a link, is dropped. `before` and `after` are the characters
    that stand next to the text, "" at either end.
    """
    if _is_han(before) and _is_han(text.lstrip()[:1]):
        text = text.lstrip()
    if _is_han(after) and _is_han(text.rstrip()[-1:]):
        text = text.rstrip()
    joined = _BREAK_BY_CJK.sub("", before + text + after).replace("\n", " ")
    joined = _SPACED.sub("", joined)
    return joined[len(before) : len(joined) - len(after)]


def prune(tree: nodes.document) -> None:
    """Remove from `tree` what is not printed: code, hidden output, screen-only content.

    Code stays where its cell carries the tag `show-in-report`.
    """
    for node in tree.findall(nodes.Element):
        for child in node.children:
            child.parent = node  # Sphinx leaves inlined documents with the parent they had
    for node in list(tree.findall(nodes.Element)):
        if node.parent is not None and _unprinted(node):
            node.parent.remove(node)
    for node in list(tree.findall(nodes.container)):
        if node.get("nb_element") in ("cell_code", "cell_code_output") and not node.children:
            node.parent.remove(node)


def _unprinted(node: Element) -> bool:
    if DROPPED_CLASSES.intersection(node.get("classes", ())):
        return True
    if isinstance(node, nodes.raw):
        return "typst" not in node.get("format", "").split()
    if isinstance(node, nodes.meta | addnodes.highlightlang | nodes.comment):
        return True
    if isinstance(node, nodes.transition):  # the rule MyST draws above footnotes
        after = node.parent.children[node.parent.index(node) + 1 :]
        return all(isinstance(other, nodes.footnote) for other in after)
    if is_hidden_code(node):
        return True
    hidden = (
        node.parent.get("hide_mode", "") if node.get("nb_element") == "cell_code_output" else ""
    )
    return any(mode in hidden for mode in ("all", "output"))


def is_hidden_code(node: Element) -> bool:
    """Tell whether `node` is the code of a cell that is not tagged to show it in print."""
    return node.get("nb_element") == "cell_code_source" and SHOW_TAG not in node.parent.get(
        "classes", ()
    )


@dataclass
class Link:
    """A link inside the report: the label it goes to, and the node to blame if there is none."""

    label: str
    node: Element


class ReportTable(Table):
    """A table, numbered and captioned if it has a title, its head repeated on every page."""

    def __init__(self, node: Element) -> None:
        super().__init__(node)
        self.name = "report-table"
        self.number: str | None = None
        self.head: str | None = None
        self.rows = [self._lines(row) for row in node.findall(nodes.row)]

    def _lines(self, row: Element) -> int:
        """Return about how many lines of text a row is high: em by em, in columns of one width.

        Only tables that are clearly short or long need to come out right.
        """
        table_width = 50  # em
        group = row.parent.parent
        given = [spec["colwidth"] for spec in group.findall(nodes.colspec)]
        widths = given if self.colwidths_given else [1] * len(given)
        shares = [max(1.0, table_width * width / sum(widths)) for width in widths]
        return max(
            (
                sum(ceil(len(part.astext()) / share) or 1 for part in entry.children)
                for entry, share in zip(row.children, shares, strict=False)
            ),
            default=1,
        )

    def to_text(self) -> str:
        """Return the call of `report-table`."""
        if self.colwidths_given:
            columns = ", ".join(f"{width}fr" for width in self.colwidths)
        else:
            columns = ", ".join(["auto"] * len(self.colwidths))
        named = {
            "number": self.number,
            "labels": _array(map(escape_str, self.labels)),
            "title": self.named_params.get("caption"),
            "columns": f"({columns},)",
            "classes": _array(map(escape_str, self.classes)),
            "lines": str(sum(self.rows)),
            "start": str(sum(self.rows[:3])),
            "header": self.head,
        }
        arguments = [f"{name}: {value}" for name, value in named.items() if value is not None]
        return f"#{self.name}(\n  " + ",\n  ".join([*arguments, *self.cells]) + ",\n)\n"


class ReportTranslator(TypstTranslator):
    """Writes the report; `links`, `labels` and `faults` are read when it is done.

    `faults` are pairs of a sentence and the node it is about: what must stop the build.
    """

    def __init__(self, document: nodes.document, builder: Any) -> None:
        super().__init__(document, builder)
        self.labels: set[str] = set()
        self.links: list[Link] = []
        self.faults: list[tuple[str, Element]] = []
        self._footnotes: dict[tuple[str, str], Element] = {}
        self._footnotes_set: set[tuple[str, str]] = set()
        self._addresses: set[str] = set()
        self._claims = 0
        self._cited = set(_cited(document))
        for node in document.findall(nodes.footnote):
            for name in node["ids"]:
                self._footnotes[_docname(node), name] = node

    def body(self) -> str:
        """Return the whole Typst document."""
        content = self.curr_elements[0].to_text()
        return f'#import "report.typ": *\n\n#show: report\n\n{content}\n'

    def unknown_visit(self, node: nodes.Node) -> None:
        """Warn: something on a page has no printed form, and its children are printed instead."""
        logger.warning("the report has no printed form of %r", type(node).__name__, location=node)

    def unknown_departure(self, node: nodes.Node) -> None:
        """Leave a node without a printed form."""

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
        before, after = _neighbours(node)
        text = join_lines(node.astext(), before, after)
        if self._claims:
            body.append("#" + escape_str(text))
            return
        start = 0
        for match in _QUANTITY.finditer(text):
            number, unit = match.groups()
            if not unit and not _is_han(number[-1]) and not _is_han(after):
                continue
            if match.start() > start:
                body.append("#" + escape_str(text[start : match.start()]))
            left = text[match.start() - 1] if match.start() else before
            apart = _is_han(left) and left != _ORDINAL and (match.start() > start or not start)
            body.append(f"#token(before: {_flag(apart)})[#{escape_str(number + unit)}]")
            start = match.end()
        if start < len(text):
            body.append("#" + escape_str(text[start:]))

    def visit_inline(self, node: Element) -> None:
        """Write marked text; a figure of the ledger is kept in one piece with its unit."""
        if FIGURES.isdisjoint(node["classes"]):
            super().visit_inline(node)
            return
        self._claims += 1
        text = node.astext()
        before, after = _neighbours(node)
        named = {
            "before": _flag(_is_han(before) and re.match(r"[0-9A-Za-z]", text)),
            "after": _flag(_is_han(after) and re.search(r"[0-9A-Za-z%]$", text)),
        }
        cites = next(_targets(node), None)
        named["cites"] = _string(self.label_ref(cites) if cites else None)
        self.append_inline_fun(node, name="token", named_params=named, force_body=True)

    def depart_inline(self, node: Element) -> None:
        """Leave marked text."""
        self._claims -= not FIGURES.isdisjoint(node["classes"])
        super().depart_inline(node)

    def visit_math(self, node: Element) -> None:
        """Refuse a formula: it is LaTeX, and Typst's language is another."""
        self.faults.append(("a formula has no printed form in the report", node))
        raise nodes.SkipNode

    visit_math_block = visit_math

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
                "number": _string(self._section_number(node.parent)),
                "labels": _array(map(escape_str, self._take_pending())),
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
            label = self.label_ref(node["refuri"] if "refuri" in node else node["refid"])
            self.links.append(Link(label, node))
            self.append_inline_fun(node, "internal-link", positional_params=[escape_str(label)])
            return
        address = node["refuri"]
        name = "printed-link" if self._is_printed(node, address) else "link"
        self.append_inline_fun(node, name, positional_params=[escape_str(address)])

    def _is_printed(self, node: Element, address: str) -> bool:
        """Tell whether paper needs the address: it is not there yet, and there is room for it."""
        if not address.startswith(("http://", "https://")) or node.astext().strip() == address:
            return False
        crowded = (nodes.entry, nodes.figure, nodes.caption, nodes.title, nodes.footnote)
        parent = node.parent
        while parent is not None:
            if isinstance(parent, crowded):
                return False
            parent = parent.parent
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
        if key in self._footnotes_set:
            self.curr_element().body.append(f"#footnote(label({label}))")
        elif key in self._footnotes:
            self._footnotes_set.add(key)
            self.append_markup_arg(None)
            for child in self._footnotes[key].children:
                child.walkabout(self)
            text = self.pop_el()
            self.curr_element().body.append(f"#side-note{text}#label({label})")
        else:
            self.faults.append(("a footnote mark has no footnote", node))
        raise nodes.SkipNode

    def visit_footnote(self, _node: Element) -> None:
        """Skip: a footnote is written where its mark stands."""
        raise nodes.SkipNode

    # Figures

    def visit_figure(self, node: Element) -> None:
        """Write a figure: title and subtitle above the picture, notes below."""
        number = _string(self._figure_number(node))
        labels = self.label_refs(node["ids"]) + self._take_pending()
        self.append_el(
            BlockMarkupFunction(
                name="report-figure",
                named_params={"number": number, "labels": _array(map(escape_str, labels))},
                force_body=True,
            )
        )

    def visit_caption(self, node: Element) -> None:
        """Write a caption: a figure's title, or the name over a block of code."""
        if isinstance(node.parent, nodes.figure):
            self.append_markup_arg(node)
        else:
            self.append_block_fun(node, "rubric")

    def depart_caption(self, node: Element) -> None:
        """Leave a caption."""
        if isinstance(node.parent, nodes.figure):
            title = self.pop_el()
            self.curr_element().named_params["title"] = title
        else:
            self.absorb_fun_in_body()

    def visit_legend(self, node: Element) -> None:
        """Write a legend: paragraphs of class `subtitle` above the picture, the rest below."""
        parts: dict[str, list[str]] = {"subtitle": [], "notes": []}
        for child in node.children:
            part = "subtitle" if "subtitle" in child.get("classes", ()) else "notes"
            self.append_unprocessed(None)
            child.walkabout(self)
            parts[part].append(self.pop_el())
        for name, texts in parts.items():
            if texts:
                self.curr_element().named_params[name] = "[" + "".join(texts).strip() + "]"
        raise nodes.SkipNode

    def visit_image(self, node: Element) -> None:
        """Write a picture with its text alternative; without one the report is not accessible."""
        alt = node.get("alt", "").strip()
        if not alt:
            self.faults.append((f"the picture {node['uri']} has no alt text; give it one", node))
        picture = self.builder.picture(node["uri"])
        if picture is None:
            self.faults.append((f"the picture {node['uri']} is not an SVG of vectors only", node))
            raise nodes.SkipNode
        self.append_inline_fun(
            node,
            "image",
            named_params={"alt": escape_str(join_lines(alt)), "width": f"{picture.width:.2f}%"},
            positional_params=[escape_raw_str(picture.name)],
        )

    def visit_container(self, node: Element) -> None:
        """Enter a group; its ids are kept for what stands in it."""
        self.add_pending_labels(node["ids"])

    def depart_container(self, node: Element) -> None:
        """Leave a group."""

    # Tables

    def visit_table(self, node: Element) -> None:
        """Enter a table. Ids in its head are taken out of it: a head is printed many times."""
        table = ReportTable(node)
        table.number = _string(self._figure_number(node))
        table.labels = self.label_refs(node["ids"]) + self._take_pending()
        for head in node.findall(nodes.thead):
            for part in head.findall(nodes.Element):
                table.labels += self.label_refs(part["ids"])
        self.append_el(table)

    def depart_thead(self, _node: Element) -> None:
        """Leave the head of a table."""
        head = self.pop_el()
        self.curr_element().head = head

    def visit_row(self, node: Element) -> None:
        """Enter a row; its first cell carries its ids."""
        if not isinstance(node.parent, nodes.thead):
            self.add_pending_labels(node["ids"])

    def depart_row(self, node: Element) -> None:
        """Leave a row with a hairline below, save the last."""
        if isinstance(node.parent, nodes.tbody) and node is not node.parent.children[-1]:
            self.curr_element().cells.append("row-rule")

    def visit_entry(self, node: Element) -> None:
        """Enter a cell; its content carries its ids."""
        super().visit_entry(node)
        if isinstance(node.parent.parent, nodes.tbody):
            self.add_pending_labels(node["ids"])
            body = self.curr_element().body
            body += [f"#mlabel({escape_str(label)})" for label in self._take_pending()]

    def depart_entry(self, node: Element) -> None:
        """Leave a cell; the last of a row that prose refers to says on which pages."""
        row = node.parent
        if isinstance(row.parent, nodes.tbody) and node is row.children[-1]:
            ids = [name for part in row.findall(nodes.Element) for name in part["ids"]]
            for label in self._cited.intersection(map(self.label_ref, ids)):
                self.curr_element().body.append(f"#cited({escape_str(label)})")
        super().depart_entry(node)

    # Lists of terms

    def visit_paragraph(self, node: Element) -> None:
        """Write a paragraph; the first of a definition follows its term."""
        if node["classes"]:
            classes = _array(map(escape_str, node["classes"]))
            self.append_block_fun(
                node, "paragraph", named_params={"classes": classes}, force_body=True
            )
        elif isinstance(node.parent, nodes.definition) and not self.curr_element().body:
            self.append_unprocessed(node)
        else:
            super().visit_paragraph(node)

    def visit_definition_list(self, node: Element) -> None:
        """Write a list of terms, each with its definition below."""
        self.append_block_fun(node, name="definitions")

    def depart_term(self, node: Element) -> None:
        """Leave a term; terms that share a definition stand on lines of their own."""
        self._add_part(node, "#linebreak()", first=True)

    def depart_definition(self, node: Element) -> None:
        """Leave a definition; several of one term are paragraphs of one."""
        self._add_part(node, "#parbreak()", first=False)

    def _add_part(self, node: Element, between: str, *, first: bool) -> None:
        text = self.pop_el()
        parts = self.curr_element().positional_params
        if len(parts) == (1 if first else 2):
            parts[-1] = parts[-1][:-1] + between + text[1:]
        else:
            parts.append(text)

    def visit_classifier(self, _node: Element) -> None:
        """Write the kind of a term after it."""
        self.append_unprocessed(None)

    def depart_classifier(self, _node: Element) -> None:
        """Leave the kind of a term."""
        self.absorb_fun_in_body()


def _targets(claim: Element) -> Iterator[str]:
    """Yield where the links in a rendered claim go: a label, or an id of the same document."""
    for link in claim.findall(nodes.reference):
        if link.get("internal", False) or "refid" in link:
            yield link["refuri"] if "refuri" in link else link["refid"]


def _cited(document: nodes.document) -> Iterator[str]:
    """Yield the labels that claims in prose link to."""
    for node in document.findall(nodes.inline):
        if not FIGURES.isdisjoint(node["classes"]):
            for target in _targets(node):
                yield target if target.startswith("%") else f"%{_docname(node)}#{target}"


def _docname(node: nodes.Node | None) -> str:
    while node is not None and not isinstance(node, addnodes.start_of_file | nodes.document):
        node = node.parent
    return node["docname"] if node is not None else ""


def _neighbours(node: nodes.Node) -> tuple[str, str]:
    """Return the visible characters before and after an inline node ("" at the end of a block)."""
    return _neighbour(node, -1), _neighbour(node, 1)


def _neighbour(node: nodes.Node, step: int) -> str:
    siblings = node.parent.children
    place = next(index for index, sibling in enumerate(siblings) if sibling is node) + step
    while 0 <= place < len(siblings):
        text = siblings[place].astext().strip()
        if text:
            return text[0 if step > 0 else -1]
        place += step
    return _neighbour(node.parent, step) if isinstance(node.parent, _INLINE) else ""


def _is_han(character: str) -> bool:
    return bool(re.match(rf"[{_HAN}]", character))


def _array(items: Any) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def _string(text: str | None) -> str | None:
    return None if text is None else escape_str(text)


def _flag(value: object) -> str:
    return "true" if value else "false"
