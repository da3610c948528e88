"""Charts in a book: a small one is built with its kernel, and read as files and in a browser."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from sphinx.errors import ConfigError

from shanhai import design
from shanhai.book.words import load

ROOT = Path(__file__).parents[3]
HOSTILE = "<img src=x onerror=alert(1)>"

CONF = """
project = "小书"
language = "zh_CN"
root_doc = "index"
extensions = ["myst_nb", "shanhai.extension"]
exclude_patterns = ["_build", "book"]
nb_execution_mode = "force"
nb_execution_raise_on_error = True
numfig = True
numfig_format = {"figure": "图 %s"}
html_theme = "furo"
"""

INDEX = """# 小书

```{toctree}
charts
evidence
```

见{numref}`fig-bars`与{numref}`第 %s 张图 <fig-heat>`。
"""

EVIDENCE = """# 证据

```{evidence} SECTION
```
"""

NOTEBOOK = """---
file_format: mystnb
kernelspec:
  name: python3
---

# 图

```{code-cell}
import altair as alt
import pandas as pd

from shanhai.charts.figure import figure
from shanhai.design import COLORS
from shanhai.charts.renderer import enable

enable()
HOSTILE = "<img src=x onerror=alert(1)>"
rows = pd.DataFrame({"谁": ["甲", HOSTILE], "量": [3.5, 2.0]})
base = alt.Chart(rows).encode(alt.Y("谁:N", title=None))
bars = base.mark_bar(color=COLORS["blue"]).encode(alt.X("量:Q", title="亿元"))
labels = base.mark_text(align="left", dx=6).encode(alt.X("量:Q"), alt.Text("量:Q"))
figure(
    (bars + labels).properties(height=120),
    name="bars",
    title="甲比乙多 " + HOSTILE,
    subtitle="资金，亿元 " + HOSTILE,
    description="两条横条，甲长乙短。" + HOSTILE,
    claims=["CLAIM"],
    table=rows.rename(columns={"谁": HOSTILE}),
)
```

```{code-cell}
:tags: [show-input]

grid = pd.DataFrame([{"x": x, "y": y, "n": x * y} for x in range(6) for y in range(3)])
base = alt.Chart(grid).encode(alt.X("x:O", title=None), alt.Y("y:O", title=None))
heat = base.mark_rect(stroke="white").encode(
    alt.Color("n:Q", legend=None).scale(domain=[0, 10], range=[COLORS["empty"], COLORS["violet"]])
)
narrow = base.mark_text().encode(text="n:Q").properties(height=90)
figure(
    heat.properties(height=120),
    name="heat",
    title="越往右越多",
    subtitle="个",
    description="热图。",
    narrow=narrow,
)
```
"""


@dataclass(frozen=True)
class Book:
    """A built book."""

    source: Path
    claim: dict[str, str]

    @property
    def html(self) -> Path:
        return self.source / "_build" / "html"

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.html / f"{name}.html").read_text("utf-8"), "html.parser")

    def figure(self, name: str) -> Tag:
        return self.page("charts").find("figure", id=f"fig-{name}")


def sphinx(source: Path, builder: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Build with warnings as errors, the doctrees shared between builders."""
    out = source / "_build"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", builder, *options]
    return subprocess.run(
        [*command, "-d", out / "doctrees", source, out / builder],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )


def write(where: Path, notebook: str = NOTEBOOK) -> Book:
    source = where / "src"
    shutil.copytree(ROOT / "data", source / "data", ignore=shutil.ignore_patterns("*.md"))
    (source / "_static").mkdir()
    (source / "book").mkdir()
    with (source / "data/claims.csv").open(encoding="utf-8", newline="") as file:
        claim = next(csv.DictReader(file))
    pages = {
        "conf.py": CONF,
        "index.md": INDEX,
        "evidence.md": EVIDENCE.replace("SECTION", claim["section"]),
        "charts.md": notebook.replace("CLAIM", claim["id"]),
    }
    for name, text in pages.items():
        (source / name).write_text(text, "utf-8")
    return Book(source, claim)


_built: list[Book] = []


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book, built once; ``test_interactive.py`` uses it too."""
    if not _built:
        book = write(tmp_path_factory.mktemp("book"))
        result = sphinx(book.source, "html")
        assert result.returncode == 0, result.stderr
        _built.append(book)
    return _built[0]


def test_a_chart_is_a_numbered_figure_with_its_words(book):
    figure = book.figure("bars")
    assert "chart" in figure["class"]
    caption = figure.figcaption
    assert caption.select_one(".caption-number").text.strip() == "图 1"
    assert caption.select_one(".caption-text").text == f"甲比乙多 {HOSTILE}"
    assert caption.select_one("p.subtitle").text == f"资金，亿元 {HOSTILE}"
    assert [child.name for child in figure.find_all(recursive=False)] == [
        "figcaption",
        "div",
        "div",
        "p",
        "div",
    ]
    tools = figure.select_one(".tools").find_all(recursive=False)
    assert [tool["class"][0] for tool in tools] == ["chart-data", "code", "take"]


def test_numbers_and_references_are_those_of_sphinx(book):
    links = [a for a in book.page("index").select("a.reference.internal") if "#fig-" in a["href"]]
    assert [(a["href"], a.text) for a in links] == [
        ("charts.html#fig-bars", "图 1"),
        ("charts.html#fig-heat", "第 2 张图"),
    ]


def test_code_is_folded_by_one_setting_but_where_a_cell_asks_to_show_it(book):
    cells = book.page("charts").select("div.cell")
    assert [bool(cell.select("details .cell_input")) for cell in cells] == [True, False]


def test_both_pictures_are_in_the_page(book):
    for name in ("bars", "heat"):
        figure = book.figure(name)
        wide, narrow = (figure.select_one(f".chart-{v} > svg") for v in ("wide", "narrow"))
        assert wide["viewbox"].split()[2] == "680"
        assert narrow["viewbox"].split()[2] == "328"
        assert not figure.find("img")
    assert book.figure("heat").select(".chart-narrow text")  # the layout for phones has text
    ids = [tag["id"] for tag in book.page("charts").find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_the_source_links_to_the_evidence(book):
    source = book.figure("bars").select_one("p.source")
    assert source.a.text == book.claim["token"]
    page, _, anchor = source.a["href"].partition("#")
    assert page == "evidence.html"
    assert book.page("evidence").find(id=anchor)


def test_a_chart_of_no_claim_says_so(book):
    words = load(ROOT, "book/words.yml", "zh_CN")
    assert book.figure("heat").select_one("p.source").text == words["source"] + words["no_source"]


def test_the_data_is_a_table(book):
    details = book.figure("bars").details
    assert details.summary.text == load(ROOT, "book/words.yml", "zh_CN")["chart"]["data"]
    cells = [[cell.text for cell in row.find_all(["th", "td"])] for row in details.find_all("tr")]
    assert cells == [[HOSTILE, "量"], ["甲", "3.5"], [HOSTILE, "2.0"]]
    assert not details.has_attr("open")


def test_values_are_text_everywhere(book):
    for path in book.html.rglob("*.html"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        assert not page.find_all(onerror=True), path
        assert not page.find_all("img", src="x"), path
    svg = (book.html / "_images/bars.svg").read_text("utf-8")
    assert "<img" not in svg
    assert "&lt;img" in svg


def test_the_page_has_the_colours_for_dark_pages(book):
    styles = [link["href"] for link in book.page("charts").select("link[rel=stylesheet]")]
    assert "_static/design.css" in [href.partition("?")[0] for href in styles]
    sheet = (book.html / "_static/design.css").read_text("utf-8")
    assert {*re.findall(r"var\((--[\w-]+)", sheet)} <= {*re.findall(r"(--[\w-]+):", sheet)}


def test_other_builders_get_a_plain_figure(book):
    result = sphinx(book.source, "text")
    assert result.returncode == 0, result.stderr
    # The builder breaks lines between Chinese characters.
    text = "".join((book.source / "_build/text/charts.txt").read_text("utf-8").split())
    for part in ("甲比乙多" + HOSTILE, "资金，亿元", book.claim["token"], "热图。", "越往右越多"):
        assert "".join(part.split()) in text
    assert "alt.Chart object" not in text


def test_the_report_prints_the_charts(book):
    result = sphinx(book.source, "shanhai-report")
    assert result.returncode == 0, result.stderr
    assert list((book.source / "_build").rglob("*.pdf"))


PLAIN = """alt.renderers.enable("default")
(lambda chart, **_: chart)(
    heat"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('claims=["CLAIM"]', 'claims=["no-such"]', "chart 'bars': unknown claim 'no-such'"),
        ('name="heat"', 'name="bars"', "fig-bars"),
        ("figure(\n    heat", "(lambda chart, **_: chart)(\n    heat", "pass it through figure"),
        ("figure(\n    heat", PLAIN, "a chart of Altair is left out of the book"),
    ],
    ids=["unknown claim", "same name twice", "no figure", "Altair's own renderer"],
)
def test_a_fault_of_the_author_stops_the_build(tmp_path, old, new, message):
    assert old in NOTEBOOK
    book = write(tmp_path, NOTEBOOK.replace(old, new))
    (book.source / "index.md").write_text(INDEX.split("见")[0], "utf-8")
    result = sphinx(book.source, "html")
    assert result.returncode != 0
    assert message in result.stderr


FAULTS = """# 证据

```{evidence} nowhere
```

```{ledger-table} people
:columns: id zh
:headers: 编号
```

```{ledger-table} people
:columns: id shoe-size
:headers: 编号 | 鞋码
```
"""


def test_every_wrong_table_is_named_with_its_line(tmp_path):
    book = write(tmp_path)
    (book.source / "charts.md").unlink()
    (book.source / "index.md").write_text("# 书\n\n```{toctree}\nevidence\n```\n", "utf-8")
    (book.source / "evidence.md").write_text(FAULTS, "utf-8")
    result = sphinx(book.source, "dummy")
    assert result.returncode != 0
    for line, said in (
        (3, "unknown section 'nowhere': no such id in sections.csv"),
        (6, "2 columns but 1 headers"),
        (11, "table 'people' has no column 'shoe-size'"),
    ):
        assert f"evidence.md:{line}: ERROR: {said}" in result.stderr, result.stderr


PAGE = """# 页 NUMBER

见{claim}`CLAIM`。
"""
PLAIN = """{claim}`CLAIM`在标题之前。

# 图与不入检索

```{figure} dot.svg
:alt: 一点

平常的图
```
"""


def test_a_book_is_the_same_read_side_by_side_and_page_after_page(tmp_path):
    book = write(tmp_path)
    (book.source / "charts.md").unlink()
    names = [f"page-{number}" for number in range(8)]
    for name in names:
        (book.source / f"{name}.md").write_text(
            PAGE.replace("NUMBER", name).replace("CLAIM", book.claim["id"]), "utf-8"
        )
    (book.source / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    (book.source / "plain.md").write_text(
        "---\nnosearch: true\n---\n" + PLAIN.replace("CLAIM", book.claim["id"]), "utf-8"
    )
    listed = "\n".join([*names, "plain", "evidence"])
    (book.source / "index.md").write_text(f"# 书\n\n```{{toctree}}\n{listed}\n```\n", "utf-8")
    result = sphinx(book.source, "html", "-j", "3")
    assert result.stderr == ""  # Sphinx says so where pages cannot be written side by side

    def uses() -> list[str]:
        rows = book.page("evidence").find_all(class_="uses")
        return [link["href"] for row in rows for link in row.find_all("a")]

    def texts() -> str:
        return (book.html / "_static/search-texts.js").read_text("utf-8")

    name = f"#use-{book.claim['id']}-1"
    assert uses() == [f"{page}.html{name}" for page in [*names, "plain"]]
    assert all(f'"{page}"' in texts() for page in names) and '"plain"' not in texts()
    assert book.page("plain").find("figure").find("img")["alt"] == "一点"

    # One page changed: the others keep their place in the search and among the uses.
    (book.source / "page-3.md").write_text("# 改过\n", "utf-8")
    result = sphinx(book.source, "html")
    assert result.returncode == 0, result.stderr
    names.remove("page-3")
    assert uses() == [f"{page}.html{name}" for page in [*names, "plain"]]
    assert "改过" in texts() and all(f'"{page}"' in texts() for page in names)


def keys(words: dict, at: str = "") -> set[str]:
    return {
        name
        for key, value in words.items()
        for name in (keys(value, f"{at}{key}.") if isinstance(value, dict) else {at + key})
    }


def test_both_languages_have_the_same_words():
    zh, en = (load(ROOT, "book/words.yml", language) for language in ("zh_CN", "en"))
    assert keys(zh) == keys(en)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no words for language 'fr'"),
        ("zh: [", "words.yml: not YAML"),
        ("zh: {a: b}", "no words for language 'fr'"),
        ("- zh", "words.yml: expected a group"),
    ],
)
def test_words_that_are_missing_are_named(tmp_path, text, message):
    if text is not None:
        (tmp_path / "words.yml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, "words.yml", "fr")


def test_a_book_replaces_single_words(tmp_path):
    (tmp_path / "words.yml").write_text("zh: {chart: {take: 拿走}}\n", "utf-8")
    words, theirs = load(tmp_path, "words.yml", "zh-CN"), load(tmp_path, "no.yml", "zh_CN")
    assert words["chart"] == theirs["chart"] | {"take": "拿走"}
    assert words["figure"] == theirs["figure"]


# In a browser


@pytest.fixture
def visit(book, browser):
    """Open the charts in a page of a width, without scripts and without a network."""
    contexts = []

    def visit(width: int, **options):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=False, **options
        )
        contexts.append(context)
        foreign = []

        def route(route) -> None:
            if route.request.url.startswith("file:"):
                route.continue_()
            else:
                foreign.append(route.request.url)
                route.abort()

        context.route("**/*", route)
        page = context.new_page()
        page.goto((book.html / "charts.html").as_uri())
        return page, foreign

    yield visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "shown"), [(360, "narrow"), (768, "wide"), (1440, "wide")])
def test_charts_show_without_scripts_and_fit(visit, width, shown):
    page, foreign = visit(width)
    other = {"narrow": "wide", "wide": "narrow"}[shown]
    assert page.locator(f".chart-{shown} svg").count() == 2
    for index in range(2):
        picture = page.locator(f".chart-{shown} svg").nth(index)
        assert picture.is_visible()
        box = picture.bounding_box()
        assert box["width"] > 300
        assert box["height"] > 80
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert not page.locator(f".chart-{other} svg").nth(index).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert foreign == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_text_in_charts_is_large_enough_and_inside(visit, width):
    page, _ = visit(width)
    texts = page.evaluate(
        """[...document.querySelectorAll('figure.chart svg text')]
        .filter(text => text.getClientRects().length && text.closest('div').offsetWidth)
        .map(text => {
            const svg = text.ownerSVGElement, own = text.getBoundingClientRect()
            const frame = svg.getBoundingClientRect()
            const scale = frame.width / svg.viewBox.baseVal.width
            return [
                text.textContent, parseFloat(getComputedStyle(text).fontSize) * scale,
                Math.max(frame.left - own.left, own.right - frame.right),
            ]
        })"""
    )
    assert len(texts) > 10
    assert [text for text, size, _ in texts if size < 11] == []
    assert [text for text, _, beyond in texts if beyond > 1] == []


def test_the_title_stands_above_the_picture_and_the_source_below(visit):
    page, _ = visit(1440)
    tops = [
        page.locator(f"#fig-bars {part}").bounding_box()["y"]
        for part in (".caption-text", ".subtitle", ".chart-wide", ".source", ".chart-data")
    ]
    assert tops == sorted(tops)


def test_dark_pages_turn_the_colours(visit):
    page, _ = visit(1440)

    def fills() -> list[str]:
        return page.evaluate(
            "[...document.querySelectorAll('#fig-bars .chart-wide [fill]')]"
            ".map(item => getComputedStyle(item).fill)"
        )

    def rgb(color: str) -> str:
        return "rgb({}, {}, {})".format(*(int(color[i : i + 2], 16) for i in (1, 3, 5)))

    assert rgb(design.COLORS["blue"]) in fills()
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert rgb(design.DARK["blue"]) in fills()
    assert rgb(design.COLORS["ink"]) not in fills()
    page.emulate_media(media="print")
    assert rgb(design.COLORS["blue"]) in fills()


def test_the_data_opens_with_the_keyboard(visit):
    page, _ = visit(360)
    summary = page.locator("#fig-bars .chart-data summary")
    assert not page.locator("#fig-bars table").is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("#fig-bars table").is_visible()
    # A figure contains its layout: what stands beyond it cannot be scrolled to.
    box = page.locator("#fig-bars .scroll").bounding_box()
    assert box["x"] + box["width"] <= 360
