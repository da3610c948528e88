"""The ledger: claims, identities and the other tables of the data package, read from disk.

The tables are described in ``datapackage.json`` (Frictionless Data Package). Reading expects data that
``check`` has passed; what cannot be read at all is said in one sentence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shanhai.evidence.checks.faults import FaultError, shown
from shanhai.evidence.errors import EvidenceError, Known, UnknownError
from shanhai.evidence.files import cell, read_json, read_table, read_text
from shanhai.evidence.reads import ALL, Rows, opening, read
from shanhai.evidence.records import Claim, Fact, Identity, NonClaim, Silence, Source

if TYPE_CHECKING:
    import pandas as pd

#: Name of the package's description.
DESCRIPTION = "datapackage.json"


@dataclass(frozen=True)
class Ledger:
    """A data package on disk, its rows typed as its schemas say."""

    directory: Path
    _package: dict[str, Any] = field(repr=False)

    @classmethod
    def load(cls, directory: Path | str | None = None) -> Ledger:
        """Open the data package in ``directory`` (default: see ``default_directory``).

        Raises:
            EvidenceError: there is no readable ``datapackage.json``.
        """
        directory = Path(directory or default_directory())
        path = directory / DESCRIPTION
        opening(path)
        read(DESCRIPTION, ALL, words=False)
        try:
            package = read_json(path)
        except FaultError as fault:
            way_out = "give the data folder with --data" if fault.code == "file-missing" else fault
            what = "no such file; " if fault.code == "file-missing" else ""
            raise EvidenceError(f"{path}: {what}{way_out}") from None
        if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
            raise EvidenceError(f"{path}: describes no resources; see Frictionless Data Package")
        return cls(directory, package)

    @property
    def package(self) -> dict[str, Any]:
        """The package's description."""
        read(DESCRIPTION, ALL)
        return self._package

    @property
    def edition(self) -> dict[str, Any]:
        """What is known of the edition of the article: title, characters, sha256."""
        return self.package.get("edition", {})

    @property
    def version(self) -> str:
        """Version of the data package."""
        return self._package.get("version", "")

    @property
    def created(self) -> date:
        """Day the data package was made."""
        return date.fromisoformat(self._package["created"][:10])

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """The resource descriptions by name, in the package's order."""
        read(DESCRIPTION, ALL)
        return self._tables

    @cached_property
    def _tables(self) -> dict[str, dict[str, Any]]:
        tables = {resource["name"]: resource for resource in self._package["resources"]}
        return Known(tables, str(self.directory / DESCRIPTION), "table {}")

    @cached_property
    def claims(self) -> Mapping[str, Claim]:
        """The claims by id, in the article's order."""
        claims = [Claim.of(row) for row in self._rows("claims")]
        ordered = sorted(claims, key=lambda claim: claim.offset)
        known = Known({claim.id: claim for claim in ordered}, self._file("claims"))
        return Rows("claims", known)

    @property
    def non_claims(self) -> list[NonClaim]:
        """The numerals that are not figures."""
        read("non_claims", ALL)
        return self._non_claims

    @cached_property
    def _non_claims(self) -> list[NonClaim]:
        return [NonClaim.of(row) for row in self._rows("non_claims")]

    @property
    def identities(self) -> list[Identity]:
        """The identities, in the table's order."""
        read("identities", ALL)
        return self._identities

    @cached_property
    def _identities(self) -> list[Identity]:
        return [Identity.of(row) for row in self._rows("identities")]

    @cached_property
    def silences(self) -> Mapping[str, Silence]:
        """What the article does not say, by id; empty where the package has no such table."""
        return self._optional("silences", Silence)

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """The background figures by id; empty where the package has none."""
        return self._optional("facts", Fact)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The documents that background figures are from, by id."""
        return self._optional("sources", Source)

    def _optional(self, table: str, record: type[Any]) -> Mapping[str, Any]:
        rows = self._rows(table) if table in self._tables else []
        known = Known({row["id"]: record.of(row) for row in rows}, self._file(table))
        return Rows(table, known)

    @property
    def sections(self) -> dict[str, dict[str, Any]]:
        """The article's sections by id, in order."""
        read("sections", ALL)
        return self._sections

    @cached_property
    def _sections(self) -> dict[str, dict[str, Any]]:
        rows = sorted(self._rows("sections"), key=lambda row: row["order"])
        return Known({row["id"]: row for row in rows}, self._file("sections"))

    @property
    def codes(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Every controlled value: list, then code, then its row."""
        read("codes", ALL)
        return self._codes

    @cached_property
    def _codes(self) -> dict[str, dict[str, dict[str, Any]]]:
        lists: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self._rows("codes"):
            lists.setdefault(row["list"], {})[row["code"]] = row
        file = self._file("codes")
        named = {
            name: Known(codes, file, f"{{}} in list {name!r}") for name, codes in lists.items()
        }
        return Known(named, file, "list {}")

    def code(self, list_name: str, code: str, language: str, default: str | None = None) -> str:
        """Return the label of a controlled value in ``language``; of an unknown one ``default``.

        Raises:
            EvidenceError: the list has no such value, and there is no default.
        """
        read("codes", code)
        try:
            return self._codes[list_name][code][language]
        except UnknownError:
            if default is not None:
                return default
            raise

    def label(self, table: str, row_id: str, language: str, column: str = "") -> str:
        """Return the label of a row: its column ``zh`` or ``en``, or ``<column>_zh``."""
        name = f"{column}_{language}" if column else language
        read(table, row_id)
        row = self._by_id(table)[row_id]
        return Known(row, self._file(table), "column {}")[name]

    @staticmethod
    def title(described: dict[str, Any], language: str) -> str:
        """Return the title of a package, a table or a column in ``language``, or the one it has."""
        return described.get(f"title_{language}") or described.get("title", "")

    def fields(self, table: str) -> dict[str, dict[str, Any]]:
        """Return a table's field descriptions by name; ``references`` names the table a key is of."""
        read(DESCRIPTION, ALL)
        schema = self._tables[table]["schema"]
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
        read(table, ALL)
        return self._rows(table)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        resource = self._tables[table]
        path = self.directory / resource["path"]
        specs = {spec["name"]: spec for spec in resource["schema"]["fields"]}
        opening(path)
        header, found = read_table(path)
        if not header and resource.get("background"):
            return []
        missing = [name for name in specs if name not in header]
        if missing:
            raise EvidenceError(f"{path}: no column {missing[0]!r}; see {DESCRIPTION}")
        return [
            {
                name: _typed(row[name], kind, f"{path}:{line}: {name}")
                for name, kind in specs.items()
            }
            for line, row in found
        ]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as a data frame; numbers are Decimal, dates ``datetime.date``."""
        import pandas as pd

        columns = [spec["name"] for spec in self._tables[name]["schema"]["fields"]]
        return pd.DataFrame(self.rows(name), columns=columns)

    def _file(self, table: str) -> str:
        """Return the name of a table's file, for messages."""
        return str(self._tables.get(table, {}).get("path", f"{table}.csv"))

    def _by_id(self, table: str) -> dict[str, dict[str, Any]]:
        cache = self.__dict__.setdefault("_indexes", {})
        if table not in cache:
            rows = {row["id"]: row for row in self._rows(table)}
            cache[table] = Known(rows, self._file(table))
        return cache[table]


def default_directory() -> Path:
    """Return ``$SHANHAI_DATA``, or the data folder of the book one stands in.

    That is ``shanhai_data`` in the ``_config.yml`` of the nearest folder upwards that has one.

    Raises:
        EvidenceError: there is no book here, or its settings cannot be read.
    """
    if os.environ.get("SHANHAI_DATA"):
        return Path(os.environ["SHANHAI_DATA"])
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "_config.yml").is_file():
            return folder / _data_folder(folder / "_config.yml")
    raise EvidenceError(
        f"{here}: no book here, for neither this folder nor one above it has a _config.yml;"
        " go to a book's folder, or give its data with --data"
    )


def _data_folder(config: Path) -> str:
    import yaml  # Here, for most who load a ledger say where it is.

    try:
        settings = yaml.safe_load(read_text(config)) or {}
        return str(((settings.get("sphinx") or {}).get("config") or {}).get("shanhai_data", "data"))
    except FaultError as fault:
        raise EvidenceError(f"{config}: {fault}") from None
    except (yaml.YAMLError, AttributeError):
        raise EvidenceError(
            f"{config}: not the settings of a book; expected YAML, a mapping"
        ) from None


def _typed(text: str, spec: dict[str, Any], where: str) -> Any:
    """Return a cell's value; empty cells are None, or the empty string in text columns."""
    kind = spec["type"]
    if not text:
        if spec.get("constraints", {}).get("required"):
            raise EvidenceError(f"{where}: is empty; expected a value")
        return "" if kind == "string" else None
    try:
        return cell(text, kind)
    except ValueError as error:
        raise EvidenceError(
            f"{where}: {shown(text)} is not of type {kind}; expected {error}"
        ) from None
