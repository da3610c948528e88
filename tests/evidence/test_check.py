"""Bad data is told by file, line and column; nothing raises."""

import csv
import errno
import json
import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shanhai.evidence.checks.drafts import drafts
from shanhai.evidence.checks.faults import SENTENCES
from shanhai.evidence.checks.package import check
from shanhai.evidence.checks.tables import LENGTH_LIMIT
from shanhai.evidence.files import SIZE_LIMIT
from shanhai.evidence.ledger import Ledger


def said(data):
    return [str(fault).removeprefix(f"{data}{os.sep}") for fault in check(data)]


def test_the_real_data_has_no_fault(root):
    assert check(root / "data") == []


@pytest.mark.parametrize(
    ("name", "key", "column", "text", "says"),
    [
        ("claims", "all-aid", "value", "", "is empty; expected a value"),
        ("claims", "all-aid", "value", "ten", "'ten' is not a decimal number"),
        ("claims", "all-aid", "value", "NaN", "'NaN' is not a decimal number"),
        ("claims", "all-aid", "value", "Infinity", "'Infinity' is not a decimal number"),
        ("claims", "all-aid", "value", "1e9", "'1e9' is not a decimal number"),
        ("claims", "all-aid", "value", "1" * 1000, "expected at most 30 digits"),
        ("claims", "all-aid", "value", "141.09", "is not what '141.08亿元' says"),
        ("claims", "all-aid", "value", "141.080", "is not what '141.08亿元' says"),
        ("claims", "all-aid", "scale", "1000", "is not allowed; expected one of 1, 10000"),
        ("claims", "all-aid", "scale", "10000", "is not what '141.08亿元' says"),
        ("claims", "all-aid", "offset", "-1", "is too small; expected at least 0"),
        ("claims", "all-aid", "offset", "1.5", "'1.5' is not a whole number"),
        ("claims", "all-aid", "offset", "1" * 31, "expected at most 30 digits"),
        ("claims", "all-aid", "paragraph", "0", "expected at least 1"),
        ("claims", "all-aid", "unit", "dollar", "is not a code of unit; expected one of"),
        ("claims", "all-aid", "qualifier", "over", "is not what '141.08亿元' says"),
        ("claims", "all-aid", "metric", "nothing", "is not in metrics.csv"),
        ("claims", "all-aid", "donor", "atlantis", "is not in places.csv"),
        ("claims", "all-aid", "id", "All aid", "is malformed; expected the pattern"),
        ("claims", "all-aid", "id", "sh-aid", "stands in line"),
        ("claims", "all-aid", "id", "", "is empty; expected a value"),
        ("claims", "all-aid", "unit", "date", "'141.08亿元' is no date; expected another unit"),
        ("claims", "lijiang-added", "period_end", "2017-06-30", "is not what '2017年底' says"),
        ("claims", "all-aid", "period_start", "2016-13-01", "is not a date"),
        ("claims", "all-aid", "period_start", "2016", "is not a date; expected YYYY-MM-DD"),
        ("claims", "all-aid", "period_end", "2015-01-01", "is before period_start 2016-01-01"),
        ("claims", "gd-start", "period_start", "", "expected both ends of a date"),
        ("claims", "gd-start", "period_end", "2016-10-31", "is not what '2016年9月' says"),
        ("claims", "all-aid", "token", "很多", "holds 0 numbers; expected one"),
        ("claims", "all-aid", "token", "=HYPERLINK(1)", "would run as a formula"),
        ("claims", "all-aid", "note_zh", "@SUM(A1)", "would run as a formula"),
        ("claims", "all-aid", "note_zh", " 空格", "has white space at an end"),
        ("claims", "all-aid", "note_zh", "a\x07b", "holds a control character"),
        ("claims", "all-aid", "note_zh", "e\u0301", "is not in Unicode NFC"),
        ("claims", "all-aid", "note_zh", "长" * (LENGTH_LIMIT + 1), "expected at most"),
        ("non_claims", "n01", "reason", "because", "is not a code of reason"),
        ("non_claims", "n02", "offset", "238", "expected no overlap"),
        ("events", "seminar", "date_end", "1999-01-01", "is before date_start"),
        (
            "identities",
            "cities",
            "right",
            "two-to-one-from + nobody",
            "'nobody' is not in claims.csv",
        ),
        ("identities", "cities", "right", "1 +", "something is missing"),
        ("identities", "towns", "reason", "", "expected why it is not comparable"),
        ("claims", "all-aid", "unit", "person", "'person' is not the unit of fiscal-aid"),
        ("silences", "averages", "terms", "人均|", "is no list of terms"),
        ("silences", "averages", "terms", "人 均", "is no list of terms"),
        ("silences", "averages", "section", "nowhere", "is not in sections.csv"),
        ("facts", "gdp-2020", "source", "nobody", "is not in sources.csv"),
        ("facts", "gdp-2020", "claim", "all-projects", "is not the unit of all-projects"),
        ("facts", "gdp-2020", "period_end", "2019-12-31", "is before period_start 2020-01-01"),
        ("places", "kunming", "parent", "mars", "is not in places.csv"),
    ],
)
def test_a_bad_cell_is_named(data, table, name, key, column, text, says):
    line = table(name).set(key, column, text)
    faults = said(data)
    matching = [fault for fault in faults if says in fault]
    assert matching, faults
    if "stands in line" in says or "overlap" in says:
        return  # told of the later of the two rows
    # A token, its value and its dates are told by whichever of them is wrong.
    places = {f"{name}.csv:{line}: {c}: " for c in (column, "value", "period_start", "unit")}
    assert any(fault.startswith(tuple(places)) for fault in matching), matching


def replace(path, old, new, count=1):
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, count))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda p: p.unlink(), "claims.csv:1: -: no such file"),
        (lambda p: p.write_bytes(b""), "claims.csv:1: -: is empty"),
        (lambda p: p.write_bytes(b"\n\n"), "claims.csv:1: -: is empty"),
        (lambda p: p.write_bytes(p.read_bytes().split(b"\n")[0] + b"\n"), "has no rows"),
        (lambda p: p.write_bytes(p.read_text("utf-8").encode("gbk", "replace")), "is not UTF-8"),
        (lambda p: replace(p, b"all-projects", b"all\x00projects"), ":4: -: holds a NUL byte"),
        (lambda p: replace(p, b"metric", b"mettric"), "unknown column"),
        (lambda p: replace(p, b"metric", b"donor"), "stands 2 times in the header"),
        (lambda p: replace(p, b",note_zh,", b","), "note_zh: column missing"),
        (lambda p: replace(p, b"id,section", b"section,id"), "columns out of order"),
        (lambda p: replace(p, b"\nall-aid,", b"\nall-aid,,"), "20 cells; expected 19"),
        (lambda p: replace(p, b"\nall-aid,", b'\n"all-aid,'), "not CSV"),
        (lambda p: replace(p, b"\nall-aid,", b"\n\nall-aid,"), "blank line"),
        (lambda p: os.truncate(p, SIZE_LIMIT + 1), "so it was not read"),
    ],
)
def test_a_bad_file_is_named(data, damage, says):
    damage(data / "claims.csv")
    assert any(says in fault for fault in said(data)), said(data)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "datapackage.json:1: -: not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no tables described"),
        (b'{"resources": []}', "no tables described"),
        (b'{"resources": [{}]}', "resource 1: name is missing; expected small letters"),
        (
            b'{"resources": [{"name": "x", "path": "../x", "schema": {"fields": [{"name": "a", "type": "string"}]}}]}',  # noqa: E501
            "resource 1: path is '../x'; expected a file's name within the folder",
        ),
    ],
)
def test_a_bad_description_is_named(data, content, says):
    (data / "datapackage.json").write_bytes(content)
    assert any(says in fault for fault in said(data)), said(data)


def test_a_missing_folder_is_named(tmp_path):
    assert "no such file" in str(check(tmp_path / "nowhere")[0])


def test_a_file_given_as_the_folder_is_one_fault(data):
    assert said(data / "claims.csv") == [
        f"datapackage.json:1: -: cannot be read ({os.strerror(errno.ENOTDIR)}); expected a readable file"
    ]


def test_every_fault_comes_in_one_pass_in_the_order_of_lines(data, table):
    claims = table("claims")
    lines = sorted(
        {claims.set(key, "unit", "dollar") for key in ("dg-years", "all-aid", "gd-people")}
    )
    table("people").set("guan-yanping", "role", "pilot")
    faults = [fault for fault in said(data) if "is not a code of" in fault]
    assert [int(f.split(":")[1]) for f in faults if f.startswith("claims")] == lines
    assert faults[-1].startswith("people.csv:2: role: 'pilot'")


def test_markup_in_a_cell_is_text_not_a_fault(data, table):
    table("claims").set("all-aid", "note_zh", "<img src=x onerror=alert(1)>")
    assert said(data) == []


def test_messages_do_not_move_the_terminal(data, table):
    table("claims").set("all-aid", "metric", "\x1b[2Jgone")
    assert all("\x1b" not in fault for fault in said(data))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), content=st.binary(max_size=60))
def test_no_damage_raises(data, seed, content):
    """Bytes overwritten anywhere in any file give faults or none, never an exception."""
    draw = random.Random(seed)
    path = draw.choice([*sorted(data.glob("*.csv")), data / "datapackage.json"])
    whole = path.read_bytes()
    at = draw.randrange(len(whole))
    try:
        path.write_bytes(whole[:at] + content + whole[at + len(content) :])
        for fault in check(data):
            assert "\n" not in str(fault)
    finally:
        path.write_bytes(whole)


def test_many_claims_are_checked_whole(data, table):
    """Size alone is no fault; the last of many rows is still looked at."""
    claims = table("claims")
    first = claims.rows[0]
    for number in range(3000):
        row = list(first)
        row[0], row[claims.header.index("offset")] = f"more-{number}", str(5003 + number * 10)
        claims.rows.append(row)
    claims.rows[-1][claims.header.index("unit")] = "dollar"
    claims.save()
    with (data / "sections.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][-1] = rows[-1][-1] = "1000000"
    rows[2][-2] = rows[2][-2]
    with (data / "sections.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    faults = said(data)
    assert faults == [
        f"claims.csv:{len(claims.rows) + 1}: unit: 'dollar' is not a code of unit; expected one of "
        + faults[0].split("one of ")[1]
    ]


def test_the_description_decides_the_rules(data):
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    claims = next(r for r in package["resources"] if r["name"] == "claims")
    next(f for f in claims["schema"]["fields"] if f["name"] == "note_zh")["constraints"] = {
        "required": True
    }
    (data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert any("note_zh: is empty; expected a value" in fault for fault in said(data))


def described(data, change):
    path = data / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    change(package, {resource["name"]: resource for resource in package["resources"]})
    path.write_text(json.dumps(package), "utf-8")
    return said(data)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p, r: p.update(name="../../evil"), "name: is '../../evil'; expected small"),
        (lambda p, r: p.pop("name"), "name: is missing"),
        (lambda p, r: p.pop("created"), "created: is missing; expected the day"),
        (lambda p, r: p.update(created="soon"), "created: is 'soon'; expected the day"),
        (lambda p, r: p.update(created=20211101), "created: is '20211101'; expected the day"),
        (lambda p, r: p.update(created="2021-02-30"), "created: is '2021-02-30'"),
        (lambda p, r: p.pop("version"), "version: is missing"),
        (lambda p, r: p.update(edition={"sha256": "x"}), "edition: sha256 is 'x'; expected 64"),
        (lambda p, r: r["places"]["schema"].update(foreignKeys=[{}]), "fields is missing"),
        (lambda p, r: r["places"]["schema"].update(foreignKeys="id"), "foreignKeys is 'id'"),
        (lambda p, r: key(r, "x", "places"), "places: foreignKeys names 'x'; expected a column"),
        (lambda p, r: key(r, "id", "x"), "places: foreignKeys name 'x'; expected a table"),
        (lambda p, r: r["places"]["schema"].update(primaryKey="id"), "primaryKey is 'id'"),
        (
            lambda p, r: r["places"]["schema"].update(primaryKey=["no"]),
            "expected a column of places",
        ),
        (lambda p, r: rules(r, pattern="("), "places: id: constraints: pattern is '('"),
        (lambda p, r: rules(r, enum="all"), "places: id: constraints: enum is 'all'"),
        (
            lambda p, r: rules(r, minLength=2),
            "constraints: 'minLength' is not checked; expected one",
        ),
        (lambda p, r: rules(r, minimum=2), "places: id: minimum is set for a string"),
        (lambda p, r: field(r).update(constraints=[]), "constraints is '[]'; expected a mapping"),
        (lambda p, r: field(r).update(type="geopoint"), "places: id: type is 'geopoint'"),
        (lambda p, r: field(r).update(name="zh"), "places: 'zh' stands twice"),
        (
            lambda p, r: p["resources"].append(r["places"]),
            "'places' stands twice; expected each name",
        ),
        (
            lambda p, r: p["resources"].append({**r["places"], "name": "x"}),
            "expected each path once",
        ),
        *[
            (
                lambda p, r, name=name: p["resources"].remove(r[name]),
                f"no table '{name}' is described",
            )
            for name in ("claims", "non_claims", "identities", "sections", "codes")
        ],
        (
            lambda p, r: drop(r, "claims", "note_zh"),
            "claims: column note_zh is missing; expected one of type",
        ),
        (lambda p, r: drop(r, "facts", "source"), "facts: column source is missing"),
        (
            lambda p, r: field(r, "claims", 4).update(type="integer"),
            "token is a column of type integer",
        ),
    ],
)
def test_what_the_description_asks_for_in_vain_is_a_fault(data, change, says):
    faults = described(data, change)
    assert any(fault.startswith("datapackage.json:1: ") and says in fault for fault in faults), (
        faults
    )


def field(resources, table="places", at=0):
    return resources[table]["schema"]["fields"][at]


def rules(resources, **constraints):
    field(resources)["constraints"] = constraints


def key(resources, column, table):
    keys = [{"fields": [column], "reference": {"resource": table, "fields": ["id"]}}]
    resources["places"]["schema"]["foreignKeys"] = keys


def drop(resources, table, column):
    schema = resources[table]["schema"]
    schema["fields"] = [field for field in schema["fields"] if field["name"] != column]
    schema["foreignKeys"] = []


def test_a_number_beyond_the_largest_is_named(data):
    def change(_package, resources):
        fields = resources["prefectures"]["schema"]["fields"]
        next(f for f in fields if f["name"] == "row").setdefault("constraints", {})["maximum"] = 1

    assert any("is too large; expected at most 1" in fault for fault in described(data, change))


SPREADSHEETS = [
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"),
    lambda content: content + b"\n",
    lambda content: content + b"\r\n\r\n",
    lambda content: content + b"," * content.split(b"\n")[0].count(b",") + b"\n",
    lambda content: content.rstrip(b"\n"),
]


@pytest.mark.parametrize("saved", SPREADSHEETS)
def test_tables_as_a_spreadsheet_saves_them_are_read(data, saved):
    before = Ledger.load(data)
    whole = {name: before.rows(name) for name in before.tables}
    for path in [*data.glob("*.csv"), data / "datapackage.json"]:
        content = path.read_bytes()
        commas = saved(b"x,x\n").count(b",") > 1  # A row of commas is no matter of JSON.
        if path.suffix == ".csv" or not commas:
            path.write_bytes(saved(content))
    assert said(data) == []
    assert drafts(data) == []
    after = Ledger.load(data)
    assert {name: after.rows(name) for name in after.tables} == whole


def test_tables_with_every_field_quoted_are_read(data):
    for path in data.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    assert said(data) == []
    assert Ledger.load(data).claims["all-aid"].token == "141.08亿元"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            lambda p: p.write_bytes(p.read_text("utf-8").encode("gbk", "replace")),
            "save as “CSV UTF-8”",
        ),
        (lambda p: p.write_bytes(p.read_text("utf-8").encode("utf-16")), "save as “CSV UTF-8”"),
        (lambda p: p.write_bytes(p.read_bytes().replace(b",", b";")), "set apart by commas"),
        (
            lambda p: p.write_bytes(p.read_bytes().replace(b"2016-01-01", b"2016/1/1", 1)),
            "YYYY-MM-DD",
        ),
        (
            lambda p: p.write_bytes(p.read_bytes().replace(b"\nsh-aid,", b'\n"sh-aid,', 1)),
            "not CSV",
        ),
        (
            lambda p: p.write_bytes(p.read_bytes().replace(b"\nsh-aid,", b"\nsh-aid,,", 1)),
            "20 cells",
        ),
    ],
)
@pytest.mark.parametrize("name", ["claims", "codes", "sections", "places"])
def test_one_mistake_is_one_fault(data, damage, says, name):
    path = data / f"{name}.csv"
    before = path.read_bytes()
    damage(path)
    if path.read_bytes() != before:
        faults = said(data)
        assert len(faults) == 1 and says in faults[0], faults


@pytest.mark.parametrize(
    ("left", "right", "says"),
    [
        ("all-aid", "sh-aid + sh-projects", "adds project to CNY"),
        ("all-aid", "sh-aid + sh-aid / sh-projects", "adds CNY/project to CNY"),
        ("all-aid", "sh-projects + gd-projects", "CNY on the left and project on the right"),
        ("all-aid", "sh-projects * (sh-aid / sh-projects) + gd-aid * 2", None),
    ],
)
def test_an_identity_of_mixed_units_is_named(data, table, left, right, says):
    identities = table("identities")
    identities.set("aid-fiscal", "left", left)
    line = identities.set("aid-fiscal", "right", right)
    expected = [f"identities.csv:{line}: right: {says}; expected one unit in a sum and its total"]
    assert said(data) == (expected if says else [])


def test_a_column_of_one_s_own_is_nobody_s_fault(data, table):
    def change(_package, resources):
        resources["claims"]["schema"]["fields"].append({"name": "mine", "type": "string"})

    claims = table("claims")
    claims.header.append("mine")
    claims.rows = [[*row, "x"] for row in claims.rows]
    claims.save()
    assert described(data, change) == []
    ledger = Ledger.load(data)
    assert ledger.claims["all-aid"].scale == 10**8
    assert set(ledger.table("claims")["mine"]) == {"x"}


def test_faults_have_codes(data, table):
    table("claims").set("all-aid", "unit", "dollar")
    table("claims").set("sh-aid", "value", "ten")
    assert [fault.code for fault in check(data)] == ["code-unknown", "cell-type"]
    assert {fault.code for fault in check(data)} <= SENTENCES.keys()
