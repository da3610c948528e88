"""What of a ledger is still a draft: claims that no person has described, relations nobody has judged.

A claim is a draft while its description begins with a mark of one, or its metric is one that was drafted.
The marks stand in the data, not in any interface: who describes a claim removes them.
"""

from __future__ import annotations

from pathlib import Path

from shanhai.evidence.files import read_table
from shanhai.evidence.ledger import Ledger, default_directory
from shanhai.evidence.records import Claim

#: How the id of a drafted metric begins.
METRIC = "draft-"

#: How a drafted description begins, by language.
MARKS = {"zh": "草稿：", "en": "Draft: "}


def is_draft(claim: Claim) -> bool:
    """Return whether a claim waits for a person."""
    return (
        claim.metric.startswith(METRIC)
        or claim.description_zh.startswith(MARKS["zh"])
        or claim.description_en.startswith(MARKS["en"])
    )


def drafts(directory: Path | str | None = None) -> list[str]:
    """Return a line for each draft, ``FILE:LINE: COLUMN: what is to be done``.

    Raises:
        EvidenceError: the ledger cannot be read.
    """
    ledger = Ledger.load(Path(directory or default_directory()))
    claims, found = ledger.claims, []
    status = {identity.id: identity.status for identity in ledger.identities}
    for row_id, line, path in _lines(ledger, "claims"):
        claim = claims[row_id]
        if not is_draft(claim):
            continue
        column = "metric" if claim.metric.startswith(METRIC) else "description_zh"
        found.append(
            f"{path}:{line}: {column}: {row_id} ({claim.token}) is a draft;"
            " say what it measures, of whom and when, and give it a metric of metrics.csv"
        )
    for row_id, line, path in _lines(ledger, "identities"):
        if status[row_id] == "proposed":
            found.append(
                f"{path}:{line}: status: {row_id} is proposed by the machine;"
                f" read both sides, then shanhai accept {row_id} or shanhai decline {row_id}"
            )
    return found


def _lines(ledger: Ledger, table: str) -> list[tuple[str, int, Path]]:
    """Return each row's id with the line it starts on and its file."""
    path = ledger.directory / ledger.tables[table]["path"]
    return [(row["id"], line, path) for line, row in read_table(path)[1]]
