"""The text of a saved web page: what a reader reads of it, without menus, forms and scripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Elements whose text is no part of an article.
_APART = frozenset(
    ("script", "style", "noscript", "template", "svg", "head", "nav", "header", "footer", "aside")
) | frozenset(("form", "button", "select", "iframe", "figcaption"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = (
    _HEADINGS
    | frozenset(
        (
            "p",
            "div",
            "br",
            "li",
            "ul",
            "ol",
            "tr",
            "td",
            "th",
            "table",
            "section",
            "article",
            "main",
        )
    )
    | frozenset(("blockquote", "pre", "hr", "dd", "dt", "title", "body", "figure"))
)
#: Elements that have no end.
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link", "wbr", "source", "area", "col"))
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)

#: An ``article`` or ``main`` with fewer characters is not where the article is.
_LEAST = 200


def is_page(text: str) -> bool:
    """Return whether a text is the source of a web page."""
    return bool(_PAGE.match(text))


def page_text(source: str) -> str:
    """Return the blocks of a page, one a line; headings between the marks ``**``, which do not count."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.end_block()
    for wanted in ("article", "main"):
        chosen = [text for text, within in reader.blocks if wanted in within]
        if sum(map(len, chosen)) >= _LEAST:
            return "\n".join(chosen)
    return "\n".join(text for text, _ in reader.blocks)


class _Reader(HTMLParser):
    """One pass over one page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.blocks: list[tuple[str, frozenset[str]]] = []
        self.text = ""
        self.linked = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not _APART.isdisjoint(self.open):
            return
        self.text += data
        if "a" in self.open:
            self.linked += len(data.strip())

    def end_block(self) -> None:
        """Keep the block read so far, unless it is all links, as a menu is."""
        text = " ".join(self.text.split())
        if text and self.linked < len(text.replace(" ", "")):
            heading = not _HEADINGS.isdisjoint(self.open)
            self.blocks.append((f"**{text}**" if heading else text, frozenset(self.open)))
        self.text, self.linked = "", 0
