"""The Altair renderer: one chart becomes what the book draws, and what JupyterLab shows.

``application/vnd.shanhai.chart+json`` is for the book: the plot alone, laid out for two widths, since the
page sets title, subtitle and source as text, which wraps, is found by search and read aloud. A kernel
draws nothing; the build does (`shanhai.charts.pictures`). JupyterLab shows the specification, with the
Vega it brings.
"""

from __future__ import annotations

from typing import Any

import altair as alt

from shanhai.charts import theme
from shanhai.charts.mime import KEY, LAB_MIME, MIME
from shanhai.charts.phone import loose, phone, raised
from shanhai.charts.widths import WIDTHS, across, shared


def enable() -> None:
    """Switch on the theme and the renderer for the charts of this process."""
    alt.theme.enable(theme.NAME)
    alt.renderers.register(theme.NAME, render)
    alt.renderers.enable(theme.NAME)


def render(spec: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Return the mime bundle of a chart, by the protocol of Altair's renderers.

    A chart that is no figure (see `shanhai.charts.figure`) is not for the book.
    """
    meta = spec.get("usermeta", {}).get(KEY)
    if meta is None:
        return {LAB_MIME: spec, "text/plain": "a chart that figure() has not described"}
    title = spec["title"]["text"]
    plots = {
        "wide": _plot(
            raised(loose(spec, WIDTHS["wide"]), theme.LIMIT, WIDTHS["wide"]), WIDTHS["wide"]
        ),
        "narrow": _plot(meta["narrow"] or phone(spec), WIDTHS["narrow"]),
    }
    return {
        MIME: {
            "name": spec["name"],
            "title": title,
            "subtitle": spec["title"]["subtitle"],
            "description": spec["description"],
            "claims": meta["claims"],
            "derived": meta["derived"],
            "table": meta["table"],
            "specs": plots,
        },
        LAB_MIME: {
            **shared(plots["wide"], WIDTHS["wide"] / (across(plots["wide"]) or 1)),
            "title": spec["title"],
            "usermeta": {KEY: {"claims": meta["claims"]}},
        },
        "text/plain": title,
    }


def _plot(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """Return the specification of the plot alone, ``width`` pixels wide where it can be."""
    plot = {key: value for key, value in spec.items() if key not in {"title", "usermeta"}}
    # A round mark at the end of a scale stands beyond it by its radius.
    plot["padding"] = {"left": 1, "top": 1, "right": 7, "bottom": 1}
    if "mark" in plot or "layer" in plot:
        plot["width"] = width
        plot["autosize"] = {"type": "fit-x", "contains": "padding"}
    return plot
