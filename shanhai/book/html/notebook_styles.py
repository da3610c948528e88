"""Static files that must be there before pages are written.

MyST-NB copies its style sheet when the build is over. Pages name style sheets with a checksum of the file,
so those of a first build lacked it and those of a second had it: the same book gave other bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from myst_nb.sphinx_ext import add_global_html_resources

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _copy_first(app: Sphinx) -> None:
    if app.builder.format == "html":
        (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
        add_global_html_resources(app, None)


def setup(app: Sphinx) -> dict[str, bool]:
    """Copy the style sheet when the builder is ready."""
    app.connect("builder-inited", _copy_first)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
