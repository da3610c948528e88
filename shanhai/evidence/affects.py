"""What rests on a figure: derived figures, charts, verdicts, sentences, pages of the report.

A build leaves a record of what its pages hold (`RECORD`); this module only reads it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import names
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.quantity import leaves

RECORDS = "_build"
"""Where a build leaves its records, within a book."""

RECORD = "derived.json"
"""The record of what its pages hold."""

PAGES_CITED = "cited.json"
"""The record of the report's pages on which each row of the ledger is cited."""


@dataclass(frozen=True)
class Record:
    """What the pages of a book hold.

    ``derived``: `Derivation` as a dictionary, with its ``page``. ``charts``: ``page``, ``name``,
    ``title``, ``claims``, ``facts`` and ``derived`` (``PAGE#KEY``). ``sentences``: ``page``, ``text``,
    ``claims``, ``facts`` and ``derived``. ``report``: pages of the report that cite a row, by its label.
    """

    derived: list[dict[str, Any]] = field(default_factory=list)
    charts: list[dict[str, Any]] = field(default_factory=list)
    sentences: list[dict[str, Any]] = field(default_factory=list)
    report: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, book: Path) -> Record:
        """Read the record of the last build of the book in a folder.

        Raises:
            EvidenceError: there is none, or it is of another shape.
        """
        path = book / RECORDS / RECORD
        try:
            record = cls(**json.loads(path.read_text("utf-8")))
            if (path := path.with_name(PAGES_CITED)).is_file():
                record.report.update(json.loads(path.read_text("utf-8")))
            return record
        except FileNotFoundError:
            raise EvidenceError(f"{path}: no such file; build the book first") from None
        except (OSError, ValueError, TypeError) as error:
            raise EvidenceError(f"{path}: cannot be read ({error}); build the book anew") from None


@dataclass(frozen=True)
class Affected:
    """What changes if a figure is wrong; see `Record` for the rows."""

    derived: list[dict[str, Any]]
    charts: list[dict[str, Any]]
    verdicts: list[str]
    sentences: list[dict[str, Any]]
    report: list[int]


def affected(figure: str, ledger: Ledger, record: Record) -> Affected:
    """Return what rests on a claim or a background figure.

    Raises:
        EvidenceError: there is no such figure.
    """
    kind = "claim" if figure in ledger.claims else "fact"
    if kind == "fact" and figure not in ledger.facts:
        raise EvidenceError(f"no figure {figure!r} in claims.csv or facts.csv")
    derived = [each for each in record.derived if figure in leaves(each["formula"], kind)]
    keys = {key_of(each) for each in derived}

    def rests(row: dict[str, Any]) -> bool:
        return figure in row[f"{kind}s"] or not keys.isdisjoint(row["derived"])

    verdicts = [
        identity.id
        for identity in ledger.identities
        if kind == "claim" and figure in names(identity.left) + names(identity.right)
    ]
    labels = [
        f"{kind}-{figure}",
        *(f"derived-{key.replace('/', '-').replace('#', '-')}" for key in keys),
    ]
    return Affected(
        derived=derived,
        charts=[row for row in record.charts if rests(row)],
        verdicts=verdicts,
        sentences=[row for row in record.sentences if rests(row)],
        report=sorted({page for label in labels for page in record.report.get(label, ())}),
    )


def key_of(derived: dict[str, Any]) -> str:
    """Return how pages name a derived figure: ``PAGE#KEY``."""
    return f"{derived['page']}#{derived['key']}"
