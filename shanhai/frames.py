"""Frames of figures: what the charts of `shanhai.charts` draw, made from claims and quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from shanhai import formats
from shanhai.design import COLORS
from shanhai.evidence.quantity import Quantity

if TYPE_CHECKING:
    from shanhai.notebook import Book

Figure = str | Quantity | None
Figures = Mapping[str, Figure] | Iterable[tuple[str, Figure]]


def rows(
    book: Book,
    figures: Figures,
    *,
    form: Callable[[Any], str] | None = None,
    missing: str = "",
    **columns: Sequence[Any],
) -> pd.DataFrame:
    """Return a frame of figures to draw: one row each, in the order given.

    ``figures`` maps the name a reader sees to a claim's id, to a quantity, or to None where there is no
    figure, which ``missing`` then says. Where names occur twice, pairs take the mapping's place. Further
    ``columns`` have a value for each row; ``actor=`` (ids of places), ``says=`` and ``printed=`` replace
    what is found out without them.

    The frame's columns: ``label``; ``value``, ``low``, ``high``, floats, all in the one scale that the
    largest needs (``attrs["unit"]`` names it: ``亿元``; ``attrs["scale"]`` is how much one of it is);
    ``printed``, the figure as the book's language prints it, or as ``form`` shows it; ``actor`` and
    ``color``, the side it is about and its colour; ``says``, the sentence for a reader who points at the
    mark. ``attrs["claims"]`` are all claims it rests on.

    Raises:
        KeyError: a claim is unknown.
        ValueError: a column has not as many values as there are figures.
    """
    pairs = list(figures.items() if isinstance(figures, Mapping) else figures)
    for name, values in columns.items():
        if isinstance(values, str) or len(values) != len(pairs):
            raise ValueError(f"rows(): the column {name!r} needs {len(pairs)} values, one a figure")
    found = [book.q(figure) if isinstance(figure, str) else figure for _, figure in pairs]
    known = [quantity for quantity in found if quantity is not None]
    divisor, scale = formats.common_scale(known, book.locale)
    actors = columns.pop("actor", [book.side(q.claims) if q else "" for q in found])
    frame = pd.DataFrame({"label": [label for label, _ in pairs]})
    for bound in ("value", "low", "high"):
        numbers = [float(getattr(q, bound) / divisor) if q is not None else None for q in found]
        frame[bound] = pd.Series(numbers, dtype="float64")
    frame["printed"] = [
        missing if q is None else _printed(book, figure, q, form)
        for (_, figure), q in zip(pairs, found, strict=True)
    ]
    frame["actor"] = [book.label("places", actor) if actor else "" for actor in actors]
    frame["color"] = [book.actors.get(label, COLORS["neutral"]) for label in frame["actor"]]
    frame = frame.assign(**columns)
    if "says" not in columns:
        frame["says"] = [
            _sentence(book, label, figure, printed)
            for (label, figure), printed in zip(pairs, frame["printed"], strict=True)
        ]
    units = {quantity.unit for quantity in known}
    frame.attrs["unit"] = (scale + (book.unit(units.pop()) if len(units) == 1 else "")).strip()
    frame.attrs["scale"] = divisor
    frame.attrs["claims"] = list(dict.fromkeys(claim for q in known for claim in q.claims))
    return frame


def _printed(
    book: Book, figure: Figure, quantity: Quantity, form: Callable[[Any], str] | None
) -> str:
    if form is not None:
        return form(quantity)
    if isinstance(figure, str):
        return book.printed(figure)
    amount = quantity.unit.partition("/")[0]
    return book.money(quantity, amount) if amount else book.ratio(quantity)


def _sentence(book: Book, label: str, figure: Figure, printed: str) -> str:
    """Return a row in words: what the figure is, and the figure."""
    if isinstance(figure, str):
        label = book.label("claims", figure, "description") or label
    return book.sentence(label, printed)
