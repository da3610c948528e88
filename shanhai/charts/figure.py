"""A chart that says what it found: its title, claims, data and phone layout travel in the chart."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

import altair as alt
import pandas as pd

from shanhai.charts import renderer
from shanhai.charts.held import hold
from shanhai.charts.mime import KEY

Chart = TypeVar("Chart", bound=alt.TopLevelMixin)

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def figure(
    chart: Chart,
    *,
    name: str,
    title: str,
    subtitle: str,
    description: str,
    claims: Iterable[str] | None = None,
    derived: Iterable[str] = (),
    table: pd.DataFrame | None = None,
    columns: Mapping[str, str] | None = None,
    narrow: alt.TopLevelMixin | None = None,
) -> Chart:
    """Return ``chart`` with what a reader needs beside the picture.

    ``name`` becomes the figure's anchor, ``fig-NAME``. ``title`` states the finding, ``subtitle``
    what is measured and in which unit, ``description`` says the picture in words. ``claims`` are
    the ids of the figures it draws (default: those that ``Book.rows`` noted on the chart's frame),
    ``derived`` the keys of those glued on the same page. ``table`` is the data to show as a table, in
    its order (default: the chart's own data frame); ``columns`` says which of its columns, and what a
    reader calls each: ``{"label": "项目", "printed": "文中所印"}``. ``narrow`` is another layout for
    phones, in place of the one that `shanhai.charts.phone` derives.

    Raises ValueError or TypeError in one sentence, for what is wrong here and for a chart that cannot
    be drawn from what it holds (`shanhai.charts.held`), or what Altair raises.
    """
    where = f"figure {name!r}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"{where}: a name is a letter, then a-z, 0-9 and single hyphens")
    for field, value in (("title", title), ("subtitle", subtitle), ("description", description)):
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{where}: the {field} must be a text that is not empty")
    data = getattr(chart, "data", None)
    own = data if isinstance(data, pd.DataFrame) else None
    if claims is None:
        claims = [] if own is None else own.attrs.get("claims", [])
    claims, derived = (
        _texts(given, f"{where}: {field}")
        for field, given in (("claims", claims), ("derived", derived))
    )
    for field, drawn in (("chart", chart), ("narrow chart", narrow)):
        if drawn is not None and not isinstance(drawn, alt.TopLevelMixin):
            raise TypeError(f"{where}: the {field} must be an Altair chart")
    if table is None:
        table = own
    elif not isinstance(table, pd.DataFrame):
        raise TypeError(f"{where}: the table must be a pandas data frame")
    if columns is not None:
        if table is None:
            raise ValueError(f"{where}: columns= needs the frame that has them; give table=")
        for column in columns:
            if column not in table.columns:
                known = ", ".join(map(str, table.columns))
                raise ValueError(f"{where}: no column {column!r}; the table has {known}")
        table = table[list(columns)].rename(columns=dict(columns))
    # A figure is one whether or not the notebook has opened a book.
    renderer.enable()
    whole = chart.properties(
        name=name,
        title=alt.Title(title, subtitle=subtitle),
        description=description,
        usermeta={
            KEY: {
                "claims": claims,
                "derived": derived,
                "narrow": None if narrow is None else narrow.to_dict(),
                "table": None if table is None else _table(table),
            }
        },
    )
    # Shown, a chart that Altair cannot write leaves a traceback and no output: say it here.
    hold(whole.to_dict(), where)
    return whole


def _texts(given: Iterable[str], what: str) -> list[str]:
    """Return the ids given, each once."""
    if isinstance(given, str):
        raise TypeError(f"{what} must be a list of ids, not one text")
    ids = list(dict.fromkeys(given))
    if any(not isinstance(each, str) for each in ids):
        raise TypeError(f"{what} must be a list of ids, each a text")
    return ids


def _table(frame: pd.DataFrame) -> dict[str, list]:
    return {
        "columns": [str(column) for column in frame.columns],
        "rows": [[_plain(value) for value in row] for row in frame.itertuples(index=False)],
    }


def _plain(value: Any) -> str | int | float | bool:
    """Return a value as JSON can hold it; a missing one as an empty text, a day as ISO 8601."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
