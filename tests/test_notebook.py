"""What `shanhai.notebook` gives to the notebooks, without a kernel."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

import altair as alt
import pytest

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval
from shanhai.notebook import COLORS, open_book


@pytest.fixture(autouse=True)
def _altair_as_it_was():
    yield
    alt.theme.enable("default")
    alt.renderers.enable("default")


@pytest.fixture
def zh(root):
    return open_book(root / "data", "zh_CN")


@pytest.fixture
def en(root):
    return open_book(root / "data", "en")


def test_the_environment_says_which_book_and_which_language(data, table, monkeypatch):
    table("claims").set("all-aid", "note_zh", "另一份")
    monkeypatch.setenv("SHANHAI_DATA", str(data))
    monkeypatch.setenv("SHANHAI_LOCALE", "en")
    book = open_book()
    assert book.claim("all-aid").note_zh == "另一份"
    assert book.label("places", "yunnan") == "Yunnan"
    monkeypatch.delenv("SHANHAI_LOCALE")
    assert open_book().label("places", "yunnan") == "云南"


def test_opening_switches_on_the_look_of_the_charts(zh):
    assert alt.theme.active == alt.renderers.active == "shanhai"


def test_claims_are_a_frame_in_the_order_of_the_article_with_their_bounds(zh):
    frame = zh.claims
    assert list(frame["offset"]) == sorted(frame["offset"])
    row = frame.loc["sh-people"]
    assert (row["amount"], row["low"], row["high"]) == (79_200, 79_150, 79_250)
    assert row["value"] == Decimal("7.92")


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda book: book.q("sh-peple"), "claims.csv: no id 'sh-peple'; did you mean 'sh-people'"),
        (lambda book: book.claim("sh-peple"), "claims.csv: no id 'sh-peple'; did you mean 'sh-people'"),
        (lambda book: book.rows({"人": "sh-peple"}), "claims.csv: no id 'sh-peple'; did you mean"),
        (lambda book: book.fact("no"), "facts.csv: no id 'no'"),
        (lambda book: book.label("places", "mars"), "places.csv: no id 'mars'"),
        (lambda book: book.label("claims", "all-aid"), "claims.csv: no column 'zh'"),
        (lambda book: book.code("verdict", "exactly"), "codes.csv: no 'exactly' in list 'verdict'"),
        (lambda book: book.code("verdicts", "exact"), "codes.csv: no list 'verdicts'; did you mean"),
        (lambda book: book.unit("CNX"), "codes.csv: no 'CNX' in list 'unit'; did you mean 'CNY'"),
        (lambda book: book.table("claim"), "datapackage.json: no table 'claim'; did you mean 'claims'"),
        (lambda book: book.color("kunming"), "places.csv: no colour of a place 'kunming'"),
        (lambda book: book.belongs("mars", "yunnan"), "places.csv: no id 'mars'"),
    ],
)  # fmt: skip
def test_wrong_names_are_named_with_what_is_close(zh, ask, said):
    with pytest.raises(KeyError, match=re.escape(said)) as raised:
        ask(zh)
    assert isinstance(raised.value, EvidenceError)
    assert str(raised.value)[0] not in "'\""


def test_a_donor_is_the_actor_it_belongs_to(zh):
    assert zh.donor("sh-aid") == "上海"
    assert zh.claim("sz-start").donor == "shenzhen" and zh.donor("sz-start") == "广东"
    assert zh.donor("all-aid") == "上海与广东"


def test_a_place_lies_within_all_that_its_parents_lie_within(zh):
    assert zh.belongs("bingzhongluo", "yunnan") and zh.belongs("yunnan", "yunnan")
    assert not zh.belongs("bingzhongluo", "guangdong") and not zh.belongs("yunnan", "nujiang")


def test_an_actor_has_the_same_colour_in_every_language(zh, en):
    for book, label in ((zh, "上海"), (en, "Shanghai")):
        encoding = book.actor("谁", title=None).to_dict()
        scale = dict(zip(encoding["scale"]["domain"], encoding["scale"]["range"], strict=True))
        assert scale[label] == book.color("shanghai") == COLORS["blue"] and len(scale) == 4
        assert book.color("shanghai", light=True) == COLORS["blue-light"]
        assert (encoding["field"], encoding["type"], encoding["title"]) == ("谁", "nominal", None)


def test_a_place_without_a_colour_has_none(zh):
    with pytest.raises(KeyError, match="kunming"):
        zh.color("kunming")


def test_figures_are_formatted_with_their_unit_in_the_language_of_the_book(zh, en):
    assert zh.money(517_000_000) == "5.17亿元" and en.money(517_000_000) == "517 million yuan"
    assert zh.money(79_200, "person") == "7.92万人"
    assert en.money(79_200, "person") == "79,200 people" and en.money(1, "person") == "1 person"
    assert zh.count(zh.q("all-projects")) == "6614"
    per_project = zh.q("sh-aid") / zh.q("sh-projects")
    assert (zh.amount(per_project), zh.money(per_project)) == ("每个项目185.6万元", "185.6万元")
    assert en.amount(per_project) == "1.856 million yuan per project"
    people = zh.q("sh-people-jobs") + zh.q("sh-people-links")
    assert (zh.amount(people), en.amount(people)) == ("7.90万人", "79,000 people")
    assert (zh.tally(zh.q("sh-counties")), en.tally(en.q("sh-counties"))) == ("74个", "74")
    ratio = zh.q("sh-people-jobs") / zh.q("sh-people")
    assert (zh.ratio(ratio), zh.percent(ratio), zh.decimal(ratio, 3)) == ("0.13", "13%", "0.130")
    assert zh.month(date(2016, 9, 1)) == "2016年9月"
    assert en.month(date(2016, 9, 1)) == "September 2016"


@pytest.mark.parametrize(
    ("left", "right", "in_zh", "in_en"),
    [
        ("all-aid", "sh-aid", "少35.44亿元", "3.544 billion yuan less"),
        ("gd-donations", "gd-aid", "多24.23亿元", "2.423 billion yuan more"),
        ("coast-hospitals", "yn-hospitals", "少21家", "21 fewer"),
        ("coast-schools", "yn-schools", "多9所", "9 more"),
        ("sh-people", "sh-people-jobs", "少约68900人", "about 68,900 fewer"),
        ("sh-districts", "sh-districts-again", "不多不少", "no more and no less"),
    ],
)
def test_a_gap_is_said_in_words(zh, en, left, right, in_zh, in_en):
    assert zh.gap(zh.q(right) - zh.q(left)) == in_zh.replace("68900", "68,900")
    assert en.gap(en.q(right) - en.q(left)) == in_en


def test_a_gap_of_no_unit_is_a_number_and_bounds_apart_from_zero_make_none(zh, en):
    assert en.gap(Interval.exact(Fraction(21))) == "21 more"
    assert zh.gap(Interval(0, -1, 1)) == "不多不少"


def test_words_are_joined_as_each_language_joins_them(zh, en):
    assert (zh.listed(["甲", "乙", "丙"]), en.listed(["a", "b"])) == ("甲、乙和丙", "a and b")
    assert (zh.clauses("甲", "乙"), en.clauses("a", "b")) == ("甲，乙", "a, b")
    assert (zh.sentence("甲", "乙"), en.sentence("a", "b")) == ("甲：乙。", "a: b.")


def test_a_figure_is_printed_as_its_language_prints_it(zh, en):
    assert (zh.printed("all-aid"), en.printed("all-aid")) == ("141.08亿元", "14.108 billion yuan")
    assert (zh.printed("sh-start"), en.printed("sh-start")) == ("1996年", "1996")


def test_the_verdicts_are_those_of_the_command(zh):
    assert [finding.identity for finding in zh.reconcile()] == zh.ledger.identities


def test_a_misprint_is_written_as_its_figure_is(zh, en):
    for claim, value, in_zh, in_en in (
        ("all-aid", "135.91", "135.91亿元", "13.591 billion yuan"),
        ("all-projects", "6925", "6925个", "6,925"),
        ("sh-people", "7.90", "7.90万人", "79,000"),
        ("sh-start", "1997", "1997年", "1997"),
    ):
        assert zh.misprinted(zh.claim(claim), Decimal(value)) == in_zh
        assert en.misprinted(en.claim(claim), Decimal(value)) == in_en


def test_a_cell_shows_the_faults_of_the_data_at_hand(data, table):
    book = open_book(data)
    assert book.check() == "0 faults"
    line = table("claims").set("all-aid", "value", "much")
    (fault,) = book.check().query("column == 'value'").itertuples()
    assert fault.file.endswith("claims.csv") and fault.line == line and "much" in fault.fault
