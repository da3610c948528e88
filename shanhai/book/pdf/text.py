"""Chinese text on paper: lines joined, numbers kept with their units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from docutils import nodes

_CJK = (
    "\u2e80-\u2fdf\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uffef"
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_BREAK_BY_CJK = re.compile(rf"(?<=[{_CJK}])[ \t]*\n[ \t]*|[ \t]*\n[ \t]*(?=[{_CJK}])")
_QUANTITY = re.compile(rf"(?<![0-9A-Za-z.,])([0-9][0-9.,]*[万亿]{{0,2}})([{_HAN}]|$)")
_SPACED = re.compile(rf"(?<=[{_HAN}]) +(?=[0-9A-Za-z])|(?<=[0-9]) +(?=[{_HAN}])")
_ORDINAL = "第"
_INLINE = (nodes.inline, nodes.reference, nodes.emphasis, nodes.strong)

_LONG = {False: (re.compile(r"[!-~]{18,}"), 6), True: (re.compile(r"[!-~]{7,}"), 3)}
"""Words that are broken, and after how many characters: in text, and in narrow columns."""


def join_lines(text: str, before: str = "", after: str = "") -> str:
    """Return `text` on one line, and without the spaces that Typst sets by itself.

    A line break beside a Chinese character leaves no space. A space typed between Chinese and a
    number or a Latin word, or beside a link, is dropped. `before` and `after` are the characters
    that stand next to the text, "" at either end.
    """
    if is_han(before) and is_han(text.lstrip()[:1]):
        text = text.lstrip()
    if is_han(after) and is_han(text.rstrip()[-1:]):
        text = text.rstrip()
    joined = _BREAK_BY_CJK.sub("", before + text + after).replace("\n", " ")
    joined = _SPACED.sub("", joined)
    return joined[len(before) : len(joined) - len(after)]


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: a number with its unit, or what stands between two."""

    text: str
    is_quantity: bool = False
    apart: bool = False
    """A thin space stands before it."""


def pieces(text: str, before: str, after: str) -> Iterator[Piece]:
    """Yield a joined text in pieces; `before` and `after` are as `join_lines` takes them."""
    start = 0
    for match in _QUANTITY.finditer(text):
        number, unit = match.groups()
        if not unit and not is_han(number[-1]) and not is_han(after):
            continue
        if match.start() > start:
            yield Piece(text[start : match.start()])
        left = text[match.start() - 1] if match.start() else before
        apart = is_han(left) and left != _ORDINAL and (match.start() > start or not start)
        yield Piece(number + unit, is_quantity=True, apart=apart)
        start = match.end()
    if start < len(text):
        yield Piece(text[start:])


def breakable(text: str, *, narrow: bool = False) -> list[str]:
    """Return a text in parts between which a line may break: long words are cut, at hyphens first."""
    parts, start = [], 0
    words, step = _LONG[narrow]
    for match in words.finditer(text):
        at = match.start()
        for piece in re.split(r"(?<=-)(?=.)", match[0]):
            cuts = range(at + step, at + len(piece) - 2, step) if words.match(piece) else ()
            for cut in (at, *cuts):
                if cut > match.start():
                    parts.append(text[start:cut])
                    start = cut
            at += len(piece)
    return [*parts, text[start:]]


def neighbours(node: nodes.Node) -> tuple[str, str]:
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


def is_han(character: str) -> bool:
    """Tell whether a character is a Chinese one."""
    return bool(re.match(rf"[{_HAN}]", character))
