"""The files beside a chart of the HTML book: to take away, and to draw it so that it answers.

All are in ``_static/charts``, so that pages link to them from the disk too, where a page may load a
script but not read a file.
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import vl_convert

from shanhai.charts import standalone as poster
from shanhai.charts import svg
from shanhai.charts.interactive import live

FOLDER = "_static/charts"
LIBRARY = "vega.js"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text starts that a spreadsheet would take for a formula."""

_NOTICE = """\
/*! Vega, Vega-Lite and Vega-Embed, BSD-3-Clause, Copyright (c) University of Washington Interactive Data Lab;
    D3, ISC, Copyright Mike Bostock. https://github.com/vega https://github.com/d3 */
"""


def write(outdir: Path, chart: dict[str, Any], source: str) -> None:
    """Write the files of a chart, ``source`` being its source line."""
    folder = outdir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name, picture = chart["name"], chart["svg"]["wide"]
    width, height = svg.size(picture)
    title, subtitle, faces = (chart[key] for key in ("title", "subtitle", "faces"))
    before, after = poster.frame(title, subtitle, source, round(width), height, faces)
    files = {
        ".svg": poster.poster(picture, before, after),
        ".vl.json": _json(specification(chart), indent=1) + "\n",
        ".js": script(name, live(chart) | {"frame": [before, after]}),
    }
    if chart["table"]:
        files[".csv"] = "\ufeff" + table(chart["table"])
    for suffix, text in files.items():
        (folder / (name + suffix)).write_text(text, "utf-8", newline="")


def specification(chart: dict[str, Any]) -> dict[str, Any]:
    """Return the chart as Vega-Lite, its title included."""
    title = {"text": chart["title"], "subtitle": chart["subtitle"]}
    return {**chart["specs"]["wide"], "title": title}


def script(name: str, chart: dict[str, Any]) -> str:
    """Return a script that hands over a chart; no text in it can end it or break a line."""
    return f"shanhaiChart({_json(name)},{_json(chart)})\n"


def table(content: dict[str, list]) -> str:
    """Return a chart's data as CSV in which no text is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (content["columns"], *content["rows"]):
        writer.writerow([_inert(value) for value in row])
    return out.getvalue()


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _json(value: Any, indent: int | None = None) -> str:
    text = json.dumps(
        value, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":")
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one classic script that leaves one global name."""
    return f"{_NOTICE}(()=>{{{vl_convert.javascript_bundle('window.vegaEmbed=vegaEmbed;')}}})();\n"


if __name__ == "__main__":
    # A process of its own: Vega's compiler holds Python's lock, so that a thread would not do.
    kept = Path(sys.argv[1])
    unfinished = kept.with_suffix(f".{os.getpid()}")
    unfinished.write_text(library(), "utf-8", newline="")
    os.replace(unfinished, kept)
