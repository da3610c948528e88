"""Characters in print: what no font of the report can show gets a sign in its place, and is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from docutils import nodes

from shanhai.book.pages.outputs.characters import clean
from shanhai.book.pdf.tree import place
from shanhai.book.pdf.typeset import without_glyph

SIGN = "〓"
"""Printers of Chinese set this sign, the geta, where they have no type for a character."""

_KNOWN = frozenset(map(chr, [*range(0x20, 0x7F), *range(0x4E00, 0x9FA6), *range(0x3001, 0x3012)]))
_JOINED = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|\\S(?:[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]|\u200d\\S)+"
)
"""Several characters that are one sign: a flag, a letter or an emoji with what is joined to it."""

_SILENT = ("Cf", "Mn", "Mc", "Me", "Cc", "Cs", "Zl", "Zp")


def make_printable(tree: nodes.document, root: Path) -> list[str]:
    """Drop codes for terminals from `tree`, and put `SIGN` where a character has no glyph.

    Returns a sentence for each place: page, line, characters. `root` is the folder of the sources.
    """
    texts = [node for node in tree.findall(nodes.Text) if not isinstance(node.parent, nodes.raw)]
    shown = [clean(node.astext()) for node in texts]
    lacking = _lacking(shown)
    notes = []
    for node, text in zip(texts, shown, strict=True):
        lost = {item for item in lacking if item in text}
        if lost or text != node.astext():
            if told := _told(text, lost):
                notes.append(f"{place(node, root, told[0])}: {_sentence(told)}")
            node.parent.replace(node, nodes.Text(_replaced(text, lost)))
    return notes


def printable(texts: list[str], where: str) -> tuple[list[str], list[str]]:
    """Return texts with `SIGN` for what has no glyph, and a sentence on that, if there is any."""
    lost = _lacking(texts)
    told = _told("".join(texts), lost)
    notes = [f"{where}: {_sentence(told)}"] if told else []
    return [_replaced(clean(text), lost) for text in texts], notes


def printable_values(value: Any, notes: list[str]) -> Any:
    """Return `value`, of lists and dictionaries, with `SIGN` for what has no glyph; add to `notes`."""
    texts = list(_texts(value))
    shown, more = printable(texts, "_config.yml: shanhai_report")
    notes += more
    known = dict(zip(texts, shown, strict=True))

    def walk(item: Any) -> Any:
        if isinstance(item, str):
            return known[item]
        if isinstance(item, dict):
            return {key: walk(part) for key, part in item.items()}
        return [walk(part) for part in item] if isinstance(item, list) else item

    return walk(value)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _lacking(texts: list[str]) -> set[str]:
    """Return the characters, and the signs joined of several, that no font can show."""
    used = {character for text in texts for character in text} - _KNOWN
    # A glyph that a font has for private use shows what its maker meant, not what the writer did.
    private = {character for character in used if unicodedata.category(character) == "Co"}
    asked = (character for character in used - private if not character.isspace())
    joined = {sign for text in texts for sign in _JOINED.findall(text)}
    return without_glyph([*asked, *joined]) | private


def _replaced(text: str, lost: set[str]) -> str:
    if any(len(item) > 1 for item in lost):
        text = _JOINED.sub(lambda found: SIGN if found[0] in lost else found[0], text)
    return "".join(_shown(character) if character in lost else character for character in text)


def _shown(item: str) -> str:
    return "" if len(item) == 1 and unicodedata.category(item) in _SILENT else SIGN


def _told(text: str, lost: set[str]) -> list[str]:
    """Return the characters of a text that `SIGN` stands for, each once."""
    found = dict.fromkeys([*_JOINED.findall(text), *_JOINED.sub("", text)])
    return [item for item in found if item in lost and _shown(item)]


def _sentence(characters: list[str]) -> str:
    codes = (" ".join(f"U+{ord(part):04X}" for part in item) for item in characters)
    named = ", ".join(f"{item} ({code})" for item, code in zip(characters, codes, strict=True))
    return f"no font of the report has {named}; {SIGN} is printed"
