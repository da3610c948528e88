"""The Altair renderer: one chart becomes a specification, and two pictures of it.

``application/vnd.shanhai.chart+json`` is for the book. Its pictures hold the plot only: the page
sets title, subtitle and source as text, which wraps, is found by search and read aloud. JupyterLab
shows the specification, with the Vega it brings.
"""

from __future__ import annotations

import copy
import functools
import os
import re
import tempfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import altair as alt
import vl_convert

from shanhai.charts import svg, theme
from shanhai.charts.mime import KEY, LAB_MIME, MIME
from shanhai.charts.phone import phone, views

WIDTHS = {"wide": 680, "narrow": 328}
"""Width of the whole picture in pixels: a page's column, and a phone of 360 px less margins."""

_TRIES = 6
"""How often the padding may grow; for a label from the middle of a plot, six leave one pixel."""


def enable() -> None:
    """Switch on the theme and the renderer for the charts of this process."""
    alt.theme.enable(theme.NAME)
    alt.renderers.register(theme.NAME, render)
    alt.renderers.enable(theme.NAME)


def render(spec: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Return the mime bundle of a chart, by the protocol of Altair's renderers.

    A chart that is no figure (see `shanhai.charts.figure`) gets no picture for the book. Charts
    side by side keep the widths they have; ValueError says so if they are too wide for a page.
    """
    meta = spec.get("usermeta", {}).get(KEY)
    if meta is None:
        return {LAB_MIME: spec, "text/plain": "a chart that figure() has not described"}
    title = spec["title"]["text"]
    name, description = spec["name"], spec["description"]
    plots = {
        "wide": _plot(spec, WIDTHS["wide"]),
        "narrow": _plot(meta["narrow"] or phone(spec), WIDTHS["narrow"]),
    }
    drawn = {variant: draw(plot, WIDTHS[variant]) for variant, plot in plots.items()}
    for variant, (picture, _) in drawn.items():
        if (width := svg.width(picture)) > WIDTHS[variant] + 1:
            raise ValueError(
                f"figure {name!r}: its {variant} picture is {width:.0f} px wide, "
                f"{WIDTHS[variant]} is the limit: give its parts less width, or narrow= a layout"
            )
    return {
        MIME: {
            "name": name,
            "title": title,
            "subtitle": spec["title"]["subtitle"],
            "description": description,
            "claims": meta["claims"],
            "derived": meta["derived"],
            "table": meta["table"],
            "svg": {
                variant: svg.tidy(picture, f"{name}-{variant}", title, description)
                for variant, (picture, _) in drawn.items()
            },
            "specs": {variant: plot for variant, (_, plot) in drawn.items()},
            "colors": {
                raw: step
                for picture, _ in drawn.values()
                for raw, step in svg.mixed(picture).items()
            },
        },
        LAB_MIME: {
            **drawn["wide"][1],
            "title": spec["title"],
            "usermeta": {KEY: {"claims": meta["claims"]}},
        },
        "text/plain": title,
    }


def draw(spec: dict[str, Any], limit: int) -> tuple[str, dict[str, Any]]:
    """Return a specification as SVG with room for all of its text, and the specification that has it.

    Vega makes the plot narrower by what stands beyond it, once. A label is as long as before, so it
    may stand beyond the narrower plot: the padding grows until none does. Of charts side by side, those
    that state no width share what ``limit`` leaves them.
    """
    _register_font()
    spec = _share(copy.deepcopy(spec), limit)
    for _ in range(_TRIES):
        picture = vl_convert.vegalite_to_svg(spec)
        beyond = svg.overflow(picture)
        if not any(beyond.values()):
            return picture, spec
        for side, amount in beyond.items():
            spec["padding"][side] += amount
    return vl_convert.vegalite_to_svg(spec), spec


def _share(spec: dict[str, Any], limit: int) -> dict[str, Any]:
    """Give the parts of a chart that state no width as much as makes the whole ``limit`` wide."""
    free = [view for view in views(spec) if "width" not in view]
    if any(view is spec for view in views(spec)):
        return spec
    across = len(spec.get("hconcat", spec.get("concat", [0])))
    across = min(across, spec.get("columns", across))
    width = limit / across
    for _ in range(_TRIES):
        shared = copy.deepcopy(spec)
        for view in views(shared):
            view.setdefault("width", max(40, int(width)))
            _settle(view, view["width"])
        picture = vl_convert.vegalite_to_svg(shared)
        more = svg.overflow(picture)
        beyond = svg.width(picture) + more["left"] + more["right"] - limit
        if -across < beyond <= 0 or not free:
            break
        width -= beyond / across
    return shared


def _settle(part: Any, width: int) -> None:
    """Put a number where expressions say ``width``: in a chart of parts, no part has that signal."""
    if isinstance(part, dict):
        if isinstance(part.get("expr"), str):
            part["expr"] = re.sub(r"\bwidth\b", str(width), part["expr"])
        for value in part.values():
            _settle(value, width)
    elif isinstance(part, list):
        for value in part:
            _settle(value, width)


def _plot(spec: dict[str, Any], width: int) -> dict[str, Any]:
    """Return the specification of the plot alone, ``width`` pixels wide where it can be."""
    plot = {key: value for key, value in spec.items() if key not in {"title", "usermeta"}}
    # A round mark at the end of a scale stands beyond it by its radius.
    plot["padding"] = {"left": 1, "top": 1, "right": 7, "bottom": 1}
    if "mark" in plot or "layer" in plot:
        plot["width"] = width
        plot["autosize"] = {"type": "fit-x", "contains": "padding"}
    return plot


@functools.cache
def _register_font() -> None:
    """Measure text with the font that the package brings, and with no other of the same name.

    Systems bring faces of the same family, which are wider by a pixel. vl-convert has no option that
    leaves them out, but reads where Fontconfig says fonts are (fontdb's ``load_fontconfig``): nowhere,
    while it looks for the first time. macOS and Windows, which have no Fontconfig, bring no Noto.
    """
    import manimgx_fonts_cjk

    name, before = "FONTCONFIG_FILE", os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fonts.conf"
        file.write_text(f"<fontconfig><dir>{escape(folder)}</dir></fontconfig>", "utf-8")
        os.environ[name] = str(file)
        try:
            vl_convert.register_font_directory(str(Path(manimgx_fonts_cjk.__file__).parent))
            vl_convert.vega_to_svg({"width": 1})
        finally:
            del os.environ[name]
            if before is not None:
                os.environ[name] = before
