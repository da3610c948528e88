"""The Excel file of all tables: types kept, nothing computed, the same bytes each time."""

import re
import zipfile
from xml.etree import ElementTree

from shanhai.book.html.downloads import offered
from shanhai.book.html.workbook import write_workbook
from shanhai.evidence.ledger import Ledger

MAIN = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def sheets(path):
    """Return the cells of each sheet by its name: the reference, with the kind of cell and its text."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    texts = [
        "".join(item.itertext()) for item in parts["xl/sharedStrings.xml"].findall("m:si", MAIN)
    ]
    found = {}
    for number, sheet in enumerate(parts["xl/workbook.xml"].findall(".//m:sheet", MAIN), 1):
        root = parts[f"xl/worksheets/sheet{number}.xml"]
        assert not root.findall(".//m:f", MAIN)
        cells = {}
        for cell in root.findall(".//m:c", MAIN):
            value = cell.find("m:v", MAIN)
            if value is not None:
                kind = cell.get("t", "n")
                cells[cell.get("r")] = (kind, texts[int(value.text)] if kind == "s" else value.text)
        found[sheet.get("name")] = cells
    return found


def test_every_table_is_a_sheet_with_every_row(data, tmp_path):
    ledger = Ledger.load(data)
    write_workbook(ledger, tmp_path / "all.xlsx")
    found = sheets(tmp_path / "all.xlsx")
    assert list(found) == [ledger.package["name"], *ledger.tables]
    for name in ledger.tables:
        lines = {int(re.sub("[A-Z]", "", cell)) for cell in found[name]}
        assert max(lines) == len(ledger.rows(name)) + 1, name
    claims = found["claims"]
    assert claims["A1"] == ("s", "编号\nid")
    row = next(
        cell[1:] for cell, (_, text) in claims.items() if text == "all-aid" and cell[0] == "A"
    )
    assert claims[f"G{row}"] == ("n", "141.08") and claims[f"E{row}"] == ("s", "141.08亿元")
    assert claims[f"N{row}"] == ("n", "42370")  # 2016-01-01 as Excel counts days


def test_another_edition_has_its_own_headers(data, tmp_path):
    write_workbook(Ledger.load(data), tmp_path / "all.xlsx", "en")
    found = sheets(tmp_path / "all.xlsx")
    assert found["claims"]["B1"] == ("s", "Chapter\nsection")
    assert not any(
        re.search("[一-鿿]", text)
        for cell, (_, text) in found["claims"].items()
        if cell.endswith("1") and cell[:-1].isalpha()
    )


def test_what_looks_like_a_formula_or_an_address_stays_text(data, table, tmp_path):
    texts = ["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "http://example.org", "{=1}", "0012"]
    for claim, text in zip(
        ("all-aid", "sh-aid", "gd-aid", "all-parks", "cadres", "gd-people"), texts, strict=True
    ):
        table("claims").set(claim, "note_zh", text)
    write_workbook(Ledger.load(data), tmp_path / "all.xlsx")
    notes = sheets(tmp_path / "all.xlsx")["claims"].values()
    assert {("s", text) for text in texts} <= set(notes)


def test_days_and_numbers_that_excel_does_not_know_stay_text(data, table, tmp_path):
    table("events").set("seminar", "date_start", "1895-04-17")
    table("claims").set("all-aid", "offset", "12345678901234567890")
    write_workbook(Ledger.load(data), tmp_path / "all.xlsx")
    found = sheets(tmp_path / "all.xlsx")
    assert ("s", "1895-04-17") in found["events"].values()
    assert ("s", "12345678901234567890") in found["claims"].values()


def test_the_workbook_is_the_same_bytes_whenever_it_is_made(data, tmp_path):
    for name in ("one", "other"):
        write_workbook(Ledger.load(data), tmp_path / f"{name}.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()


def test_tables_without_rows_are_sheets_too(data, tmp_path):
    (data / "facts.csv").write_bytes(b"")
    write_workbook(Ledger.load(data), tmp_path / "all.xlsx")
    assert next(iter(sheets(tmp_path / "all.xlsx")["facts"].values())) == ("s", "编号\nid")


def test_a_table_that_is_offered_opens_in_excel(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("甲\n".encode())
    assert offered(path) == b"\xef\xbb\xbf" + "甲\n".encode()
    path.write_bytes(offered(path))
    assert offered(path) == path.read_bytes()
    path.with_suffix(".json").write_bytes(b"{}")
    assert offered(path.with_suffix(".json")) == b"{}"
