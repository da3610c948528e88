"""A new book, from the command line: whole, checked, never with a sentence of the article; bad input."""

from __future__ import annotations

import csv

import pytest
from articles import NAMES, known
from click.testing import CliRunner

from shanhai.cli import main
from shanhai.evidence.article import normalise
from shanhai.evidence.ledger import Ledger


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def article(tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(known("company").text, encoding="utf-8")
    return path


@pytest.fixture
def made(tmp_path, article):
    done = run("new", tmp_path / "book", article)
    assert done.exit_code == 0, done.output
    return tmp_path / "book"


@pytest.mark.parametrize("name", NAMES)
def test_a_new_book_is_sound_and_accounts_for_every_numeral(name, tmp_path):
    path = tmp_path / "article.txt"
    path.write_text(known(name).text, encoding="utf-8")
    done = run("new", tmp_path / "book", path)
    assert done.exit_code == 0, done.output
    data = tmp_path / "book" / "data"
    checked = run("check", "--data", data)
    assert checked.exit_code == 0
    assert checked.output.startswith("0 faults, ")
    assert checked.output.endswith(" drafts\n")
    verified = run("verify", path, "--data", data)
    assert verified.exit_code == 0, verified.output
    assert verified.output.endswith(" 0 unaccounted\n")
    text = normalise(known(name).text).replace("#", "")
    files = [file for file in (tmp_path / "book").rglob("*") if file.is_file()]
    lines = [line for file in files for line in file.read_text("utf-8").splitlines()]
    written = "\n".join(map(normalise, lines))
    titles = {normalise(row["title_zh"]) for row in Ledger.load(data).sections.values()}
    title = normalise(Ledger.load(data).edition["title"])
    for at in range(len(text) - 16):
        piece = text[at : at + 16]
        if piece in written:
            assert any(piece in heading for heading in (*titles, title)), piece


def test_drafts_are_counted_and_listed_by_line(made):
    plain = run("check", "--data", made / "data")
    strict = run("check", "--strict", "--data", made / "data")
    *lines, last = strict.output.splitlines()
    assert strict.exit_code == 1
    assert plain.output.splitlines() == [last]
    assert last == f"0 faults, {len(lines)} drafts"
    rows = (made / "data" / "claims.csv").read_text("utf-8").splitlines()
    for line in lines:
        where, number = line.split(":")[:2]
        if where.endswith("claims.csv"):
            assert rows[int(number) - 1].split(",")[0] in line


def test_what_a_person_describes_is_no_draft(made):
    path = made / "data" / "claims.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    for column, text in (
        ("metric", "revenue"),
        ("description_zh", "收入"),
        ("description_en", "Revenue"),
    ):
        rows[0][header.index(column)] = text
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    with (made / "data" / "metrics.csv").open("a", encoding="utf-8") as file:
        file.write("revenue,收入,Revenue,,input\n")
    drafts = list(run("check", "--strict", "--data", made / "data").output.splitlines())
    assert not any(rows[0][0] + " " in line for line in drafts)


def test_relations_wait_until_a_person_judges_them(made):
    data = made / "data"
    ids = [each.id for each in Ledger.load(data).identities]
    assert run("reconcile", "--data", data).output.count("(proposed)") == len(ids)
    assert run("accept", ids[0], ids[1], "--data", data).exit_code == 0
    assert run("decline", ids[2], "--data", data).exit_code == 0
    output = run("reconcile", "--data", data).output
    assert output.count("(proposed)") == len(ids) - 3
    assert f"{ids[2]} " not in output
    unknown = run("accept", "no-such", "--data", data)
    assert unknown.exit_code == 1
    assert "no identity 'no-such'; proposed are: " in unknown.output
    assert [each.status for each in Ledger.load(data).identities][:3] == [
        "accepted",
        "accepted",
        "declined",
    ]


def test_gbk_is_said_and_read(tmp_path, article):
    article.write_bytes(known("company").text.encode("gbk", "ignore"))
    done = run("new", tmp_path / "book", article)
    assert done.exit_code == 1
    assert "add --encoding gbk" in done.output
    assert not (tmp_path / "book").exists()
    assert run("new", tmp_path / "book", article, "--encoding", "gbk").exit_code == 0
    assert (
        run("verify", article, "--encoding", "gbk", "--data", tmp_path / "book" / "data").exit_code
        == 0
    )


def test_a_saved_page_is_read_without_its_menus(tmp_path, article):
    text = known("sports").text
    blocks = "".join(f"<p>{line}</p>" for line in text.splitlines() if line.strip())
    article.write_text(
        "<!DOCTYPE html><html><head><title>9条新闻</title><script>var n = 77;</script></head><body>"
        f"<nav><a href='/'>首页12条</a></nav><article><h1>题目</h1>{blocks}</article>"
        "<footer>备案号66号</footer></body></html>",
        encoding="utf-8",
    )
    done = run("new", tmp_path / "book", article)
    assert done.exit_code == 0, done.output
    tokens = [claim.token for claim in Ledger.load(tmp_path / "book" / "data").claims.values()]
    assert "3568名" in tokens
    assert not {"9条", "12条", "66号"} & set(tokens)
    assert run("verify", article, "--data", tmp_path / "book" / "data").exit_code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x00\x01", "NUL byte"),
        ("这篇文章里没有数词。".encode(), "no figure found"),
        (b"In 2019 the county built 215 km of roads.", "the finder reads Chinese"),
        ("第3节写了5万元。".encode() * 250_000, "too many for an article"),
        (b"", "is empty"),
    ],
)
def test_bad_input_is_one_sentence(content, said, tmp_path):
    path = tmp_path / "article.txt"
    path.write_bytes(content)
    done = run("new", tmp_path / "book", path)
    assert done.exit_code == 1
    assert said in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert not (tmp_path / "book").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path, article):
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "mine.txt").write_text("mine")
    done = run("new", tmp_path / "book", article)
    assert done.exit_code == 1
    assert "holds files already" in done.output
    assert [file.name for file in (tmp_path / "book").iterdir()] == ["mine.txt"]


def test_tables_have_the_columns_of_this_book(made, root):
    own, template = Ledger.load(root / "data"), Ledger.load(made / "data")
    for name in template.tables:
        extra = ["status"] if name == "identities" else []
        assert [*template.fields(name)] == [*own.fields(name), *extra], name
