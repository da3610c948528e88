"""Write a starter notebook: its header, the ledger opened, a first chart, a glued figure and a claim."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from string import Template

from shanhai.drafting.book import TEMPLATE, DraftError
from shanhai.evidence.ledger import Claim, Ledger

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

_CHARTED = 4
"""The most claims that the starter chart draws."""


def write_chapter(ledger: Ledger, name: str, title: str = "") -> Path:
    """Write ``notebooks/NAME.md`` in the book of a ledger; return its path.

    Raises:
        DraftError: the name is none for a file, the notebook exists, or the ledger has no figure to
            begin with.
    """
    if not _NAME.fullmatch(name):
        raise DraftError(f"{name!r}: a name is made of a-z, 0-9 and single hyphens, as 10-more")
    path = ledger.directory.resolve().parent / "notebooks" / f"{name}.md"
    if path.exists():
        raise DraftError(f"{path}: is there already; give another name")
    claims = _charted(ledger)
    rows = "\n".join(f'    "{claim.id}": "{claim.id}",' for claim in claims)
    text = Template((TEMPLATE / "notebook.md").read_text("utf-8")).substitute(
        chart=f"{re.sub(r'^[0-9-]+', '', name)}-first".lstrip(
            "-"
        ),  # a name that begins with a letter
        title=title or name,
        rows=rows,
        first=claims[0].id,
        form="money" if claims[0].unit == "CNY" else "count",
    )
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise DraftError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def _charted(ledger: Ledger) -> list[Claim]:
    """Return the first claims of the unit that has most."""
    by_unit: dict[str, list[Claim]] = defaultdict(list)
    for claim in ledger.claims.values():
        if claim.unit != "date":
            by_unit[claim.unit].append(claim)
    most = max(by_unit.values(), key=len, default=[])
    if not most:
        raise DraftError(f"{ledger.directory / 'claims.csv'}: no figure yet to begin a chart with")
    return most[:_CHARTED]
