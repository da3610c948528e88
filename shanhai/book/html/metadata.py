"""What machines read of a page: description, Open Graph, schema.org, and a sitemap.

Addresses are given only where the book knows its own: ``html_baseurl`` in ``_config.yml``, or the
environment variable ``SHANHAI_BASEURL``.
"""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as escape_xml

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config

from shanhai.book import context
from shanhai.book.html.downloads import package
from shanhai.book.html.editions import addresses
from shanhai.book.pages.html_only import script_data

_VIEWPORT = re.compile(r'\s*<meta name="viewport"[^>]*>')

_LONGEST = 150
"""Characters of a description; search engines cut longer ones."""


def describe(doctree: nodes.document) -> str:
    """Return the first paragraph of a page, cut where it is long."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section) and not any(
            paragraph.findall(addnodes.only)
        ):
            text = " ".join(paragraph.astext().split())
            return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return ""


def _description(text: str) -> list[str]:
    return [f'<meta name="description" content="{escape(text)}" />'] if text else []


def _address(config: Config, name: str = "") -> str:
    base = config.html_baseurl
    return f"{base.rstrip('/')}/{name}" if base else name


def _dataset(app: Sphinx, page: str) -> dict[str, Any]:
    """Return the data package as schema.org describes a data set."""
    about = package(context.directory(app.env))
    licences = about.get("licenses", [{}])
    archive = f"{about['name']}.zip"
    root = "../" * page.count("/")
    return {
        "@type": "Dataset",
        "name": about.get(f"title_{context.name(app.config).code}")
        or about.get("title", about["name"]),
        "description": about.get("description", ""),
        "version": about.get("version"),
        "dateModified": about.get("created", "")[:10] or None,
        "license": licences[0].get("path"),
        "creator": {"@type": "Organization", "name": app.config.author},
        "isAccessibleForFree": True,
        "distribution": {
            "@type": "DataDownload",
            "encodingFormat": "application/zip",
            "contentUrl": _address(app.config, archive)
            if app.config.html_baseurl
            else root + archive,
        },
    }


def _article(app: Sphinx, title: str, summary: str) -> dict[str, Any]:
    licences = package(context.directory(app.env)).get("licenses", [{}])
    return {
        "@type": "Article",
        "headline": title,
        "description": summary or None,
        "author": {"@type": "Organization", "name": app.config.author},
        "license": licences[0].get("path"),
        "isPartOf": {"@type": "Book", "name": app.config.html_title},
    }


def _page(
    app: Sphinx, pagename: str, template: str, variables: dict[str, Any], doctree: nodes.document
) -> None:
    if app.builder.format != "html":
        return
    # The template says it, for pages without text too.
    given = _VIEWPORT.sub("", variables.get("metatags", ""))
    if doctree is None:
        summary = app.config.shanhai_report.get("description", "")
        variables["metatags"] = "\n    ".join([given, *_description(summary)])
        return
    title = app.env.titles[pagename].astext()
    summary = describe(doctree)
    is_data = "shanhai_data_page" in app.env.metadata.get(pagename, {})
    is_described = (context.directory(app.env) / "datapackage.json").exists()
    tags = {
        "og:title": title,
        "og:description": summary,
        "og:type": "website" if pagename == app.config.root_doc else "article",
        "og:site_name": app.config.html_title,
        "og:locale": context.name(app.config).locale,
        "og:url": _address(app.config, f"{pagename}.html") if app.config.html_baseurl else "",
    }
    lines = _description(summary)
    lines += [f'<meta property="{k}" content="{escape(v)}" />' for k, v in tags.items() if v]
    if is_described:
        about = _dataset(app, pagename) if is_data else _article(app, title, summary)
        about = {
            "@context": "https://schema.org",
            **about,
            "inLanguage": context.name(app.config).tag,
        }
        known = {key: value for key, value in about.items() if value is not None}
        lines.append(script_data(known, "application/ld+json"))
    variables["metatags"] = "\n    ".join([given, *lines])


def _configure(app: Sphinx, config: Config) -> None:
    config.html_baseurl = config.html_baseurl or os.environ.get("SHANHAI_BASEURL", "")


def _sitemap(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.name != "html" or not app.config.html_baseurl:
        return
    lines = ""
    for name in sorted(app.env.found_docs):
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape_xml(address)}"/>'
            for tag, address in addresses(app, name).items()
        )
        page = escape_xml(_address(app.config, f"{name}.html"))
        lines += f"<url><loc>{page}</loc>{others}</url>\n"
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{lines}</urlset>\n'
    )
    (Path(app.outdir) / "sitemap.xml").write_text(text, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Describe each page when it is written, and the book when all are."""
    app.setup_extension("shanhai.book.html.editions")
    app.connect("config-inited", _configure)
    app.connect("html-page-context", _page)
    app.connect("build-finished", _sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
