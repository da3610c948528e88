"""The text of a saved web page: what a reader reads of it, without menus, forms and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import PageElement, Tag

#: Elements whose text is no part of an article.
_APART = re.compile(
    "^(script|style|noscript|template|svg|head|nav|header|footer|aside|form|button|select|iframe"
    "|figcaption)$"
)
_HEADINGS = re.compile("^h[1-6]$")
_BLOCKS = re.compile(
    "^(h[1-6]|p|div|br|li|ul|ol|tr|td|th|table|section|article|main|blockquote|pre|hr|dd|dt|body"
    "|figure)$"
)
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
    from bs4 import BeautifulSoup  # Here, for a check of the data reads no page.

    page = BeautifulSoup(source, "html.parser")
    for part in page(_APART):
        part.decompose()
    for wanted in ("article", "main"):
        found = [part for part in page(wanted) if part.find_parent(wanted) is None]
        chosen = [line for part in found for line in _lines(part)]
        if sum(map(len, chosen)) >= _LEAST:
            return "\n".join(chosen)
    return "\n".join(_lines(page))


def _lines(part: Tag) -> Iterator[str]:
    """Yield the text of each block within a part, unless it is all links, as a menu is."""
    from bs4 import NavigableString, Tag

    def block(node: PageElement) -> int:
        return id(node if isinstance(node, Tag) else node.find_parent(_BLOCKS))

    found = (
        node
        for node in part.descendants
        if (_BLOCKS.match(node.name) if isinstance(node, Tag) else type(node) is NavigableString)
    )
    for _, group in groupby(found, block):
        # A line break, or an empty element, ends a block and has no text.
        texts = [node for node in group if isinstance(node, NavigableString)]
        text = " ".join("".join(texts).split())
        linked = sum(len(each.strip()) for each in texts if each.find_parent("a"))
        if text and linked < len(text.replace(" ", "")):
            yield f"**{text}**" if texts[0].find_parent(_HEADINGS) else text
