"""Check that ``datapackage.json`` is a description by which the ledger can be read.

Its shape is held against ``data_package.schema.json``, the part of Frictionless Data Package that is used
here; what no such schema says, that names are there to be referred to, is checked after.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

from shanhai.evidence.checks.faults import FaultError, shown
from shanhai.evidence.records import TABLES, columns

_SCHEMA = Path(__file__).with_name("data_package.schema.json")

_COLUMN_TYPES = {"str": "string", "int": "integer", "Decimal": "number", "date | None": "date"}

#: What is wrong with a description: the entry at its top, and the fault.
Wrong = Iterator[tuple[str, FaultError]]


def resources(package: Any, wrong: list[tuple[str, FaultError]]) -> list[dict[str, Any]]:
    """Return the resources that tables can be read by; append to ``wrong`` what is amiss."""
    listed = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(listed, list) or not listed:
        wrong.append(("resources", FaultError("package-tables")))
        return []
    wrong += _misshapen("package", package)
    good = []
    for number, resource in enumerate(listed, 1):
        found = [fault for _, fault in _resource(resource, number)]
        wrong += [("resources", fault) for fault in found]
        if not found:
            good.append(resource)
    for name in ("name", "path"):
        for value, times in Counter(resource[name] for resource in good).items():
            if times > 1:
                fault = FaultError("package-twice", where="", value=shown(value), name=name)
                wrong.append(("resources", fault))
    described = {resource["name"]: resource for resource in good}
    if len(good) == len(listed):
        wrong += [("resources", fault) for fault in _unmet(described)]
    return list(described.values())


def _resource(resource: Any, number: int) -> Wrong:
    """Yield what is wrong with one resource; its columns by themselves, so that each is named."""
    found = list(_misshapen("resource", resource, f"resource {number}: "))
    yield from found
    if found:
        return
    schema, name = resource["schema"], resource["name"]
    for place, field in enumerate(schema["fields"], 1):
        known = field.get("name") if isinstance(field, dict) else None
        found += _misshapen("field", field, f"{name}: {known or f'column {place}'}: ")
    yield from found
    if found:
        return
    names = [field["name"] for field in schema["fields"]]
    for column, times in Counter(names).items():
        if times > 1:
            where = f"{name}: "
            yield "", FaultError("package-twice", where=where, value=shown(column), name="column")
    for field in schema["fields"]:
        for rule in ("minimum", "maximum"):
            if rule in field.get("constraints", {}) and field["type"] not in ("integer", "number"):
                where = f"{name}: {field['name']}: "
                fault = FaultError("package-bound", where=where, name=rule, type=field["type"])
                yield "", fault
    keys = [("primaryKey", column) for column in schema.get("primaryKey", [])]
    keys += [("foreignKeys", key["fields"][0]) for key in schema.get("foreignKeys", [])]
    for rule, column in keys:
        if column not in names:
            yield "", _no_column(name, rule, column, name)


def _no_column(where: str, name: str, column: str, table: str) -> FaultError:
    return FaultError(
        "package-column", where=f"{where}: ", name=name, value=shown(column), table=table
    )


def _unmet(described: dict[str, dict[str, Any]]) -> Iterator[FaultError]:
    """Yield what the tables, or the ledger, refer to in vain."""
    fields = {
        name: {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        for name, resource in described.items()
    }
    for name, resource in described.items():
        for key in resource["schema"].get("foreignKeys", []):
            target = key["reference"]["resource"] or name
            if target not in described:
                yield FaultError("package-target", where=f"{name}: ", value=shown(target))
            elif key["reference"]["fields"][0] not in fields[target]:
                yield _no_column(name, "foreignKeys", key["reference"]["fields"][0], target)
    for name, record in TABLES.items():
        if name not in described:
            if record.required:
                yield FaultError("package-table", where="", value=shown(name))
            continue
        for column, annotation in columns(record).items():
            kind = _COLUMN_TYPES[annotation]
            if column not in fields[name]:
                yield FaultError(
                    "package-missing",
                    subject=f"{name}: column {column} ",
                    expected=f"one of type {kind}, as the ledger reads it",
                )
            elif fields[name][column] != kind:
                yield FaultError(
                    "package-type",
                    where=f"{name}: ",
                    name=column,
                    value=fields[name][column],
                    expected=kind,
                )


def _misshapen(kind: str, value: Any, where: str = "") -> Wrong:
    """Yield the first thing in which ``value`` is not what the schema says of a ``kind``, if any."""
    try:
        _validators()[kind](value)
    except fastjsonschema.JsonSchemaValueException as error:
        inner, rule = [part for part in error.path[1:] if not part.isdigit()], error.definition
        particulars = {"expected": rule["expected"]}
        if error.rule == "required":
            name = next(name for name in error.rule_definition if name not in error.value)
            code, inner = "package-missing", [*inner, name]
            particulars = {"expected": rule["properties"][name]["expected"]}
        elif error.rule == "additionalProperties":
            name = next(name for name in error.value if name not in rule["properties"])
            code, inner = "package-unknown", [*inner, shown(name)]
            particulars = {"expected": ", ".join(rule["properties"])}
        else:
            code, particulars["value"] = "package-value", shown(error.value)
        # At the top of the package, the fault's column says which entry it is.
        within = inner if where else inner[1:]
        subject = where + ": ".join(within) + " " * bool(within)
        yield (inner or [""])[0], FaultError(code, subject=subject, **particulars)


@cache
def _validators() -> dict[str, Callable[[Any], Any]]:
    """Return what validates each kind of part."""
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    return {
        kind: fastjsonschema.compile(
            {"$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]},
            formats={"day": _is_day},
            use_default=False,
        )
        for kind in ("package", "resource", "field")
    }


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text[:10]))
    except ValueError:
        return False
