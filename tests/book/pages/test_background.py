"""Background figures and silences on a page: linked to their rows, and the book without them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[3]

CONF = """
language = "zh-CN"
extensions = ["myst_nb", "shanhai.extension"]
nb_execution_mode = "off"
html_theme = "furo"
"""

INDEX = """# 书

背景{fact}`aid-2020-12-shine`。文章没有写{silence}`closing-date`，也没有写{silence}`平均数 <averages>`。

```{facts} same-quantity
```

```{silences}
```
"""


def write(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("*.md"))
    (tmp_path / "conf.py").write_text(CONF, "utf-8")
    (tmp_path / "index.md").write_text(INDEX, "utf-8")
    return tmp_path


@pytest.fixture
def book(tmp_path):
    return write(tmp_path)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page as it should be, built once."""
    done, page = build(write(tmp_path_factory.mktemp("background")))
    assert done.returncode == 0, done.stderr
    return page


def build(book: Path) -> tuple[subprocess.CompletedProcess[str], BeautifulSoup]:
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html", book, book / "o"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, text=True, encoding="utf-8", capture_output=True
    )
    page = book / "o" / "index.html"
    return done, BeautifulSoup(page.read_text("utf-8") if page.exists() else "", "html.parser")


def test_a_background_figure_leads_to_its_row_and_its_source(page):
    fact = page.select_one("p .fact")
    assert fact.text == "141亿元" and page.find(id=fact.a["href"].removeprefix("#"))
    assert fact["data-meaning"].startswith("背景数字") and "2020-12-10" in fact["data-place"]
    assert fact["data-access"].startswith("读的是存档副本")
    row = page.find(id="fact-aid-2020-12-shine").find_parent("tr")
    assert row.select_one("a.external")["href"] == fact["data-address"]
    assert "存档副本" in row.text


def test_a_silence_leads_to_the_terms_that_were_searched(page):
    own, given = page.select("p .silence")
    assert given.text == "平均数" and own.text in page.find(id="silence-closing-date").text
    assert "截至" in page.find(id="silence-closing-date").find_parent("tr").text
    assert own["data-exact"].startswith("查无") and own["data-place"] == "全文"


def test_unknown_rows_are_named(book):
    (book / "index.md").write_text("# 书\n\n{fact}`no-such`，{silence}`none-such`\n", "utf-8")
    done, _ = build(book)
    assert done.returncode
    assert "unknown fact 'no-such': no such id in data/facts.csv" in done.stderr
    assert "unknown silence 'none-such': no such id in data/silences.csv" in done.stderr


def test_without_background_figures_the_book_says_what_is_missing(book):
    path = book / "data" / "facts.csv"
    path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    done, page = build(book)
    assert done.returncode == 0, done.stderr
    assert "fact 'aid-2020-12-shine' is missing" in done.stdout
    assert page.select_one(".missing").text == "（缺背景数字）"


def test_the_language_is_read_however_it_is_written(page):
    assert page.html["lang"] == "zh-CN"
