"""The ledger follows another edition of the article: every row is found again or named."""

from __future__ import annotations

import random

import pytest
from articles import NAMES, known

from shanhai.drafting import book
from shanhai.drafting.anchor import anchor
from shanhai.evidence.article import read
from shanhai.evidence.checks.package import check
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.verify import verify


def made(folder, text):
    """Write a text, draft a book of it, and return both paths."""
    path = folder / "article.txt"
    path.write_text(text, encoding="utf-8")
    book.write(folder / "book", book.read_into(read(path)))
    return path, folder / "book" / "data"


def edited(text: str, seed: int) -> str:
    """Return a text with thirty edits: words put in, characters taken out, digits changed."""
    chance, signs = random.Random(seed), list(text)
    for _ in range(30):
        at, kind = chance.randrange(len(signs)), chance.choice(["put", "take", "change"])
        if kind == "put":
            signs[at:at] = chance.choice(["这里加了字", "，另外建成了12个站点", "多出的话。"])
        elif kind == "take":
            del signs[at : at + chance.randrange(1, 6)]
        else:
            at = chance.choice([place for place, sign in enumerate(signs) if sign.isdigit()])
            signs[at] = str((int(signs[at]) + chance.randrange(1, 9)) % 10 or 1)
    return "".join(signs)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_thirty_edits_leave_no_row_unnamed(name, seed, tmp_path):
    path, data = made(tmp_path, known(name).text)
    before = Ledger.load(data)
    path.write_text(edited(known(name).text, seed), encoding="utf-8")
    report = anchor(before, read(path))
    told = [
        *(row.id for row, _ in report.found),
        *(row.id for row, _ in report.changed),
        *(row.id for row in report.vanished),
    ]
    assert sorted(told) == sorted([*before.claims, *(row.id for row in before.non_claims)])
    text = read(path).normalised
    assert all(text.startswith(row.token, at) for row, at in report.found)
    for row in report.vanished:
        assert any(row.id in line for line in report.lines)


def test_the_ledger_follows_when_it_is_told_to(tmp_path):
    path, data = made(tmp_path, known("work").text)
    text = known("work").text
    text = text.replace("126个", "127个", 1).replace("完成投资92.4亿元", "完成投资")
    text = text.replace("三、今年的安排", "三、今年的安排\n\n新加的一段，讲修桥38座。")
    path.write_text(text, encoding="utf-8")
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    report = anchor(Ledger.load(data), read(path))
    assert {file.name: file.read_bytes() for file in data.iterdir()} == before
    assert [(row.token, now.claim.token) for row, now in report.changed] == [("126个", "127个")]
    assert [row.token for row in report.vanished] == ["92.4亿元"]
    assert any("38座" in line for line in report.lines if line.startswith("new: "))
    report.write()
    after = Ledger.load(data)
    assert verify(path, after).ok
    assert check(data) == []
    (changed,) = (claim for claim in after.claims.values() if claim.token == "127个")
    assert "126个" in changed.note_zh
    again = anchor(after, read(path))
    assert again.lines == []
    assert again.summary.startswith("the edition the ledger is of")


def test_this_book_follows_a_made_up_article(data, made_up_text, tmp_path):
    path = tmp_path / "article.txt"
    path.write_text("新加的几个字。" + made_up_text, encoding="utf-8")
    report = anchor(Ledger.load(data), read(path))
    assert report.changed == report.vanished == []
    assert {at - row.offset for row, at in report.found} == {len("新加的几个字。")}
