"""What people bring to a notebook: data frames, pictures, formulas, scripts, long outputs; page and paper."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pikepdf
import pytest
from docutils import nodes
from test_report import ROOT, page_text

from shanhai.book.pages.outputs.characters import clean
from shanhai.book.pages.outputs.heading_ids import make_id
from shanhai.book.pages.outputs.html_tables import parse
from shanhai.book.pages.outputs.maths import FormulaError, draw
from shanhai.book.pdf import upstream
from shanhai.book.pdf.text import breakable
from shanhai.book.pdf.typeset import without_glyph

HEAD = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

"""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
CHECKSUM = "41f0abfcc0254111244e2a7bac724c03" * 2

PROSE = f"""# 题🎉[^note]

彝文 ꆈꌠ，公式 {{math}}`\\frac{{a-b}}{{2}}`，价钱 $5 到 $8。

[^note]: 题里的注。

| [链接](https://example.org/head) | 值[^cell] |
| --- | --- |
| {CHECKSUM} | 甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸甲乙丙丁戊己庚辛壬癸 |
""" + "".join(f"| 第{row}行 | 值 |\n" for row in range(60))

PROSE += """
[^cell]: 表头的注。

键1️⃣，私用\ue000，![一个点](dot.png)在字里。首行\\
次行

7. 第七

<div>块里 <b>粗</b></div>

<iframe src="about:blank"></iframe>
"""

CELLS = [
    "import base64\nimport pandas as pd\nfrom IPython.display import IFrame, Image\n"
    'pd.DataFrame({f"第{i}项援助资金": [i * 1e10] for i in range(6)})',
    'pd.DataFrame({"亿元": [1.5, 2]}).style.highlight_max().format("{:.2f}")',
    'print("\\x1b[31m红\\x1b[0m\\x07绿")',
    "for i in range(9000): print(f'line-{i}')",
    "from IPython.display import Markdown\nMarkdown('| 表 | 头 |\\n|---|---|\\n| 左格 | 右格 |')",
    f'Image(base64.b64decode("{DOT}"), alt="一个点")',
    'IFrame("about:blank", 10, 10)',
    "object()",
]


def make(folder: Path, text: str) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """Build a small book of one page."""
    book = Path(shutil.copytree(ROOT / "tests/fixtures/minibook", folder / "book"))
    for page in (book / "notebooks").iterdir():
        page.unlink()
    (book / "index.md").write_text("# 双河镇\n\n修渠 {claim}`canal`。\n", "utf-8")
    (book / "notebooks/case.md").write_text(text, "utf-8")
    (book / "notebooks/dot.png").write_bytes(base64.b64decode(DOT))
    toc = "format: jb-book\nroot: index\nchapters:\n  - file: notebooks/case\n  - file: book/evidence\n"
    (book / "_toc.yml").write_text(toc, "utf-8")
    command = [sys.executable, "-m", "shanhai", "build", str(book)]
    done = subprocess.run(command, cwd=ROOT, text=True, encoding="utf-8", capture_output=True)
    return book, done


def notebook(*cells: str) -> str:
    return "".join(f"\n```{{code-cell}}\n{cell}\n```\n" for cell in cells)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    book, done = make(tmp_path_factory.mktemp("outputs"), HEAD + PROSE + notebook(*CELLS))
    assert done.returncode == 0, done.stdout + done.stderr
    return book, done.stdout


@pytest.fixture(scope="module")
def page(made):
    return (made[0] / "_build/html/notebooks/case.html").read_text("utf-8")


@pytest.fixture(scope="module")
def paper(made):
    with pikepdf.open(made[0] / "_build/pdf/shanhai.pdf") as pdf:
        yield "".join(page_text(page) for page in pdf.pages)


class TestPaper:
    def test_a_data_frame_has_all_its_columns(self, paper):
        assert all(f"第{i}项援助资金" in paper for i in range(6))

    def test_a_styler_shows_its_values(self, paper):
        assert "1.50" in paper and "2.00" in paper

    def test_what_no_font_has_gets_a_sign_and_is_told(self, made, paper):
        assert "彝文〓〓" in paper
        assert re.search(
            r"note: notebooks/case.md:9: no font of the report has ꆈ \(U\+A188\)", made[1]
        )

    def test_a_sign_of_several_characters_and_one_for_private_use(self, made, paper):
        assert "键〓,私用〓" in paper
        assert "1️⃣ (U+0031 U+FE0F U+20E3), \ue000 (U+E000)" in made[1]

    def test_prose_keeps_pictures_line_ends_numbers_and_html(self, made, paper):
        assert "块里粗" in paper and "7.第七" in paper
        lines = subprocess.run(
            ["pdftotext", made[0] / "_build/pdf/shanhai.pdf", "-"], capture_output=True, check=True
        ).stdout.decode()
        assert re.search(r"在字里。\s*首行\n+次行", lines)

    def test_markdown_that_a_cell_shows_may_be_a_table(self, paper, page):
        assert "表头左格右格" in paper
        assert "<p>左格</p>" in page

    def test_codes_and_controls_are_dropped(self, paper):
        assert "红绿" in paper

    def test_a_long_output_is_cut_and_says_so(self, paper):
        assert "line-39" in paper and "line-40" not in paper
        assert paper.count("输出共") == 1 and "输出共9000行" in paper

    def test_what_only_a_browser_shows_says_so(self, paper):
        assert paper.count("只能在网页上看") == 3

    def test_no_address_in_memory(self, paper, page):
        assert "0x" not in paper
        assert not re.search(r"object at 0x", page)

    def test_a_note_in_a_heading_is_printed_once(self, paper):
        assert paper.count("题里的注") == 1

    def test_money_stays_money(self, paper, page):
        assert "$5到$8" in paper
        assert "$5 到 $8" in page


class TestPage:
    def test_a_data_frame_is_a_table_of_the_book(self, page):
        assert page.count('<th class="head') >= 6
        assert 'class="dataframe">\n  <thead' not in page

    def test_ids_of_a_styler_are_the_same_in_each_run(self, page):
        assert not re.search(r"T_[0-9a-f]{5}", page)
        assert "#T-notebooks-case-" in page

    def test_a_heading_keeps_its_id_whatever_stands_before_it(self, page):
        assert make_id("甲") == make_id("甲") != make_id("乙") and make_id("All aid") == "all-aid"
        assert re.search(r'<section[^>]* id="h-[0-9a-f]{8}"', page)
        assert not re.search(r'<section[^>]* id="id\d', page)

    def test_a_formula_needs_no_script(self, page):
        assert 'class="math formula" role="img"><svg' in page
        assert "mathjax." not in page.lower()

    def test_a_long_output_is_folded(self, page):
        assert re.search(r'<details class="[^"]*\boutput-fold\b', page)


class TestRefusals:
    def test_each_in_one_sentence_with_its_line(self, tmp_path):
        cells = (
            "import base64\nimport pandas as pd\nfrom IPython.display import Image\n"
            "pd.DataFrame({f'c{i}': [i] for i in range(30)})",
            f'Image(base64.b64decode("{DOT}"))',
            'from IPython.display import HTML\nHTML("<img src=https://example.org/a.png>")',
            f"import pandas as pd\npd.DataFrame({{'a': ['{CHECKSUM}']}})",
            "class Shown:\n    def _repr_png_(self): return 'no'\nShown()",
        )
        text = "# 题\n\n{math}`\\nosuch{x}`\n" + notebook(*cells)
        text += "\n![远](https://example.org/b.png)\n\n<img src='near.png'>\n"
        text += "\n注[^none]\n\n这**“甲”**乙\n\n见 {claim} `canal`\n\n```{csv-table}\n:file: none.csv\n```\n"
        _, done = make(tmp_path, HEAD + text)
        said = done.stdout + done.stderr
        assert done.returncode == 1
        assert "Traceback" not in said and "typst" not in said.lower()
        assert re.search(r"notebooks/case.md:9: .*\\nosuch is no command", said)
        assert re.search(r"notebooks/case.md:12: .*max_columns", said)
        assert re.search(r"notebooks/case.md:19: .*text alternative.*alt=", said)
        assert re.search(r"notebooks/case.md:2\d: .*would fetch https://example.org/a.png", said)
        assert re.search(r"notebooks/case.md:2\d: .*longer than pandas shows \(41f0abfcc", said)
        assert re.search(r"notebooks/case.md:\d\d: .*shows what is no image/png", said)
        assert re.search(r"notebooks/case.md:38: .*would fetch https://example.org/b.png", said)
        assert re.search(r"notebooks/case.md:40: .*'near.png', which is not put beside it", said)
        assert re.search(r"notebooks/case.md:42: .*\[\^none\] has no footnote", said)
        assert re.search(r"notebooks/case.md:44: .*\*\*“甲”\*\* has stars", said)
        assert re.search(r"notebooks/case.md:46: .*\{claim\} stands apart", said)
        assert re.search(r"notebooks/case.md:48: .*directive path: .*none.csv", said)

    def test_options_that_are_no_yaml(self, tmp_path):
        _, done = make(tmp_path, HEAD + "\n# 题\n\n```{code-cell}\n:tags: [a\n1\n```\n")
        assert done.returncode == 1
        assert "notebooks/case.md:10: Invalid options format (bad YAML)" in done.stderr
        assert "Handler" not in done.stderr

    def test_a_page_says_how_long_it_may_take(self, tmp_path):
        head = HEAD.replace("---\n\n", "mystnb: {execution_timeout: 1}\n---\n\n")
        _, done = make(tmp_path, head + "# 题\n" + notebook("while True: pass"))
        assert "notebooks/case.md:11: cell 1: took longer than 1 seconds" in done.stderr

    @pytest.mark.parametrize("latex", ["", r"\frac{a", "资金", r"\nosuch", "x^2^3"])
    def test_formula(self, latex):
        with pytest.raises(FormulaError):
            draw(latex, inline=True)


class TestParts:
    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("\x1b[1;31m红\x1b[0m", "红"),
            ("10%\r100%\n", "100%\n"),
            ("甲\r\n乙", "甲\n乙"),
            ("a\x00b\x07\u2028c", "abc"),
            ("\x1b]0;title\x07甲", "甲"),
            ("_\x08甲", "甲"),
            ("甲\t乙\n", "甲\t乙\n"),
        ],
    )
    def test_clean(self, text, cleaned):
        assert clean(text) == cleaned

    def test_clean_keeps_colours_where_asked(self):
        assert clean("\x1b[31m红\x1b[2K\x07\x1b[0m", keep_colours=True) == "\x1b[31m红\x1b[0m"

    def test_glyphs(self):
        assert without_glyph("好aꆈ") == {"ꆈ"}

    def test_tables_keep_spans_and_heads(self):
        html = (
            "<table class='dataframe'><thead><tr><th rowspan=2></th><th colspan=2>合</th></tr>"
            "<tr><th>a</th><th>b</th></tr></thead><tbody><tr><th>甲</th><td>1</td><td>x&lt;</td></tr></tbody></table>"
        )
        (table,) = parse(html, "T").blocks
        entries = list(table.findall(nodes.entry))
        assert [entry.astext() for entry in entries] == ["", "合", "a", "b", "甲", "1", "x<"]
        assert entries[0]["morerows"] == 1 and entries[1]["morecols"] == 1
        assert "number" in entries[5]["classes"] and "number" not in entries[6]["classes"]
        assert [spec.get("stub") for spec in table.findall(nodes.colspec)] == [1, None, None]

    def test_long_words_can_be_broken(self):
        assert "".join(breakable(CHECKSUM)) == CHECKSUM
        assert max(map(len, breakable(f"见 {CHECKSUM}。"))) <= 8
        assert breakable("an ordinary sentence") == ["an ordinary sentence"]
        assert breakable("shanghai-projects-share") == ["shanghai-", "projects-", "share"]


class TestUpstream:
    """Private names of the Typst builder: this fails when they move."""

    def test_version_is_the_one_seen(self):
        assert version("sphinxcontrib-typstbuilder") == upstream.SEEN

    def test_names_are_there(self):
        assert all(hasattr(upstream.TypstBuilder, name) for name in upstream.METHODS)
        document = nodes.document(None, None)
        document["template"] = ""
        source = Path(sys.modules[upstream.TypstTranslator.__module__].__file__).read_text("utf-8")
        assert all(f"self.{name}" in source for name in upstream.STATE)
