"""Validate every table of the data package; report every fault in one pass."""

from __future__ import annotations

from pathlib import Path

from shanhai.evidence.checks import domain as domain_check
from shanhai.evidence.checks import tables as table_check
from shanhai.evidence.checks.description import resources
from shanhai.evidence.checks.faults import Fault, FaultError
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.files import read_json
from shanhai.evidence.ledger import DESCRIPTION, Ledger, default_directory


def opened(directory: Path | str | None = None) -> Ledger:
    """Return the ledger in ``directory``, whose description is in order; cells are read when asked for.

    Raises:
        EvidenceError: the description is not in order, or there is none.
    """
    ledger = Ledger.load(directory)
    wrong: list[tuple[str, FaultError]] = []
    resources(ledger.package, wrong)
    for column, fault in wrong:
        raise EvidenceError(f"{ledger.directory / DESCRIPTION}: {column or '-'}: {fault}")
    return ledger


def check(directory: Path | str | None = None) -> list[Fault]:
    """Return every fault of the data package in ``directory``, by file and line.

    Files come in the order ``datapackage.json`` lists them. No input raises: what cannot be read is a
    fault too.

    Raises:
        EvidenceError: no ``directory`` is given, and there is no book here.
    """
    directory = Path(directory or default_directory())
    path = directory / DESCRIPTION
    wrong: list[tuple[str, FaultError]] = []
    faults: list[Fault] = []
    try:
        described = resources(read_json(path), wrong)
    except FaultError as error:
        described, wrong = [], [("-", error)]
    for column, fault in wrong:
        faults.append(Fault(0, str(path), fault.line, column or "-", str(fault), fault.code))
    tables = {
        resource["name"]: table_check.read(directory, resource, order, faults)
        for order, resource in enumerate(described, 1)
    }
    for table in tables.values():
        table_check.references(table, tables)
    if not wrong:  # Rules read by the columns that the description is known to have.
        domain_check.check(tables)
    return sorted(set(faults))
