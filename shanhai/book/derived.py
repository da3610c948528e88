"""Derived figures on pages other than the notebook that computes them.

A notebook glues a figure under a key. On its own page MyST-NB's ``{glue:text}`` shows it; on any other
page ``{derived}`notebooks/03-investment#leverage` `` does, through the same glue file. MyST-NB has no
inline role for that, though it resolves such references.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from myst_nb.ext.glue.crossref import read_glue_cache
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.util.docutils import SphinxRole

if TYPE_CHECKING:
    from docutils import nodes
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
        sources(self.env).setdefault(self.env.docname, set()).add(docname)
        node = PendingGlueReference(refdoc=docname, key=key, inline=True, gtype="text", fmt_spec="")
        self.set_source_info(node)
        return [node], []


def sources(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return which notebooks each page takes derived figures from."""
    if not hasattr(env, "shanhai_derived"):
        env.shanhai_derived = {}
    return env.shanhai_derived


def _before_read(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Forget what earlier builds read: the glue files may have changed since."""
    read_glue_cache.cache_clear()
    env.shanhai_read = set(docnames)
    for docname in docnames:
        sources(env).pop(docname, None)


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    sources(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: list[str], other: BuildEnvironment
) -> None:
    for docname in docnames:
        if docname in sources(other):
            sources(env)[docname] = sources(other)[docname]


def _updated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Rewrite the pages whose derived figures come from a notebook that was read again."""
    read_glue_cache.cache_clear()
    read = getattr(env, "shanhai_read", set())
    return [docname for docname, needed in sources(env).items() if needed & read]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and keep its pages in step with the notebooks."""
    app.add_role("derived", DerivedRole())
    app.connect("env-before-read-docs", _before_read)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _updated)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
