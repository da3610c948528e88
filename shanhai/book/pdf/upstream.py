"""Names that `sphinxcontrib-typstbuilder` keeps to itself and the report builds on: all uses, in one place.

Seen in version 0.1.1. `pyproject.toml` sets the upper bound; a test fails when a name or a call moves.
"""

from __future__ import annotations

from sphinxcontrib_typstbuilder import TypstBuilder
from sphinxcontrib_typstbuilder._writer import (
    BlockMarkupFunction,
    Table,
    TypstTranslator,
    document_label,
    escape_raw_str,
    escape_str,
)

SEEN = "0.1.1"
"""The version whose private names these are."""

METHODS = ("_assemble_doctree", "post_process_images", "create_translator")
"""What `shanhai.book.pdf.builder` calls of the builder; the first is private."""

STATE = (
    "curr_elements",
    "curr_files",
    "pending_labels",
    "sectionlevel",
    "this_is_the_title",
)
"""What `shanhai.book.pdf.writer` reads and sets of the translator's state."""

__all__ = [
    "BlockMarkupFunction",
    "Table",
    "TypstBuilder",
    "TypstTranslator",
    "document_label",
    "escape_raw_str",
    "escape_str",
]
