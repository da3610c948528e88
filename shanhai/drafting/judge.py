"""Accept or decline what the machine proposed, in ``identities.csv``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from shanhai.drafting.book import write_table
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.files import read_table
from shanhai.evidence.ledger import Ledger


def judge(directory: Path | str | None, ids: Sequence[str], status: str) -> list[str]:
    """Give identities a status; return a line for each. All are changed, or none.

    Raises:
        EvidenceError: an id is unknown, or the table has no column ``status``.
    """
    ledger = Ledger.load(directory)
    path = ledger.directory / ledger.tables["identities"]["path"]
    known = {identity.id: identity for identity in ledger.identities}
    missing = [each for each in ids if each not in known]
    if missing:
        waiting = [each.id for each in known.values() if each.status == "proposed"]
        hint = f"proposed are: {', '.join(waiting)}" if waiting else "nothing is proposed"
        raise EvidenceError(f"{path}: no identity {missing[0]!r}; {hint}")

    def change(row: dict[str, str]) -> dict[str, str]:
        return {**row, "status": status} if row["id"] in ids else row

    if "status" not in ledger.fields("identities"):
        raise EvidenceError(f"{path}: no column 'status'; every identity here counts as accepted")
    rewrite(path, change)
    return [f"{each}: {known[each].status} -> {status}" for each in ids]


def rewrite(path: Path, change: Callable[[dict[str, str]], dict[str, str] | None]) -> None:
    """Write a table anew, each row changed, or dropped where there is None; columns are kept."""
    columns, found = read_table(path)
    write_table(path, columns, filter(None, (change(row) for _, row in found)))
