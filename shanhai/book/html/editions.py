"""The same page in other languages: a link for readers, alternates for search engines.

``shanhai_editions`` says where the pages of each other edition stand, seen from this one's:
``{"en": "en/"}``. Pages have the same names in all editions, and headings the same anchors.
"""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urljoin

from babel import Locale
from docutils import nodes
from sphinx.application import Sphinx

from shanhai.book import context
from shanhai.language import Language


def addresses(app: Sphinx, page: str) -> dict[str, str]:
    """Return the absolute address of a page in every edition, by language; none without ``html_baseurl``."""
    base = app.config.html_baseurl
    if not base or not app.config.shanhai_editions:
        return {}
    roots = {context.name(app.config).tag: "", **app.config.shanhai_editions}
    root = f"{base.rstrip('/')}/"
    return {tag: urljoin(root, f"{path}{page}.html") for tag, path in roots.items()}


def _page(
    app: Sphinx, pagename: str, template: str, variables: dict[str, Any], doctree: nodes.document
) -> None:
    if app.builder.format != "html":
        return
    up = "../" * pagename.count("/")
    variables["editions"] = [
        {"tag": tag, "href": f"{up}{path}{pagename}.html", "name": _own_name(tag)}
        for tag, path in app.config.shanhai_editions.items()
    ]
    links = "".join(
        f'\n    <link rel="alternate" hreflang="{escape(tag)}" href="{escape(address)}" />'
        for tag, address in addresses(app, pagename).items()
    )
    variables["metatags"] = f"{variables.get('metatags', '')}{links}"


def _own_name(tag: str) -> str:
    """Return what a language calls itself: ``English``, ``中文``."""
    language = Language.of(tag)
    name = Locale(language.code).get_language_name(language.code)
    return name or tag


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell the templates of the other editions."""
    app.add_config_value("shanhai_editions", {}, "html", dict)
    app.add_config_value("shanhai_languages", [], "", list)
    app.connect("html-page-context", _page, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
