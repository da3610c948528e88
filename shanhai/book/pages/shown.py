"""A chart shown again on another page: ``{shown} notebooks/01-lead#totals-and-parts``.

In HTML the chart of the notebook is copied, without a number; a report is read from page to page.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from shanhai.book import context

SOURCES = "sources"
"""Group of the domain: the notebooks that each page takes outputs from."""


class shown_chart(nodes.General, nodes.Element):  # noqa: N801 (docutils writes nodes so)
    """The place of a chart of another page, until that page has been read."""


class ShownDirective(SphinxDirective):
    """``{shown} docname#name``: the chart that another notebook calls ``name``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place of the chart, or an error that names the missing page."""
        docname, _, name = self.arguments[0].strip().partition("#")
        if not name or docname not in self.env.found_docs:
            raise self.error(
                f"chart {self.arguments[0]!r}: expected PAGE#NAME with an existing notebook page"
            )
        context.record(self.env, SOURCES).setdefault(self.env.docname, set()).add(docname)
        node = shown_chart(refdoc=docname, chart=name)
        self.set_source_info(node)
        return [node]


class ShownCharts(SphinxPostTransform):
    """Put the charts of other pages in place, before references are resolved."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Replace each place by a copy of its chart; warn where the page has no such chart."""
        for place in list(self.document.findall(shown_chart)):
            found = [
                figure
                for figure in self.env.get_doctree(place["refdoc"]).findall(nodes.figure)
                if f"fig-{place['chart']}" in figure["names"]
            ]
            if not found:
                logging.getLogger(__name__).warning(
                    "chart %r: no such chart in %s", place["chart"], place["refdoc"], location=place
                )
                place.parent.remove(place)
                continue
            figure = found[0].deepcopy()
            # It is known, and numbered, where it stands first; HTML wants some id of each figure.
            figure["ids"], figure["names"] = [f"shown-{place['chart']}"], []
            for reference in figure.findall(addnodes.pending_xref):
                reference["refdoc"] = self.env.docname
            place.replace_self(figure)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_node(shown_chart)
    app.add_directive("shown", ShownDirective)
    app.add_post_transform(ShownCharts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
