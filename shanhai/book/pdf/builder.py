"""The Sphinx builder `shanhai-report`: the whole book as one typeset PDF.

Sphinx's document tree is translated to Typst (`writer`), and Typst compiles it in process (`typeset`): no
TeX, no network, no system fonts. The page is designed in `templates/report.typ`. What the report says about
itself comes from the configuration value `shanhai_report`; see `settings.Settings` for its keys.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError
from sphinx.util import logging
from sphinx.util.console import bold
from sphinx.util.display import progress_message

from shanhai.book import context
from shanhai.book.pdf import characters
from shanhai.book.pdf.metadata import Cover
from shanhai.book.pdf.pictures import PIXELS, Picture, prepare_picture
from shanhai.book.pdf.settings import Settings
from shanhai.book.pdf.tree import cut_walls, keep_with_figures, open_with_section, place, prune
from shanhai.book.pdf.typeset import ReportError, compile_report, timestamp
from shanhai.book.pdf.upstream import TypstBuilder
from shanhai.book.pdf.writer import ReportTranslator
from shanhai.evidence.affects import PAGES_CITED
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.ledger import Ledger

logger = logging.getLogger(__name__)

TEMPLATES = Path(__file__).with_name("templates")
"""The package's own Typst templates."""


class ReportBuilder(TypstBuilder):
    """Builds `<outdir>/<target>.pdf`, and beside it in `typst/` the source it was compiled from."""

    name = "shanhai-report"
    epilog = "The report is in %(outdir)s."
    default_translator_class = ReportTranslator
    supported_image_types: ClassVar[list[str]] = ["image/svg+xml", *PIXELS]

    settings: Settings
    words: Mapping[str, Any]
    ledger: Ledger

    def init(self) -> None:
        """Read the settings and the words of the report."""
        super().init()
        self.settings = Settings.read(self.config.shanhai_report)
        self.words = context.words(self.app)["report"]
        try:
            self.ledger = Ledger.load(context.directory(self.env))
        except EvidenceError as error:
            raise ReportError(str(error)) from None
        self.notes: list[str] = []
        self._pictures: dict[str, Picture | None] = {}
        self._widths = {
            item["picture"]: float(item["width"]) for item in self.settings.picture_widths
        }

    @property
    def file(self) -> Path:
        """The report."""
        return Path(self.outdir) / f"{self.settings.target}.pdf"

    @property
    def made(self) -> int:
        """The second the report says it was made."""
        return timestamp(self.settings.day(self.ledger.created))

    def write(
        self,
        build_docnames: Iterable[str] | None,
        updated_docnames: Sequence[str],
        method: str = "update",
    ) -> None:
        """Write the report. It is one document, so that nothing less than all is written.

        Sphinx 8 calls `write_documents` from here; Sphinx 7 does not have it.
        """
        self.write_documents(self.env.all_docs.keys())

    def write_documents(self, _docnames: Any) -> None:
        """Translate, compile, and put the PDF in place of the last one."""
        with progress_message("writing the report"):
            source = self.translate()
        for note in self.notes:
            logger.info("note: %s", note)
        with progress_message("typesetting the report"):
            pdf = compile_report(source, self.made, context.record_file(self.app, PAGES_CITED))
            _replace(self.file, pdf)
        logger.info(bold("report: ") + "%s, %d kB", self.file, len(pdf) // 1000)

    def translate(self) -> Path:
        """Write the book in Typst's language, with all that it needs beside it; return the file.

        Raises:
            ReportError: something has no printed form; a line for each, with its page and line.
        """
        self._work = work = Path(self.outdir) / "typst"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self._copy_template_files()
        root = self.config.root_doc
        tree = self._assemble_doctree(root, [])
        prune(tree)
        cut_walls(tree, self.words)
        keep_with_figures(tree)
        self.notes = characters.make_printable(tree, Path(self.srcdir))
        open_with_section(tree, self.settings.opening or self.words["opening"])
        tree["template"] = "report"
        self.images: dict[str, str] = {}
        self._pictures = {}
        self.post_process_images(tree)

        translator = self.create_translator(tree, self)
        tree.walkabout(translator)
        missing = [link for link in translator.links if link.label not in translator.labels]
        for link in missing:
            sentence = f"the report has no place for the link to {link.label}"
            translator.faults.append((sentence, link.node))
        if translator.faults:
            lines = [f"{self.place(node)}: {text}" for text, node in translator.faults]
            raise ReportError("\n".join(dict.fromkeys(lines)))

        source = work / f"{self.settings.target}.typ"
        source.write_text(translator.body(), "utf-8")
        cover = Cover(self.env, self.settings, self.ledger, self.words)
        _write_json(work / "words.json", self.words)
        _write_json(
            work / "metadata.json",
            characters.printable_values(
                cover.metadata(work, {link.label for link in missing}), self.notes
            ),
        )
        return source

    def place(self, node: nodes.Node) -> str:
        """Return the page and line of a node, as a reader of a message would look for it."""
        return place(node, Path(self.srcdir))

    def picture(self, uri: str) -> Picture | None:
        """Return the picture Sphinx knows as `uri`, made ready for the page (None: unreadable)."""
        if uri not in self._pictures:
            name = self.images.get(uri)
            path = Path(self.srcdir) / uri
            picture = prepare_picture(path, self._work / name) if name and path.is_file() else None
            self.notes += picture.notes if picture else ()
            if picture and name and Path(name).stem in self._widths:
                picture = Picture(picture.name, self._widths[Path(name).stem])
            self._pictures[uri] = picture
        return self._pictures[uri]

    def drawing(self, svg: str) -> str:
        """Keep a drawing that a page holds beside the Typst source; return its file's name."""
        name = f"{hashlib.sha256(svg.encode()).hexdigest()[:20]}.svg"
        (self._work / name).write_text(svg, "utf-8")
        return name

    def _copy_template_files(self) -> None:
        own = self.settings.template
        template = Path(self.srcdir) / own if own else TEMPLATES / "report.typ"
        if not template.is_file():
            raise ConfigError(f"shanhai_report: the template {template} does not exist")
        for path in template.parent.iterdir():
            if path.is_file():
                shutil.copyfile(path, self._work / path.name)
        if template.name != "report.typ":
            shutil.copyfile(template, self._work / "report.typ")


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")


def _replace(target: Path, content: bytes) -> None:
    """Put `content` in place of `target` in one step, so that no half of a file is ever there."""
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".pdf")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the builder and its configuration value."""
    app.setup_extension("shanhai.book.context")
    app.setup_extension("sphinxcontrib_typstbuilder")
    app.add_builder(ReportBuilder)
    app.add_config_value("shanhai_report", {}, "", dict)
    for name, default in (("shanhai_data", "data"), ("shanhai_words", "book/words.yml")):
        if name not in app.config:
            app.add_config_value(name, default, "env", str)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
