"""What a book may say of its report: the keys of the configuration value `shanhai_report`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sphinx.errors import ConfigError

TARGET = "shanhai"
"""Name of the report's file, without its suffix, unless `shanhai_report` says another."""


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
    accent: str = ""
    """Colour of headings, links and rules. Default: the design's."""
    cover: str = ""
    """An SVG picture across the foot of the cover."""
    headline: str = ""
    """The finding, on the cover. `{id}` in it, and in the labels below, is a claim of the ledger as printed,
    `{page#key}` a figure that a notebook glues: none is typed here."""
    key_figures: tuple[Mapping[str, str], ...] = ()
    """Figures on the cover: `label`, and `claim` (an id of the ledger) or `derived` (`page#key`)."""
    verdicts: tuple[Mapping[str, str], ...] = ()
    """How many identities have which verdict, on the cover: `verdict` (its code), `label`, `derived`."""
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
    of the repository (the theme's `source_repository`), which holds the data, stand there in any case."""
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

    def day(self, default: datetime.date) -> datetime.date:
        """Return the day of the edition, `default` where none is set.

        Raises `ConfigError` for what is no day.
        """
        try:
            return datetime.date.fromisoformat(self.date) if self.date else default
        except ValueError:
            raise ConfigError(
                f"shanhai_report: date is {self.date!r}; YYYY-MM-DD expected"
            ) from None
