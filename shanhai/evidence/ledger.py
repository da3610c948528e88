"""The ledger: claims, identities and the other tables of the data package, read from disk.

The tables are described in ``datapackage.json`` (Frictionless Data Package). Reading expects data that
``check`` has passed; what cannot be read at all is said in one sentence.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.records import Claim, Fact, Identity, NonClaim, Silence, Source

if TYPE_CHECKING:
    import pandas as pd

#: Name of the package's description.
DESCRIPTION = "datapackage.json"


@dataclass(frozen=True)
class Ledger:
    """A data package on disk, its rows typed as its schemas say."""

    directory: Path
    package: dict[str, Any] = field(repr=False)

    @classmethod
    def load(cls, directory: Path | str | None = None) -> Ledger:
        """Open the data package in ``directory`` (default: see ``default_directory``).

        Raises:
            EvidenceError: there is no readable ``datapackage.json``.
        """
        directory = Path(directory or default_directory())
        path = directory / DESCRIPTION
        try:
            package = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise EvidenceError(f"{path}: no such file; give the data folder with --data") from None
        except (OSError, ValueError) as error:
            raise EvidenceError(f"{path}: cannot be read as JSON ({error})") from None
        if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
            raise EvidenceError(f"{path}: describes no resources; see Frictionless Data Package")
        return cls(directory, package)

    @property
    def edition(self) -> dict[str, Any]:
        """What is known of the edition of the article: title, characters, sha256."""
        return self.package.get("edition", {})

    @property
    def version(self) -> str:
        """Version of the data package."""
        return self.package.get("version", "")

    @property
    def created(self) -> date:
        """Day the data package was made."""
        return date.fromisoformat(self.package["created"][:10])

    @cached_property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The resource descriptions by name, in the package's order."""
        return {resource["name"]: resource for resource in self.package["resources"]}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """The claims by id, in the article's order."""
        claims = [Claim.of(row) for row in self.rows("claims")]
        return {claim.id: claim for claim in sorted(claims, key=lambda claim: claim.offset)}

    @cached_property
    def non_claims(self) -> list[NonClaim]:
        """The numerals that are not figures."""
        return [NonClaim.of(row) for row in self.rows("non_claims")]

    @cached_property
    def identities(self) -> list[Identity]:
        """The identities, in the table's order."""
        return [Identity.of(row) for row in self.rows("identities")]

    @cached_property
    def silences(self) -> dict[str, Silence]:
        """What the article does not say, by id; empty where the package has no such table."""
        return self._optional("silences", Silence)

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """The background figures by id; empty where the package has none."""
        return self._optional("facts", Fact)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The documents that background figures are from, by id."""
        return self._optional("sources", Source)

    def _optional(self, table: str, record: type[Any]) -> dict[str, Any]:
        return (
            {row["id"]: record.of(row) for row in self.rows(table)} if table in self.tables else {}
        )

    @cached_property
    def sections(self) -> dict[str, dict[str, Any]]:
        """The article's sections by id, in order."""
        rows = sorted(self.rows("sections"), key=lambda row: row["order"])
        return {row["id"]: row for row in rows}

    @cached_property
    def codes(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every controlled value: list, then code, then its row."""
        lists: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.rows("codes"):
            lists.setdefault(row["list"], {})[row["code"]] = row
        return lists

    def code(self, list_name: str, code: str, language: str) -> str:
        """Return the label of a controlled value in ``language`` (``zh`` or ``en``)."""
        try:
            return self.codes[list_name][code][language]
        except KeyError:
            raise EvidenceError(f"codes.csv: no {code!r} in list {list_name!r}") from None

    def label(self, table: str, row_id: str, language: str, column: str = "") -> str:
        """Return the label of a row: its column ``zh`` or ``en``, or ``<column>_zh``."""
        name = f"{column}_{language}" if column else language
        try:
            return self._by_id(table)[row_id][name]
        except KeyError:
            raise EvidenceError(f"{table}.csv: no id {row_id!r} with a column {name!r}") from None

    def fields(self, table: str) -> dict[str, dict[str, Any]]:
        """Return a table's field descriptions by name; ``references`` names the table a key is of."""
        schema = self._resource(table)["schema"]
        keys = {
            key["fields"][0]: key["reference"]["resource"] or table
            for key in schema.get("foreignKeys", [])
        }
        return {
            spec["name"]: {**spec, "references": keys.get(spec["name"])}
            for spec in schema["fields"]
        }

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return a table's rows with typed cells: str, int, Decimal, date or None.

        Raises:
            EvidenceError: the file is missing, or a cell is not of its column's type.
        """
        resource = self._resource(table)
        path = self.directory / resource["path"]
        specs = {spec["name"]: spec["type"] for spec in resource["schema"]["fields"]}
        try:
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.DictReader(file, strict=True)
                if not reader.fieldnames and resource.get("background"):
                    return []
                missing = [name for name in specs if name not in (reader.fieldnames or [])]
                if missing:
                    raise EvidenceError(f"{path}: no column {missing[0]!r}; see {DESCRIPTION}")
                return [
                    {
                        name: _typed(row[name], kind, path, line, name)
                        for name, kind in specs.items()
                    }
                    for line, row in enumerate(reader, 2)
                ]
        except FileNotFoundError:
            raise EvidenceError(f"{path}: no such file; {DESCRIPTION} lists it") from None
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise EvidenceError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from None

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as a data frame; numbers are Decimal, dates ``datetime.date``."""
        import pandas as pd

        return pd.DataFrame(self.rows(name), columns=list(self.fields(name)))

    def _resource(self, table: str) -> dict[str, Any]:
        if table not in self.tables:
            raise EvidenceError(f"{self.directory / DESCRIPTION}: no table {table!r}")
        return self.tables[table]

    def _by_id(self, table: str) -> dict[str, dict[str, Any]]:
        cache = self.__dict__.setdefault("_indexes", {})
        if table not in cache:
            cache[table] = {row["id"]: row for row in self.rows(table)}
        return cache[table]


def default_directory() -> Path:
    """Return ``$SHANHAI_DATA``, or the folder ``data`` beside the package."""
    return Path(os.environ.get("SHANHAI_DATA") or Path(__file__).parents[2] / "data")


def _typed(text: str | None, kind: str, path: Path, line: int, column: str) -> Any:
    """Return a cell's value; empty cells are None, or the empty string in text columns."""
    if kind == "string":
        return text or ""
    if not text:
        return None
    try:
        return {"integer": int, "number": Decimal, "date": date.fromisoformat}[kind](text)
    except (ValueError, InvalidOperation):
        raise EvidenceError(
            f"{path}:{line}: {column}: {text[:40]!r} is not of type {kind}"
        ) from None
