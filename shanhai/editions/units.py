"""What of a source file is to be translated, and where it stands.

Units are blocks of Markdown, values of a directive's options, lines of literal blocks, strings and comments
of code cells, and scalars of YAML: those that hold Chinese characters or punctuation. Roles and
placeholders stay within a unit, so that a translation may order them anew.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
"""Chinese characters and punctuation."""

LITERAL = re.compile(r"""([fF]?)("{3}|'{3}|"|')((?:\\.|(?!\2).)*)\2""", re.DOTALL)
"""A string of Python, bytes and raw strings left out: prefix, quotes, what stands between them."""

_DIRECTIVE = re.compile(r"\{([\w:-]+)\} *(.*)")
_OPTION = re.compile(r":([\w-]+):[ \t]*(.*)")


@dataclass(frozen=True)
class Unit:
    """A text to be translated: where it stands in its file, what it is."""

    text: str
    start: int
    end: int
    line: int
    kind: str
    """``prose``, ``line``, ``string``, ``f-string``, ``comment`` or ``scalar``."""


class UnitError(ValueError):
    """A file that cannot be read for translation; the message says where and why."""


def markdown(text: str, extensions: tuple[str, ...] = ()) -> list[Unit]:
    """Return the units of a page or a notebook in MyST Markdown, in their order."""
    parser = create_md_parser(MdParserConfig(enable_extensions={*extensions}), RendererHTML)
    page = _Page(text, parser)
    page.read(0, len(page.lines))
    return sorted(page.units, key=lambda unit: unit.start)


class _Page:
    def __init__(self, text: str, parser: MarkdownIt) -> None:
        self.text = text
        self.parser = parser
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.units: list[Unit] = []

    def add(self, line: int, column: int, text: str, kind: str, end: int | None = None) -> None:
        """Add a text that starts in a line, if it is to be translated."""
        start = self.starts[line] + column
        if HAN.search(text):
            self.units.append(Unit(text, start, end or start + len(text), line + 1, kind))

    def read(self, first: int, last: int) -> None:
        """Read the lines from ``first`` to before ``last`` as Markdown."""
        cursor = (first, 0)
        for token in self.parser.parse("\n".join(self.lines[first:last])):
            if token.map is None:
                continue
            begin, end = token.map[0] + first, token.map[1] + first
            if token.type in {"fence", "colon_fence"}:
                self.fence(token, begin, end)
            elif token.type == "inline":
                cursor = self.inline(token.content, max(cursor, (begin, 0)))

    def inline(self, content: str, cursor: tuple[int, int]) -> tuple[int, int]:
        """Add a block's text, which is looked for from ``cursor``; return where it ends."""
        line, column = cursor
        place = None
        for part in content.split("\n"):
            while (found := self.lines[line].find(part, column)) < 0:
                line, column = line + 1, 0
                if line == len(self.lines):
                    raise UnitError(f"{cursor[0] + 1}: cannot find {part[:30]!r}")
            place = place or (line, found)
            column = found + len(part)
        assert place
        self.add(*place, content, "prose", self.starts[line] + column)
        return line, column

    def fence(self, token: Token, first: int, last: int) -> None:
        """Read a literal block or a directive: its argument, its options, its body."""
        closed = self.lines[last - 1].strip().startswith(token.markup)
        body, end = first + 1, last - closed
        directive = _DIRECTIVE.match(token.info.strip())
        if not directive:
            for line in range(body, end):
                self.whole(line, "line")
            return
        name, argument = directive[1], directive[2]
        if argument:
            self.add(first, self.lines[first].find(argument), argument, "line")
        while body < end and (option := _OPTION.match(self.lines[body].strip())):
            self.add(body, self.lines[body].find(option[2]), option[2], "line")
            body += 1
        if name == "code-cell":
            self.code(body, end)
        elif token.type == "colon_fence" or name in _WORDY:
            self.read(body, end)
        else:
            for line in range(body, end):
                self.whole(line, "line")

    def whole(self, line: int, kind: str) -> None:
        """Add a line without its indentation."""
        text = self.lines[line].strip()
        self.add(line, self.lines[line].find(text), text, kind)

    def code(self, first: int, last: int) -> None:
        """Add the strings and comments of a code cell."""
        source = "\n".join(self.lines[first:last])
        if not HAN.search(source):
            return
        try:
            tree = ast.parse(source)
            comments = [
                token
                for token in tokenize.generate_tokens(io.StringIO(source).readline)
                if token.type == tokenize.COMMENT
            ]
        except (SyntaxError, tokenize.TokenError) as error:
            line = first + (getattr(error, "lineno", None) or 1)
            raise UnitError(f"{line}: not Python: {error}") from None
        lines = source.split("\n")
        for node in _strings(tree):
            assert node.end_lineno and node.end_col_offset is not None
            begin = first + node.lineno - 1, _column(lines[node.lineno - 1], node.col_offset)
            line, column = node.end_lineno - 1, node.end_col_offset
            end = self.starts[first + line] + _column(lines[line], column)
            segment = self.text[self.starts[begin[0]] + begin[1] : end]
            if re.match(r"[fF]?[rR]", segment) and HAN.search(segment):
                raise UnitError(
                    f"{begin[0] + 1}: a raw string cannot be translated; write it without r"
                )
            text, kind = joined(segment)
            self.add(*begin, text, kind, end)
        spans = [(unit.start, unit.end) for unit in self.units]
        for token in comments:
            text = token.string.lstrip("# ")
            line = first + token.start[0] - 1
            column = token.start[1] + len(token.string) - len(text)
            # Between strings that Python joins it goes, as they become one.
            if not any(start <= self.starts[line] + column < end for start, end in spans):
                self.add(line, column, text, "comment")


_WORDY = {"admonition", "attention", "caution", "danger", "error", "figure", "hint", "important"}
_WORDY |= {"note", "seealso", "tip", "warning", "container", "div", "topic", "sidebar", "margin"}
"""Directives whose bodies are Markdown."""


def _strings(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the strings of a tree; what stands within an f-string's braces is part of it."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def _column(line: str, offset: int) -> int:
    """Return a column in characters, which Python counts in bytes."""
    return len(line.encode()[:offset].decode())


def joined(segment: str) -> tuple[str, str]:
    """Return what stands between the quotes of a string, or of several that Python joins, and its kind."""
    parts = [(prefix, inner) for prefix, _, inner in LITERAL.findall(segment)]
    if not any(prefix for prefix, _ in parts):
        return "".join(inner for _, inner in parts), "string"
    texts = (inner if prefix else re.sub(r"[{}]", r"\g<0>\g<0>", inner) for prefix, inner in parts)
    return "".join(texts), "f-string"


def settings(text: str) -> list[Unit]:
    """Return the units of a YAML file: its scalars."""
    units: list[Unit] = []

    def visit(node: Any) -> None:
        if isinstance(node, yaml.ScalarNode):
            mark = node.start_mark
            if HAN.search(node.value):
                units.append(
                    Unit(node.value, mark.index, node.end_mark.index, mark.line + 1, "scalar")
                )
        elif isinstance(node, yaml.SequenceNode):
            for each in node.value:
                visit(each)
        elif isinstance(node, yaml.MappingNode):
            for _, each in node.value:
                visit(each)

    visit(yaml.compose(text, yaml.SafeLoader))
    return units
