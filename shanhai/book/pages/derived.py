"""Derived figures and charts on pages other than the notebook that computes them.

A notebook glues a figure under a key. On its own page MyST-NB's ``{glue:text}`` shows it; on any other
page ``{derived}`notebooks/03-investment#leverage` `` does, through the same glue file. MyST-NB has no
inline role for that, though it resolves such references. The directive ``{shown}
notebooks/01-lead#aid-waterfall`` likewise shows a chart again in HTML, without a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from shanhai.book import context

if TYPE_CHECKING:
    from typing import Any

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


class DerivedRole(SphinxRole):
    """``{derived}`docname#key` ``: a figure that another notebook has glued."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the pending reference, or an error that names the missing page."""
        docname, _, key = self.text.strip().partition("#")
        if not key or docname not in self.env.found_docs:
            message = self.inliner.reporter.error(
                f"derived figure {self.text!r}: expected PAGE#KEY with an existing notebook page",
                line=self.lineno,
            )
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        _note(self.env, docname)
        node = PendingGlueReference(refdoc=docname, key=key, inline=True, gtype="text", fmt_spec="")
        self.set_source_info(node)
        return [node], []


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
        _note(self.env, docname)
        node = shown_chart(refdoc=docname, chart=name)
        self.set_source_info(node)
        return [node]


class ShownCharts(SphinxPostTransform):
    """Put the charts of other pages in place, before references are resolved."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Replace each place by a copy of its chart; warn where the page has no such chart."""
        for place in list(self.document.findall(shown_chart)):
            if self.app.builder.format != "html":
                # A report is read from page to page: the chart itself is near.
                place.parent.remove(place)
                continue
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


SOURCES = "sources"
"""Group of the domain: the notebooks that each page takes figures or charts from."""


def _note(env: BuildEnvironment, docname: str) -> None:
    context.record(env, SOURCES).setdefault(env.docname, set()).add(docname)


class Readings:
    """The pages that this build reads, for those that show something of theirs."""

    def __init__(self) -> None:
        self.pages: set[str] = set()

    def start(self, _app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
        """Forget what earlier builds read: the glue files may have changed since."""
        read_glue_cache.cache_clear()
        self.pages = set(docnames)

    def followers(self, _app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return the pages whose derived figures come from a notebook that was read again."""
        read_glue_cache.cache_clear()
        sources = context.record(env, SOURCES)
        return [docname for docname, needed in sources.items() if needed & self.pages]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register role and directive, and keep their pages in step with the notebooks."""
    app.add_role("derived", DerivedRole())
    app.add_node(shown_chart)
    app.add_directive("shown", ShownDirective)
    app.add_post_transform(ShownCharts)
    readings = Readings()
    app.connect("env-before-read-docs", readings.start)
    app.connect("env-updated", readings.followers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
