"""The ledger is read with its types, and says plainly what it cannot read."""

import itertools
import json
from datetime import date
from decimal import Decimal

import pytest
from frictionless import validate

from shanhai.evidence.checks.package import check
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.ledger import Ledger


@pytest.fixture(scope="module")
def ledger(root):
    return Ledger.load(root / "data")


def test_the_package_is_valid_for_frictionless(root):
    report = validate(str(root / "data" / "datapackage.json"))
    assert report.valid, report.flatten(["type", "rowNumber", "fieldName", "message"])


def test_frictionless_sees_a_broken_key(data, table):
    """The judge itself can fail: it does check foreign keys."""
    table("claims").set("all-aid", "metric", "nothing")
    assert not validate(str(data / "datapackage.json")).valid


def test_claims_are_typed(ledger):
    claim = ledger.claims["all-aid"]
    assert (claim.value, claim.scale, claim.amount) == (Decimal("141.08"), 10**8, 14_108_000_000)
    assert claim.end == claim.offset + len("141.08亿元")
    assert claim.period_start == date(2016, 1, 1) and claim.period_end is None
    assert [c.offset for c in ledger.claims.values()] == sorted(
        c.offset for c in ledger.claims.values()
    )


def test_every_label_is_there_in_both_languages(ledger):
    for language in ("zh", "en"):
        for claim in ledger.claims.values():
            assert ledger.label("metrics", claim.metric, language)
            assert ledger.code("unit", claim.unit, language)
            assert ledger.label("sections", claim.section, language, column="label")


def test_sections_join_without_gaps(ledger):
    sections = list(ledger.sections.values())
    assert sections[0]["start"] == 0
    assert sections[-1]["end"] == ledger.edition["characters"]
    for before, after in itertools.pairwise(sections):
        assert before["end"] == after["start"]


def test_tables_are_data_frames(ledger):
    frame = ledger.table("prefectures")
    assert list(frame.columns) == ["place", "row", "column"]
    assert len(frame) == 16


def test_fields_know_what_they_refer_to(ledger):
    fields = ledger.fields("claims")
    assert fields["donor"]["references"] == "places"
    assert fields["unit"]["codes"] == "unit"
    assert ledger.fields("places")["parent"]["references"] == "places"


def test_the_edition_and_the_version_are_known(ledger):
    assert len(ledger.edition["sha256"]) == 64
    assert ledger.version and ledger.created.year >= 2026


def test_the_default_folder_can_be_set(data, monkeypatch, table):
    table("claims").set("all-aid", "token", "99.99亿元")
    monkeypatch.setenv("SHANHAI_DATA", str(data))
    assert Ledger.load().claims["all-aid"].token == "99.99亿元"


def test_unknown_codes_and_rows_are_named(ledger):
    with pytest.raises(EvidenceError, match=r"codes.csv: no 'x' in list 'unit'"):
        ledger.code("unit", "x", "zh")
    with pytest.raises(EvidenceError, match=r"places.csv: no id 'x'"):
        ledger.label("places", "x", "zh")
    with pytest.raises(EvidenceError, match="no table 'x'"):
        ledger.rows("x")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("datapackage.json", None, "no such file"),
        ("datapackage.json", b"{", "not JSON"),
        ("datapackage.json", b"[]", "describes no resources"),
        ("datapackage.json", b"\xff\xfe", "is not UTF-8"),
        ("claims.csv", None, "no such file"),
        ("claims.csv", b"id,section\na,b\n", "no column 'paragraph'"),
        ("claims.csv", b"", "no column 'id'"),
        ("claims.csv", b"\xff\xfe\xff", "is not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(data, name, content, says):
    path = data / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(EvidenceError, match=says) as error:
        _ = Ledger.load(data).claims
    assert name in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("column", "text"), [("value", "ten"), ("offset", "1.5"), ("period_start", "2016")]
)
def test_a_cell_of_another_type_is_named_with_its_line(data, table, column, text):
    line = table("claims").set("sh-aid", column, text)
    with pytest.raises(
        EvidenceError, match=rf"claims.csv:{line}: {column}: '{text}' is not of type"
    ):
        _ = Ledger.load(data).claims


def test_identities_keep_their_order(ledger, root):
    package = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert [r["name"] for r in package["resources"]] == list(ledger.tables)
    assert ledger.identities[0].id == "aid-fiscal"


def test_background_figures_know_their_source_and_their_bounds(ledger):
    fact = ledger.facts["aid-2020-12-shine"]
    assert (fact.interval.low, fact.interval.high) == (14_100_000_000, 14_200_000_000)
    assert ledger.sources[fact.source].publication == (date(2020, 12, 10), date(2020, 12, 10))
    assert ledger.sources["mzb-2021"].publication == (date(2021, 1, 1), date(2021, 1, 31))
    assert ledger.sources["yearbook-2010"].publication == (date(2010, 1, 1), date(2010, 12, 31))
    assert not set(ledger.facts) & set(ledger.claims)


@pytest.mark.parametrize("kept", [0, 1])
def test_without_background_figures_the_ledger_stands(data, kept):
    for name in ("facts", "sources"):
        path = data / f"{name}.csv"
        path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:kept]), "utf-8")
    emptied = Ledger.load(data)
    assert emptied.facts == emptied.sources == {}
    assert emptied.table("facts").empty and check(data) == []


def test_a_package_may_lack_silences_and_background(root):
    small = Ledger.load(root / "tests" / "fixtures" / "minibook" / "data")
    assert small.silences == small.facts == small.sources == {}
