"""Charts written by hand: what they need beyond themselves is refused in one sentence, by name."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import altair as alt
import pandas as pd
import pytest

from shanhai.charts.figure import figure
from shanhai.charts.mime import MIME

WORDS = {"name": "n", "title": "题", "subtitle": "副题", "description": "说明"}
ROWS = pd.DataFrame({"a": ["x"], "v": [1.5]})
BAR = alt.Chart(ROWS).mark_bar()


@pytest.fixture(autouse=True)
def _altair_as_it_was():
    yield
    alt.theme.enable("default")
    alt.renderers.enable("default")


def of(column: list) -> alt.Chart:
    return alt.Chart(pd.DataFrame({"v": column})).mark_bar().encode(x="v:Q")


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (
            alt.Chart(pd.DataFrame({"a": ["x\x07"], "v": [1]})).mark_bar().encode(x="v:Q"),
            r"figure 'n': a text in it holds \\u0007, a control character",
        ),
        (BAR.encode(x="w:Q"), r"figure 'n': no column 'w'; its data have a, v"),
        (BAR.encode(x="v:Q") + BAR.encode(text="aa:N"), r"no column 'aa'"),
        (BAR.encode(x="w"), r'the field "w"; verify that the field name is not misspelled'),
        (
            alt.Chart("data/claims.csv").mark_bar().encode(x="v:Q"),
            r"its data lie at 'data/claims.csv'",
        ),
        (
            alt.Chart("https://a.example/b.json").mark_bar(),
            r"its data lie at 'https://a.example/b.json'",
        ),
        (
            BAR.transform_lookup("a", alt.LookupData(alt.UrlData("b.csv"), "a", ["c"])),
            r"its data lie at 'b.csv'",
        ),
        (of([Decimal("1.5")]), r"the column 'v' holds Decimal, which .*; make it float"),
        (of([Fraction(1, 2), 1]), r"the column 'v' holds Fraction"),
        (of(list(range(6000))), r"rows in your dataset \(6000\) is greater than the maximum"),
        (
            BAR.add_params(alt.param(name="cut", bind=alt.binding_range(min=0, max=2))),
            r"the control of its parameter 'cut' is on no page",
        ),
    ],
)
def test_what_would_draw_nothing_is_refused(chart, message):
    with pytest.raises((ValueError, alt.MaxRowsError), match=message):
        figure(chart, **WORDS)


@pytest.mark.parametrize(
    "chart",
    [
        BAR.encode(x="sum(v):Q", y="count()"),
        BAR.transform_calculate(w="1").encode(x="w:Q"),
        BAR.encode(x=alt.X(alt.repeat("row"), type="quantitative")).repeat(row=["v"]),
        BAR.encode(x="v:Q", row="a:N").properties(width=100),
        BAR.encode(x="v:Q").interactive(),
        alt.Chart(pd.DataFrame({"a.b": [1]})).mark_point().encode(x="a\\.b:Q"),
        alt.Chart(ROWS.head(0)).mark_bar().encode(x="v:Q"),
    ],
)
def test_a_figure_is_one_whether_or_not_a_book_was_opened(chart):
    bundle = figure(chart, **WORDS)._repr_mimebundle_()
    assert MIME in (bundle[0] if isinstance(bundle, tuple) else bundle)


PICTURE = """
import hashlib
import altair as alt, pandas as pd
from shanhai.charts.figure import figure
from shanhai.charts.mime import MIME
from shanhai.charts.pictures import drawn
from shanhai.charts.renderer import render
data = pd.DataFrame({"a": ["上海与广东 abcg AQ 123"], "v": [1]})
chart = alt.Chart(data).mark_bar().encode(y="a:N", x="v:Q")
bundle = render(figure(chart, name="n", title="t", subtitle="s", description="d").to_dict())
print(hashlib.sha256(repr(drawn(bundle[MIME])).encode()).hexdigest())
"""


def test_a_picture_is_the_same_without_the_fonts_of_the_system(root):
    bare = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs none /usr/share/fonts && exec "$@"', "sh"]
    try:
        subprocess.run([*bare, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system of its own may be mounted here")
    draw = [sys.executable, "-c", PICTURE]
    with_fonts, without = (
        subprocess.run(
            [*before, *draw], cwd=root, check=True, capture_output=True, text=True
        ).stdout
        for before in ([], bare)
    )
    assert with_fonts == without
