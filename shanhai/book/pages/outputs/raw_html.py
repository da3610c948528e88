"""HTML that authors write, or that cells put out: nothing of it is fetched from elsewhere, or lost on paper.

Whatever a browser would fetch from another host by itself (a picture, a frame, a script, a style sheet) is
refused. What stands in a page as HTML is printed by its tables and its text; what has neither says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from shanhai.book import context
from shanhai.book.pages.html_only import PaperOnly
from shanhai.book.pages.outputs.html_tables import parse
from shanhai.book.pages.outputs.maths import placed

logger = logging.getLogger(__name__)

_HOST = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_FETCHED = ("src", "srcset", "poster", "data", "background")
_LINKS = frozenset({"link", "image", "use", "feimage", "script"})
_IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)
_IN_SCRIPT = re.compile(
    r"""(?:import|from|fetch|load\w*|require\w*|src|href|url)[\s:=(\[]*["'`]((?:https?:)?//[^"'`\s]+)""",
    re.IGNORECASE,
)


class HandleHtml(SphinxTransform):
    """Look at each piece of HTML, and at each picture by address."""

    default_priority = 232

    def apply(self) -> None:
        """Refuse what would be fetched; give what an author wrote a form on paper."""
        for image in self.document.findall(nodes.image):
            if _HOST.match(image["uri"]):
                self._refuse(image, image["uri"])
        for raw in list(self.document.findall(nodes.raw)):
            if "html" not in raw.get("format", "").split():
                continue
            for address in dict.fromkeys(fetched(raw.astext())):
                self._refuse(raw, address)
            for name in dict.fromkeys(beside(raw.astext())):
                logger.warning(
                    "the page would ask for %r, which is not put beside it: show a picture with "
                    "![what it shows](%s), or embed it",
                    name,
                    name,
                    location=placed(raw),
                )
            is_block = not isinstance(raw.parent, nodes.TextElement)
            if is_block and not is_put_out(raw):
                self._print(raw)

    def _refuse(self, node: nodes.Element, address: str) -> None:
        logger.warning(
            "the page would fetch %s from another host: put a copy into the book's folder, "
            "or write a link to it",
            address,
            location=placed(node),
        )

    def _print(self, raw: nodes.raw) -> None:
        parsed = parse(raw.astext(), "T")
        blocks: list[nodes.Node] = list(parsed.blocks)
        if parsed.live:
            words = context.words(self.env)["output"]["no_print"]
            blocks.append(nodes.paragraph("", words, classes=["note"]))
        if blocks:
            for block in blocks:
                for node in block.findall(nodes.Element):
                    node.line, node.source = raw.line, raw.source
            raw.parent.insert(raw.parent.index(raw) + 1, PaperOnly("", *blocks))


def fetched(html: str) -> Iterator[str]:
    """Yield the addresses at other hosts that a browser asks for by itself when it shows ``html``."""
    if "//" not in html:
        return
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert isinstance(tag, Tag)
        names = (*_FETCHED, *(("href", "xlink:href") if tag.name in _LINKS else ()))
        for name in names:
            yield from filter(
                _HOST.match, re.split(r"\s*,\s+|\s+\d+[wx],?", str(tag.get(name, "")))
            )
        yield from _IN_STYLE.findall(str(tag.get("style", "")))
        if tag.name == "style":
            yield from _IN_STYLE.findall(tag.get_text())
        if tag.name == "script":
            yield from _IN_SCRIPT.findall(tag.get_text())


def beside(html: str) -> Iterator[str]:
    """Yield the names of files that ``html`` would show, as if they were beside the page."""
    if "src" in html:
        for tag in BeautifulSoup(html, "html.parser").find_all(src=True):
            name = str(tag["src"])
            if name and not re.match(r"[a-z]+:|//|#", name, re.IGNORECASE):
                yield name


def is_put_out(node: nodes.Node) -> bool:
    """Tell whether a node is of what a cell has put out."""
    return any(
        isinstance(each, nodes.container) and "cell_output" in each["classes"]
        for each in context.upwards(node)
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_transform(HandleHtml)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
