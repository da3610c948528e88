"""The page around the text: furo's, in the book's language, with what the page uses and no more.

The theme and MyST-NB have words that no catalogue of theirs translates. The book gives its own for them
under ``theme`` in its words: what the theme says in English, and in its place.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from docutils import nodes
from sphinx import locale
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config

from shanhai import design
from shanhai.book import context as book
from shanhai.book.html import markup
from shanhai.book.pages.html_only import load_where

HERE = Path(__file__).parent
STYLES = ("design.css", "shanhai.css")
"""The design system, written from `shanhai.design`, and what is made of it."""

SCRIPT = (
    'document.documentElement.classList.remove("no-js");'
    'document.body.dataset.theme=localStorage.getItem("theme")||"auto"'
)
"""Run before anything is painted; README's policy names its digest."""

DARK_CODE = "a11y-high-contrast-dark"
"""Colours of code on dark pages; furo's setting for it is not there when settings are read."""

NEVER = re.compile(r"(?!)")
CODE = re.compile('class="highlight')
USES = {
    "documentation_options.js": CODE,
    "doctools.js": NEVER,
    "translations.js": NEVER,
    "sphinx_highlight.js": NEVER,
    "mystnb.": NEVER,
    "thebe": NEVER,
    "furo-extensions.css": CODE,
    "clipboard": CODE,
    "copybutton": CODE,
    "sphinx-design": re.compile(r'class="[^"]*\bsd-'),
    "design-tabs": re.compile('class="sd-tab'),
    "togglebutton": re.compile(r'class="[^"]*\b(?:toggle|dropdown)\b'),
    "toggle": re.compile(r'class="[^"]*\b(?:toggle|dropdown)\b'),
}
"""Files that extensions load on every page, by a part of their name or text, with what in a page's text
they are for. Sphinx's own scripts serve its search, but for options that the copy button reads; MyST-NB's
styles are in ours."""


class Words(gettext.NullTranslations):
    """A catalogue held in a mapping, before another."""

    def __init__(self, messages: Mapping[str, str], other: gettext.NullTranslations) -> None:
        super().__init__()
        self.messages = messages
        self.add_fallback(other)

    def gettext(self, message: str) -> str:
        """Return the translation of ``message``."""
        return self.messages.get(message) or super().gettext(message)


def _configure(app: Sphinx, config: Config) -> None:
    """Put our templates between the book's own and the theme's, our files among the static ones."""
    own = [path for path in config.templates_path if not Path(path).is_absolute()]
    others = [path for path in config.templates_path if path not in own]
    # New lists: those that are there may be Sphinx's own, which the next build of this process has too.
    config.templates_path = [*own, str(HERE / "templates"), *others]
    config.html_static_path = [str(HERE / "static"), *config.html_static_path]


def _start(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    if "pygments_dark_style" in app.config:
        app.config.pygments_dark_style = DARK_CODE
    translator = Words(book.words(app).get("theme", {}), app.translator)
    locale.translators["general", "sphinx"] = translator
    app.builder.templates.environment.install_gettext_translations(translator)
    compiled = jinja2.FileSystemBytecodeCache(str(app.doctreedir))
    app.builder.templates.environment.bytecode_cache = compiled


def _design(app: Sphinx, builder: Builder) -> None:
    """Write the design system as a style sheet, before pages name it."""
    if builder.format != "html":
        return
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    text = design.tokens() + design.chart_rules() + markup.column_rules()
    (folder / STYLES[0]).write_text(text, "utf-8")


def _lift(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the line that stands over a heading, a container of the class ``kicker``, before it."""
    if app.builder.format != "html":
        return
    for line in list(doctree.findall(nodes.container)):
        place = line.parent.index(line)
        if (
            "kicker" in line["classes"]
            and place
            and isinstance(line.parent[place - 1], nodes.title)
        ):
            line.parent.insert(place - 1, line.parent.pop(place))


def _page(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document
) -> None:
    text = context.get("body") or ""
    context["has_code"] = '<details class="code"' in text
    context["filter_word"] = book.words(app)["tables"]["filter"]
    context["search_words"] = book.words(app)["search"]
    context["theme_script"] = SCRIPT
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if _is_used(file, text)]


def _is_used(file: Any, text: str) -> bool:
    said = f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', {}).get('body')}"
    return all(use.search(text) for part, use in USES.items() if part in said)


def _has_evidence(doctree: nodes.document) -> bool:
    return any("evidence" in table["classes"] for table in doctree.findall(nodes.table))


def setup(app: Sphinx) -> dict[str, bool]:
    """Shape pages after all other extensions."""
    app.setup_extension("shanhai.book.context")
    if "comments_config" not in app.config:
        # Jupyter Book sets it, whether the extension that reads it is there or not.
        app.add_config_value("comments_config", {}, "", dict)
    for name in STYLES:
        app.add_css_file(name)
    app.add_js_file("page.js", loading_method="defer")
    load_where(app, "ledger.js", _has_evidence)
    app.connect("config-inited", _configure, priority=900)
    app.connect("builder-inited", _start)
    app.connect("write-started", _design)
    app.connect("doctree-resolved", _lift)
    app.connect("html-page-context", _page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
