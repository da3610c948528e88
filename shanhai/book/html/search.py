"""Search that finds any run of characters, in Chinese as in Latin, from a disk as from a server.

Sphinx cuts Chinese pages into words but not the query, so most of what stands on a page is not found; and
it reads its snippets from the pages by requests, which a book opened from a disk may not make. Here both
sides are cut into characters, which tells the pages that may hold the query; the text of those pages,
written beside the index, tells which do, where, and what stands around it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, NavigableString, Tag
from docutils import nodes
from docutils.utils import new_document
from sphinx import addnodes
from sphinx.search import SearchLanguage

from shanhai.language import Language

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

STATIC = Path(__file__).with_name("static")

#: The text of the pages, among the static files; read by ``search.js``.
TEXTS = "search-texts.js"
_PREFIX, _SUFFIX = "const SEARCH_TEXTS = ", ";\n"

#: Not the page's text, or written by Sphinx for other ears: elements, and classes.
_UNREAD = {"script", "style", "title", "desc"}, {"headerlink", "unfolded"}

#: What stands in two of these is not one run of text; only snippets care.
_BLOCKS = re.compile(
    "^(?:p|h[1-6]|li|d[dt]|t[dh]|caption|figcaption|figure|details|summary|pre|div|text)$"
)

_HEADING = re.compile("^h[1-6]$")


def fold(text: str) -> str:
    """Return ``text`` in small letters and narrow forms, each character for one character."""
    return "".join(map(_fold_character, text))


def _fold_character(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower()
    # As JavaScript counts: nothing beyond the basic plane is one unit.
    return folded if char <= "\uffff" and len(folded) == 1 and folded <= "\uffff" else char


class CharacterSearch(SearchLanguage):
    """Cut pages and queries into characters, folded."""

    lang = "zh"
    language_name = "Characters"
    js_splitter_code = (STATIC / "search-text.js").read_text("utf-8")

    def split(self, input: str) -> list[str]:
        """Return each character once, in no order."""
        return sorted(set(re.sub(r"\s+", "", fold(input))))

    def word_filter(self, word: str) -> bool:
        """Keep every character: those of a query must all be found."""
        return bool(word)


def parts(body: str) -> list[list[str]]:
    """Return the text of a page's HTML by section: the anchor, the heading, the text.

    What is folded, and what only narrow pages show, comes last: the text before and after it is one run
    to a reader who has not opened it.
    """
    soup = BeautifulSoup(body, "html.parser")
    headings: dict[str, str] = {}
    flow: list[tuple[str, list[str]]] = []
    later: list[tuple[str, list[str]]] = []

    def add(text: str, anchor: str, folded: bool) -> None:
        place = later if folded else flow
        if not place or place[-1][0] != anchor:
            place.append((anchor, []))
        place[-1][1].append(text)

    def walk(tag: Tag, anchor: str, folded: bool) -> None:
        for child in tag.children:
            if type(child) is NavigableString:  # no comment
                add(child, anchor, folded)
            elif isinstance(child, Tag) and _is_read(child):
                is_block = _BLOCKS.match(child.name)
                if is_block:
                    add("\n", anchor, folded)
                inner, inner_folded = anchor, folded or _comes_later(child)
                if child.name == "section" and child.get("id"):
                    inner = child["id"]
                    heading = child.find(_HEADING, recursive=False)
                    headings[inner] = _tidy(_said(heading)) if heading else ""
                walk(child, inner, inner_folded)
                if is_block:
                    add("\n", inner, inner_folded)

    walk(soup, "", False)
    found = [
        [anchor, headings.get(anchor, ""), _tidy("".join(text))] for anchor, text in flow + later
    ]
    return [part for part in found if part[2]]


def _is_read(tag: Tag) -> bool:
    names, classes = _UNREAD
    return tag.name not in names and classes.isdisjoint(tag.get("class", ()))


def _said(heading: Tag) -> str:
    parts = (part for part in heading.children if not isinstance(part, Tag) or _is_read(part))
    return "".join(part.get_text() for part in parts)


def _comes_later(tag: Tag) -> bool:
    """Tell what is not shown at first: what is folded, and charts' second drawing, for narrow pages."""
    is_folded = tag.parent.name == "details" and tag.name != "summary"
    return is_folded or "chart-narrow" in tag.get("class", ())


def _tidy(text: str) -> str:
    """Return ``text`` with one line for a block, one space for other white space."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _index(
    app: Sphinx,
    pagename: str,
    _template: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the index the page as it is shown: charts, their data, figures across inline marks."""
    if pagename == "search":
        # The index, in the template, comes last: a query that waits for it is answered at once.
        for script in ("searchtools.js", "language_data.js", TEXTS, "search.js"):
            app.add_js_file(script, loading_method="defer")
        return
    indexer = getattr(app.builder, "indexer", None)
    if doctree is None or indexer is None or not context.get("title"):
        return
    app.add_js_file("search-text.js", loading_method="defer")
    app.add_js_file("search-marks.js", loading_method="defer")
    if {"nosearch", "no-search"} & app.env.metadata.get(pagename, {}).keys():
        return
    page = parts(context["body"])
    title = BeautifulSoup(context["title"], "html.parser").get_text()
    app.shanhai_search_texts[pagename] = {"title": title, "parts": page}
    document = new_document("")
    # The index takes titles and entries anew each time it is fed.
    for node in doctree.findall(nodes.title):
        document += nodes.section("", node.deepcopy(), ids=node.parent["ids"])
    document += [node.deepcopy() for node in doctree.findall(addnodes.index)]
    document += [nodes.paragraph(text, text) for _, _, text in page]
    indexer.feed(pagename, app.env.doc2path(pagename, base=False), context["title"], document)


def _write(app: Sphinx, exception: Exception | None) -> None:
    """Write the texts, those of pages that Sphinx did not write again as they were."""
    if exception or app.builder.format != "html":
        return
    path = Path(app.outdir) / "_static" / TEXTS
    texts = {}
    if path.is_file():
        texts = json.loads(path.read_text("utf-8").removeprefix(_PREFIX).removesuffix(_SUFFIX))
    texts |= app.shanhai_search_texts
    kept = {name: texts[name] for name in sorted(texts) if name in app.env.all_docs}
    content = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    path.write_text(f"{_PREFIX}{content}{_SUFFIX}", "utf-8")


def _configure(app: Sphinx, config: Config) -> None:
    CharacterSearch.lang = Language.of(config.html_search_language or config.language).code
    app.add_search_language(CharacterSearch)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of Sphinx's search in the book's language, whatever it is."""
    app.shanhai_search_texts = {}
    app.connect("config-inited", _configure)
    # After the theme, whose page is final then.
    app.connect("html-page-context", _index, priority=900)
    app.connect("build-finished", _write)
    # Pages written in other processes could not be gathered.
    return {"parallel_read_safe": True, "parallel_write_safe": False}
