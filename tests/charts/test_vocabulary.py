"""The chart vocabulary: what a helper draws from a frame, on a page and on a phone, and what it refuses."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import altair as alt
import pandas as pd
import pytest

from shanhai import notebook
from shanhai.charts import svg
from shanhai.charts.mime import MIME
from shanhai.charts.phone import loose, phone
from shanhai.charts.pictures import drawn
from shanhai.charts.renderer import render
from shanhai.charts.widths import WIDTHS
from shanhai.design import COLORS, SIZE
from shanhai.notebook import (
    bars,
    dots,
    figure,
    heat_map,
    open_book,
    paired_bars,
    small_multiples,
    spans,
    stacked_bars,
    tiles,
    waterfall,
)

WORDS = {"title": "题", "subtitle": "副题", "description": "说明"}
NAMES = ["最长的一项名称，手机上放不下", "短的", "没有写的一项"]


@pytest.fixture(scope="module")
def book(root):
    yield open_book(root / "data", "zh-CN")
    alt.theme.enable("default")
    alt.renderers.enable("default")


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": NAMES,
            "value": [40.5, 2, None],
            "low": [40, 1.5, None],
            "high": [41, 2.5, None],
            "start": pd.to_datetime(["1996-01-01", "2016-03-01", "2018-01-01"]),
            "end": pd.to_datetime(["1996-12-31", "2016-03-31", "2018-12-31"]),
            "printed": ["40.50万人", "2万人", "未写"],
            "actor": ["上海", "广东", "上海"],
            "color": [COLORS["blue"], COLORS["orange"], COLORS["blue"]],
            "says": ["甲是40.50万人。", "乙是2万人。", "丙没有写。"],
        }
    )


CHARTS = {
    "bars": lambda rows: bars(rows, reference=(20, "一半")),
    "paired_bars": lambda rows: paired_bars(rows, side="actor"),
    "stacked_bars": lambda rows: stacked_bars(
        rows.dropna(), part="actor", colors={"广东": "orange", "上海": "blue"}
    ),
    "dots": lambda rows: dots(rows, low="low", high="high", reference=(20, "一半")),
    "spans": lambda rows: spans(
        rows,
        end_text="printed",
        window=(pd.Timestamp("2016-01-01"), pd.Timestamp("2018-06-01"), "同时"),
        breaks=[(pd.Timestamp("1998-01-01"), pd.Timestamp("2015-01-01"))],
        ticks=[1996, 2016],
    ),
    "heat_map": lambda rows: heat_map(rows.dropna(), x="actor", y="label"),
    "tiles": lambda rows: tiles(
        rows,
        x="actor",
        y="label",
        text="printed",
        color="actor",
        colors={"上海": "blue", "广东": "orange"},
    ),
    "waterfall": lambda rows: waterfall(rows.dropna(), total="短的", gaps={NAMES[0]: "多38.5"}),
    "small_multiples": lambda rows: small_multiples(
        rows, panel="actor", draw=lambda part: bars(part)
    ),
}


def pictures(chart: alt.TopLevelMixin) -> dict[str, ET.Element]:
    bundle = render(figure(chart, name="n", **WORDS).to_dict())[MIME]
    return {variant: ET.fromstring(text) for variant, text in drawn(bundle)["svg"].items()}


def texts(picture: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{{{svg.SVG}}}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_stays_within_its_picture_and_says_its_labels(book, rows, name):
    for variant, picture in pictures(CHARTS[name](rows)).items():
        assert float(picture.get("viewBox").split()[2]) <= WIDTHS[variant] + 1
        said = " ".join(texts(picture))
        assert NAMES[0] in said, variant
        assert "40.5" in said, variant


@pytest.mark.parametrize("name", CHARTS)
def test_a_misspelt_column_is_named_with_those_there_are(rows, name):
    missing = {
        "heat_map": "actor",
        "tiles": "actor",
        "small_multiples": "actor",
        "paired_bars": "actor",
    }
    column = missing.get(name, "label")
    with pytest.raises(ValueError, match=rf"no column '{column}'; the frame has .*value") as caught:
        CHARTS[name](rows.rename(columns={column: "lable"}))
    assert "\n" not in str(caught.value)


def test_what_else_is_refused_is_said_in_one_sentence(rows):
    with pytest.raises(ValueError, match=r"no colour 'bleu'; the theme has blue, "):
        bars(rows, color="bleu")
    with pytest.raises(ValueError, match="colors has no colour for '广东'"):
        bars(rows, color="actor", colors={"上海": "blue"})
    with pytest.raises(ValueError, match="no row '总'; the frame has"):
        waterfall(rows, total="总")
    with pytest.raises(ValueError, match="a break hides a part of a bar"):
        spans(rows, breaks=[(pd.Timestamp("1996-06-01"), pd.Timestamp("2015-01-01"))])
    with pytest.raises(ValueError, match="the frame has no rows"):
        dots(rows.head(0))
    with pytest.raises(TypeError, match="rows must be a pandas data frame, not list"):
        bars([1])


@pytest.mark.parametrize(
    ("label", "above"), [("2", False), ("2.457 billion yuan, 1.32 times", True)]
)
def test_charts_side_by_side_stand_one_above_another_where_labels_leave_no_room(label, above):
    names = "Guangdong, with its donations"
    rows = pd.DataFrame({"label": names, "panel": ["一", "二"], "value": 2, "printed": label})
    drawing = figure(small_multiples(rows, panel="panel", draw=bars), name="n", **WORDS)
    chart = drawn(render(drawing.to_dict())[MIME])
    assert (chart["specs"]["wide"]["columns"] == 1) is above
    wide, high = svg.size(chart["svg"]["wide"])
    assert (high > 100) is above and wide > 500


@pytest.mark.parametrize(
    ("longest", "legend", "said"), [("2", False, "甲\n2"), ("a long name", True, "2")]
)
def test_parts_that_have_no_room_for_their_texts_get_a_legend(longest, legend, said):
    parts = pd.DataFrame({"label": "行", "part": [longest, "乙"], "value": [1, 9]})
    parts["printed"] = [f"{'甲' if longest == '2' else longest}\n2", "乙\n18"]
    colors = dict.fromkeys(parts["part"], "blue")
    chart = stacked_bars(parts, part="part", colors=colors, legend=False).to_dict()
    assert (chart["layer"][0]["encoding"]["color"]["legend"] is not None) is legend
    drawn = next(iter(chart["datasets"].values()))
    assert drawn[0]["inside"] == said


def test_rows_stand_in_the_order_of_the_frame_and_no_axis_repeats_labels(book, rows):
    wide = pictures(bars(rows.iloc[::-1]))["wide"]
    names = [text for text in texts(wide) if text in NAMES]
    assert names == NAMES[::-1]
    assert not [text for text in texts(wide) if re.fullmatch(r"\d+", text)]


def test_a_chart_of_the_vocabulary_is_a_plain_one_to_go_on_with(book, rows):
    chart = (bars(rows) + alt.Chart(rows).mark_tick().encode(x="value:Q")).properties(height=200)
    assert chart.to_dict()["height"] == 200


def test_on_a_phone_long_names_stand_above_their_rows_and_parts_one_below_another(book, rows):
    spec = phone(bars(rows).to_dict())
    assert spec["layer"][0]["encoding"]["y"]["axis"] is None
    assert spec["height"] > bars(rows).to_dict()["height"]
    short = bars(rows.assign(label=["甲", "乙", "丙"])).to_dict()
    assert phone(short) == short
    assert phone((bars(rows) | bars(rows)).to_dict()).keys() >= {"vconcat"}
    cells = heat_map(rows.dropna(), x="actor", y="label").to_dict()
    assert phone(cells) == cells


def test_figures_and_titles_of_the_table_come_from_the_frame(book):
    rows = book.rows({"上海": "sh-aid", "合计": book.q("sh-aid") + book.q("gd-aid")})
    assert list(rows["printed"]) == ["105.64亿元", "135.91亿元"]
    assert (rows.attrs["unit"], rows.attrs["claims"]) == ("亿元", ["sh-aid", "gd-aid"])
    assert rows["value"].tolist() == [105.64, 135.91]
    assert rows["color"].tolist() == [COLORS["blue"], COLORS["neutral"]]
    assert rows["says"][1] == "合计：135.91亿元。"
    spec = figure(bars(rows), name="n", **WORDS, columns={"printed": "数", "label": "项"}).to_dict()
    meta = spec["usermeta"]["shanhai"]
    assert meta["claims"] == ["sh-aid", "gd-aid"]
    assert meta["table"] == {
        "columns": ["数", "项"],
        "rows": [["105.64亿元", "上海"], ["135.91亿元", "合计"]],
    }
    with pytest.raises(ValueError, match="no column 'lable'; the table has label, value"):
        figure(bars(rows), name="n", **WORDS, columns={"lable": "项"})


def test_a_figure_that_is_not_there_is_said(book):
    rows = book.rows(
        [("每县", None), ("每县", "gd-aid")], missing="未写", actor=["shanghai", "guangdong"]
    )
    assert rows["value"].isna().tolist() == [True, False]
    assert rows["printed"].tolist() == ["未写", "30.27亿元"]
    assert "未写" in " ".join(texts(pictures(paired_bars(rows, side="actor"))["wide"]))
    with pytest.raises(ValueError, match="the column 'actor' needs 1 values"):
        book.rows({"a": "gd-aid"}, actor="guangdong")


def test_the_door_lists_what_it_offers():
    assert len(set(notebook.__all__)) == len(notebook.__all__)
    assert all(hasattr(notebook, name) for name in notebook.__all__)


def test_on_a_phone_long_names_break_heads_stand_upright_and_type_in_cells_shrinks():
    long = "The central government pairs Shanghai with Yunnan in a year that is long ago"
    rows = pd.DataFrame({"label": [long, "short"], "value": [1, 2], "printed": ["1", "2"]})
    names = phone(bars(rows).to_dict())["layer"][-1]
    first, second = (row["name"] for row in names["data"]["values"])
    assert first.replace("\n", " ") == long and first.count("\n") == second.count("\n") >= 1
    assert max(map(svg.ems, first.split("\n"))) * SIZE <= WIDTHS["narrow"]

    columns = [f"a long head {number}" for number in range(5)]
    cells = pd.DataFrame({"x": columns, "y": "row", "value": range(5), "text": "Xishuangbanna"})
    rect, label = phone(heat_map(cells, x="x", y="y", text="text").to_dict())["layer"]
    assert rect["encoding"]["x"]["axis"]["labelAngle"] == -90
    assert 10 <= label["mark"]["fontSize"] < SIZE

    few = pd.DataFrame({"x": ["甲", "乙"], "y": "row", "value": [1, 2]})
    rect, label = phone(heat_map(few, x="x", y="y").to_dict())["layer"]
    assert rect["encoding"]["x"]["axis"]["labelAngle"] == 0 and "fontSize" not in label["mark"]


def test_names_above_dots_stand_close_and_above_thick_bars_free():
    rows = pd.DataFrame({"label": ["很长的名字" * 4, "乙"], "value": [1, 2], "printed": ["1", "2"]})
    spec = bars(rows).to_dict()

    def height(mark):
        return phone({**spec, "layer": [{**spec["layer"][0], "mark": mark}, *spec["layer"][1:]]})[
            "height"
        ]

    usual = phone(spec)["height"]
    assert height({"type": "point", "size": 120}) == usual
    assert height({"type": "bar", "size": 70}) >= usual + 2 * 40


def test_a_word_too_long_for_its_tile_is_parted_and_others_are_not():
    names = ["Xishuangbanna", "Wenshan", "Pu’er", "Dali", "Kunming"]
    rows = pd.DataFrame({"x": range(5), "y": 0, "name": names, "kind": "a"})
    spec = phone(
        tiles(
            rows, x="x", y="y", text="name", color="kind", colors={"a": "blue"}, names=False
        ).to_dict()
    )
    (text,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "text")
    assert text["mark"]["fontSize"] >= 11
    said = text["transform"][0]["calculate"]
    assert "Xishuang-\\nbanna" in said and "Wenshan" not in said


def test_panels_that_words_crowd_stand_one_below_another():
    def columns(label):
        rows = pd.DataFrame(
            {"panel": ["一", "二"], "label": "甲", "value": [1, 2], "printed": label}
        )
        return loose(small_multiples(rows, panel="panel", draw=bars).to_dict(), 680)["columns"]

    assert columns("1.5 billion yuan") == 2
    assert columns("1.514 billion yuan, 1.86 times as many as there") == 1


def test_names_stand_above_marks_that_words_leave_no_room():
    def beside(printed):
        rows = pd.DataFrame({"label": ["短", "名"], "value": [1, 2], "printed": printed})
        return "axis" not in phone(bars(rows).to_dict())["layer"][0]["encoding"]["y"]

    assert beside("1.5 billion yuan")
    assert not beside("2.457 million yuan, 1.32 times as many")


def test_what_is_enlarged_repeats_a_value_only_where_it_has_room():
    labels = ["甲", "乙", "总"]
    rows = pd.DataFrame({"label": labels, "value": [99, 7, 104], "printed": "604 million yuan"})
    main, large = waterfall(rows, total="总", gaps={"乙": "more"}, zoom=(98, 107)).vconcat
    assert main.data["before"][1] and not large.data["before"].any()
    large = waterfall(rows, total="总", gaps={"乙": "more"}, zoom=(40, 107)).vconcat[1]
    assert large.data["before"][1]
