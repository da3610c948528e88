"""The Sphinx builder `shanhai-report`: the whole book as one typeset PDF.

Sphinx's document tree is translated to Typst (`writer`), and Typst compiles it in process: no TeX, no
network, no system fonts. The page is designed in `templates/report.typ`. What the report says about itself
comes from the configuration value `shanhai_report`; see `Settings` for its keys.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from xml.etree import ElementTree

import manimgx_fonts_cjk
import typst
from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ConfigError, SphinxError
from sphinx.util import logging
from sphinx.util.console import bold
from sphinx.util.display import progress_message
from sphinxcontrib_typstbuilder import TypstBuilder

from shanhai.book.pdf.writer import ReportTranslator, prune
from shanhai.book.words import load
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.ledger import Ledger
from shanhai.formats import format_day
from shanhai.language import Language

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

TARGET = "shanhai"
"""Name of the report's file, without its suffix, unless `shanhai_report` says another."""

TEMPLATES = Path(__file__).with_name("templates")
"""The package's own Typst templates."""

FACE = "Noto Sans CJK SC"
"""The one typeface of the report, and of the charts in it."""

STANDARD = "ua-1"
"""PDF/UA-1: Typst refuses to write a file that is not accessible."""

CANVAS = 680
"""Width in pixels of a chart that fills the column; a narrower one is scaled alike."""

_TALLEST = 1.32
"""Height of the tallest picture, in column widths: it must fit a page with its caption."""

_SVG = "http://www.w3.org/2000/svg"
_PACKAGES = ("shanhai", "jupyter-book", "Sphinx", "myst-nb", "altair", "vl-convert-python", "typst")


class ReportError(SphinxError):
    """The report cannot be made."""

    category = "Report error"


@dataclass(frozen=True)
class Settings:
    """The keys of the configuration value `shanhai_report`. All may be left out.

    Paths are relative to the source directory.
    """

    target: str = TARGET
    """Name of the PDF, without its suffix."""
    template: str = ""
    """A Typst template in place of the package's; files beside it are copied too."""
    title: str = ""
    """Default: the title of the root document."""
    subtitle: str = ""
    series: str = ""
    """A line above the title on the cover."""
    authors: tuple[str, ...] = ()
    """Default: Sphinx's `author`."""
    description: str = ""
    """What the report is about, one sentence, for the PDF's properties."""
    date: str = ""
    """Edition date, ISO 8601. Default: the day the data package was made."""
    version: str = ""
    """Default: the version of the data package."""
    accent: str = "#14566b"
    cover: str = ""
    """An SVG picture across the foot of the cover."""
    key_figures: tuple[Mapping[str, str], ...] = ()
    """Figures on the cover: `claim` (an id of the ledger) and `label`."""
    opening: str = ""
    """Heading of what the root document says before the first chapter."""
    appendices: tuple[str, ...] = ()
    """Names of the documents that are appendices, in their order."""
    landscape: tuple[str, ...] = ()
    """Names of the documents printed across."""
    picture_widths: tuple[Mapping[str, Any], ...] = ()
    """Pictures narrower in print than on a page: `picture` (its name) and `width` (per cent)."""
    contents_depth: int = 2
    list_of_figures: bool = True
    licence: str = ""
    links: tuple[Mapping[str, str], ...] = ()
    """More addresses in the colophon: `label` and `url`. Those of the online book (`html_baseurl`) and
    of the repository (the theme's `repository_url`), which holds the data, stand there in any case."""
    colophon: tuple[str, ...] = ()
    """Paragraphs of the colophon."""

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Settings:
        """Return the settings in a configuration value.

        Raises `ConfigError` for a key that does not exist and for a value of the wrong kind.
        """
        known = {item.name: item for item in fields(cls)}
        settings: dict[str, Any] = {}
        for name, given in value.items():
            if name not in known:
                raise ConfigError(f"shanhai_report: there is no key {name!r}; use {sorted(known)}")
            default = known[name].default
            if isinstance(default, tuple) and isinstance(given, list | tuple):
                given = tuple(given)
            elif isinstance(default, str) and isinstance(given, datetime.date):
                given = given.isoformat()
            if type(given) is not type(default):
                raise ConfigError(
                    f"shanhai_report: {name} is {given!r}; a {type(default).__name__} was expected"
                )
            settings[name] = given
        return cls(**settings)


@dataclass(frozen=True)
class Picture:
    """A picture ready for the page: its file beside the Typst source, its width in per cent."""

    name: str
    width: float


def checksum(directory: Path) -> str:
    """Return one SHA-256 for every file in `directory`, in hexadecimal digits.

    It is that of the lines `sha256sum *` prints there, sorted by name in the C locale.
    """
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(directory.iterdir(), key=lambda path: path.name.encode())
        if path.is_file() and not path.name.startswith(".")
    )
    return hashlib.sha256(lines.encode()).hexdigest()


@functools.cache
def _fonts() -> typst.Fonts:
    """Return the fonts of the report: those that pip installed, never the system's."""
    return typst.Fonts(
        include_system_fonts=False,
        font_paths=[Path(manimgx_fonts_cjk.__file__).parent],
    )


class ReportBuilder(TypstBuilder):
    """Builds `<outdir>/<target>.pdf`, and beside it in `typst/` the source it was compiled from."""

    name = "shanhai-report"
    epilog = "The report is in %(outdir)s."
    default_translator_class = ReportTranslator
    # Vectors only: a picture in pixels has no candidate, and Sphinx warns about it.
    supported_image_types: ClassVar[list[str]] = ["image/svg+xml"]

    settings: Settings
    words: Mapping[str, Any]
    ledger: Ledger

    def init(self) -> None:
        """Read the settings and the words of the report."""
        super().init()
        self.settings = Settings.read(self.config.shanhai_report)
        words = load(
            Path(self.srcdir),
            getattr(self.config, "shanhai_words", "book/words.yml"),
            Language.of(self.config.language),
        )
        self.words = words["report"]
        try:
            self.ledger = Ledger.load(
                Path(self.srcdir) / getattr(self.config, "shanhai_data", "data")
            )
        except EvidenceError as error:
            raise ReportError(str(error)) from None
        self._pictures: dict[str, Picture | None] = {}
        self._widths = {
            item["picture"]: float(item["width"]) for item in self.settings.picture_widths
        }

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
        work = Path(self.outdir) / "typst"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        with progress_message("writing the report"):
            self._copy_template_files(work)
            source = self._translate(work)
        with progress_message("typesetting the report"):
            pdf = self._compile(source)
            target = Path(self.outdir) / f"{self.settings.target}.pdf"
            _replace(target, pdf)
        logger.info(bold("report: ") + "%s, %d kB", target, len(pdf) // 1000)

    # Translation

    def _translate(self, work: Path) -> Path:
        root = self.config.root_doc
        tree = self._assemble_doctree(root, [])
        prune(tree)
        _open_with_section(tree, self.settings.opening or self.words["opening"])
        tree["template"] = "report"
        self.images = {}
        self._pictures = {}
        self.post_process_images(tree)
        self._work = work

        translator = self.create_translator(tree, self)
        tree.walkabout(translator)
        missing = [link for link in translator.links if link.label not in translator.labels]
        for link in missing:
            logger.warning(
                "the report has no place for the link to %s", link.label, location=link.node
            )
        for sentence, node in translator.faults:
            logger.warning("report: %s", sentence, location=node)
        if translator.faults:
            sentence, node = translator.faults[0]
            more = len(translator.faults) - 1
            where = ":".join(str(part) for part in (node.source or root, node.line) if part)
            raise ReportError(f"{where}: {sentence}" + (f" ({more} more)" if more else ""))

        source = work / f"{self.settings.target}.typ"
        source.write_text(translator.body(), "utf-8")
        _write_json(work / "words.json", self.words)
        _write_json(work / "metadata.json", self._metadata({link.label for link in missing}))
        return source

    def picture(self, uri: str) -> Picture | None:
        """Return the picture Sphinx knows as `uri`, made ready for the page (None: unreadable)."""
        if uri not in self._pictures:
            name = self.images.get(uri)
            path = Path(self.srcdir) / uri
            picture = prepare_picture(path, self._work / name) if name and path.is_file() else None
            if picture and Path(name).stem in self._widths:
                picture = Picture(picture.name, self._widths[Path(name).stem])
            self._pictures[uri] = picture
        return self._pictures[uri]

    def _copy_template_files(self, work: Path) -> None:
        own = self.settings.template
        template = Path(self.srcdir) / own if own else TEMPLATES / "report.typ"
        if not template.is_file():
            raise ConfigError(f"shanhai_report: the template {template} does not exist")
        for path in template.parent.iterdir():
            if path.is_file():
                shutil.copyfile(path, work / path.name)
        if template.name != "report.typ":
            shutil.copyfile(template, work / "report.typ")

    # What the report says about itself

    def _metadata(self, missing: Iterable[str]) -> dict[str, Any]:
        settings = self.settings
        named = Language.of(self.config.language)
        language, *others = named.tag.split("-")
        region = next((part for part in others if len(part) == 2), "")
        cover = None
        if settings.cover:
            picture = prepare_picture(Path(self.srcdir) / settings.cover, self._work / "cover.svg")
            if picture is None:
                raise ConfigError(f"shanhai_report: cover: {settings.cover} is not an SVG picture")
            cover = picture.name
        version = settings.version or self.ledger.version
        authors = settings.authors or ((self.config.author,) if self.config.author else ())
        words = self.words
        shown_date = format_day(self._date(), Language.of(self.config.language).locale)
        return {
            "lang": language,
            "region": region.lower() or ("cn" if language == "zh" else None),
            "title": self._title(),
            "subtitle": settings.subtitle or None,
            "series": settings.series or None,
            "authors": list(authors),
            "description": settings.description or settings.subtitle or self._title(),
            "accent": settings.accent,
            "cover": cover,
            "key_figures": [self._key_figure(item) for item in settings.key_figures],
            "cover_lines": _lines(
                (words["authors"], words["comma"].join(authors)),
                (words["edition"], shown_date),
                (words["version"], version),
            ),
            "contents_depth": settings.contents_depth,
            "list_of_figures": settings.list_of_figures,
            "colophon_text": list(settings.colophon),
            "colophon": [
                *_lines(
                    (words["edition"], shown_date),
                    (words["version"], version),
                    (words["licence"], settings.licence),
                ),
                *_lines(*self._addresses(), kind="link"),
                *_lines(
                    (words["article_sha256"], self.ledger.edition.get("sha256", "")),
                    (words["data_sha256"], checksum(self.ledger.directory)),
                    kind="hash",
                ),
                *_lines((words["made_with"], words["comma"].join(_versions()))),
            ],
            "missing": sorted(missing),
        }

    def _addresses(self) -> list[tuple[str, str]]:
        """Return where the online book and the data are, then what the settings add."""
        theme = getattr(self.config, "html_theme_options", {})
        return [
            (self.words["online_book"], getattr(self.config, "html_baseurl", "")),
            (self.words["repository"], theme.get("repository_url", "")),
            *((item["label"], item["url"]) for item in self.settings.links),
        ]

    def _title(self) -> str:
        return self.settings.title or self.env.titles[self.config.root_doc].astext()

    def _date(self) -> datetime.date:
        text = self.settings.date
        try:
            return datetime.date.fromisoformat(text) if text else self.ledger.created
        except ValueError:
            raise ConfigError(f"shanhai_report: date is {text!r}; YYYY-MM-DD expected") from None

    def _timestamp(self) -> int:
        """Return the second the PDF says it was made: the same for every build of one edition."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        if epoch.isdigit():
            return int(epoch)
        date = self._date()
        midnight = datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.UTC)
        return int(midnight.timestamp())

    def _key_figure(self, item: Mapping[str, str]) -> dict[str, str]:
        claims = self.ledger.claims
        if item.get("claim") not in claims:
            file = self.ledger.directory / "claims.csv"
            raise ConfigError(f"shanhai_report: key_figures: {item} names no claim of {file}")
        token = claims[item["claim"]].token
        parts = re.fullmatch(r"([0-9.,]+)(.*)", token)
        number, unit = parts.groups() if parts else (token, "")
        return {"number": number, "unit": unit, "label": item.get("label", "")}

    # Compilation

    def _compile(self, source: Path) -> bytes:
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(source),
                root=str(source.parent),
                font_paths=_fonts(),
                ignore_system_fonts=True,
                format="pdf",
                pdf_standards=[STANDARD],
                timestamp=self._timestamp(),
            )
        except typst.TypstError as error:
            hints = "".join(f"\n  hint: {hint}" for hint in error.hints)
            raise ReportError(
                f"Typst cannot compile {source}: {error.message}{hints}\n{error.diagnostic}"
            ) from None
        for warning in warnings:
            logger.warning("report: %s\n%s", warning.message, warning.diagnostic)
        return pdf


def prepare_picture(source: Path, target: Path) -> Picture | None:
    """Write the SVG file `source` to `target` in the report's typeface.

    Returns None if it is not SVG, or holds pictures in pixels.

    Every text gets the face and its weight as a variation: the face is one variable font, whose
    default is its thinnest weight, and the renderer would set ordinary text in that.
    """
    try:
        tree = ElementTree.parse(source)
    except (OSError, ElementTree.ParseError):
        return None
    root = tree.getroot()
    if root.tag != f"{{{_SVG}}}svg" or root.find(f".//{{{_SVG}}}image") is not None:
        return None
    _set_face(root, 400)
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    target.parent.mkdir(parents=True, exist_ok=True)
    tree.write(target, "utf-8", xml_declaration=False)
    wide, high = _size(root)
    share = min(1.0, wide / CANVAS, _TALLEST * wide / high)
    return Picture(target.name, 100 * share)


def _set_face(element: ElementTree.Element, weight: int) -> None:
    given = element.get("font-weight", "")
    style = dict(
        (part.strip() for part in item.split(":", 1))
        for item in element.get("style", "").split(";")
        if ":" in item
    )
    given = style.get("font-weight", given)
    weight = {"normal": 400, "bold": 700}.get(given, int(given) if given.isdigit() else weight)
    if element.tag in (f"{{{_SVG}}}text", f"{{{_SVG}}}tspan"):
        style.pop("font-family", None)
        style["font-variation-settings"] = f"'wght' {weight}"
        element.set("font-family", FACE)
        element.set("style", ";".join(f"{name}:{value}" for name, value in style.items()))
    for child in element:
        _set_face(child, weight)


def _size(root: ElementTree.Element) -> tuple[float, float]:
    """Return the width and height of an SVG picture in pixels."""
    lengths = [re.match(r"[0-9.]+", root.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        return tuple(float(length.group()) for length in lengths)
    box = [float(part) for part in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if part]
    return (box[2], box[3]) if len(box) == 4 else (CANVAS, CANVAS)


def _open_with_section(tree: nodes.document, title: str) -> None:
    """Make a section of what the root document itself says, and put the chapters after it."""
    root = next(tree.findall(nodes.section), None)
    if root is None:
        return
    chapters = [
        node for node in root.findall(addnodes.start_of_file) if not _is_in_chapter(node.parent)
    ]
    for chapter in chapters:
        chapter.parent.remove(chapter)
    own = root.children[1:]
    del root.children[1:]
    if any(child.astext().strip() for child in own):
        root += nodes.section("", nodes.title("", title), *own)
    root += chapters


def _is_in_chapter(node: nodes.Node | None) -> bool:
    while node is not None:
        if isinstance(node, addnodes.start_of_file):
            return True
        node = node.parent
    return False


def _lines(*pairs: tuple[str, str], kind: str = "text") -> list[dict[str, str]]:
    return [{"label": label, "value": value, "kind": kind} for label, value in pairs if value]


def _versions() -> list[str]:
    return [f"{name}\N{NO-BREAK SPACE}{importlib.metadata.version(name)}" for name in _PACKAGES]


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
    app.setup_extension("sphinxcontrib_typstbuilder")
    app.add_builder(ReportBuilder)
    app.add_config_value("shanhai_report", {}, "", dict)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
