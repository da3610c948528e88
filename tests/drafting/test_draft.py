"""Figures and totals of made-up articles, and of this book's own article, as the machine drafts them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from articles import NAMES, known

from shanhai.drafting.claims import draft
from shanhai.drafting.context import fill
from shanhai.drafting.structure import structure
from shanhai.drafting.totals import propose
from shanhai.evidence.article import normalise, read
from shanhai.evidence.expression import names
from shanhai.evidence.ledger import Ledger


def drafted(text):
    parts = structure(text)
    ledger = draft(parts)
    return parts, ledger, fill(ledger, parts)


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_drafted_with_token_value_and_unit(name, record_property):
    article = known(name)
    _, ledger, _ = drafted(article.text)
    made = {each.claim.offset: each for each in ledger.drafts}
    right, wrong = 0, []
    for figure in article.figures:
        each = made.get(figure.offset)
        good = (
            each is not None
            and each.claim.token == normalise(figure.token)
            and each.claim.amount == figure.amount
            and figure.unit in (each.unit.code, each.unit.zh)
        )
        right += good
        if not good:
            wrong.append((figure.token, figure.unit, each and (each.claim.token, each.unit.zh)))
    record_property("said", f"{name}: {right} of {len(article.figures)} figures drafted right")
    assert right >= 0.95 * len(article.figures), wrong


@pytest.mark.parametrize("name", NAMES)
def test_planted_relations_are_among_the_first_twenty(name, record_property):
    article = known(name)
    _, ledger, _ = drafted(article.text)
    places = {each.claim.id: each.claim.offset for each in ledger.drafts}
    first = [
        frozenset(places[claim] for claim in proposal.claims)
        for proposal in propose(ledger.drafts)[:20]
    ]
    hit = [relation for relation in article.relations if relation in first]
    others = [each for each in first if each not in article.relations]
    record_property(
        "said",
        f"{name}: {len(hit)} of {len(article.relations)} planted relations proposed,"
        f" {len(others)} others",
    )
    assert len(hit) >= 0.9 * len(article.relations)
    assert len(others) <= 6


def test_every_numeral_is_a_figure_or_has_a_reason():
    for name in NAMES:
        text = known(name).text
        parts, ledger, _ = drafted(text)
        rows = [*(each.claim for each in ledger.drafts), *ledger.non_claims]
        spans = sorted((row.offset, row.offset + len(row.token)) for row in rows)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        assert all(parts.text[row.offset :].startswith(row.token) for row in rows)


def test_sections_follow_headings_of_text_and_markdown():
    text = "# 题目\n\n开头一段，讲了3件事。\n\n## 第一部分\n\n花了5万元。\n\n二、第二部分\n\n种树20棵。\n"
    parts, ledger, _ = drafted(text)
    assert [section.title for section in parts.sections] == ["题目", "第一部分", "二、第二部分"]
    assert [each.claim.section for each in ledger.drafts] == ["s1", "s2", "s3"]


def test_a_sentence_that_a_page_broke_is_no_heading():
    text = "题目\n\n全县今年一共修建了农村公路215公里，其中通村路143公里，投入资金6.04\n\n亿元，都已完工。\n"
    parts, ledger, _ = drafted(text)
    assert len(parts.sections) == 1
    assert [each.claim.token for each in ledger.drafts] == ["215公里", "143公里", "6.04亿元"]
    assert {each.claim.paragraph for each in ledger.drafts} == {1}


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("投入超过400亿元。", [("超过400亿元", "over")]),
        ("参加的有50人以上。", [("50人以上", "over")]),
        ("种植30到40亩。", [("30", "exact"), ("40亩", "exact")]),
        ("气温零下5度。", [("零下5度", "exact")]),
    ],
)
def test_hedges_and_ranges(text, tokens):
    _, ledger, _ = drafted(text)
    assert [(each.claim.token, each.claim.qualifier) for each in ledger.drafts] == tokens


def test_periods_come_from_the_sentence():
    text = "2019年以来，修路30公里。“十三五”期间，修桥20座。截至2020年6月，种树500棵。养牛9头。"
    _, ledger, _ = drafted(text)
    periods = [
        (str(each.claim.period_start), str(each.claim.period_end))
        for each in ledger.drafts
        if each.unit.code != "date"
    ]
    assert periods == [
        ("2019-01-01", "None"),
        ("2016-01-01", "2020-12-31"),
        ("None", "2020-06-30"),
        ("None", "None"),
    ]


def test_the_real_article_is_drafted_as_a_person_did(article, root, record_property):
    real = Ledger.load(root / "data")
    _, ledger, _ = drafted(read(article).text)
    made = {each.claim.offset: each.claim for each in ledger.drafts}
    right = sum(
        claim.offset in made
        and (made[claim.offset].token, made[claim.offset].amount, made[claim.offset].unit)
        == (claim.token, claim.amount, claim.unit)
        for claim in real.claims.values()
    )
    record_property("said", f"{right} of {len(real.claims)} claims of the article drafted right")
    assert right >= 0.97 * len(real.claims)
    ids = {claim.offset: claim.id for claim in real.claims.values()}
    own = {each.claim.id: ids.get(each.claim.offset, "") for each in ledger.drafts}
    first = [{own[claim] for claim in each.claims} for each in propose(ledger.drafts)[:25]]
    wanted = (
        "aid-fiscal aid-with-donations projects people districts-restated agreements"
        " start-restated since-restated"
    )
    for identity in real.identities:
        if identity.id in wanted.split():
            assert {*names(identity.left), *names(identity.right)} in first, identity.id
