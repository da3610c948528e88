"""Pictures of a chart: its two layouts drawn as SVG, with room for all of their text.

As a program this reads charts from its input, a line of JSON each, and answers each with a line: the chart
with its pictures, or ``{"error": …}``.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import vl_convert

from shanhai.charts import svg
from shanhai.charts.phone import views
from shanhai.charts.widths import WIDTHS, across, shared

_TRIES = 6
"""How often the padding may grow; for a label from the middle of a plot, six leave one pixel."""

_SPARE = 1.05
"""How many times its limit a picture may be wide where the words of a language are long."""


def drawn(chart: dict[str, Any]) -> dict[str, Any]:
    """Return a chart as the renderer gives it with its pictures, unless it has them.

    ``svg`` are the pictures, ``specs`` the layouts as drawn, ``colors`` the steps that mixed colours
    become. Charts side by side keep the widths they have.

    Raises:
        ValueError: a layout cannot be drawn, or is too wide for a page.
    """
    if "svg" in chart:
        return chart
    name = chart["name"]
    pictures, specs, colors = {}, {}, dict[str, str]()
    for variant, limit in WIDTHS.items():
        picture, specs[variant] = draw(chart["specs"][variant], limit)
        # A page makes a picture as wide as its column: a little too wide, its type is a little smaller.
        if (width := svg.width(picture)) > limit * _SPARE:
            raise ValueError(
                f"figure {name!r}: its {variant} picture is {width:.0f} px wide, "
                f"{limit} is the limit: give its parts less width, or narrow= a layout"
            )
        pictures[variant] = svg.tidy(
            picture, f"{name}-{variant}", chart["title"], chart["description"]
        )
        colors |= svg.mixed(picture)
    return {**chart, "svg": pictures, "specs": specs, "colors": colors}


def draw(spec: dict[str, Any], limit: int) -> tuple[str, dict[str, Any]]:
    """Return a specification as SVG with room for all of its text, and the specification that has it.

    Vega makes the plot narrower by what stands beyond it, once. A label is as long as before, so it
    may stand beyond the narrower plot: the padding grows until none does. Of charts side by side, those
    that state no width share what ``limit`` leaves them.
    """
    _register_font()
    picture, spec = _share(copy.deepcopy(spec), limit)
    for _ in range(_TRIES):
        beyond = svg.overflow(picture)
        if not any(beyond.values()):
            break
        for side, amount in beyond.items():
            spec["padding"][side] += amount
        picture = vl_convert.vegalite_to_svg(spec)
    return picture, spec


def _share(spec: dict[str, Any], limit: int) -> tuple[str, dict[str, Any]]:
    """Draw a chart; give its parts that state no width as much as makes the whole ``limit`` wide."""
    free = [view for view in views(spec) if "width" not in view]
    parts = across(spec)
    if not parts:
        return vl_convert.vegalite_to_svg(spec), spec
    width = limit / parts
    for _ in range(_TRIES):
        trial = shared(spec, width)
        picture = vl_convert.vegalite_to_svg(trial)
        more = svg.overflow(picture)
        beyond = svg.width(picture) + more["left"] + more["right"] - limit
        if -parts < beyond <= 0 or not free:
            break
        width -= beyond / parts
    return picture, trial


@functools.cache
def _register_font() -> None:
    """Measure text with the fonts of this package, and with no other of the same name.

    Systems bring faces of the same family, which are wider by a pixel. vl-convert has no option that
    leaves them out, but reads where Fontconfig says fonts are (fontdb's ``load_fontconfig``): nowhere,
    while it looks for the first time. macOS and Windows, which have no Fontconfig, bring no Noto.
    """
    name, before = "FONTCONFIG_FILE", os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fonts.conf"
        file.write_text(f"<fontconfig><dir>{escape(folder)}</dir></fontconfig>", "utf-8")
        os.environ[name] = str(file)
        try:
            vl_convert.register_font_directory(str(Path(__file__).with_name("fonts")))
            vl_convert.vega_to_svg({"width": 1})
        finally:
            del os.environ[name]
            if before is not None:
                os.environ[name] = before


def main() -> None:
    """Draw what is asked for, until the input ends."""
    _register_font()  # The first drawing would wait for it.
    for line in sys.stdin:
        try:
            answer = drawn(json.loads(line))
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
