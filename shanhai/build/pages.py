"""Pages are read and written again when something of theirs has changed, and only then.

Sphinx reads a page again when its source, or a file that it names, is newer. A page also shows figures of the
ledger, and what its notebook put out: so what it reads of the ledger is noted while it is read, what its
notebook has read is added, and it is read again when the digest of that is another (`dependencies.Now`).

Sphinx writes a page again when it was read again. A page also shows what others hold: figures that other
notebooks glue, the places that use a claim, titles, numbers. So the digest of all that a page was written
from is kept beside the document trees, with what it asked for while it was written; a page of another digest
is written again. Where pages, charts, pictures or files have come or gone, or a setting is another, what was
written is removed first and all is written anew: nothing stays behind that no page has.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from shanhai.book import context
from shanhai.book.pages.shown import SOURCES
from shanhai.build.dependencies import Now
from shanhai.build.watched import EVERYTHING, WRITTEN
from shanhai.evidence.ledger import DESCRIPTION
from shanhai.evidence.reads import ALL

if TYPE_CHECKING:
    from docutils.nodes import document
    from sphinx.application import Sphinx
    from sphinx.builders.html import StandaloneHTMLBuilder
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

Follow = Callable[[set[str], Callable[[list[str]], None]], None]
"""Who follows the pages of a preview: is told which will be written, and may have some written first."""

TARGETS, CHARTS = "targets", "chart-files"
"""Groups of the domain: the targets of each page's references; its charts, and whether they have tables."""

_NOWHERE = {"shanhai_jobs", "shanhai_checked", "shanhai_records", "shanhai_state"}
"""Settings that no page shows."""

_SAID_ELSEWHERE = {"index", context.BookDomain.name}
"""Domains whose data no page shows, or which each page is asked for."""


def stable(value: Any) -> Any:
    """Return a value as JSON can hold it, the same for equal values in every process."""
    if isinstance(value, Mapping):
        pairs = [[stable(key), stable(each)] for key, each in value.items()]
        return sorted(pairs, key=lambda pair: json.dumps(pair[0], sort_keys=True))
    if isinstance(value, set | frozenset):
        return sorted((stable(each) for each in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [stable(each) for each in value]
    if isinstance(value, nodes.Node):
        return value.pformat()
    plain = isinstance(value, str | int | float | bool | type(None))
    return value if plain else str(type(value))


def digest(*values: Any) -> str:
    """Return a digest of values."""
    whole = hashlib.sha256()
    for value in values:
        part = value if isinstance(value, bytes) else json.dumps(stable(value)).encode()
        whole.update(f"{len(part)}\0".encode())
        whole.update(part)
    return whole.hexdigest()


def files(folders: Iterable[Path]) -> dict[str, str]:
    """Return the digests of the files in folders, by path; of a file that is named itself, its own."""
    found = {}
    for folder in folders:
        paths = sorted(folder.rglob("*")) if folder.is_dir() else [folder]
        for path in filter(Path.is_file, paths):
            found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


class Asking(SphinxPostTransform):
    """Say which page is about to be put together, before it asks for anything."""

    default_priority = 0
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Name the page to the domain."""
        context.domain(self.env).begin(self.env.docname)


_heard: list[context.BookDomain] = []
"""The domain of the book that this process builds; at most one."""


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "shanhai.read" and _heard:
        _heard[0].read(*arguments)


class Pages:
    """What the pages of one build are read from, and written from."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.now: dict[str, Any] = {}
        self.read: list[str] = []
        self.chosen: set[str] = set()
        self.parts: dict[str, str] = {}
        """Digests of what many pages ask for, as it is since all pages were read."""

    def outdated(self, app: Sphinx, env: BuildEnvironment, *_: set[str]) -> list[str]:
        """Return the pages that were read from something that is another now."""
        if not _heard:
            sys.addaudithook(_hear)
        _heard[:] = [context.domain(env)]
        self.state = Now(Path(app.srcdir), context.directory(env))
        made_of = context.record(env, context.MADE_OF)
        return [
            page
            for page in env.all_docs.keys() & env.found_docs
            if page not in made_of or self.state.digest(made_of[page][0]) != made_of[page][1]
        ]

    def note(self, _app: Sphinx, _env: BuildEnvironment, docnames: list[str]) -> None:
        """Note which pages are about to be read."""
        self.read = docnames

    def keep_reads(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Keep of the pages that were read what they were made of."""
        known = context.domain(env)
        for page in self.read:
            lines = set(context.record(env, context.READS).get(page, ()))
            if "kernelspec" in env.metadata.get(page, {}):
                lines.update(known.notebooks.get(page, [EVERYTHING]))
            for name in (env.doc2path(page), *env.dependencies.get(page, ())):
                lines.add(f"f {os.path.relpath(Path(app.srcdir, name), app.srcdir)}")
            made_of = sorted(lines)
            context.record(env, context.MADE_OF)[page] = [made_of, self.state.digest(made_of)]

    def start(self, app: Sphinx) -> None:
        """Read what is known of the last build; nothing where it wrote elsewhere."""
        try:
            known = json.loads((Path(app.doctreedir) / WRITTEN).read_text("utf-8"))
        except (OSError, ValueError):
            known = {}
        self.known = known if known.get("outdir") == str(app.outdir) else {}

    def choose(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        """Return the pages to be written again, once all are read and numbered."""
        chosen = self._choose(app, env)
        self.chosen = {*chosen, *self.read} & env.found_docs
        return chosen

    def offer(self, app: Sphinx, builder: StandaloneHTMLBuilder) -> None:
        """Let who follows the pages have some written first, with all that they show."""
        chosen, self.chosen = self.chosen, set()

        def write(pages: list[str]) -> None:
            builder.write(pages, pages, "specific")
            builder.copy_image_files()

        if chosen and callable(follow := app.config.shanhai_preview):
            follow(chosen, write)

    def _choose(self, app: Sphinx, env: BuildEnvironment) -> list[str]:
        if app.builder.format != "html":
            return []
        (Path(app.doctreedir) / WRITTEN).unlink(missing_ok=True)
        folders = [
            Path(app.confdir, folder)
            for folder in (*app.config.html_static_path, *app.config.html_extra_path)
        ]
        static = files(folders)
        settings = _settings(app.config)
        described = files([context.directory(env) / DESCRIPTION])
        self.now = {
            "outdir": str(app.outdir),
            "held": digest(_held(env), sorted(static), settings, described),
            "common": digest(_common(env), static, files(_beside(app))),
            "pages": {},
        }
        pages = sorted(env.found_docs)
        if self.now["held"] != self.known.get("held"):
            for name in self.known.get("files", ()):
                (Path(app.outdir) / name).unlink(missing_ok=True)
            return pages
        before = self.known.get("pages", {})
        self.parts = {}
        self.now["pages"] = {
            page: [self._of(env, page, before[page][1]), before[page][1]]
            for page in pages
            if page in before
        }
        return [page for page in pages if self.now["pages"].get(page) != before.get(page, "")]

    def _of(self, env: BuildEnvironment, page: str, asked: Iterable[str]) -> str:
        """Return the digest of what a page is written from, ``asked`` being what it asked for."""
        standard, targets = env.domaindata["std"], context.record(env, TARGETS).get(page, ())
        found = [
            [target, *(standard[kind].get(target) for kind in ("labels", "anonlabels"))]
            for target in targets
        ]
        sources = context.record(env, SOURCES).get(page, set())
        trees = [Path(env.doctreedir, f"{name}.doctree") for name in sorted({page, *sources})]
        led_to = {place[0] for _, *places in found for place in places if place}
        others = {page, *sources, *led_to, *targets, *_below(env, page)} & env.found_docs
        said = [line for line in sorted(asked) if line.startswith("g ")]
        return digest(
            self.now["common"],
            *(tree.read_bytes() if tree.is_file() else b"" for tree in trees),
            found,
            [context.record(env, context.MADE_OF).get(source) for source in sorted(sources)],
            [self._part(f"s {other}", _shown_of(env, other)) for other in sorted(others)],
            self._part("anonlabels", standard["anonlabels"]) if asked else "",
            [[line, self._part(line, _said(env, line))] for line in said],
            self.state.digest(sorted(set(asked).difference(said))),
        )

    def _part(self, name: str, value: Any) -> str:
        if name not in self.parts:
            self.parts[name] = digest(value)
        return self.parts[name]

    def keep(self, app: Sphinx, failure: Exception | None) -> None:
        """Keep what the pages were written from."""
        if app.builder.format != "html" or not self.now:
            return
        asked = context.domain(app.env).asked
        report = app.config.html_context.get("report")
        offered = app.config.shanhai_preview or not report or Path(app.outdir, report).is_file()
        if failure is not None or not offered:
            # Pages without a report no longer offer it: the next build writes all.
            self.known = {}
            return
        known = self.known.get("pages", {})
        for page in {*asked, *app.env.found_docs - self.now["pages"].keys()}:
            lines = sorted(asked.get(page, known.get(page, ("", ()))[1]))
            self.now["pages"][page] = [self._of(app.env, page, lines), lines]
        self.now |= {"read": self.read, "written": sorted(asked)}
        out = Path(app.outdir)
        self.now["files"] = sorted(
            path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
        )
        fresh = Path(app.doctreedir) / f"{WRITTEN}.new"
        fresh.write_text(json.dumps(self.now), "utf-8")
        os.replace(fresh, Path(app.doctreedir) / WRITTEN)
        self.known = self.now


def _said(env: BuildEnvironment, line: str) -> Any:
    """Return what the pages of a group, or one of them, have said: ``g GROUP PAGE``."""
    _, group, page = line.split(" ", 2)
    pages = context.domain(env).data.get(group, {})
    return pages if page == ALL else pages.get(page)


def _held(env: BuildEnvironment) -> Any:
    """Return what files of their own the pages have, the pages among them."""
    charts = sorted(context.record(env, CHARTS).values())
    notebooks = [page for page in env.found_docs if "kernelspec" in env.metadata.get(page, {})]
    named = [sorted(name for _, name in found.values()) for found in (env.images, env.dlfiles)]
    return [sorted(env.found_docs), sorted(notebooks), charts, named]


def _settings(config: Config) -> Any:
    return {each.name: each.value for each in config if each.name not in _NOWHERE}


def _common(env: BuildEnvironment) -> Any:
    """Return what any page may show of the others: titles, order, numbers, places."""
    domains = {
        name: {key: part for key, part in data.items() if key not in ("labels", "anonlabels")}
        for name, data in env.domaindata.items()
        if name not in _SAID_ELSEWHERE
    }
    return [env.titles, env.longtitles, env.toc_secnumbers, env.toctree_includes, domains]


def _shown_of(env: BuildEnvironment, page: str) -> Any:
    """Return what pages that lead to a page, or list it, may show of it."""
    slugs = env.metadata.get(page, {}).get("myst_slugs")
    return [env.tocs.get(page), env.toc_fignumbers.get(page), slugs]


def _below(env: BuildEnvironment, page: str) -> set[str]:
    """Return the pages whose contents a page lists, those below them too."""
    pages = [page]
    for each in pages:
        pages += [child for child in env.toctree_includes.get(each, ()) if child not in pages]
    return set(pages[1:])


def _beside(app: Sphinx) -> list[Path]:
    """Return the files that all pages show something of."""
    paths = [Path(app.confdir, folder) for folder in app.config.templates_path]
    return [*paths, Path(app.srcdir, app.config.shanhai_words), Path(app.srcdir, "_toc.yml")]


def _note(app: Sphinx, doctree: document) -> None:
    """Note where the references of a page lead to, what it shows of others, and what charts it has."""
    page = app.env.docname
    for node in doctree.findall(PendingGlueReference):
        context.record(app.env, SOURCES).setdefault(page, set()).add(node.refdoc)
    names = {str(node.get("reftarget")) for node in doctree.findall(addnodes.pending_xref)}
    context.record(app.env, TARGETS)[page] = sorted(names | {n.lower() for n in names})
    charts = [node["chart"] for node in doctree.findall(nodes.figure) if "chart" in node]
    found = [[chart["name"], bool(chart["table"])] for chart in charts]
    context.record(app.env, CHARTS)[page] = found


def _end(app: Sphinx) -> list[Any]:
    """Say that all pages are written."""
    context.domain(app.env).begin("")
    return []


def setup(app: Sphinx) -> dict[str, bool]:
    """Name the pages that are outdated, choose those to be written when all are numbered; keep both."""
    pages = Pages()
    app.add_post_transform(Asking)
    app.connect("builder-inited", pages.start)
    app.connect("env-get-outdated", pages.outdated)
    app.connect("env-before-read-docs", pages.note)
    app.connect("doctree-read", _note, priority=900)
    app.connect("env-updated", pages.keep_reads)
    app.connect("env-get-updated", pages.choose, priority=900)
    app.connect("html-collect-pages", _end, priority=0)
    app.connect("write-started", pages.offer, priority=900)
    # After all that is written when the pages are there.
    app.connect("build-finished", pages.keep, priority=950)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
