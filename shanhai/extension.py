"""The Sphinx extension that a book names in its settings: every part of the package that pages need.

A part is a module with a ``setup`` of its own. Book pages come first, then what HTML and the PDF make of
them, then the execution of notebooks.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

PARTS = (
    "book.context",
    "book.pages.outputs.characters",
    "book.pages.claims",
    "book.pages.dependants",
    "book.pages.derived.derivations",
    "book.pages.derived.role",
    "book.pages.evidence",
    "book.pages.facts",
    "book.pages.outputs.folded_code",
    "book.pages.html_only",
    "book.pages.identities",
    "book.pages.ledger_tables",
    "book.pages.outputs.heading_ids",
    "book.pages.outputs.maths",
    "book.pages.outputs.displayed",
    "book.pages.outputs.raw_html",
    "book.pages.outputs.unset",
    "book.pages.shown",
    "book.pages.silences",
    "book.pages.typography",
    "book.html.cards",
    "book.html.data_tables",
    "book.html.downloads",
    "book.html.editions",
    "book.html.figures",
    "book.html.markup",
    "book.html.metadata",
    "book.html.notebooks",
    "book.html.open_article",
    "book.html.search",
    "book.html.theme",
    "book.html.what_if",
    "book.pdf.beside",
    "book.pdf.builder",
    "build.pages",
    "build.execution",
)
"""The modules that are Sphinx extensions themselves, by their names within the package."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the configuration values that all parts share, then each part."""
    app.add_config_value("shanhai_data", "data", "env", str)
    app.add_config_value("shanhai_words", "book/words.yml", "env", str)
    # The pages alone: no report, nothing to take away, no record. True, or `shanhai.build.pages.Follow`.
    app.add_config_value("shanhai_preview", False, "", Any)
    for part in PARTS:
        app.setup_extension(f"shanhai.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
