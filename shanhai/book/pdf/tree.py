"""The book's document tree, made fit for paper before it is translated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from docutils.nodes import Element
from sphinx import addnodes

from shanhai.book.context import upwards

SHOW_TAG = "tag_show-in-report"
"""Class MyST-NB puts on a cell that is tagged to show its code in the report."""

DROPPED_CLASSES = frozenset({"html-only", "no-print", "uses", "rests"})
"""Classes of what only makes sense on a screen; a row of the ledger says on which pages it is cited."""

_FILES = (addnodes.start_of_file, nodes.document)
"""What stands for a document of its own in the assembled tree."""

_LINE_END = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)


def prune(tree: nodes.document) -> None:
    """Remove from `tree` what is not printed: code, hidden output, screen-only content.

    Code stays where its cell carries the tag `show-in-report`.
    """
    for node in tree.findall(nodes.Element):
        for child in node.children:
            child.parent = node  # Sphinx leaves inlined documents with the parent they had
    for node in list(tree.findall(nodes.raw)):
        if _LINE_END.fullmatch(node.astext()):  # the one piece of HTML that is for paper too
            node.replace_self(nodes.raw("", "#linebreak()", format="typst"))
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


def open_with_section(tree: nodes.document, title: str) -> None:
    """Make a section of what the root document itself says, and put the chapters after it."""
    root = next(tree.findall(nodes.section), None)
    if root is None:
        return
    chapters = [
        node
        for node in root.findall(addnodes.start_of_file)
        if not any(isinstance(each, addnodes.start_of_file) for each in upwards(node.parent))
    ]
    for chapter in chapters:
        chapter.parent.remove(chapter)
    own = root.children[1:]
    del root.children[1:]
    if any(child.astext().strip() for child in own):
        root += nodes.section("", nodes.title("", title), *own)
    root += chapters


def docname(node: nodes.Node | None) -> str:
    """Return the document that a node of the assembled tree was read from."""
    files = (each for each in upwards(node) if isinstance(each, _FILES))
    return str(next(files, {"docname": ""})["docname"])


def place(node: nodes.Node, root: Path, text: str = "") -> str:
    """Return `FILE:LINE` of a node; the line is that of `text`, where the source has it near.

    `root` is the folder of the sources. A node without a line of its own has that of what holds it.
    """
    found = (each for each in upwards(node) if each.line or isinstance(each, _FILES))
    holder = next(found, node)
    line = holder.line or 1
    page = docname(node)
    files = (root / f"{page}{end}" for end in (".md", ".rst", ".ipynb"))
    file = next(filter(Path.is_file, files), Path(holder.source or page))
    if text and file.is_file():
        rest = file.read_text("utf-8-sig").splitlines()[line - 1 : line + 60]
        line += next((index for index, other in enumerate(rest) if text in other), 0)
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
    return f"{name}:{line}"


def keep_with_figures(tree: nodes.document) -> None:
    """Mark a paragraph that stands before a figure: it is to stand on the figure's page."""
    for figure in tree.findall(nodes.figure):
        block: Element = figure
        while block.parent.index(block) == 0 and not isinstance(block.parent, nodes.section):
            block = block.parent
        place = block.parent.index(block)
        before = block.parent[place - 1] if place else None
        if isinstance(before, nodes.paragraph) and not before["classes"]:
            before["classes"].append("leads")


LINES, ROWS = 40, 100
"""How much of a cell's output is printed: lines of text, rows of a table."""


def cut_walls(tree: nodes.document, words: Mapping[str, str]) -> None:
    """Cut what a cell has put out at so much as a reader of paper needs, and say how much there is."""
    for block in list(tree.findall(nodes.literal_block)):
        lines = block.astext().rstrip("\n").split("\n")
        if "output" in block["classes"] and len(lines) > LINES:
            block.children = [nodes.Text("\n".join(lines[:LINES]))]
            block.children[0].parent = block
            _say(block, words["cut_lines"].format(shown=LINES, all=len(lines)))
    for table in list(tree.findall(nodes.table)):
        body = next(table.findall(nodes.tbody), None)
        if body is not None and "output" in table["classes"] and len(body) > ROWS:
            count = len(body)
            del body.children[ROWS:]
            _say(table, words["cut_rows"].format(shown=ROWS, all=count))


def _say(node: Element, sentence: str) -> None:
    after = nodes.paragraph("", sentence, classes=["note"])
    node.parent.insert(node.parent.index(node) + 1, after)
