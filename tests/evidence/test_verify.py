"""The ledger against the article: any row deleted, moved or changed is named, among others that are too.

A made-up article stands in for the real one, which the repository does not hold; where ARTICLE names a
copy, the same is done with that.
"""

import random

import pytest

from shanhai.evidence import article as articles
from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.verify import verify


def faults(path, data):
    return verify(path, Ledger.load(data)).faults


@pytest.fixture
def made_up(data, made_up_text, tmp_path):
    """The made-up article as a file, and the data of that edition."""
    ledger = Ledger.load(data)
    path = tmp_path / "article.txt"
    path.write_text(made_up_text, encoding="utf-8")
    package = (data / "datapackage.json").read_text("utf-8")
    digest = articles.read(path).sha256
    (data / "datapackage.json").write_text(
        package.replace(ledger.edition["sha256"], digest), encoding="utf-8"
    )
    return path


def test_the_real_ledger_accounts_for_the_real_article(article, root):
    report = verify(article, Ledger.load(root / "data"))
    assert report.faults == []
    assert report.ok
    assert (
        report.summary == f"{report.claims} claims, {len(report.numerals)} numerals, 0 unaccounted"
    )


def test_the_made_up_article_is_accounted_for(made_up, data):
    assert faults(made_up, data) == []


@pytest.fixture(params=["made up", "real"])
def text(request):
    """An article that the copied data are of."""
    return request.getfixturevalue("made_up" if request.param == "made up" else "article")


def changed(table, name, change):
    """Change every tenth row of a table, then the next of each ten; yield those that are changed.

    ``change`` returns a row changed, no row for one that is to go, or the row itself for one to be left.
    """
    opened = table(name)
    column = {title: at for at, title in enumerate(opened.header)}
    right = opened.rows
    for first in range(10):
        chosen = {id(row): change(row, column) for row in right[first::10]}
        others = [chosen.get(id(row), row) for row in right]
        opened.rows = [row for row in others if row]
        opened.save()
        yield [row for row in right[first::10] if chosen[id(row)] is not row], column
    opened.rows = right
    opened.save()


@pytest.mark.parametrize("name", ["claims", "non_claims"])
def test_any_row_deleted_leaves_its_numerals_over(text, data, table, name):
    for deleted, column in changed(table, name, lambda row, column: []):
        report = verify(text, Ledger.load(data))
        assert not report.ok
        for row in deleted:
            first = int(row[column["offset"]])
            last = first + len(row[column["token"]])
            left = [n for n in report.unaccounted if n.start < last and n.end > first]
            assert left, row[0]
            assert any(f" at {left[0].start} " in fault for fault in report.faults), row[0]


@pytest.mark.parametrize("shift", [-1, 1])
@pytest.mark.parametrize("name", ["claims", "non_claims"])
def test_any_offset_shifted_is_named(text, data, table, name, shift):
    def shifted(row, column):
        at = column["offset"]
        return [*row[:at], str(int(row[at]) + shift), *row[at + 1 :]]

    for rows, _column in changed(table, name, shifted):
        said = faults(text, data)
        for row in rows:
            assert any(f" {row[0]}: offset " in fault for fault in said), row[0]


@pytest.mark.parametrize("cell", ["token", "value"])
def test_any_digit_changed_is_named(text, data, table, cell):
    draw = random.Random(cell)

    def with_another_digit(row, column):
        right = row[column[cell]]
        places = [at for at, char in enumerate(right) if char in "0123456789"]
        if not places:
            return row
        at = draw.choice(places)
        digit = draw.choice([d for d in "123456789" if d != right[at]])
        other = list(row)
        other[column[cell]] = right[:at] + digit + right[at + 1 :]
        return other

    count = 0
    for rows, _column in changed(table, "claims", with_another_digit):
        said = faults(text, data)
        for row in rows:
            assert any(f"claim {row[0]}: " in fault for fault in said), row[0]
            count += 1
    assert count > 60


def test_a_token_elsewhere_is_pointed_to(made_up, data, table):
    table("claims").set("all-parks", "offset", "500")
    said = next(f for f in faults(made_up, data) if "claim all-parks" in f)
    assert "offset 500 holds" in said and "'26个' stands at 416" in said


def test_a_part_of_a_longer_number_is_not_the_number(made_up, data, table):
    table("claims").set("all-projects", "token", "661")
    assert any(
        "claim all-projects: '661' at 392 is a part of a longer number" in f
        for f in faults(made_up, data)
    )


def test_a_wrong_section_is_named(made_up, data, table):
    table("claims").set("all-aid", "section", "voices")
    assert any(
        "claim all-aid: offset 378 is not in section 'voices'" in f for f in faults(made_up, data)
    )
    table("claims").set("all-aid", "section", "nowhere")
    assert any("no section 'nowhere'" in f for f in faults(made_up, data))


def test_another_edition_is_told_apart(made_up, data):
    made_up.write_text(made_up.read_text("utf-8") + "另", encoding="utf-8")
    said = faults(made_up, data)
    assert len(said) == 1 and "another edition" in said[0]


def test_layout_does_not_matter(made_up, data):
    text = made_up.read_text("utf-8")
    spread = "\r\n".join(f"> **{text[at : at + 40]}** " for at in range(0, len(text), 40))
    made_up.write_bytes(b"\xef\xbb\xbf" + spread.encode())
    assert faults(made_up, data) == []


def test_a_new_numeral_is_named_with_its_place(made_up, data):
    text = made_up.read_text("utf-8")
    made_up.write_text(text[:600] + "九十" + text[602:], encoding="utf-8")
    report = verify(made_up, Ledger.load(data))
    assert [n.token for n in report.unaccounted] == ["九十"]
    assert any(
        "unaccounted numeral at 600 in section mechanism: '九十'" in fault
        for fault in report.faults
    )


def test_a_numeral_in_no_section_is_named_by_its_place_alone(made_up, data, table):
    last = table("sections").rows[-1]
    text = made_up.read_text("utf-8")
    at = text.rindex("文文")
    made_up.write_text(text[:at] + "九十" + text[at + 2 :], encoding="utf-8")
    table("sections").set(last[0], "end", str(at))
    assert any(f"unaccounted numeral at {at}: '九十'" in fault for fault in faults(made_up, data))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (b" \n\xe3\x80\x80* >", "is empty"),
        ("扶贫".encode("gbk"), "is not UTF-8"),
        (b"\x00\x01\x02", "NUL byte"),
        (b"PK\x03\x04\x00", "NUL byte"),
        (b"a" * 10_000_001, "too many"),
    ],
)
def test_a_file_that_is_no_article_is_one_sentence(tmp_path, root, content, says):
    path = tmp_path / "article.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EvidenceError, match=says) as error:
        verify(path, Ledger.load(root / "data"))
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_folder_is_no_article(tmp_path, root):
    with pytest.raises(EvidenceError, match="is a folder"):
        verify(tmp_path, Ledger.load(root / "data"))
    (tmp_path / "article.txt").touch()
    with pytest.raises(EvidenceError, match="cannot be read"):
        verify(tmp_path / "article.txt" / "text", Ledger.load(root / "data"))


def test_normalising_counts_what_the_method_says():
    assert articles.normalise("\ufeffA  * b>\u3000c\u200b\nd") == "Abcd"
    assert articles.normalise("e\u0301") == "\u00e9"


def test_a_silence_that_is_broken_is_named_with_term_and_place(made_up, data, table, tmp_path):
    """A copy of the article that does say it, in the section searched, fails; elsewhere it does not."""
    silences = table("silences")
    silences.rows = [["s", "investment", "没有的词|另一个词", "", "什么", "what", "", ""]]
    silences.save()
    text = made_up.read_text("utf-8")
    ledger = Ledger.load(data)
    taken = {
        at
        for row in [*ledger.claims.values(), *ledger.non_claims]
        for at in range(row.offset, row.end)
    }

    def said(section):
        start, end = ledger.sections[section]["start"], ledger.sections[section]["end"]
        at = next(at for at in range(start, end) if taken.isdisjoint(range(at, at + 4)))
        made_up.write_text(text[:at] + "另一个词" + text[at + 4 :], "utf-8")
        return [fault for fault in faults(made_up, data) if fault.startswith("silence ")], at

    broken, at = said("investment")
    assert broken == [
        f"silence s is broken at {at} in section investment: '另一个词' in {broken[0].split(' in ')[-1]}"
    ]
    assert said("lead")[0] == []
    silences.rows[0][1] = ""
    silences.save()
    assert len(said("lead")[0]) == 1
