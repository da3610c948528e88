"""The theme's own words, in the book's language, and folds of code as plain disclosure elements.

The theme and MyST-NB have words that no catalogue of theirs translates. The book gives its own for them
under ``theme`` in the file that ``shanhai_words`` names: what the theme says in English, and in its place.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import locale

from shanhai.book import context as book

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


class Words(gettext.NullTranslations):
    """A catalogue held in a mapping, before another."""

    def __init__(self, messages: Mapping[str, str], other: gettext.NullTranslations) -> None:
        super().__init__()
        self.messages = messages
        self.add_fallback(other)

    def gettext(self, message: str) -> str:
        """Return the translation of ``message``."""
        return self.messages.get(message) or super().gettext(message)


def _translate(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    messages = book.words(app).get("theme", {})
    translator = Words(messages, app.translator)
    app.shanhai_theme_words = messages
    locale.translators["general", "sphinx"] = translator
    app.builder.templates.environment.install_gettext_translations(translator)


def _page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    messages = getattr(app, "shanhai_theme_words", {})
    theirs = context.get("translate")
    if theirs:
        context["translate"] = lambda message: messages.get(message) or theirs(message)
    context["has_code"] = '<details class="code"' in (context.get("body") or "")


def _open_fold(self: HTML5Translator, node: nodes.Element) -> None:
    texts = "".join(
        f'<span class="{kind}">{escape(node[prompt])}</span>'
        for kind, prompt in (("folded", "prompt_show"), ("unfolded", "prompt_hide"))
    )
    self.body.append(f'<details class="code"><summary>{texts}</summary>\n')


def _close_fold(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Translate when the builder is ready; write folded cells as ``details.code``."""
    app.add_node(HideCodeCellNode, override=True, html=(_open_fold, _close_fold))
    app.connect("builder-inited", _translate)
    app.connect("html-page-context", _page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
