"""The few names a notebook needs: the ledger as data frames, formatted figures, charts, glue."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd
from myst_nb import glue as _glue

from shanhai import formats
from shanhai.charts.figure import figure
from shanhai.charts.palette import COLORS
from shanhai.charts.renderer import enable
from shanhai.charts.theme import actor_scale
from shanhai.evidence.ledger import Claim, Ledger
from shanhai.evidence.reconcile import Finding, reconcile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shanhai.evidence.interval import Interval, Number

__all__ = ["COLORS", "Book", "figure", "glue", "open_book"]


def open_book(directory: Path | str | None = None, locale: str | None = None) -> Book:
    """Open the ledger for a notebook, and switch on the charts' theme and renderer.

    ``locale`` decides labels and formats; the default is ``$SHANHAI_LOCALE`` or ``zh_CN``.
    """
    enable()
    return Book(Ledger.load(directory), locale or os.environ.get("SHANHAI_LOCALE", "zh_CN"))


def glue(key: str, value: str) -> None:
    """Store a derived figure, as text, for the prose of this page and of others."""
    _glue(key, value, display=False)


@dataclass(frozen=True)
class Book:
    """The ledger, with labels and formats of one locale."""

    ledger: Ledger
    locale: str

    @property
    def language(self) -> str:
        """Suffix of the data's language columns."""
        return self.locale.split("_")[0]

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The claims, one row each, indexed by id, with ``amount``, ``low`` and ``high`` as floats."""
        frame = self.ledger.table("claims").set_index("id", drop=False).rename_axis(None)
        intervals = [self.q(claim) for claim in frame.index]
        frame["amount"] = [float(interval.value) for interval in intervals]
        frame["low"] = [float(interval.low) for interval in intervals]
        frame["high"] = [float(interval.high) for interval in intervals]
        return frame.sort_values("offset")

    def claim(self, claim_id: str) -> Claim:
        """Return a claim; KeyError names an unknown id."""
        return self.ledger.claims[claim_id]

    def q(self, claim_id: str) -> Interval:
        """Return a claim's amount with the bounds of its printing."""
        return self.claim(claim_id).interval

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the data package."""
        return self.ledger.table(name)

    def label(self, table: str, row_id: str) -> str:
        """Return the label of a row of places, metrics or people."""
        return self.ledger.label(table, row_id, self.language)

    def code(self, list_name: str, code: str) -> str:
        """Return the label of a controlled value."""
        return self.ledger.code(list_name, code, self.language)

    def donor(self, claim_id: str) -> str:
        """Return the label of the side a claim is about: the actor its donor belongs to."""
        place = self.claim(claim_id).donor
        actor = next((actor for actor in self._actors if self.belongs(place, actor)), place)
        return self.label("places", actor)

    def belongs(self, place: str, ancestor: str) -> bool:
        """Return whether ``place`` is ``ancestor`` or lies within it."""
        parents = self._parents
        while place:
            if place == ancestor:
                return True
            place = parents[place]
        return False

    @cached_property
    def _parents(self) -> dict[str, str]:
        return {row["id"]: row["parent"] for row in self.ledger.rows("places")}

    @cached_property
    def _actors(self) -> dict[str, str]:
        """The places that charts tell apart, each with the name of its colour."""
        rows = self.ledger.rows("places")
        return {row["id"]: row["color"] for row in rows if row.get("color")}

    def color(self, actor: str, light: bool = False) -> str:
        """Return an actor's colour, or its pale partner; KeyError names a place that has none."""
        return COLORS[self._actors[actor] + ("-light" if light else "")]

    def actor(self, field: str, **options: Any) -> alt.Color:
        """Return the colour encoding of the actors, by their labels, the same in every chart."""
        colors = {self.label("places", actor): name for actor, name in self._actors.items()}
        return alt.Color(f"{field}:N", scale=actor_scale(colors), **options)

    def reconcile(self) -> list[Finding]:
        """Return the verdict on every identity."""
        return reconcile(self.ledger)

    def money(self, value: Interval | Number, unit: str = "CNY", like: str | None = None) -> str:
        """Format an amount in the locale's scale, with its unit's label.

        ``like`` is a claim to whose last printed place a plain number is shown.
        """
        place = self.claim(like).place if like else None
        return f"{formats.format_scaled(value, self.locale, place=place)}{self._unit(unit)}"

    def _unit(self, unit: str) -> str:
        label = self.code("unit", unit)
        return label if self.language == "zh" else f" {label}"

    def count(self, value: Interval | Number) -> str:
        """Format a whole number."""
        return formats.format_count(value, self.locale)

    def ratio(self, value: Interval | Number) -> str:
        """Format a ratio with the digits its bounds support."""
        return formats.format_ratio(value, self.locale)

    def decimal(self, value: Interval | Number, places: int) -> str:
        """Format a number with a fixed count of decimal places."""
        return formats.format_fixed(value, places, self.locale)

    def percent(self, value: Interval | Number) -> str:
        """Format a share as per cent."""
        return formats.format_share(value, self.locale)

    def month(self, value: date) -> str:
        """Format a year and a month."""
        return formats.format_month(value, self.locale)

    def gap(self, value: Interval, form: Callable[[Any], str], suffix: str = "") -> str:
        """Say a difference in words: more or less by how much, or equal.

        The nominal difference is shown, as a reader who subtracts the printed numbers finds it.
        """
        key = "equal" if not value.value else ("more" if value.value > 0 else "less")
        return self.code("difference", key).format(form(abs(value.value)) + suffix)

    def years_between(self, first: str, second: str) -> int:
        """Return the whole calendar years between two date claims."""
        return int(self.claim(second).value - self.claim(first).value)
