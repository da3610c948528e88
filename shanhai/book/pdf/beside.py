"""The report beside the pages: made from the same document trees, whichever command builds the book.

The book is translated when Sphinx has read the last page and is about to write the first. Typst compiles in
a thread of its own while the pages are written, unless it has typeset the same before; the PDF then stands at
their root. A page's template finds
its name as `report`; its link has the class `download-report`. A book without the configuration value
`shanhai_report` has neither.

A report that cannot be made is no reason not to have the pages: the fault is told, and they do not offer it.
"""

from __future__ import annotations

import copy
import re
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.tags import Tags

from shanhai.book import context
from shanhai.book.pages import kept
from shanhai.book.pdf.builder import ReportBuilder
from shanhai.book.pdf.settings import Settings
from shanhai.book.pdf.typeset import compile_report
from shanhai.evidence.affects import PAGES_CITED

logger = logging.getLogger(__name__)

PAGES = ("html", "dirhtml")
"""The builders whose pages offer the report."""

NAME = "report"
"""The name under which a page's template finds the report's file."""

NOTE = "no report"
"""How the line starts that tells why there is none."""

_OFFER = re.compile(r"<a\b[^>]*\bdownload-report\b[^>]*>.*?</a>", re.DOTALL)


def builder_of_its_own(app: Sphinx) -> ReportBuilder:
    """Return the report's builder over the documents that `app` has read, which it leaves as it is.

    What resolves a document asks its environment's application for the builder and its tags. So the
    report has an application and an environment of its own; both share all that was read.
    """
    own = {app.builder.name, app.builder.format}
    own |= {f"builder_{app.builder.name}", f"format_{app.builder.format}"}
    view = copy.copy(app)
    view.tags = Tags([tag for tag in app.tags if tag not in own])
    view.events = copy.copy(app.events)
    view.events.app = view
    # Not copied by copy(): an environment that is copied so has no application, for it is pickled so.
    view.env = object.__new__(type(app.env))
    view.env.__dict__.update(app.env.__dict__, app=view, events=view.events)
    view.env.temp_data = dict(app.env.temp_data)
    builder = ReportBuilder(view, view.env)
    view.builder = builder
    builder.init()
    return builder


class Beside:
    """The report of one build of the pages."""

    def __init__(self) -> None:
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        self.pdf: Future[bytes] | None = None
        self.fault = ""
        self.target = self.cited = Path()
        self.made_of = ""

    def name_it(self, app: Sphinx, config: Config) -> None:
        """Tell the templates the name of the file."""
        if config.shanhai_report:
            name = f"{Settings.read(config.shanhai_report).target}.pdf"
            config.html_context = {NAME: name, **config.html_context}

    def start(self, app: Sphinx, builder: Builder) -> None:
        """Translate the book, and let Typst begin."""
        config = app.config
        if builder.name not in PAGES or not config.shanhai_report or config.shanhai_preview:
            return
        self.folder = tempfile.TemporaryDirectory()
        self.target = Path(app.outdir) / config.html_context[NAME]
        self.cited = context.record_file(app, PAGES_CITED)
        try:
            # What the pages' own builder warns of it warns of itself.
            with logging.suppress_logging():
                report = builder_of_its_own(app)
                report.outdir = type(app.outdir)(self.folder.name)
                source = report.translate()
        except SphinxError as error:
            self.fault = str(error)
            return
        for note in report.notes:
            logger.info("note: %s", note)
        files = {path.name: path.read_bytes() for path in sorted(source.parent.iterdir())}
        self.made_of = f"{report.made} {kept.digest(files)}"
        if all(kept.stands(app, path, self.made_of) for path in (self.target, self.cited)):
            return
        pool = ThreadPoolExecutor(1)
        self.pdf = pool.submit(compile_report, source, report.made, self.cited)
        pool.shutdown(wait=False)

    def finish(self, app: Sphinx, failure: Exception | None) -> None:
        """Put the report at the root of the pages, or take the offer out of them and say why."""
        if self.folder is None:
            return
        with self.folder:
            try:
                pdf = self.pdf.result() if self.pdf else b""
            except SphinxError as error:
                self.fault, pdf = str(error), b""
        if failure is not None or not (pdf or self.fault):
            return
        if pdf:
            self.target.write_bytes(pdf)
            for path in (self.target, self.cited):
                kept.keep(app, path, self.made_of)
            return
        self.target.unlink(missing_ok=True)
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text("utf-8")
            if (without := _OFFER.sub("", text)) != text:
                page.write_text(without, "utf-8")
        for line in self.fault.splitlines():
            logger.info("%s: %s", NOTE, line)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make the report between reading and writing, and put it in place at the end."""
    app.setup_extension("shanhai.book.pdf.builder")
    if "shanhai_preview" not in app.config:
        app.add_config_value("shanhai_preview", False, "", bool)
    beside = Beside()
    app.connect("config-inited", beside.name_it)
    app.connect("write-started", beside.start)
    app.connect("build-finished", beside.finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
