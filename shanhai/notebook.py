"""The few names a notebook needs: the ledger as data frames, quantities, forms, charts, glue.

A figure that a notebook derives stays a `Quantity` until it is shown, so that it leads to its making::

    total, parts = book.q("all-aid"), book.q("sh-aid") + book.q("gd-aid")
    glue("aid-sum", parts, book.money)                                 # 135.91亿元
    glue("aid-gap", parts - total, book.gap)                           # 少5.17亿元
    glue("aid-gap-share", abs(parts - total) / total, book.percent)
    glue("left-over", book.constant(16, "云南的州、市") - book.q("sh-prefectures"), book.count)
    glue("measure-count", book.counted(measures, "measures"), book.count)
    glue("until", book.month(day), of=[book.q("start"), book.q("years")], how="起点加上时长")
    glue("verdict", book.code("verdict", finding.verdict))             # words alone

``glue(key, quantity, form)`` takes the form the quantity is shown in: any function from a quantity to
text, such as ``book.money``, ``book.ratio`` or a ``lambda``. ``sum`` and ``total`` add, ``q.least`` and
``q.most`` are the bounds as quantities, ``q.value`` is the bare fraction (which keeps nothing). A number
in arithmetic is a constant: with ``book.constant(number, why)`` where it is not obvious. ``book.reconcile()``
gives findings whose ``left``, ``right`` and ``gap`` are quantities. A text without a quantity is for words:
one with a number in it says in ``of=`` what the number was made of, and in ``how=`` how.

``figure(..., derived=["aid-sum", ...])`` names the keys, glued on the same page, whose figures a chart
shows beside its claims.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
from IPython import get_ipython
from IPython.display import display
from myst_nb.ext.glue import GLUE_PREFIX

from shanhai import formats
from shanhai.charts.figure import figure
from shanhai.charts.renderer import enable
from shanhai.charts.theme import actor_scale
from shanhai.charts.vocabulary.bars import bars, paired_bars, stacked_bars
from shanhai.charts.vocabulary.cells import heat_map, tiles
from shanhai.charts.vocabulary.dots import dots, spans
from shanhai.charts.vocabulary.panels import small_multiples
from shanhai.charts.vocabulary.totals import waterfall
from shanhai.design import COLORS
from shanhai.evidence.derivation import MIME, Derivation
from shanhai.evidence.errors import Known
from shanhai.evidence.interval import Interval, Number
from shanhai.evidence.ledger import Claim, Ledger
from shanhai.evidence.quantity import Quantity, total
from shanhai.evidence.reconcile import Finding, reconcile
from shanhai.frames import Figures, rows
from shanhai.wording import Wording

__all__ = [
    "COLORS",
    "Book",
    "bars",
    "dots",
    "figure",
    "glue",
    "heat_map",
    "open_book",
    "paired_bars",
    "small_multiples",
    "spans",
    "stacked_bars",
    "tiles",
    "total",
    "waterfall",
]


def open_book(directory: Path | str | None = None, locale: str | None = None) -> Book:
    """Open the ledger for a notebook, and switch on the charts' theme and renderer.

    ``locale`` decides labels and formats; the default is ``$SHANHAI_LOCALE`` or ``zh_CN``.
    """
    enable()
    return Book(Ledger.load(directory), locale or os.environ.get("SHANHAI_LOCALE", "zh_CN"))


def glue(
    key: str,
    value: Quantity | str,
    form: Callable[[Quantity], str] | None = None,
    *,
    of: Sequence[Quantity] = (),
    how: str = "",
) -> None:
    """Store a derived figure under a key, for the prose of this page and of others.

    ``form`` says how a quantity is shown. ``value`` may be words; where they hold a number, ``of`` says
    which quantities it was made of, and ``how`` says in words what was done with them.

    Raises:
        TypeError: a quantity comes without a form, or what comes is neither a quantity nor text.
        ValueError: a constant in the quantity's formula has no reason, or words hold a number of which
            nothing says what it was made of.
    """
    cell = getattr(get_ipython(), "execution_count", 0)
    where = f"glue {key!r}"
    if isinstance(value, Quantity):
        if form is None:
            raise TypeError(f"{where}: say in which form it is shown, such as book.money")
        if value.unexplained:
            raise ValueError(
                f"{where}: {value.unexplained[0]} has no reason; write book.constant(number, why)"
            )
        text = form(value)
        made = Derivation.of(key, text, value, cell)
    elif isinstance(value, str):
        text = value
        if not of and re.search(r"\d", text):
            raise ValueError(
                f"{where}: {text[:40]!r} holds a number; glue the quantity and a form, "
                "or say in of= what the number was made of"
            )
        formula = ("of", how, *(each.formula for each in of)) if of else ()
        made = Derivation(key, text, formula, cell=cell)
    else:
        raise TypeError(
            f"{where}: {type(value).__name__} is neither a quantity nor text; "
            "glue the quantity and a form, such as book.ratio"
        )
    if not isinstance(text, str):
        raise TypeError(f"{where}: the form gave {type(text).__name__}, not text")
    bundle = {"text/plain": text, MIME: made.as_dict()}
    display(
        {GLUE_PREFIX + kind: content for kind, content in bundle.items()},
        raw=True,
        metadata={"scrapbook": {"name": key, "mime_prefix": GLUE_PREFIX}},
    )


class Book(Wording):
    """The ledger, with labels and formats of one locale; how it says figures is `Wording`'s."""

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
        """Return a claim; UnknownError, a KeyError, names an unknown id and what is close."""
        return self.ledger.claims[claim_id]

    def q(self, claim_id: str) -> Quantity:
        """Return a claim's amount with the bounds of its printing; UnknownError names an unknown id."""
        return Quantity.of_claim(self.claim(claim_id))

    def fact(self, fact_id: str) -> Quantity:
        """Return a context fact's amount; UnknownError names an unknown id."""
        fact = self.ledger.facts[fact_id]
        return Quantity.of_fact(fact_id, fact.interval, fact.unit)

    def constant(self, value: Number, why: str, unit: str = "") -> Quantity:
        """Return a number that no document states, with the reason for it."""
        return Quantity.constant(value, why, unit)

    def counted(self, rows: pd.DataFrame | Sequence[str], table: str, what: str = "") -> Quantity:
        """Return how many rows of a table were chosen: a part of its frame, or the rows' ids.

        ``what`` says which rows, in words; without it they are all.
        """
        if isinstance(rows, pd.DataFrame):
            rows = list(rows.get("id", rows.index))
        return Quantity.counted([str(row) for row in rows], table, what)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the data package."""
        return self.ledger.table(name)

    def label(self, table: str, row_id: str, column: str = "") -> str:
        """Return a row's words in the book's language: its label, or those of a column.

        The columns are named without their language: ``description`` for ``description_zh``.
        """
        return self.ledger.label(table, row_id, self.language, column)

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
        return Known({row["id"]: row["parent"] for row in self.ledger.rows("places")}, "places.csv")

    @cached_property
    def _actors(self) -> dict[str, str]:
        """The places that charts tell apart, each with the name of its colour."""
        rows = self.ledger.rows("places")
        found = {row["id"]: row["color"] for row in rows if row.get("color")}
        return Known(found, "places.csv", "colour of a place {}")

    @property
    def actors(self) -> dict[str, str]:
        """The labels of the actors, each with its colour: for ``colors=`` of a chart."""
        return {self.label("places", actor): COLORS[name] for actor, name in self._actors.items()}

    def side(self, claim_ids: Sequence[str]) -> str:
        """Return the actor that all of these claims are about, as a place's id; empty if none is."""
        donors = [self.claim(claim_id).donor for claim_id in claim_ids]
        for actor in self._actors:
            if donors and all(self.belongs(donor, actor) for donor in donors):
                return actor
        return ""

    def color(self, actor: str, light: bool = False) -> str:
        """Return an actor's colour, or its pale partner; UnknownError names a place that has none."""
        return COLORS[self._actors[actor] + ("-light" if light else "")]

    def actor(self, field: str, **options: Any) -> alt.Color:
        """Return the colour encoding of the actors, by their labels, the same in every chart."""
        colors = {self.label("places", actor): name for actor, name in self._actors.items()}
        return alt.Color(f"{field}:N", scale=actor_scale(colors), **options)

    def rows(
        self,
        figures: Figures,
        *,
        form: Callable[[Any], str] | None = None,
        missing: str = "",
        **columns: Sequence[Any],
    ) -> pd.DataFrame:
        """Return a frame of figures to draw, one row each: see `shanhai.frames.rows`."""
        return rows(self, figures, form=form, missing=missing, **columns)

    def check(self) -> pd.DataFrame | str:
        """Return the faults of the data on the disk, a row for each; a sentence where there is none.

        Columns: ``file``, ``line``, ``column``, ``fault`` (what is wrong, and what was expected).
        """
        from shanhai.evidence.checks.package import check  # It loads what finds numerals.

        found = [
            {"file": each.file, "line": each.line, "column": each.column, "fault": each.message}
            for each in check(self.ledger.directory)
        ]
        return pd.DataFrame(found) if found else "0 faults"

    def reconcile(self) -> list[Finding]:
        """Return the verdict on every identity."""
        return reconcile(self.ledger)

    def money(self, value: Interval | Number, unit: str = "CNY") -> str:
        """Format an amount in the locale's scale, with its unit's label.

        A sum of printed figures is shown to their last place, as one who adds them finds it.
        """
        return self.amount(value, unit)

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

    def day(self, value: date) -> str:
        """Format a day."""
        return formats.format_day(value, self.locale)

    def year(self, value: date) -> str:
        """Format the year of a day."""
        return formats.format_period(date(value.year, 1, 1), date(value.year, 12, 31), self.locale)

    def month(self, value: date) -> str:
        """Format a year and a month."""
        return formats.format_month(value, self.locale)
