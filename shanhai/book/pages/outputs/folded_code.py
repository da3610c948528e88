"""Code that pages keep folded: one setting for the book instead of a tag on every cell."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

SHOWN = {"show-input", "show_input"}
"""Tags of a cell whose code a page shows open, whatever the setting."""


class FoldCode(SphinxTransform):
    """Mark every cell's code as MyST-NB marks that of a cell tagged ``hide-input``."""

    default_priority = 400

    def apply(self) -> None:
        """Leave alone what a tag of its own hides, or shows."""
        if not self.config.shanhai_fold_code:
            return
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code" or "hide_mode" in cell:
                continue
            if SHOWN.isdisjoint(cell["cell_metadata"].get("tags", ())):
                cell["hide_mode"] = "input"
                cell["prompt_show"] = self.config.nb_code_prompt_show
                cell["prompt_hide"] = self.config.nb_code_prompt_hide


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the setting ``shanhai_fold_code``: whether pages fold the code of notebooks."""
    app.add_config_value("shanhai_fold_code", True, "env", bool)
    app.add_transform(FoldCode)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
