"""What a chart must hold by itself before it can stand still, live, in the dark and on paper.

Charts are written by hand too: data at an address, a field that is not there, a control that no printed
page has, would leave an empty picture. Each is refused in one sentence that names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

Spec = dict[str, Any]

_PARTS = ("layer", "hconcat", "vconcat", "concat")
_NO_XML = re.compile(r"(?<!\\)\\u00[01][0-9a-f]|[\ud800-\udfff\ufffe\uffff]")
"""What a picture's file cannot hold, as JSON writes it."""
_NAME = re.compile(r"[^.\[\]\\]+")
"""Fields with a path or an escape in their name are left to Vega."""


def hold(spec: Spec, where: str) -> None:
    """Raise ValueError for what ``spec`` needs beyond itself; ``where`` says which chart it is."""
    if found := _NO_XML.search(json.dumps(spec, ensure_ascii=False, default=str)):
        code = found[0].encode("ascii", "backslashreplace").decode()
        raise ValueError(
            f"{where}: a text in it holds {code}, a control character that no picture can show; "
            "take it out"
        )
    for part, _ in _walk(spec):
        lookups = (step.get("from", {}).get("data") for step in part.get("transform", ()))
        for data in (part.get("data"), *lookups):
            if isinstance(data, dict) and "url" in data:
                raise ValueError(
                    f"{where}: its data lie at {data['url']!r}, where a page does not look; "
                    "read them into a frame, as with pandas.read_csv, and draw that"
                )
        for parameter in part.get("params", ()):
            bind = parameter.get("bind")
            if isinstance(bind, dict) and "legend" not in bind:
                raise ValueError(
                    f"{where}: the control of its parameter {parameter['name']!r} is on no page and on "
                    "no paper; draw its cases side by side"
                )
    for part, records in _walk(spec):
        known = {key: value for record in reversed(records) for key, value in record.items()}
        for column, value in known.items():
            if isinstance(value, Decimal | Fraction):
                raise ValueError(
                    f"{where}: the column {column!r} holds {type(value).__name__}, which a chart cannot "
                    f"draw; make it float, as with frame[{column!r}].astype(float)"
                )
        for channel in part.get("encoding", {}).values():
            field = channel.get("field") if isinstance(channel, dict) else None
            if known and isinstance(field, str) and _NAME.fullmatch(field) and field not in known:
                raise ValueError(
                    f"{where}: no column {field!r}; its data have {', '.join(sorted(known))}"
                )


def _walk(spec: Spec) -> Iterator[tuple[Spec, list[dict[str, Any]]]]:
    """Yield each part with the records it draws: none where transforms may have added fields."""
    names = spec.get("datasets", {})

    def walk(part: Spec, records: list[dict[str, Any]]) -> Iterator[tuple[Spec, list]]:
        data = part.get("data")
        if isinstance(data, dict):
            found = names.get(data.get("name"), data.get("values"))
            plain = isinstance(found, list) and all(isinstance(each, dict) for each in found)
            records = found if plain else []
        if part.get("transform") or "repeat" in part or "facet" in part:
            records = []
        yield part, records
        children = [child for name in _PARTS for child in part.get(name, ())]
        for child in [*children, part.get("spec")]:
            if isinstance(child, dict):
                yield from walk(child, records)

    yield from walk(spec, [])
