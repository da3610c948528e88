"""What the report says about itself: cover, properties, colophon. Written as JSON for the template."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from myst_nb.ext.glue.crossref import read_glue_cache
from sphinx.environment import BuildEnvironment
from sphinx.errors import ConfigError

from shanhai import design
from shanhai.book import context
from shanhai.book.pdf.pictures import prepare_picture
from shanhai.book.pdf.settings import Settings
from shanhai.evidence.ledger import Ledger
from shanhai.formats import format_day

_PACKAGES = ("shanhai", "jupyter-book", "Sphinx", "myst-nb", "altair", "vl-convert-python", "typst")
_PLACE = re.compile(r"\{([^{}]+)\}")
_NUMBER = re.compile(r"(\D{0,6}[0-9][0-9.,–]*)(.*)", re.DOTALL)

SIGNS: Mapping[str, str] = {
    "exact": "✓",
    "within rounding": "≈",
    "inconsistent": "✗",
    "not comparable": "–",
}
"""The sign of each verdict, which tells them apart in grey."""


class Cover:
    """The figures of the cover and the lines of the colophon, from settings, ledger and notebooks."""

    def __init__(
        self, env: BuildEnvironment, settings: Settings, ledger: Ledger, words: Mapping[str, Any]
    ) -> None:
        self.env = env
        self.config = env.config
        self.settings = settings
        self.ledger = ledger
        self.words = words

    def metadata(self, work: Path, missing: Iterable[str]) -> dict[str, Any]:
        """Return what the template reads; the cover's picture is written to the folder `work`.

        `missing` are the labels that links go to and nothing has.

        Raises:
            ConfigError: a setting names a figure, or a picture, that is not there.
        """
        settings, words = self.settings, self.words
        named = context.name(self.config)
        language, *others = named.tag.split("-")
        region = next((part for part in others if len(part) == 2), "")
        version = settings.version or self.ledger.version
        authors = settings.authors or ((self.config.author,) if self.config.author else ())
        shown_date = format_day(settings.day(self.ledger.created), named.locale)
        edition = [(words["edition"], shown_date), (words["version"], version)]
        return {
            "lang": language,
            "region": region.lower() or ("cn" if language == "zh" else None),
            "title": self._title(),
            "subtitle": settings.subtitle or None,
            "series": settings.series or None,
            "headline": self._filled(settings.headline) or None,
            "authors": list(authors),
            "description": settings.description or settings.subtitle or self._title(),
            "accent": settings.accent or design.BRAND,
            "colors": _colors(),
            "signs": dict(SIGNS),
            "verdict_colors": dict(design.VERDICTS),
            "cover": self._picture(work),
            "key_figures": [self._figure(item) for item in settings.key_figures],
            "verdicts": [
                {"verdict": item.get("verdict", ""), **self._figure(item)}
                for item in settings.verdicts
            ],
            "cover_lines": _lines((words["authors"], words["comma"].join(authors)), *edition),
            "contents_depth": settings.contents_depth,
            "list_of_figures": settings.list_of_figures and self._numbers_figures(),
            "colophon_text": list(settings.colophon),
            "colophon": [
                *_lines(*edition, (words["licence"], settings.licence)),
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

    def _title(self) -> str:
        return self.settings.title or self.env.titles[self.config.root_doc].astext()

    def _numbers_figures(self) -> bool:
        return any("figure" in kinds for kinds in self.env.toc_fignumbers.values())

    def _picture(self, work: Path) -> str | None:
        if not self.settings.cover:
            return None
        picture = prepare_picture(Path(self.env.srcdir) / self.settings.cover, work / "cover.svg")
        if picture is None or not picture.name.endswith(".svg"):
            raise ConfigError(f"shanhai_report: cover: {self.settings.cover} is not an SVG picture")
        return picture.name

    def _figure(self, item: Mapping[str, str]) -> dict[str, str]:
        """Return a figure of the cover: number, unit and label."""
        text = self._shown(item.get("derived") or item.get("claim", ""), item)
        parts = _NUMBER.fullmatch(text)
        number, unit = parts.groups() if parts else (text, "")
        return {"number": number, "unit": unit, "label": self._filled(item.get("label", ""))}

    def _filled(self, text: str) -> str:
        """Return a text with the figures it names in braces in their places."""
        return _PLACE.sub(lambda match: self._shown(match[1], text), text)

    def _shown(self, name: str, where: object) -> str:
        """Return a claim as printed, or what a notebook has glued (`page#key`)."""
        page, has_key, key = name.partition("#")
        if not has_key:
            if name not in self.ledger.claims:
                file = self.ledger.directory / "claims.csv"
                raise ConfigError(f"shanhai_report: {where} names no claim of {file}")
            return context.wording(self.env).printed(self.ledger.claims[name])
        folder = self.env.mystnb_config.output_folder  # type: ignore[attr-defined]
        glued = read_glue_cache(str(folder), page)
        if key not in glued:
            raise ConfigError(f"shanhai_report: {where}: {page} glues no {key!r}")
        return str(glued[key]["data"]["text/plain"]).strip("'\"")

    def _addresses(self) -> list[tuple[str, str]]:
        """Return where the online book and the data are, then what the settings add."""
        theme = getattr(self.config, "html_theme_options", {})
        repository = theme.get("source_repository") or theme.get("repository_url", "")
        return [
            (self.words["online_book"], getattr(self.config, "html_baseurl", "")),
            (self.words["repository"], repository),
            *((item["label"], item["url"]) for item in self.settings.links),
        ]


def _colors() -> dict[str, str]:
    """Return every colour of the design as it is on white, by its name."""
    return {**design.COLORS, **{name: light for name, (light, _) in design.PAGE.items()}}


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


def _lines(*pairs: tuple[str, str], kind: str = "text") -> list[dict[str, str]]:
    return [{"label": label, "value": value, "kind": kind} for label, value in pairs if value]


def _versions() -> list[str]:
    return [f"{name}\N{NO-BREAK SPACE}{importlib.metadata.version(name)}" for name in _PACKAGES]
