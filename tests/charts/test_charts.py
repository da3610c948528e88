"""Charts: the theme's numbers, what a figure carries, and the SVG that comes out."""

from __future__ import annotations

import decimal
import itertools
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import altair as alt
import numpy as np
import pandas as pd
import pytest

from shanhai import design
from shanhai.charts import svg, theme
from shanhai.charts.figure import figure
from shanhai.charts.mime import KEY, LAB_MIME, MIME
from shanhai.charts.pictures import drawn
from shanhai.charts.renderer import enable, render
from shanhai.charts.theme import actor_scale
from shanhai.charts.widths import WIDTHS
from shanhai.design import COLORS

ROOT = Path(__file__).parents[2]
HOSTILE = "<img src=x onerror=alert(1)>"
WORDS = {"title": "甲比乙多", "subtitle": "资金，亿元", "description": "两条横条，甲长乙短。"}

# Vienot, Brettel and Mollon's model as Machado et al. (2009) tabulate it, for linear RGB.
BLINDNESS = {
    "protanopia": ((0.1523, 1.0526, -0.2049), (0.1145, 0.7863, 0.0992), (-0.0039, -0.0481, 1.0520)),
    "deuteranopia": (
        (0.3673, 0.8606, -0.2280),
        (0.2801, 0.6725, 0.0474),
        (-0.0118, 0.0429, 0.9689),
    ),
    "tritanopia": ((1.2555, -0.0767, -0.1788), (-0.0784, 0.9308, 0.1476), (0.0047, 0.6914, 0.3039)),
}
PALETTES = {"light": design.COLORS, "dark": design.DARK}


@pytest.fixture(autouse=True)
def _theme():
    enable()
    yield
    alt.theme.enable("default")
    alt.renderers.enable("default")


@pytest.fixture
def bars() -> alt.LayerChart:
    """Bars with labels at their ends, the longest of which needs room."""
    data = pd.DataFrame({"谁": ["甲", HOSTILE], "量": [3.5, 2], "印": ["3.50亿元，约数", HOSTILE]})
    base = alt.Chart(data).encode(alt.Y("谁:N", title=None))
    rects = base.mark_bar().encode(
        alt.X("量:Q", title="亿元").scale(domain=[0, 3.5]),
        alt.Color("谁:N", legend=None, scale=actor_scale({"甲": "blue", HOSTILE: "orange"})),
    )
    labels = base.mark_text(align="left", dx=6).encode(alt.X("量:Q"), alt.Text("印:N"))
    return (rects + labels).properties(height=120)


def bundle(chart: alt.TopLevelMixin) -> dict:
    bundle = render(chart.to_dict())
    return {**bundle, MIME: drawn(bundle[MIME])} if MIME in bundle else bundle


def pictures(chart: alt.TopLevelMixin) -> dict[str, ET.Element]:
    return {k: ET.fromstring(text) for k, text in bundle(chart)[MIME]["svg"].items()}


# Colours


def linear(color: str) -> list[float]:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.95047, 1.0, 1.08883)
    xyz = [sum(a * b for a, b in zip(row, rgb, strict=True)) for row in rows]
    f = [
        (v / w) ** (1 / 3) if v / w > 0.008856 else 7.787 * v / w + 16 / 116
        for v, w in zip(xyz, white, strict=True)
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def seen(color: str, blindness: str | None) -> tuple[float, float, float]:
    rgb = linear(color)
    if blindness:
        rows = BLINDNESS[blindness]
        rgb = [min(1, max(0, sum(a * b for a, b in zip(r, rgb, strict=True)))) for r in rows]
    return lab(rgb)


def test_contrast_is_that_of_wcag():
    assert design.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert design.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", [*design.RAMPS, "neutral"])
def test_text_reads_on_solid_colours_and_they_show_on_the_page(name):
    assert design.contrast(COLORS[name], design.PAPER) >= 4.5  # white text on it, it on white
    assert design.contrast(design.DARK[name], design.PAPER_DARK) >= 4.5


@pytest.mark.parametrize("page", PALETTES)
@pytest.mark.parametrize("name", ["light", "empty", *(f"{hue}-light" for hue in design.HUES)])
def test_ink_reads_on_pale_colours(page, name):
    colors = PALETTES[page]
    assert design.contrast(colors[name], colors["ink"]) >= 4.5


@pytest.mark.parametrize("name", design.RAMPS)
def test_text_reads_on_every_step_of_a_heat_map(name):
    for share, (light, dark) in zip(design.STEPS, design.ramp(name), strict=True):
        above = share > 0.5
        assert design.contrast(light, design.PAPER if above else COLORS["ink"]) >= 4.5
        assert design.contrast(dark, design.PAPER_DARK if above else design.DARK["ink"]) >= 4.5


@pytest.mark.parametrize("page", PALETTES)
@pytest.mark.parametrize("blindness", [None, *BLINDNESS])
def test_actors_are_told_apart(page, blindness):
    actors = [seen(PALETTES[page][hue], blindness) for hue in design.HUES]
    assert min(math.dist(a, b) for a, b in itertools.combinations(actors, 2)) >= 15


def test_actors_are_told_apart_in_grey_print():
    lightness = sorted(seen(COLORS[hue], None)[0] for hue in design.HUES)
    assert min(b - a for a, b in itertools.pairwise(lightness)) >= 8


def test_every_colour_turns_on_dark_pages():
    css = design.chart_rules()
    for color in COLORS.values():
        assert f'[fill="{color}"]' in css
        assert f'[stroke="{color}"]' in css


# Findings


def test_a_figure_keeps_everything_in_native_properties(bars):
    table = pd.DataFrame({"a": [1]})
    chart = figure(
        bars, name="two-bars", **WORDS, claims=["x", "y", "x"], derived=["k", "k"], table=table
    )
    spec = chart.to_dict()
    assert (spec["name"], spec["description"]) == ("two-bars", WORDS["description"])
    assert spec["title"] == {"text": WORDS["title"], "subtitle": WORDS["subtitle"]}
    assert spec["usermeta"][KEY] == {
        "claims": ["x", "y"],
        "derived": ["k"],
        "narrow": None,
        "table": {"columns": ["a"], "rows": [[1]]},
    }


def test_a_table_is_the_charts_own_data_unless_given():
    chart = alt.Chart(pd.DataFrame({"a": ["甲"], "b": [1.5]})).mark_bar().encode(x="b:Q")
    spec = figure(chart, name="n", **WORDS).to_dict()
    assert spec["usermeta"][KEY]["table"] == {"columns": ["a", "b"], "rows": [["甲", 1.5]]}


def test_values_of_a_table_fit_into_json(bars):
    values = {
        np.int64(3): 3,
        np.float64("nan"): "",
        np.bool_(True): True,
        pd.NaT: "",
        pd.Timestamp("2016-09-01"): "2016-09-01",
        pd.Timestamp("2016-09-01 12:00"): "2016-09-01T12:00:00",
        decimal.Decimal("105.64"): "105.64",
        math.inf: "",
        HOSTILE: HOSTILE,
    }
    table = pd.DataFrame({7: pd.Series(list(values), dtype=object)})
    meta = figure(bars, name="n", **WORDS, table=table).to_dict()["usermeta"][KEY]
    assert meta["table"] == {"columns": ["7"], "rows": [[v] for v in values.values()]}
    json.dumps(meta, allow_nan=False)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"name": "Two bars"}, ValueError, "a name is a letter, then a-z, 0-9"),
        ({"name": 'x" onload="'}, ValueError, "a name is a letter"),
        ({"title": " "}, ValueError, "the title must be a text that is not empty"),
        ({"description": ""}, ValueError, "the description must be"),
        ({"claims": "sh-aid"}, TypeError, "claims must be a list of ids, not one text"),
        ({"claims": [1]}, TypeError, "claims must be a list of ids, each a text"),
        ({"table": [1]}, TypeError, "the table must be a pandas data frame"),
        ({"narrow": {}}, TypeError, "the narrow chart must be an Altair chart"),
    ],
)
def test_a_wrong_figure_is_refused_in_one_sentence(bars, wrong, error, message):
    with pytest.raises(error, match=message) as caught:
        figure(bars, **{"name": "n", **WORDS, **wrong})
    assert "\n" not in str(caught.value)


# Pictures


def test_pictures_are_as_wide_as_the_page_gives_them(bars):
    for variant, picture in pictures(figure(bars, name="n", **WORDS)).items():
        assert float(picture.get("viewBox").split()[2]) == pytest.approx(WIDTHS[variant], abs=1)
        assert "width" not in picture.attrib


@pytest.mark.parametrize("x", [0.5, 0.84, 1])
def test_labels_that_stand_beyond_the_plot_get_room(x):
    data = pd.DataFrame({"x": [x], "y": ["一条横轴的标签"], "text": ["很长很长很长的标签" * 2]})
    text = (
        alt.Chart(data)
        .mark_text(align="left", dx=12)
        .encode(alt.X("x:Q").scale(domain=[0, 1]), alt.Y("y:N", title=None), alt.Text("text:N"))
    )
    picture = bundle(figure(text, name="n", **WORDS))[MIME]["svg"]["wide"]
    assert max(svg.overflow(picture).values()) <= 1


def test_overflow_follows_translations_rotations_anchors_and_lines():
    def picture(inner: str) -> str:
        return f'<svg xmlns="{svg.SVG}" viewBox="0 0 100 100">{inner}</svg>'

    def beyond(inner: str) -> dict[str, int]:
        return svg.overflow(picture(inner))

    nothing = dict.fromkeys(("left", "top", "right", "bottom"), 0)
    text = '<text font-size="10px" transform="translate(%s)" %s>山海</text>'
    assert beyond(text % ("50,50", "")) == nothing
    assert beyond(text % ("95,50", "")) == nothing | {"right": 15}
    assert beyond(text % ("5,50", 'text-anchor="end"')) == nothing | {"left": 15}
    assert beyond(text % ("5,50", 'text-anchor="middle"')) == nothing | {"left": 5}
    assert beyond(f'<g transform="translate(60,0)">{text % ("30,50", "")}</g>')["right"] == 10
    assert beyond(text % ("50,10) rotate(-90", ""))["top"] == 10
    lines = '<tspan x="0">山</tspan><tspan x="0" dy="30">海</tspan>'
    assert (
        beyond(f'<text font-size="10px" transform="translate(9,80)">{lines}</text>')["bottom"] == 12
    )
    assert beyond(text.replace("山海", "") % ("500,50", "")) == nothing
    # An accent takes no room of its own; turns and moves count, other changes do not occur.
    assert beyond(text.replace("山海", "e\u0301" * 10) % ("40,50) scale(1", "")) == nothing


def test_a_picture_with_two_typefaces_keeps_both():
    texts = '<text font-family="a">甲</text><text font-family="b">乙</text>'
    picture = f'<svg xmlns="{svg.SVG}" viewBox="0 0 9 9">{texts}</svg>'
    tidy = ET.fromstring(svg.tidy(picture, "n", "t", "d"))
    assert [text.get("font-family") for text in tidy.iter(f"{{{svg.SVG}}}text")] == ["a", "b"]


def test_a_picture_is_one_thing_to_assistive_technology(bars):
    chart = figure(bars, name="two-bars", **WORDS)
    for variant, picture in pictures(chart).items():
        assert picture.get("role") == "img"
        assert picture.get("aria-label") == WORDS["title"]
        note = picture.find(f"{{{svg.SVG}}}desc")
        assert note.text == WORDS["description"]
        assert (
            note.get("id") == picture.get("aria-describedby") == f"two-bars-{variant}-description"
        )
        inner = [
            name for element in picture.iter() if element is not picture for name in element.attrib
        ]
        assert not [name for name in inner if name.startswith("aria-") or name == "role"]


def test_ids_are_unique_and_their_references_hold():
    data = pd.DataFrame({"x": [1, 2], "y": [1, 9]})
    gradient = alt.Gradient(
        gradient="linear",
        stops=[alt.GradientStop(color="white", offset=0), alt.GradientStop(color="red", offset=1)],
    )
    area = alt.Chart(data).mark_area(color=gradient, clip=True).encode(x="x:Q", y="y:Q")
    found = []
    for variant, text in bundle(figure(area, name="area", **WORDS))[MIME]["svg"].items():
        ids = re.findall(r'\bid="([^"]+)"', text)
        references = re.findall(r"url\(#([^)]+)\)", text)
        assert references
        assert set(references) < set(ids)
        assert all(name.startswith(f"area-{variant}-") for name in ids)
        found += ids
    assert len(found) == len(set(found))


def test_text_is_large_enough_and_the_typeface_is_said_once(bars):
    for picture in pictures(figure(bars, name="n", **WORDS)).values():
        texts = list(picture.iter(f"{{{svg.SVG}}}text"))
        assert texts
        assert min(float(text.get("font-size")[:-2]) for text in texts) >= 11
        assert picture.get("font-family").startswith("Noto Sans CJK SC, ")
        assert not any("font-family" in text.attrib for text in texts)


def test_the_title_is_left_to_the_page(bars):
    for text in bundle(figure(bars, name="n", **WORDS))[MIME]["svg"].values():
        assert text.count(WORDS["title"]) == 1  # the label for assistive technology
        assert WORDS["subtitle"] not in text


def test_colours_of_a_heat_map_are_steps_of_its_ramp():
    data = pd.DataFrame({"x": range(12), "n": range(12)})
    heat = (
        alt.Chart(data)
        .mark_rect(stroke="white")
        .encode(
            alt.X("x:O"),
            alt.Color("n:Q", legend=None).scale(
                domain=[0, 11], range=[COLORS["empty"], COLORS["blue"]]
            ),
        )
    )
    (wide, _) = bundle(figure(heat, name="heat", **WORDS))[MIME]["svg"].values()
    known = {light for light, _ in design.pairs()}
    fills = re.findall(r'fill="([^"]+)" stroke="white"', wide)
    assert len(fills) == 12
    assert set(fills) <= known
    assert (fills[0], fills[-1]) == (COLORS["empty"], COLORS["blue"])
    steps = [light for light, _ in design.ramp("blue")]
    # The values up to the middle stay below it, where a chart's text is dark.
    assert all(fill in steps[:3] for fill in fills[1:6])
    assert all(fill in steps[3:] for fill in fills[6:-1])


def test_a_foreign_colour_stays_as_it_is():
    data = pd.DataFrame({"x": [1]})
    chart = alt.Chart(data).mark_point(filled=True, color="#00ff00").encode(x="x:Q")
    assert 'fill="#00ff00"' in bundle(figure(chart, name="n", **WORDS))[MIME]["svg"]["wide"]


def test_another_layout_for_phones_is_used_and_not_sent_twice(bars):
    data = pd.DataFrame({"x": ["窄"]})
    narrow = alt.Chart(data).mark_text().encode(text="x:N").properties(height=77)
    result = bundle(figure(bars, name="n", **WORDS, narrow=narrow))
    assert "窄" in result[MIME]["svg"]["narrow"]
    assert "窄" not in result[MIME]["svg"]["wide"]
    assert result[MIME]["specs"]["narrow"]["height"] == 77
    assert "窄" not in json.dumps(result[LAB_MIME], ensure_ascii=False)


def test_charts_side_by_side_keep_their_own_size():
    one = alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_point().encode(x="x:Q")
    pair = figure(one.properties(width=120) | one.properties(width=120), name="n", **WORDS)
    assert pair.to_dict()["title"]["text"] == WORDS["title"]
    drawn = bundle(pair)[MIME]["svg"]
    assert 240 < svg.width(drawn["wide"]) < 328
    assert svg.width(drawn["narrow"]) < 180  # one below another


def test_charts_side_by_side_that_are_too_wide_are_refused():
    one = alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_point().encode(x="x:Q")
    pair = figure(one.properties(width=400) | one.properties(width=400), name="pair", **WORDS)
    with pytest.raises(ValueError, match=r"'pair': its wide picture is \d+ px wide, 680"):
        bundle(pair)


def test_values_are_text_in_pictures(bars):
    words = dict.fromkeys(WORDS, HOSTILE)
    for text in bundle(figure(bars, name="n", **words))[MIME]["svg"].values():
        root = ET.fromstring(text)
        kinds = {element.tag.removeprefix(f"{{{svg.SVG}}}") for element in root.iter()}
        assert kinds <= {"svg", "g", "path", "line", "text", "rect", "desc"}
        assert HOSTILE in "".join(root.itertext())


def test_jupyterlab_gets_the_whole_chart(bars):
    result = bundle(figure(bars, name="n", **WORDS))
    assert result[LAB_MIME]["title"]["text"] == WORDS["title"]
    assert result["text/plain"] == WORDS["title"]


def test_a_chart_that_is_no_figure_gets_no_picture(bars):
    assert set(bundle(bars)) == {LAB_MIME, "text/plain"}


def test_enable_makes_altair_use_it(bars):
    result = figure(bars, name="n", **WORDS)._repr_mimebundle_()
    assert MIME in (result[0] if isinstance(result, tuple) else result)


def test_the_plug_in_is_found_by_altair():
    from importlib.metadata import entry_points

    (point,) = entry_points(group=alt.renderers.entry_point_group, name=theme.NAME)
    assert point.load() is render


DETERMINISM = """
import json, sys
import altair as alt, pandas as pd
from shanhai.charts.figure import figure
from shanhai.charts.mime import MIME
from shanhai.charts.pictures import drawn
from shanhai.charts.renderer import enable
enable()
data = pd.DataFrame({"x": list("abc"), "y": [1, 2, 3.3333]})
chart = alt.Chart(data).mark_bar(clip=True).encode(x="x:N", y="y:Q", color="x:N")
chart = figure(chart + chart.mark_text().encode(text="x:N"), name="n", title="t", subtitle="s",
                description="d", claims=["b", "a"])
bundle = chart._repr_mimebundle_()
bundle = bundle[0] if isinstance(bundle, tuple) else bundle
sys.stdout.write(json.dumps(bundle | {MIME: drawn(bundle[MIME])}))
"""


def test_two_processes_write_the_same():
    outputs = [
        subprocess.run(
            [sys.executable, "-c", DETERMINISM],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert len(outputs[0]) > 1000
    assert outputs[0] == outputs[1]
