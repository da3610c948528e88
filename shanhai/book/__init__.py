"""The Sphinx extension: figures of a ledger in pages, charts as real figures, the PDF report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TARGET = "shanhai"
"""Name of the report's file, without its suffix, unless ``shanhai_report`` says another."""

PARTS = (
    "article",
    "assets",
    "claims",
    "derived",
    "download",
    "downloads",
    "execute",
    "figures",
    "interface",
    "latex",
    "metadata",
    "reconciliation",
    "report",
    "search",
    "slim",
    "tables",
    "typography",
    "webonly",
)
"""The modules of this package that are Sphinx extensions themselves."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the configuration values that all parts share, then each part."""
    app.add_config_value("shanhai_data", "data", "env", str)
    app.add_config_value("shanhai_words", "book/words.yml", "env", str)
    for part in PARTS:
        app.setup_extension(f"{__name__}.{part}")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
