"""The ledger as Sphinx pages see it: loaded once, noted as a dependency, shown with labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from shanhai import formats
from shanhai.book.words import words
from shanhai.evidence.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.environment import BuildEnvironment


def directory(env: BuildEnvironment) -> Path:
    """Return the data folder, ``shanhai_data`` in ``_config.yml`` (default ``data``)."""
    return Path(env.srcdir) / env.config.shanhai_data


def path(env: BuildEnvironment, table: str) -> str:
    """Return a table's path as a reader of a message would look for it."""
    return f"{env.config.shanhai_data}/{table}.csv"


def language(env: BuildEnvironment) -> str:
    """Return the suffix of the data's language columns: ``zh`` or ``en``."""
    return (env.config.language or "en").replace("-", "_").split("_")[0]


def ledger(env: BuildEnvironment, *tables: str) -> Ledger:
    """Return the ledger, and note that the current page depends on ``tables``."""
    for table in tables:
        env.note_dependency(str(directory(env) / f"{table}.csv"))
    if not hasattr(env.app, "shanhai_ledger"):
        env.app.shanhai_ledger = Ledger.load(directory(env))
    return env.app.shanhai_ledger


def period(start: Any, end: Any, env: BuildEnvironment) -> str:
    """Return a period in words, empty where neither end is stated."""
    if start and not end:
        return words(env)["since"].format(formats.format_month(start, env.config.language))
    if end and not start:
        return words(env)["until"].format(formats.format_month(end, env.config.language))
    return formats.format_period(start, end, env.config.language)


def cell(ledger: Ledger, field: dict, value: Any, lang: str) -> str:
    """Return a cell's text: the label of a code or of a referenced row, else the value."""
    if value is None or value != value or value == "":
        return ""
    if "codes" in field:
        return ledger.code(field["codes"], value, lang)
    target = field.get("references")
    if target in {"places", "metrics", "people"}:
        return ledger.label(target, value, lang)
    if target == "sections":
        return ledger.label(target, value, lang, column="label")
    if target == "claims":
        return ledger.claims[value].token
    return str(value)


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[Sequence[nodes.Node]]],
    widths: Sequence[int] | None = None,
    classes: Sequence[str] = (),
) -> nodes.table:
    """Return a docutils table: ``header`` texts, then ``rows`` of cells of nodes."""
    widths = list(widths or [100 // len(header)] * len(header))
    node = nodes.table(classes=["colwidths-given", *classes])
    group = nodes.tgroup(cols=len(header))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head = nodes.row()
    head += [nodes.entry("", nodes.paragraph("", text)) for text in header]
    group += nodes.thead("", head)
    body = nodes.tbody()
    for cells in rows:
        row = nodes.row()
        row += [nodes.entry("", *content) for content in cells]
        body += row
    group += body
    node += group
    return node
