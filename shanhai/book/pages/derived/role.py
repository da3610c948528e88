"""Derived figures in prose: what a notebook has glued, on its own page and on any other.

A notebook glues a figure under a key (`shanhai.notebook.glue`). On its own page ``{glue:text}`key` `` shows
it, on any other page ``{derived}`notebooks/03-investment#leverage` ``. Either leads to the row that says how
the figure was made, where the book has a page of such rows (`shanhai.book.pages.derived.derivations`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from shanhai.book import context
from shanhai.evidence.derivation import MIME, Derivation
from shanhai.evidence.errors import near

logger = logging.getLogger(__name__)

DERIVED = "derived"
"""Group of the domain: what each notebook has glued, by key, as `Derivation.as_dict` writes it."""

DERIVATIONS = "derivations"
"""Group of the domain: the pages that hold the rows of derived figures, and of which notebooks."""


def anchor(docname: str, key: str) -> str:
    """Return the label of the row that says how a figure was made."""
    return f"derived-{docname.replace('/', '-')}-{key}"


def glued(env: BuildEnvironment, docname: str) -> dict[str, Derivation]:
    """Return what a notebook has glued, by key."""
    records = context.record(env, DERIVED).get(docname, {})
    return {key: Derivation.from_dict(record) for key, record in records.items()}


def glued_one(env: BuildEnvironment, docname: str, key: str) -> Derivation | None:
    """Return one figure that a notebook has glued, if it has."""
    found = context.record(env, DERIVED).get(docname, {}).get(key)
    return Derivation.from_dict(found) if found else None


class DerivedRole(SphinxRole):
    """``{derived}`docname#key` ``: a figure that another notebook has glued."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure's place, or an error that names the missing page."""
        docname, _, key = self.text.strip().partition("#")
        if not key or docname not in self.env.found_docs:
            why = f"derived figure {self.text!r}: expected PAGE#KEY with an existing notebook page"
            return context.refused(self, why)
        node = nodes.inline("", classes=["derived"], derived=(docname, key))
        self.set_source_info(node)
        return [node], []


class GlueRole(SphinxRole):
    """``{glue:text}`key` ``: a figure that this notebook has glued; takes the place of MyST-NB's role."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the figure, or an error that names the key."""
        key = self.text.strip()
        try:
            text = retrieve_glue_data(self.inliner.document, key).data["text/plain"]
        except RetrievalError:
            if without := _without_facts(self.env):
                return without, []
            return context.refused(
                self,
                f"glue {key!r}: no cell of this notebook glues it; "
                "take what another has with {derived}`PAGE#KEY`",
            )
        node = nodes.inline(text, text, classes=["derived"], derived=(self.env.docname, key))
        self.set_source_info(node)
        return [node], []


class ResolveDerived(SphinxPostTransform):
    """Show each derived figure, with a link to the row that says how it was made."""

    default_priority = 5

    def run(self, **kwargs: Any) -> None:
        """Fill in text and link; warn where the notebook has no such key."""
        for node in list(self.document.findall(nodes.inline)):
            if "derived" in node:
                self._resolve(node)

    def _resolve(self, node: nodes.inline) -> None:
        docname, key = node["derived"]
        made = glued_one(self.env, docname, key)
        if made is None and (without := _without_facts(self.env)):
            node.replace_self(without)
            return
        if made is None:
            logger.warning(
                "derived figure %r: no such key in %s%s",
                key,
                docname,
                near(key, glued(self.env, docname)),
                location=node,
            )
            node.parent.remove(node)
            return
        page = next(
            (
                p
                for p, of in context.record(self.env, DERIVATIONS).items()
                if docname in of or "*" in of
            ),
            "",
        )
        node.children = []
        if not made.formula:
            # Words rest on no figure: they are prose.
            node["classes"].remove("derived")
            del node["derived"]
        if not made.formula or not page:
            node += nodes.Text(made.text)
            return
        uri = self.app.builder.get_relative_uri(self.env.docname, page)
        uri += f"#{anchor(docname, key)}"
        node += nodes.reference("", made.text, refuri=uri, internal=True)


def _without_facts(env: BuildEnvironment) -> list[nodes.Node]:
    """Return what stands for a figure that could not be made, as the book has no background figures."""
    ledger = context.ledger(env)
    if "facts" not in ledger.tables or ledger.facts:
        return []
    return [nodes.inline("", context.words(env)["fact"]["missing"], classes=["missing"])]


def _record(app: Sphinx, _doctree: nodes.document) -> None:
    """Keep what the page that was just read has glued; MyST-NB has written it beside the page."""
    env: Any = app.env  # MyST-NB's attributes are not declared
    if "kernelspec" not in env.metadata.get(env.docname, {}):
        return
    path = Path(env.mystnb_config.output_folder, f"{env.docname}.glue.json")
    found: dict[str, Any] = {}
    if path.is_file() and "glue" in env.nb_metadata.get(env.docname, {}):
        for key, output in json.loads(path.read_text("utf-8")).items():
            data = output["data"]
            text = str(data.get("text/plain", ""))
            found[key] = data.get(MIME) or Derivation(key, text).as_dict()
    context.record(env, DERIVED)[env.docname] = found


def _replace_role(app: Sphinx, _config: Config) -> None:
    # Once MyST-NB has registered its domain, and before Sphinx makes it.
    app.add_role_to_domain("glue", "text", GlueRole(), override=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the roles, and note what notebooks glue."""
    app.add_role("derived", DerivedRole())
    app.connect("config-inited", _replace_role)
    app.add_post_transform(ResolveDerived)
    app.connect("doctree-read", _record)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
