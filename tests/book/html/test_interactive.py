"""Charts that answer: what a page loads and when, what marks say, what a reader takes away."""

from __future__ import annotations

import csv
import functools
import http.server
import io
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import test_figures
from conftest import stated_policy
from playwright.sync_api import expect
from test_figures import HOSTILE

from shanhai import design
from shanhai.book.html import chart_files as takeaway
from shanhai.charts import standalone as poster
from shanhai.charts.interactive import ROW, live

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'"
)

book = test_figures.book


class Page:
    """The page of charts in a browser, with what it asked for and what it complained of."""

    def __init__(self, page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.wrong: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))
        page.on("console", self._hear)

    def _hear(self, message) -> None:
        if "Content Security Policy" in message.text or "charts.js" in message.location.get(
            "url", ""
        ):
            self.wrong.append(message.text)

    def picture(self, name: str, variant: str = "wide"):
        return self.page.locator(f'figure[data-chart="{name}"] .chart-{variant}')

    def mark(self, name: str, path: str, variant: str = "wide"):
        return self.picture(name, variant).locator(f".chart-live .role-mark {path}")

    @property
    def tip(self):
        return self.page.locator(".chart-tip")

    def awake(self, name: str, variant: str = "wide") -> None:
        self.page.locator(f'figure[data-chart="{name}"] .chart-{variant}.is-live').wait_for()

    def loaded(self, file: str) -> int:
        return sum(url.partition("?")[0].endswith(f"/{file}") for url in self.asked)


@pytest.fixture(scope="module")
def guarded(book) -> Iterator:
    """Serve the book with a policy in a header; the policy is the attribute ``policy``."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        policy = STRICT

        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", Handler.policy)
            super().end_headers()

        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Handler, directory=book.html)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def start(policy: str) -> str:
            Handler.policy = policy
            return f"http://127.0.0.1:{server.server_port}/charts.html"

        yield start
        server.shutdown()


@pytest.fixture
def visit(book, browser):
    """Open the page of charts; no request leaves for another host."""
    contexts = []

    def visit(url: str | None = None, width: int = 1440, **options) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        url = url or (book.html / "charts.html").as_uri()
        host = url.split("/")[2]
        found = Page(context.new_page())

        def route(route) -> None:
            if route.request.url.startswith("data:") or route.request.url.split("/")[2] == host:
                route.continue_()
            else:
                found.wrong.append(route.request.url)
                route.abort()

        context.route("**/*", route)
        found.page.goto(url)
        return found

    yield visit
    for context in contexts:
        context.close()


def test_vega_comes_when_a_reader_points_at_a_chart_and_nothing_moves(visit):
    seen = visit()
    assert seen.loaded("vega.js") == seen.loaded("bars.js") == 0
    before = seen.page.evaluate(BOXES)
    for name in ("bars", "heat"):
        seen.picture(name).hover()
        seen.awake(name)
    assert seen.loaded("vega.js") == seen.loaded("bars.js") == 1
    assert moved(before, seen.page.evaluate(BOXES)) <= 1
    assert not seen.picture("bars").locator("> svg").is_visible()
    seen.mark("bars", "path").first.hover()
    assert seen.tip.inner_text().split("\n\n") == [f"{HOSTILE} 甲", "量 3.5"]
    seen.mark("heat", "path").nth(17).hover()
    assert seen.tip.inner_text().split("\n\n") == ["x 5", "y 2", "n 10"]
    seen.page.locator("#fig-bars figcaption").hover()
    assert not seen.tip.is_visible()
    assert seen.wrong == []


BOXES = """[...document.querySelectorAll('figure.chart, figure.chart > *')].filter(
    element => element.offsetParent
).map(element => {
    const {x, y, width, height} = element.getBoundingClientRect()
    return [x + scrollX, y + scrollY, width, height]
})"""


def moved(before: list, after: list) -> float:
    assert len(before) == len(after) >= 5  # a figure and its parts
    pairs = zip(before, after, strict=True)
    return max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))


def test_the_drawing_is_the_picture(visit):
    """Axis, labels and marks of the drawing lie where those of the picture lie, in Latin letters too."""
    seen = visit()
    where = """picture => [...picture.querySelectorAll('text')].filter(text => text.textContent)
        .map(text => [text.textContent, text.getBoundingClientRect()])
        .map(([text, {x, y}]) => [text, x, y + scrollY])
        .sort()"""
    for name in ("bars", "heat"):
        still = seen.picture(name).locator("> svg").evaluate(where)
        seen.picture(name).hover()
        seen.awake(name)
        drawn = seen.picture(name).locator(".chart-live").evaluate(where)
        assert [text for text, *_ in drawn] == [text for text, *_ in still]
        pairs = zip(drawn, still, strict=True)
        assert max(abs(a[i] - b[i]) for a, b in pairs for i in (1, 2)) <= 2


def test_a_tap_on_a_phone_shows_the_layout_for_phones_and_a_value(visit):
    seen = visit(width=360, has_touch=True)
    before = seen.page.evaluate(BOXES)
    seen.picture("heat", "narrow").tap()
    seen.awake("heat", "narrow")
    assert moved(before, seen.page.evaluate(BOXES)) <= 1
    seen.mark("heat", "text", "narrow").nth(10).tap()
    assert seen.tip.inner_text().startswith("x ")
    box = seen.tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert seen.wrong == []


def test_the_keyboard_reads_values_opens_the_data_and_returns(visit):
    seen = visit()
    page = seen.page
    picture = seen.picture("bars")
    for _ in range(80):
        page.keyboard.press("Tab")
        if picture.evaluate("element => element === document.activeElement"):
            break
    assert picture.get_attribute("aria-label") == f"甲比乙多 {HOSTILE}"
    assert picture.get_attribute("role") == "group"  # a screen reader reads on as anywhere
    described = picture.get_attribute("aria-describedby")
    assert page.locator(f"#{described}").text_content().startswith("两条横条")
    seen.awake("bars")
    hint = page.locator("#fig-bars").get_attribute("data-hint")
    page.wait_for_function(
        "hint => document.querySelector('.chart-tip')?.innerText === hint", arg=hint
    )
    assert seen.tip.get_attribute("role") == "status"
    said = []
    for press in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(press)
        page.wait_for_function(
            "said => document.querySelector('.chart-tip').innerText !== said",
            arg=said[-1] if said else hint,
        )
        said.append(seen.tip.inner_text())
    rows = [f"{HOSTILE} 甲\n\n量 3.5", f"{HOSTILE} {HOSTILE}\n\n量 2.0"]
    assert said == [rows[0], rows[1], rows[0], rows[1]]
    assert page.locator(".chart-ring").is_visible()
    assert picture.get_attribute("role") == "application"
    page.keyboard.press("Escape")
    assert picture.get_attribute("role") == "group"
    assert picture.locator("> svg").is_visible()
    assert picture.locator(".chart-live").count() == 0
    assert not seen.tip.is_visible()
    page.keyboard.press("Enter")
    assert page.locator("#fig-bars table").is_visible()
    assert page.locator("#fig-bars .scroll").evaluate("e => e === document.activeElement")
    assert seen.wrong == []


def test_values_are_text_in_the_drawing_and_the_tooltip(visit):
    seen = visit()
    seen.picture("bars").hover()
    seen.awake("bars")
    seen.mark("bars", "path").nth(1).hover()
    assert HOSTILE in seen.tip.inner_text()
    assert HOSTILE in seen.picture("bars").locator(".chart-live").text_content()
    assert seen.page.locator("[onerror], img[src=x]").count() == 0
    assert seen.wrong == []


def test_dark_pages_turn_the_colours_of_the_drawing(visit):
    seen = visit()
    seen.picture("heat").hover()
    seen.awake("heat")
    fills = """picture => [...picture.querySelectorAll('.role-mark path')]
        .map(mark => getComputedStyle(mark).fill)"""
    steps = {color for name in design.RAMPS for step in design.ramp(name) for color in step}
    steps |= {*design.COLORS.values(), *design.DARK.values()}
    found = {}
    for mode in ("light", "dark"):
        seen.page.evaluate("mode => { document.body.dataset.theme = mode }", mode)
        drawn = seen.picture("heat").locator(".chart-live").evaluate(fills)
        found[mode] = {
            "#" + "".join(f"{int(n):02x}" for n in re.findall(r"\d+", rgb)) for rgb in drawn
        }
    assert found["light"] | found["dark"] <= steps
    assert not found["light"] & found["dark"]


def test_a_chart_whose_files_fail_stays_and_may_be_tried_again(visit):
    seen = visit()
    with seen.page.expect_event("requestfailed"):
        seen.page.route("**/vega.js", lambda route: route.abort())
        seen.picture("bars").hover()
    assert seen.picture("bars").locator("> svg").is_visible()
    seen.page.unroute("**/vega.js")
    seen.page.locator("#fig-bars figcaption").hover()
    seen.picture("bars").hover()
    seen.awake("bars")


@pytest.mark.parametrize("policy", [STRICT, "stated"], ids=["strict", "stated"])
def test_charts_answer_under_a_policy_without_eval(visit, guarded, policy):
    policy = stated_policy() if policy == "stated" else policy
    assert "unsafe-eval" not in policy
    seen = visit(guarded(policy))
    page_itself = list(seen.wrong)
    seen.wrong.clear()
    if policy != STRICT:
        assert page_itself == []
    for name in ("bars", "heat"):
        seen.picture(name).hover()
        seen.awake(name)
    seen.mark("bars", "path").first.hover()
    assert seen.tip.inner_text().endswith("量 3.5")
    with seen.page.expect_download() as download:
        seen.page.locator("#fig-bars .png").click()
    picture = Path(download.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[i : i + 4], "big") for i in (16, 20))
    assert width == 2 * (680 + 2 * poster.MARGIN)
    assert height > 2 * 120
    assert seen.wrong == []


def test_every_chart_of_the_book_answers_in_its_place(visit, real_book):
    pages = [
        path
        for path in sorted(real_book.rglob("*.html"))
        if "data-chart=" in path.read_text("utf-8")
    ]
    assert len(pages) > 5
    for path in pages:
        seen = visit(path.as_uri())
        assert seen.loaded("vega.js") == 0
        before = seen.page.evaluate(BOXES)
        names = seen.page.locator("figure.chart").evaluate_all(
            "all => all.map(e => e.dataset.chart)"
        )
        for name in names:
            seen.picture(name).focus()
            seen.awake(name)
            seen.page.keyboard.press("ArrowRight")
            expect(
                seen.page.locator(".chart-ring"), f"{name} has a mark that speaks"
            ).to_be_visible()
            assert len(seen.tip.inner_text()) > 3, name
            seen.page.keyboard.press("Escape")
            seen.picture(name).dispatch_event("pointerenter")
            seen.awake(name)
        assert moved(before, seen.page.evaluate(BOXES)) <= 1, path.name
        assert seen.loaded("vega.js") == 1
        assert seen.wrong == [], path.name
        seen.page.close()


# What a reader takes away


def test_files_to_take_away(visit, guarded, book):
    seen = visit(guarded(stated_policy()))
    taken = {}
    for kind in ("SVG", "CSV", "Vega-Lite"):
        with seen.page.expect_download() as download:
            seen.page.locator("#fig-bars .take a", has_text=kind).click()
        taken[kind] = download.value.suggested_filename, Path(download.value.path()).read_bytes()
    assert [name for name, _ in taken.values()] == ["bars.svg", "bars.csv", "bars.vl.json"]

    root = ET.fromstring(taken["SVG"][1])
    text = "".join(root.itertext()).replace("\n", "")
    for part in (f"甲比乙多 {HOSTILE}", f"资金，亿元 {HOSTILE}", book.claim["token"]):
        assert part in text
    assert not list(root.iter("{*}img"))

    assert taken["CSV"][1].startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(taken["CSV"][1].decode("utf-8-sig"))))
    assert rows == [[HOSTILE, "量"], ["甲", "3.5"], [HOSTILE, "2.0"]]

    spec = json.loads(taken["Vega-Lite"][1])
    assert spec["title"] == {"text": f"甲比乙多 {HOSTILE}", "subtitle": f"资金，亿元 {HOSTILE}"}
    assert ROW not in json.dumps(spec)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_of_a_csv_is_a_formula(text):
    written = takeaway.table({"columns": [text], "rows": [[text], [-1.5]]})
    head, cell, number = csv.reader(io.StringIO(written, newline=""))
    assert head == cell == [f"'{text}"]
    assert number == ["-1.5"]


def test_a_script_holds_no_text_that_ends_it():
    script = takeaway.script("n", {"x": "</script><!-- \u2028 &"})
    assert not re.search("[<>&\u2028]", script)
    assert json.loads(re.search(r"\{.*\}", script)[0]) == {"x": "</script><!-- \u2028 &"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六", ["一二三四", "五六"]),
        ("一二三四，五", ["一二三四，", "五"]),
        ("一二三12.5亿", ["一二三", "12.5亿"]),
        ("", [""]),
    ],
)
def test_lines_of_a_poster_break_where_chinese_breaks(text, lines):
    assert poster.wrap(text, 40, 10) == lines


# Which row a mark belongs to


def chart(records: list, table: dict | None) -> dict:
    spec = {
        "datasets": {"d": records},
        "layer": [
            {
                "encoding": {
                    "y": {"field": "谁", "type": "nominal", "title": None},
                    "x": {"field": "始", "type": "temporal", "axis": {"title": "起"}},
                    "x2": {"field": "终"},
                    "order": {"field": "序", "type": "quantitative"},
                    "text": {"field": "印", "type": "nominal"},
                }
            }
        ],
    }
    return {"specs": {"wide": spec, "narrow": spec}, "colors": {}, "table": table}


@pytest.mark.parametrize(
    ("records", "table", "rows"),
    [
        ([{"谁": "甲"}, {"谁": "乙"}], {"columns": ["名"], "rows": [["甲"], ["乙"]]}, [0, 1]),
        ([{"谁": "甲"}, {"谁": "乙"}], {"columns": ["名"], "rows": [["乙"], ["甲"]]}, None),
        ([{"谁": "甲"}, {"谁": "甲"}], {"columns": ["名"], "rows": [["甲"], ["甲"]]}, None),
        ([{"谁": "甲"}], {"columns": ["名"], "rows": [["甲"], ["乙"]]}, None),
        ([{"谁": "甲"}], None, None),
    ],
    ids=["same order", "other order", "rows alike", "other length", "no table"],
)
def test_marks_know_their_row_where_it_is_certain(records, table, rows):
    drawn = live(chart(records, table))["specs"]["wide"]["datasets"]["d"]
    assert [record.get(ROW) for record in drawn] == (rows or [None] * len(records))
    assert all(ROW not in record for record in records)


def test_what_marks_say_names_first_and_measures_after():
    assert live(chart([], None))["fields"] == [
        ["谁", "谁", "nominal"],
        ["始", "起", "temporal"],
        ["终", "终", "temporal"],
        ["印", "印", "label"],
    ]
