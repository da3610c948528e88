"""Write a drafted book: the data package, starter chapters, audit, settings, and what to do next."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from string import Template
from typing import Any

from shanhai.drafting.claims import Draft, Ledger, draft
from shanhai.drafting.context import Place, fill
from shanhai.drafting.structure import Section, Structure, structure
from shanhai.drafting.totals import Proposal, propose
from shanhai.evidence.article import Article
from shanhai.evidence.checks.drafts import MARKS, METRIC
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.files import replace
from shanhai.evidence.ledger import DESCRIPTION

TEMPLATE = Path(__file__).with_name("template")

#: A drafted description repeats no more of the article than this many characters.
_QUOTED = 10

#: A short name of a section, for contents and labels.
_LABEL = 14

#: A longer text is a book or a collection; its sums would be all chance.
_LONGEST = 50_000

_TIMES = frozenset(("date", "day-of-year", "clock", "year", "month", "week", "day", "hour"))


class DraftError(EvidenceError):
    """A book cannot be drafted or drafted over."""


@dataclass(frozen=True)
class Drafted:
    """What an article was read into."""

    article: Article
    parts: Structure
    ledger: Ledger
    places: list[Place]
    proposals: list[Proposal]


def read_into(article: Article) -> Drafted:
    """Draft an article's ledger and what its figures suggest.

    Raises:
        DraftError: the text holds no figure that the finder, which reads Chinese, can draft.
    """
    characters = len(article.normalised)
    if characters > _LONGEST:
        raise DraftError(
            f"{article.path}: {characters} characters are too many for an article (at most {_LONGEST});"
            " give one article, not a collection"
        )
    parts = structure(article.text)
    ledger = draft(parts)
    if not ledger.drafts:
        raise DraftError(
            f"{article.path}: no figure found in {len(parts.text)} characters; the finder reads Chinese"
            " text with figures in Arabic digits or Chinese characters"
        )
    places = fill(ledger, parts)
    return Drafted(article, parts, ledger, places, propose(ledger.drafts))


def write(directory: Path, drafted: Drafted, title: str = "") -> None:
    """Write the book into a folder that does not exist yet, or is empty: whole, or not at all.

    Raises:
        DraftError: the folder holds something, or cannot be written.
    """
    refuse_used(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".new-") as made:
            _write(Path(made) / "book", drafted, title or drafted.parts.title or directory.name)
            if directory.exists():
                directory.rmdir()
            os.replace(Path(made) / "book", directory)
    except OSError as error:
        raise DraftError(f"{directory}: cannot be written ({error.strerror})") from None


def refuse_used(directory: Path) -> None:
    """Raise DraftError where a path is a file, or a folder that holds something."""
    if directory.is_dir() and any(directory.iterdir()):
        raise DraftError(f"{directory}: holds files already; give a new or an empty folder")
    if directory.exists() and not directory.is_dir():
        raise DraftError(f"{directory}: is a file; give a new folder")


def _write(root: Path, drafted: Drafted, title: str) -> None:
    for name in ("data", "notebooks", "book"):
        (root / name).mkdir(parents=True)
    for name, columns, rows in tables(drafted):
        write_table(root / "data" / f"{name}.csv", columns, rows)
    (root / "data" / DESCRIPTION).write_text(_description(drafted, title), encoding="utf-8")
    sections = drafted.parts.sections
    own = [unit.zh for unit in drafted.ledger.units if not unit.known]
    values = {
        "title": title,
        "title_yaml": json.dumps(title, ensure_ascii=False),
        "proposals": len(drafted.proposals),
        "drafts": len(drafted.ledger.drafts),
        "others": len(drafted.ledger.non_claims),
        "units": f"单位表里没有、按名字另立的：{'、'.join(own)}。" if own else "",
        "sections": "".join(f"## {label(s)}\n\n```{{evidence}} {s.id}\n```\n\n" for s in sections),
        "chapters": "".join(
            f"      - file: notebooks/{s.id}\n        title: {json.dumps(label(s), ensure_ascii=False)}\n"
            for s in sections
        ),
    }
    places = {
        "audit.md": "notebooks",
        "method.md": "book",
        "evidence.md": "book",
        "derivations.md": "book",
        "data.md": "book",
    }
    for name in ("index.md", "_config.yml", "_toc.yml", "README.md", "TODO.md", *places):
        _page(root / places.get(name, "") / name, name, values)
    shutil.copyfile(TEMPLATE / "gitignore", root / ".gitignore")
    (root / "requirements.txt").write_text(_requirements(), encoding="utf-8")
    for section in sections:
        figures = [d.claim for d in drafted.ledger.drafts if d.claim.section == section.id]
        lines: dict[int, list[str]] = {}
        for claim in figures:
            lines.setdefault(claim.paragraph, []).append(f"{{claim}}`{claim.id}`")
        found = [f"- 第 {number} 段：{'、'.join(each)}" for number, each in lines.items()]
        words = {"label": label(section), "section": section.id, "paragraphs": "\n".join(found)}
        _page(root / "notebooks" / f"{section.id}.md", "chapter.md", words)


def _page(path: Path, template: str, values: dict[str, Any]) -> None:
    text = (TEMPLATE / template).read_text(encoding="utf-8")
    path.write_text(Template(text).substitute(values), encoding="utf-8")


def label(section: Section) -> str:
    """Return a section's short name; what stands before the first heading has none of its own."""
    return section.label[:_LABEL].strip()


# -- tables -------------------------------------------------------------------------------------


def tables(drafted: Drafted) -> list[tuple[str, list[str], list[dict[str, Any]]]]:
    """Return the name, the columns and the rows of each table of the data package."""
    schemas = json.loads((TEMPLATE / DESCRIPTION).read_text(encoding="utf-8"))["resources"]
    rows = {
        "claims": [claim_row(each) for each in drafted.ledger.drafts],
        "non_claims": [asdict(row) for row in drafted.ledger.non_claims],
        "identities": [
            identity_row(number, each, drafted) for number, each in enumerate(drafted.proposals, 1)
        ],
        "sections": [
            {
                "id": section.id,
                "order": number,
                "title_zh": section.title or section.id,
                "label_zh": label(section),
                "label_en": f"Section {number}",
                "start": section.start,
                "end": section.end,
            }
            for number, section in enumerate(drafted.parts.sections, 1)
        ],
        "metrics": list(metric_rows(drafted.ledger.drafts)),
        "codes": [*_rows(TEMPLATE / "codes.csv"), *unit_rows(drafted.ledger.drafts)],
        "places": [
            {"id": p.id, "zh": p.name, "en": p.name, "level": p.level, "source": "article"}
            for p in drafted.places
        ],
    }
    return [
        (r["name"], [f["name"] for f in r["schema"]["fields"]], rows[r["name"]]) for r in schemas
    ]


def claim_row(item: Draft) -> dict[str, Any]:
    """Return a claim as a row, described by a draft that says that it is one."""
    name = (item.label or item.unit.zh)[-_QUOTED:]
    return {
        **asdict(item.claim),
        "metric": f"{METRIC}{item.unit.code.lower()}",
        "description_zh": MARKS["zh"] + name,
        "description_en": MARKS["en"] + item.unit.en,
    }


def metric_rows(drafts: Iterable[Draft]) -> Iterable[dict[str, Any]]:
    """Yield a drafted metric for each unit."""
    for unit in dict.fromkeys(item.unit for item in drafts):
        yield {
            "id": f"{METRIC}{unit.code.lower()}",
            "zh": MARKS["zh"] + unit.zh,
            "en": MARKS["en"] + unit.en,
            "unit": unit.code,
            "kind": "time" if unit.code in _TIMES else "unsorted",
        }


def unit_rows(drafts: Iterable[Draft]) -> Iterable[dict[str, Any]]:
    """Yield a code for each unit."""
    for unit in dict.fromkeys(item.unit for item in drafts):
        yield {"list": "unit", "code": unit.code, "zh": unit.zh, "en": unit.en}


def identity_row(number: int, proposal: Proposal, drafted: Drafted) -> dict[str, Any]:
    """Return a proposal as a row that waits for a person."""
    items = {each.claim.id: each for each in drafted.ledger.drafts}
    first = items[proposal.claims[0]]
    kinds = {
        row["code"]: row for row in _rows(TEMPLATE / "codes.csv") if row["list"] == "identity_kind"
    }
    kind = kinds[proposal.kind]
    name = (first.label or first.unit.zh)[-_QUOTED:]
    agrees = "两侧在舍入之内" if proposal.agrees else "两侧相差不到百分之五"
    return {
        "id": f"proposal-{number}",
        "kind": proposal.kind,
        "left": proposal.left,
        "operator": proposal.operator,
        "right": proposal.right,
        "comparable": "yes",
        "reason": "",
        "title_zh": f"{name}：{kind['zh']}",
        "title_en": f"{first.unit.en}: {kind['en']}",
        "explanation_zh": f"{MARKS['zh']}机器从数字推出，{agrees}；两边说的是不是一回事，还没有人核对。",
        "explanation_en": f"{MARKS['en']}found by the machine; nobody has judged whether it holds.",
        "status": "proposed",
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, columns: list[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as CSV in UTF-8 with lines that end in LF; a column a row lacks is empty."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    replace(path, text.getvalue())


def _description(drafted: Drafted, title: str) -> str:
    """Return the description of the data package."""
    package = json.loads((TEMPLATE / DESCRIPTION).read_text(encoding="utf-8"))
    package["title"] = title
    package["created"] = f"{date.today().isoformat()}T00:00:00Z"
    package["edition"].update(edition(drafted.article, drafted.parts.title or title))
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def edition(article: Article, title: str) -> dict[str, Any]:
    """Return what tells an edition of an article apart."""
    return {
        "title": title,
        "characters": len(article.normalised),
        "sha256": article.sha256,
    }


def _requirements() -> str:
    """Return the package and what it needs, in the versions that drafted this book."""
    lines = [
        "# What drafted this book. Install the shanhai wheel first; it is not asked of an index."
    ]
    try:
        needed = [text for text in requires("shanhai") or [] if ";" not in text]
        names = [re.split(r"[^\w.-]", text)[0] for text in needed]
        lines += [f"# shanhai=={version('shanhai')}"]
        lines += [f"{name}=={version(name)}" for name in names]
    except PackageNotFoundError:
        pass  # Run from a checkout, whose own requirements.txt holds.
    return "\n".join(lines) + "\n"
