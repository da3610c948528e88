"""What stock LaTeX needs: charts as PDF, for it takes no SVG; no code; paragraphs that links can go to.

The charts stay vectors, and no tool outside Python is needed for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import manimgx_fonts_cjk
import vl_convert
from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.transforms.post_transforms.images import ImageConverter

from shanhai.book.report_writer import is_hidden_code

if TYPE_CHECKING:
    from typing import Any

    from sphinx.application import Sphinx


class ChartConverter(ImageConverter):
    """Turns the SVG of a chart into a PDF where the builder takes PDF and no SVG."""

    conversion_rules: ClassVar[list[tuple[str, str]]] = [("image/svg+xml", "application/pdf")]

    def is_available(self) -> bool:
        """Tell that the converter is there: it is one of the locked requirements."""
        vl_convert.register_font_directory(str(Path(manimgx_fonts_cjk.__file__).parent))
        return True

    def convert(self, _from: str, _to: str) -> bool:
        """Write the picture `_from` to the file `_to`."""
        Path(_to).write_bytes(vl_convert.svg_to_pdf(Path(_from).read_text("utf-8")))
        return True


class PrintedForm(SphinxPostTransform):
    """Leaves out the code the report leaves out, and gives paragraphs places that links find."""

    default_priority = 850
    formats = ("latex",)

    def run(self, **_kwargs: Any) -> None:
        """Change the tree of one document."""
        for node in list(self.document.findall(nodes.container)):
            if is_hidden_code(node):
                node.parent.remove(node)
        for paragraph in self.document.findall(nodes.paragraph):
            if paragraph["ids"]:
                # The writer passes over the ids of a paragraph.
                paragraph.insert(0, nodes.target("", "", ids=paragraph["ids"]))
                paragraph["ids"] = []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the converter and the transform."""
    app.add_post_transform(ChartConverter)
    app.add_post_transform(PrintedForm)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
