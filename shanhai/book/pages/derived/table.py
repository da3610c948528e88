"""The table of derived figures, ``derived.csv``, for the data package of the built book."""

from __future__ import annotations

import csv
import io
from typing import Any

from sphinx.environment import BuildEnvironment

from shanhai.book import context
from shanhai.book.pages.derived.role import DERIVED, glued
from shanhai.book.pages.evidence import page_order
from shanhai.evidence.quantity import formula_text, leaves

NAME = "derived.csv"

FIELDS = {
    "id": "Page and key under which the notebook hands the figure over",
    "text": "The figure as the book shows it",
    "value": "Value; exact, as a decimal or a fraction; empty where only words say how it was made",
    "low": "Lower bound, as the printing of the inputs allows",
    "high": "Upper bound",
    "unit": "Unit, a code of the list `unit` or a product or ratio of such",
    "formula": "Formula over ids of claims and facts, as in identities",
    "inputs": "Ids of the claims and facts it rests on, separated by spaces",
    "page": "The notebook that makes it",
}
"""The columns, with their descriptions."""


def resource() -> dict[str, Any]:
    """Return the description of the table, for ``datapackage.json``."""
    fields = [
        {"name": name, "type": "string", "description": text} for name, text in FIELDS.items()
    ]
    return {
        "name": "derived",
        "path": NAME,
        "title": "Derived figures",
        "description": "Figures that the notebooks derive from the article's, made when the book was built.",
        "profile": "tabular-data-resource",
        "schema": {"fields": fields, "primaryKey": ["id"]},
    }


def table(env: BuildEnvironment) -> str:
    """Return the table as CSV, in the book's order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for page in sorted(context.record(env, DERIVED), key=page_order(env)):
        for made in glued(env, page).values():
            if made.formula:
                inputs = leaves(made.formula, "claim") + leaves(made.formula, "fact")
                row = [f"{page}#{made.key}", made.text, made.value, made.low, made.high, made.unit]
                writer.writerow([*row, formula_text(made.formula), " ".join(inputs), page])
    return out.getvalue()
