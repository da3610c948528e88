"""What a page needs to draw a chart that answers: specifications whose marks know their row."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

ROW = "__row"
"""Field of a datum: the row of the chart's table that says the same."""

_SILENT = {"order", "key", "opacity", "tooltip"}
"""Channels whose values arrange the marks and mean nothing to a reader."""


def live(chart: dict[str, Any]) -> dict[str, Any]:
    """Return, from the renderer's output for the book, what the script of the pages draws with.

    ``specs`` are the layouts, ``colors`` the steps that mixed colours become, ``fields`` what to say
    of a mark that no row of the table describes: ``[field, label, type]`` each. ``says`` is the field of
    the marks' own sentences, if the chart has them as its tooltip.
    """
    specs = copy.deepcopy(chart["specs"])
    for spec in specs.values():
        for records in spec.get("datasets", {}).values():
            if chart["table"] and _same(records, chart["table"]):
                for index, record in enumerate(records):
                    record[ROW] = index
    wide = specs["wide"]
    return {"specs": specs, "colors": chart["colors"], "fields": _fields(wide), "says": _says(wide)}


def _same(records: list[dict[str, Any]], table: dict[str, list]) -> bool:
    """Tell whether the records are the table's rows: as many, and a column that tells them apart."""
    if len(records) != len(table["rows"]) or not all(isinstance(r, dict) for r in records):
        return False
    fields = {key for record in records for key in record}
    columns = {tuple(map(str, column)) for column in zip(*table["rows"], strict=True)}
    for field in fields:
        values = tuple(str(record.get(field)) for record in records)
        if len(set(values)) == len(values) and values in columns:
            return True
    return False


def _fields(spec: dict[str, Any]) -> list[list[str]]:
    """Return the fields that the encodings show, what is named before what is measured."""
    found: dict[str, list[str]] = {}
    for name, channel in _channels(spec):
        field = channel.get("field")
        if not isinstance(field, str) or field in found:
            continue
        guides = [channel, *(channel.get(guide) or {} for guide in ("axis", "legend"))]
        titles = (guide.get("title") for guide in guides)
        label = next((title for title in titles if isinstance(title, str) and title.strip()), field)
        kind = channel.get("type", "")
        if name == "text" and kind != "quantitative":
            # A label beside a mark mostly repeats a value: it counts where nothing else says it.
            kind = "label"
        found[field] = [field, label, kind]
    order = ("nominal", "ordinal", "temporal", "quantitative", "label")
    return sorted(found.values(), key=lambda item: order.index(item[2]) if item[2] in order else 0)


def _says(spec: dict[str, Any]) -> str:
    """Return the one field that all tooltips of a chart show, or nothing."""
    tooltips = (encoding.get("tooltip") for encoding in _encodings(spec))
    fields = {each["field"] for each in tooltips if isinstance(each, dict) and "field" in each}
    return fields.pop() if len(fields) == 1 else ""


def _encodings(spec: Any) -> Iterator[dict[str, Any]]:
    """Yield the encoding of each part of a specification that has one."""
    for part in spec if isinstance(spec, list) else [spec]:
        if isinstance(part, dict):
            yield part.get("encoding", {})
            for name in ("layer", "hconcat", "vconcat", "concat", "spec"):
                yield from _encodings(part.get(name))


def _channels(spec: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the channels of all encodings; the end of a span has the type of its start."""
    for encoding in _encodings(spec):
        for name, channel in encoding.items():
            if isinstance(channel, dict) and name not in _SILENT:
                start = encoding.get(name.removesuffix("2"), {})
                yield name, {"type": start.get("type", ""), **channel}
