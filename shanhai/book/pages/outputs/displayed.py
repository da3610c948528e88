"""What a cell displays beside our charts: data frames, pictures, text, and what paper cannot show.

MyST-NB turns each form of an output into nodes and lets every builder take its own. Here data frames become
tables for all builders, pictures must have a text alternative, what differs from run to run (ids, addresses
in memory) is taken out, and what only a browser shows says so in print.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from shanhai.book import context
from shanhai.book.pages.html_only import PaperOnly, disclosure
from shanhai.book.pages.outputs.html_tables import parse

logger = logging.getLogger(__name__)

PAPER = "shanhai-report"
"""The builder of the report, by its name."""

PRIORITIES: tuple[tuple[str, str, int | None], ...] = (
    # A formula is drawn from its LaTeX, rather than shown in pixels.
    ("*", "text/latex", 35),
    # MyST-NB knows nothing of the report's builder: pictures first, then what any output has.
    (PAPER, "image/svg+xml", 10),
    (PAPER, "image/png", 20),
    (PAPER, "image/jpeg", 21),
    (PAPER, "image/gif", 22),
    (PAPER, "text/html", 25),
    (PAPER, "application/vnd.jupyter.widget-view+json", 26),
    (PAPER, "application/javascript", 27),
    (PAPER, "text/markdown", 40),
    (PAPER, "text/plain", 50),
)
"""What pages and report take of the forms that an output has; the lowest number first."""

FOLDED = 40
"""An output of more lines is folded on the page."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
_OBJECT = re.compile(r"<[^\n]*>")
_LIVE = ("application/vnd.jupyter.widget-view+json", "application/javascript")


def render(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
    """Return an output as nodes; None to leave it to MyST-NB."""
    if data.mime_type in _LIVE and not inline:
        shown: list[nodes.Element] = (
            renderer.render_javascript(data)
            if data.mime_type == "application/javascript"
            else renderer.render_widget_view(data)
        )
        return [*shown, _unprinted(renderer)]
    if data.mime_type == "text/plain" and isinstance(data.content, str):
        return _plain(renderer, data, inline)
    if data.mime_type == "text/html" and not inline:
        return _html(renderer, data)
    if data.mime_type.startswith("image/") and not inline:
        return _picture(renderer, data)
    return None


def _plain(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
    """Return text without addresses in memory; a bare object has no printed form."""
    text = _ADDRESS.sub("", data.string)
    if text == data.string:
        return None
    data.content = text
    shown: list[nodes.Element] = (
        renderer.render_text_plain_inline(data) if inline else renderer.render_text_plain(data)
    )
    if inline or not _OBJECT.fullmatch(text.strip()):
        return shown
    for node in shown:
        node["classes"].append("html-only")
    return [*shown, _unprinted(renderer)]


def _html(renderer: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
    """Return a data frame as a table; other HTML as it is, with its tables and text for paper."""
    document = renderer.renderer.document
    page = re.sub(r"\W+", "-", document.settings.env.docname)
    parsed = parse(data.string, f"T-{page}-{data.cell_index}-{data.output_index}")
    if parsed.left_out:
        logger.warning(
            "the data frame has more columns than pandas shows: choose columns, or call "
            'pandas.set_option("display.max_columns", None)',
            location=(document.settings.env.docname, _line(data.line)),
        )
    if parsed.cut:
        logger.warning(
            "the data frame has cells longer than pandas shows (%s): shorten them, or call "
            'pandas.set_option("display.max_colwidth", None)',
            parsed.cut,
            location=(document.settings.env.docname, _line(data.line)),
        )
    for block in parsed.blocks:
        for node in block.findall(nodes.Element):
            node.line, node.source = data.line, document["source"]
    words = context.words(document.settings.env)["output"]
    if parsed.is_frame and not parsed.live:
        styles = f"<style>{parsed.styles}</style>" if parsed.styles else ""
        raw = [nodes.raw("", styles, format="html")] if styles else []
        return [*raw, *(_counted(block, words["size"]) for block in parsed.blocks)]
    raw = [nodes.raw("", data.string, format="html", classes=["output", "text_html"])]
    paper = PaperOnly("", *parsed.blocks)
    if parsed.live:
        paper += nodes.paragraph("", words["no_print"], classes=["note"])
    return [*raw, paper]


def _counted(block: nodes.Element, words: str) -> nodes.Element:
    """Return a block; what pandas says of a frame's size, in the book's language."""
    size = re.fullmatch(r"(\d+) rows × (\d+) columns", block.astext())
    if size is None:
        return block
    text = words.format(rows=size[1], columns=size[2])
    return nodes.paragraph("", text, classes=["note"])


def _line(line: int | None) -> int:
    """Return the line of a cell's first line of code; MyST-NB gives the one after."""
    return max(1, (line or 1) - 1)


def _unprinted(renderer: NbElementRenderer) -> PaperOnly:
    words: dict[str, Any] = context.words(renderer.renderer.document.settings.env)["output"]
    return PaperOnly("", nodes.paragraph("", words["no_print"], classes=["note"]))


class DealWithOutputs(SphinxTransform):
    """Ask a text alternative of every picture, and fold walls of text."""

    default_priority = 220

    def apply(self) -> None:
        """Look at each output of the page."""
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") == "mime_bundle":
                self._ask_for_alternatives(bundle)
        words = context.words(self.env)["output"]
        for block in list(self.document.findall(nodes.literal_block)):
            count = block.astext().rstrip("\n").count("\n") + 1
            if "output" in block["classes"] and count > FOLDED:
                summary = words["fold"].format(lines=count)
                fold = disclosure("", summary=summary, classes=["output-fold"])
                block.replace_self(fold)
                fold += block

    def _ask_for_alternatives(self, bundle: nodes.container) -> None:
        forms = [form for form in bundle.children if isinstance(form, nodes.Element)]
        kinds = [form.get("mime_type", "") for form in forms]
        if "text/html" in kinds or "text/latex" in kinds:
            return
        for form in forms:
            if not form.get("mime_type", "").startswith("image/"):
                continue
            for picture in form.findall(nodes.image):
                if not picture.get("alt", "").strip():
                    logger.warning(
                        "the cell shows a picture without a text alternative: say what it shows with the "
                        "cell option `mystnb: {image: {alt: ...}}` or Image(..., alt=...), or draw it "
                        "with Altair and figure()",
                        location=(self.env.docname, _line(bundle.line)),
                    )


def _picture(renderer: NbElementRenderer, data: MimeData) -> list[nodes.Element] | None:
    """Return a picture with the text alternative that IPython's ``Image`` was given."""
    if data.mime_type != "image/svg+xml":
        try:
            base64.b64decode(data.string)
        except ValueError:
            where = (renderer.renderer.document.settings.env.docname, _line(data.line))
            logger.warning("the cell shows what is no %s", data.mime_type, location=where)
            return []
    alt = data.output_metadata.get(data.mime_type, {}).get("alt") or data.output_metadata.get("alt")
    if not alt:
        return None
    shown: list[nodes.Element] = renderer.render_image(data)
    for node in shown:
        node.setdefault("alt", alt)
    return shown


def _set_tables(_app: Sphinx, config: Config) -> None:
    """Let the Markdown that a cell shows have tables, unless the book chooses a kind of Markdown."""
    if config.nb_render_markdown_format == "commonmark":
        config.nb_render_markdown_format = "gfm"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.connect("config-inited", _set_tables)
    app.add_transform(DealWithOutputs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
