"""Write what ``anchor`` found into the ledger: the rows follow the article's new edition."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shanhai.drafting.anchor import Report
from shanhai.drafting.book import claim_row, edition, metric_rows, unit_rows, write_table
from shanhai.drafting.claims import Draft
from shanhai.drafting.judge import rewrite
from shanhai.evidence.files import read_table, replace
from shanhai.evidence.ledger import DESCRIPTION

#: What of a claim its token decides.
_READ = ("token", "value", "scale", "qualifier", "period_start", "period_end")


def follow(report: Report) -> None:
    """Write places, changed figures, vanished and new rows, sections and the edition.

    A changed claim keeps its description; its note says how the old edition printed it. A new figure
    comes as a draft. Identities that used a vanished claim go with it.
    """
    ledger = report.ledger
    places = {row.id: at for row, at in report.found}
    changed = {row.id: (row, now) for row, now in report.changed}
    gone = {row.id for row in report.vanished}

    def moved(row: dict[str, str]) -> dict[str, str] | None:
        key = row["id"]
        if key in gone:
            return None
        at = places.get(key)
        row = dict(row)
        if key in changed:
            old, now = changed[key]
            claim = now.claim if isinstance(now, Draft) else None
            at = claim.offset if claim else now.offset  # type: ignore[union-attr]
            row["token"] = claim.token if claim else now.token  # type: ignore[union-attr]
            if claim:
                dated = claim.unit == "date"
                for name in _READ if dated else _READ[:4]:
                    row[name] = _cell(getattr(claim, name))
            row["note_zh"] = "；".join(filter(None, (row["note_zh"], f"旧版印作“{old.token}”")))
            if "token_en" in row:
                row["token_en"] = ""  # Stale; where an English edition needs it, the check asks.
        if at is not None:
            row["offset"] = str(at)
            row["section"] = report.section(at)
            row["paragraph"] = str(report.paragraphs.get(key, row["paragraph"]))
        return row

    def bounds(row: dict[str, str]) -> dict[str, str]:
        start, end = report.sections[row["id"]]
        return {**row, "start": str(start), "end": str(end)}

    broken = set(report.broken)
    for table in ("claims", "non_claims"):
        rewrite(_path(report, table), moved)
    rewrite(_path(report, "sections"), bounds)
    rewrite(_path(report, "identities"), lambda row: None if row["id"] in broken else row)
    _add(report)
    package = {**ledger.package, "edition": {**ledger.edition}}
    package["edition"].update(edition(report.article, ledger.edition.get("title", "")))
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    replace(ledger.directory / DESCRIPTION, text)


def _add(report: Report) -> None:
    """Append the new numerals, claims as drafts, with the units and metrics they need."""
    drafts = [each for each in report.new if isinstance(each, Draft)]
    taken = {*report.ledger.claims, *(row.id for row in report.ledger.non_claims)}
    rows: dict[str, list[dict[str, Any]]] = {"claims": [], "non_claims": []}
    for each in report.new:
        if isinstance(each, Draft):
            row, table, kind = claim_row(each), "claims", each.unit.code.lower()
        else:
            row, table, kind = (
                {name: getattr(each, name) for name in each.__slots__},
                "non_claims",
                "other",
            )
        number = next(n for n in range(1, len(taken) + 2) if f"new-{kind}-{n}" not in taken)
        row["id"] = f"new-{kind}-{number}"
        taken.add(row["id"])
        row["section"] = report.section(row["offset"])
        row["donor"] = ""  # The ids of places are those of a draft, not of this ledger.
        rows[table].append(row)
    known = {row["id"] for row in report.ledger.rows("metrics")}
    codes = report.ledger.codes
    metrics = [row for row in metric_rows(drafts) if row["id"] not in known]
    missing = [row for row in unit_rows(drafts) if row["code"] not in codes.get("unit", {})]
    if metrics and "unsorted" not in codes.get("metric_kind", {}):
        missing.append(
            {"list": "metric_kind", "code": "unsorted", "zh": "未分类", "en": "not sorted yet"}
        )
    reasons = {row["reason"] for row in rows["non_claims"]} - set(codes.get("reason", {}))
    missing += [{"list": "reason", "code": r, "zh": r, "en": r} for r in sorted(reasons)]
    for table, extra in (*rows.items(), ("metrics", metrics), ("codes", missing)):
        if extra:
            _append(_path(report, table), extra)


def _append(path: Path, extra: Iterable[dict[str, Any]]) -> None:
    columns, found = read_table(path)
    write_table(path, columns, [*(row for _, row in found), *extra])


def _path(report: Report, table: str) -> Path:
    return report.ledger.directory / report.ledger.tables[table]["path"]


def _cell(value: object) -> str:
    return "" if value is None else str(value)
