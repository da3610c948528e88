"""HTML that a cell puts out, as nodes: tables, and the text around them, for every builder.

A data frame becomes a table of the book: its cells are text, escaped like any other, its numbers end on one
line, its index is a head. What HTML can hold beside tables and text has no form here and is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Comment, NavigableString, Tag
from docutils import nodes

LEFT_OUT = "..."
"""What pandas writes in place of the columns and rows that it leaves out."""

_CUT = re.compile(r".{46,47}\.\.\.", re.DOTALL)
"""What pandas makes of a text longer than its setting `display.max_colwidth`, 50 by default."""

_NUMBER = re.compile(
    r"[-+−]?[¥$€]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?[%万亿]{0,2}|[-+]?(?:nan|inf|none|<na>|nat)|[-–—]?"
)
_NEVER = frozenset({"script", "style", "head", "title", "template"})
_LIVE = frozenset({"iframe", "svg", "canvas", "img", "video", "audio", "object", "embed", "input", "button",
                   "select", "script"})  # fmt: skip
_LINE = frozenset({"a", "abbr", "b", "br", "code", "em", "i", "kbd", "mark", "s", "samp", "small", "span",
                   "strong", "sub", "sup", "u", "var", "time"})  # fmt: skip
_MARKS = {"b": nodes.strong, "strong": nodes.strong, "i": nodes.emphasis, "em": nodes.emphasis,
          "code": nodes.literal, "kbd": nodes.literal, "samp": nodes.literal, "sub": nodes.subscript,
          "sup": nodes.superscript}  # fmt: skip


@dataclass
class Parsed:
    """What HTML holds, as nodes."""

    blocks: list[nodes.Element] = field(default_factory=list)
    tables: int = 0
    is_frame: bool = False
    """It is what pandas shows of a data frame, plain or styled."""
    styles: str = ""
    """Rules that colour the cells of a styled frame."""
    live: bool = False
    """It holds what is more than tables and text."""
    left_out: int = 0
    """Columns of a data frame in place of which stands an ellipsis; 0: none is left out."""
    cut: str = ""
    """The first text of a data frame that pandas has cut short."""


def parse(html: str, name: str) -> Parsed:
    """Return ``html`` as nodes; ids of a styled frame, random in each run, begin with ``name``."""
    random = set(re.findall(r"\bT_[0-9a-f]{5,}", html))
    for each in random:
        html = html.replace(each, name)
    soup = BeautifulSoup(html, "html.parser")
    parsed = Parsed(live=soup.find(list(_LIVE)) is not None)
    frame = soup.find("table", class_="dataframe")
    parsed.is_frame = bool(random) or frame is not None
    if random:
        parsed.styles = "\n".join(style.get_text() for style in soup.find_all("style"))
    parsed.blocks = list(_blocks(soup, parsed))
    return parsed


def _blocks(parent: Tag, parsed: Parsed) -> Iterator[nodes.Element]:
    """Yield tables, and paragraphs of what stands between them."""
    line: list[nodes.Node] = []
    for child in [*parent.children, None]:
        if isinstance(child, Comment) or (isinstance(child, Tag) and child.name in _NEVER):
            continue
        if child is not None and _is_inline(child):
            line += _inline(child)
            continue
        if "".join(node.astext() for node in line).strip():
            yield nodes.paragraph("", "", *line)
        line = []
        if isinstance(child, Tag):
            if child.name == "table":
                parsed.tables += 1
                yield _table(child, parsed)
            elif child.name == "pre":
                yield nodes.literal_block(child.get_text(), child.get_text(), language="none")
            elif child.name not in _LIVE:
                yield from _blocks(child, parsed)


def _is_inline(child: object) -> bool:
    if isinstance(child, NavigableString):
        return True
    return isinstance(child, Tag) and child.name in _LINE and child.find("table") is None


def _inline(child: object) -> list[nodes.Node]:
    if isinstance(child, Comment):
        return []
    if isinstance(child, NavigableString):
        text = re.sub(r"\s+", " ", str(child))
        return [nodes.Text(text)] if text else []
    assert isinstance(child, Tag)
    if child.name == "br":
        return [nodes.Text(" ")]
    if child.name in _NEVER or child.name in _LIVE or child.name in ("tr", "td", "th"):
        return []  # a cell within a cell: the first was not closed, which HTML allows
    if child.name == "table":
        return [nodes.Text(child.get_text(" ", strip=True))]
    inner = [node for part in child.children for node in _inline(part)]
    text = "".join(node.astext() for node in inner)
    address = str(child.get("href", ""))
    if not text.strip():
        return inner
    if child.name == "a" and address.startswith(("http://", "https://")):
        return [nodes.reference("", "", *inner, refuri=address)]
    kind = _MARKS.get(child.name)
    return [kind("", "", *inner)] if kind else inner


def _rows(table: Tag) -> list[tuple[Tag, bool]]:
    """Return the rows of a table, and whether each is of its head."""
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    heads = [row.find_parent("thead") is not None for row in rows]
    if rows and not any(heads) and not rows[0].find("td"):
        heads[0] = True
    return list(zip(rows, heads, strict=True))


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1"))
    return max(1, int(value)) if value.isdigit() else 1


def _table(table: Tag, parsed: Parsed) -> nodes.table:
    """Return a table; spans of cells are kept, and so is its caption."""
    rows = _rows(table)
    cells = [[each for each in row.find_all(["td", "th"]) if each.find_parent("tr") is row]
             for row, _ in rows]  # fmt: skip
    grid = _grid(cells)
    width = max((max(line, default=-1) + 1 for line in grid), default=0)
    body = [number for number, (_, is_head) in enumerate(rows) if not is_head]
    stubs = _stubs(grid, body, width)
    numbers = {
        column
        for column in range(stubs, width)
        if body and all(_is_number(grid[row].get(column)) for row in body)
    }
    if parsed.is_frame:
        texts = (_text(cell) for line in cells for cell in line)
        parsed.cut = next(filter(_CUT.fullmatch, texts), "")
        parsed.left_out = sum(
            all(_text(line.get(column)) == LEFT_OUT for line in grid) for column in range(width)
        )
    node = nodes.table(classes=["output", "dataframe", "colwidths-auto"])
    if caption := table.find("caption"):
        node += nodes.title("", "", *_inline_all(caption))
    group = nodes.tgroup(cols=width)
    columns = [nodes.colspec(colwidth=1) for _ in range(width)]
    for spec in columns[:stubs]:
        spec["stub"] = 1
    group += columns
    head, rest = nodes.thead(), nodes.tbody()
    for number, (_, is_head) in enumerate(rows):
        line = nodes.row()
        for cell in cells[number]:
            column = next(at for at, each in grid[number].items() if each is cell)
            line += _entry(cell, column in numbers, parsed.styles)
        (head if is_head else rest).append(line)
    if len(head):
        group += head
    group += rest
    node += group
    return node


def _inline_all(tag: Tag) -> list[nodes.Node]:
    return [node for part in tag.children for node in _inline(part)]


def _entry(cell: Tag, is_number: bool, styles: str) -> nodes.entry:
    entry = nodes.entry()
    for name, key in (("colspan", "morecols"), ("rowspan", "morerows")):
        if (span := _span(cell, name)) > 1:
            entry[key] = span - 1
    if is_number:
        entry["classes"] += ["number", "text-right"]
    own = str(cell.get("id", ""))
    if own and f"#{own}" in styles:
        entry["ids"].append(own)
    entry += nodes.paragraph("", "", *_inline_all(cell))
    return entry


def _grid(cells: Sequence[Sequence[Tag]]) -> list[dict[int, Tag]]:
    """Return, for each row, which cell stands in which column; spans fill several."""
    grid: list[dict[int, Tag]] = [{} for _ in cells]
    for number, row in enumerate(cells):
        column = 0
        for cell in row:
            while column in grid[number]:
                column += 1
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            for down in range(number, min(number + high, len(grid))):
                grid[down].update(dict.fromkeys(range(column, column + wide), cell))
            column += wide
    return grid


def _stubs(grid: Sequence[dict[int, Tag]], body: Sequence[int], width: int) -> int:
    """Return how many columns at the left hold the heads of rows."""
    count = 0
    while (
        count < width - 1
        and body
        and all((cell := grid[row].get(count)) is not None and cell.name == "th" for row in body)
    ):
        count += 1
    return count


def _text(cell: Tag | None) -> str:
    return cell.get_text(" ", strip=True) if cell is not None else ""


def _is_number(cell: Tag | None) -> bool:
    text = _text(cell)
    return text in ("...", "…") or _NUMBER.fullmatch(text.lower().replace(" ", "")) is not None
