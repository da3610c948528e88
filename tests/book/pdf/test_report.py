"""The PDF report, built from a small made-up book and read back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pikepdf
import pytest
import yaml
from sphinx.errors import ConfigError

from shanhai.book.pdf.metadata import checksum
from shanhai.book.pdf.pictures import prepare_picture
from shanhai.book.pdf.settings import Settings
from shanhai.book.pdf.text import join_lines
from shanhai.evidence.ledger import Ledger

ROOT = Path(__file__).parents[3]
FIXTURE = ROOT / "tests" / "fixtures" / "report"
CHAPTERS = ["资金从哪里来", "项目花在哪里", "证据台账", "术语表"]
SECTIONS = ["要点", "分项与合计", "怎样相加", "三个镇"]
FRONT = 3  # cover, contents, list of figures
CLAIMS = ["12.5亿元", "48个"]


def copy_book(where: Path) -> Path:
    """Copy the small book to `where`, with the template and the words of the real one."""
    book = where / "book"
    shutil.copytree(FIXTURE, book)
    shutil.copytree(ROOT / "shanhai/book/pdf/templates", book / "book/report")
    return book


def build(book: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build the report of `book` into `book/_build`, warnings as errors."""
    command = [sys.executable, "-m", "sphinx", "-W", "-E", "-b", "shanhai-report"]
    command += [*options, "-d", book / "_build/doctrees", book, book / "_build"]
    env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    env = {name: value for name, value in env.items() if value}
    return subprocess.run(
        command, cwd=book, env=env, text=True, encoding="utf-8", capture_output=True, check=False
    )


def change(book: Path, page: str, old: str, new: str) -> None:
    path = book / page
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def elements(node: pikepdf.Object) -> list[pikepdf.Object]:
    """Return every structure element below a node of the structure tree."""
    found = []
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            found += [child, *elements(child)]
    return found


def bookmarks(pdf: pikepdf.Pdf) -> list[str]:
    def walk(items: list) -> list[str]:
        return [title for item in items for title in [item.title, *walk(item.children)]]

    with pdf.open_outline() as outline:
        return walk(outline.root)


def links(pdf: pikepdf.Pdf) -> list[tuple[int, pikepdf.Object]]:
    """Return every link of the document with the index of its page."""
    return [
        (number, note)
        for number, page in enumerate(pdf.pages)
        for note in page.get("/Annots", [])
        if note.Subtype == "/Link"
    ]


def target(pdf: pikepdf.Pdf, note: pikepdf.Object) -> int | None:
    """Return the index of the page that a link inside the document goes to."""
    destination = note.get("/Dest", None)
    if destination is None and "/D" in note.get("/A", {}):
        destination = note.A.D
    if isinstance(destination, pikepdf.String | pikepdf.Name):
        names = pikepdf.NameTree(pdf.Root.Names.Dests)
        destination = names[str(destination)]
        destination = (
            destination.get("/D", destination)
            if not isinstance(destination, pikepdf.Array)
            else destination
        )
    if destination is None:
        return None
    return next(n for n, page in enumerate(pdf.pages) if page.objgen == destination[0].objgen)


def unicode_map(font: pikepdf.Object) -> dict[int, str]:
    """Return the text of each glyph of a font, from its ToUnicode map."""
    table = font.ToUnicode.read_bytes().decode("latin-1")
    mapped: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.S):
        for glyph, text in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            mapped[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.S):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            start = int(bytes.fromhex(text).decode("utf-16-be").encode("utf-32-be").hex(), 16)
            for offset in range(int(last, 16) - int(first, 16) + 1):
                mapped[int(first, 16) + offset] = chr(start + offset)
    return mapped


def page_text(page: pikepdf.Page) -> str:
    """Return the text of a page in the order it is drawn, without spaces."""
    out: list[str] = []

    def read(content: pikepdf.Object, resources: pikepdf.Object) -> None:
        fonts = {name: unicode_map(font) for name, font in dict(resources.get("/Font", {})).items()}
        current: dict[int, str] = {}
        for operands, operator in pikepdf.parse_content_stream(content):
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                parts = operands[0] if str(operator) == "TJ" else [operands[0]]
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        codes = [raw[i] * 256 + raw[i + 1] for i in range(0, len(raw), 2)]
                        out.extend(current.get(code, "") for code in codes)
            elif str(operator) == "Do":
                form = resources.XObject[str(operands[0])]
                if form.Subtype == "/Form":
                    read(form, form.get("/Resources", resources))

    read(page, page.Resources)
    return unicodedata.normalize("NFKC", "".join(out)).replace(" ", "")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small book once."""
    book = copy_book(tmp_path_factory.mktemp("report"))
    done = build(book, SOURCE_DATE_EPOCH="")
    assert done.returncode == 0, done.stderr
    return book


@pytest.fixture(scope="module")
def pdf(built: Path) -> pikepdf.Pdf:
    with pikepdf.open(built / "_build" / "liuhe.pdf") as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(pdf: pikepdf.Pdf) -> list[str]:
    return [page_text(page) for page in pdf.pages]


def page_of(pages: list[str], chapter: str) -> int:
    """Return the index of the page a chapter starts on: its title is the first thing there."""
    return next(n for n, page in enumerate(pages) if n >= FRONT and chapter in page[:20])


class TestDocument:
    def test_is_tagged_and_names_itself(self, pdf):
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "柳河账本"
            assert metadata["dc:creator"] == ["柳河编写组"]
            assert metadata["pdfuaid:part"] == "1"

    def test_is_dated_by_the_edition_of_the_data(self, pdf):
        assert str(pdf.docinfo.CreationDate).startswith("D:20200517")

    def test_fonts_are_embedded_and_subset(self, pdf):
        fonts = [
            font.DescendantFonts[0]
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font"
            for font in [item]
            if "/DescendantFonts" in item
        ]
        assert fonts
        for font in fonts:
            assert re.match(r"/[A-Z]{6}\+", str(font.BaseFont))
            assert any(key in font.FontDescriptor for key in ("/FontFile2", "/FontFile3"))

    def test_only_the_two_faces_of_the_report_are_used(self, pdf):
        names = {
            str(item.BaseFont).split("+")[1]
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/DescendantFonts" in item
        }
        assert {name.split("-")[0] for name in names} <= {"NotoSansCJKsc", "DejaVuSansMono"}

    def test_has_no_picture_in_pixels(self, pdf):
        kinds = {
            str(item.stream_dict.get("/Subtype", ""))
            for item in pdf.objects
            if isinstance(item, pikepdf.Stream)
        }
        assert "/Image" not in kinds

    def test_every_figure_has_a_text_alternative(self, pdf):
        alternatives = [
            str(element.get("/Alt", ""))
            for element in elements(pdf.Root.StructTreeRoot)
            if element.S == "/Figure"
        ]
        assert "三根横条，东镇最长，西镇最短" in alternatives
        assert all(alternatives)

    def test_tables_have_header_cells(self, pdf):
        tables = [e for e in elements(pdf.Root.StructTreeRoot) if e.S == "/Table"]
        assert len(tables) == 2
        for table in tables:
            assert "/TH" in {str(element.S) for element in elements(table)}


class TestStructure:
    def test_every_chapter_and_section_is_bookmarked(self, pdf):
        titles = bookmarks(pdf)
        for title in CHAPTERS + SECTIONS:
            assert any(mark.endswith(title) for mark in titles), title

    def test_headings_have_the_numbers_of_the_pages(self, pdf):
        titles = bookmarks(pdf)
        assert "1 资金从哪里来" in titles
        assert "1.1 分项与合计" in titles
        assert "2.1 三个镇" in titles
        assert any(re.fullmatch(r"\S+ A 证据台账", title) for title in titles)

    def test_figures_and_tables_are_numbered_as_sphinx_numbers_them(self, pages):
        text = "".join(pages)
        assert "图1东镇收到的资金最多" in text
        assert "图2没有编号以外的差别" in text
        assert "表1三镇的项目" in text
        assert "项目见图1与表1" in text

    def test_cover_shows_the_figure_of_the_ledger(self, pages):
        assert "12.5亿元到账资金" in pages[0]
        assert "到账12.5亿元,没有一处对不上" in pages[0]
        assert "2020年5月17日" in pages[0]

    def test_chapters_start_on_pages_of_their_own(self, pages):
        starts = [page_of(pages, title) for title in CHAPTERS]
        assert len(set(starts)) == len(CHAPTERS)
        assert starts == sorted(starts)

    def test_the_ledger_lies_across(self, pdf, pages):
        box = pdf.pages[page_of(pages, "证据台账")].MediaBox
        assert box[2] > box[3]

    def test_table_head_stands_on_every_page_of_the_table(self, pages):
        rows = [page for page in pages if "照印" in page]
        assert len(rows) > 1
        assert all("台账编号" in page for page in rows)

    def test_running_head_names_the_chapter(self, pages):
        second = page_of(pages, "证据台账") + 1
        assert "证据台账" in pages[second]


class TestText:
    @pytest.mark.parametrize("text", CHAPTERS + SECTIONS + CLAIMS)
    def test_is_there(self, pages, text):
        assert text in "".join(pages[FRONT:])

    def test_code_is_dropped_unless_tagged(self, pages):
        text = "".join(pages)
        assert "public-code" in text
        assert "secret-code" not in text

    def test_what_is_for_the_screen_is_dropped(self, pages):
        text = "".join(pages)
        assert "screen-only-html" not in text
        assert "只在屏幕上" not in text

    def test_footnotes_are_those_of_their_chapter(self, pages):
        first, second = page_of(pages, "资金从哪里来"), page_of(pages, "项目花在哪里")
        assert "第一章的脚注" in pages[first]
        assert "第二章的脚注" in pages[second]

    def test_term_with_two_definitions(self, pages):
        assert "资金到账的钱。不含承诺的钱。" in "".join(pages)

    def test_pictures_keep_their_text(self, pages):
        assert "图内东镇" in "".join(pages)

    def test_addresses_are_printed(self, pages):
        text = "".join(pages)
        assert "https://example.org/method" in text
        assert "https://example.org/liuhe/" in text

    def test_colophon_says_where_the_book_and_the_data_are(self, pages):
        assert "网页版https://example.org/liuhe/" in pages[-1]
        assert "数据与源码https://github.com/example/liuhe" in pages[-1]

    def test_colophon_has_the_checksums(self, pages, built):
        assert checksum(built / "data") in pages[-1]
        assert "0123456789abcdef" * 4 in pages[-1]

    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler's pdftotext")
    def test_figures_are_found_by_searching(self, built):
        command = ["pdftotext", built / "_build" / "liuhe.pdf", "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        for claim in CLAIMS:
            assert claim in text

    @pytest.mark.skipif(not shutil.which("qpdf"), reason="needs qpdf")
    def test_file_is_sound(self, built):
        command = ["qpdf", "--check", built / "_build" / "liuhe.pdf"]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0


class TestLinks:
    def test_every_link_goes_to_a_page_or_an_address(self, pdf):
        notes = links(pdf)
        assert notes
        for _, note in notes:
            address = str(note.A.URI) if "/URI" in note.get("/A", {}) else ""
            assert address.startswith("https://") or target(pdf, note) is not None

    def test_claims_lead_to_the_ledger_and_back(self, pdf, pages):
        chapter, ledger = page_of(pages, "资金从哪里来"), page_of(pages, "证据台账")
        ways = {(number, target(pdf, note)) for number, note in links(pdf)}
        assert (chapter, ledger) in ways
        assert (ledger, chapter) in ways


def squeezed(text: str) -> str:
    """Return `text` as `page_text` gives it."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def report(real_book):
    with pikepdf.open(real_book / "shanhai.pdf") as opened:
        yield opened


@pytest.fixture(scope="module")
def chapters():
    """Return the headings of every chapter, from the sources in the order of the book."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    names = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    return [
        re.findall(r"^#{1,2} (.+)$", re.sub(r"```.*?```", "", text, flags=re.S), re.M)
        for name in names
        for text in [(ROOT / f"{name}.md").read_text("utf-8")]
    ]


class TestBook:
    """The book itself: what no small book can show."""

    def test_every_chapter_and_section_is_bookmarked_in_order(self, report, chapters):
        marks = iter(re.sub(r"\s", "", mark) for mark in bookmarks(report))
        for heading in (heading for headings in chapters for heading in headings):
            plain = re.sub(r"\{[^}]*\}|[`\s]", "", heading)
            assert any(mark.endswith(plain) for mark in marks), heading

    def test_every_claim_of_the_prose_is_in_the_text_in_reading_order(self, report):
        claims = Ledger.load(ROOT / "data").claims
        texts = [page_text(page) for page in report.pages]
        toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
        for entry in (entry for part in toc["parts"][:1] for entry in part["chapters"]):
            source = (ROOT / f"{entry['file']}.md").read_text("utf-8")
            title = squeezed(re.search(r"^# (.+)$", source, re.M)[1])
            start = next(n for n, text in enumerate(texts) if n > 3 and title in text[:60])
            rest = "".join(texts[start:])
            place = 0
            for name in re.findall(r"\{claim\}`([^`]+)`", source):
                token = squeezed(claims[name].token)
                place = rest.find(token, place)
                assert place >= 0, (entry["file"], name, token)

    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs poppler's pdftotext")
    def test_no_line_begins_with_a_mark_that_follows_a_figure(self, real_book):
        command = ["pdftotext", "-layout", real_book / "shanhai.pdf", "-"]
        text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        assert not re.findall(r"^\s*[；：].*", text, re.M)

    def test_every_claim_has_a_way_back_from_its_row(self, report):
        ways = {(number, target(report, note)) for number, note in links(report)}
        forward = {(a, b) for a, b in ways if b is not None and b > a > 3}
        assert forward
        cited = [way for way in forward if (way[1], way[0]) in ways]
        assert len(cited) > len(forward) / 2

    def test_has_no_picture_in_pixels(self, report):
        streams = [item for item in report.objects if isinstance(item, pikepdf.Stream)]
        assert not [item for item in streams if item.stream_dict.get("/Subtype") == "/Image"]

    def test_every_figure_has_a_text_alternative(self, report):
        figures = [e for e in elements(report.Root.StructTreeRoot) if e.S == "/Figure"]
        assert figures
        assert all(str(figure.get("/Alt", "")) for figure in figures)


class TestFailure:
    @pytest.fixture
    def book(self, tmp_path):
        return copy_book(tmp_path)

    def test_missing_alt_text(self, book):
        change(book, "chapters/two.md", ":alt: 同一张图\n", "")
        done = build(book)
        assert done.returncode != 0
        assert "alt" in done.stderr and "pictures/bars.svg" in done.stderr
        assert "chapters/two.md" in done.stderr
        assert "Traceback" not in done.stderr

    def test_typst_error_leaves_the_last_report(self, book, built):
        last = built / "_build" / "liuhe.pdf"
        (book / "_build").mkdir()
        kept = Path(shutil.copy(last, book / "_build"))
        change(book, "book/report/report.typ", "#let report(doc) = {", "#let report(doc) = { oops")
        done = build(book)
        assert done.returncode != 0
        assert "oops" in done.stderr and "report.typ:" in done.stderr
        assert "Traceback" not in done.stderr
        assert kept.read_bytes() == last.read_bytes()
        assert [path.name for path in kept.parent.glob("*.pdf")] == ["liuhe.pdf"]

    def test_picture_in_pixels(self, book):
        (book / "pictures/dot.png").write_bytes(
            bytes.fromhex(
                "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                "1f15c4890000000a49444154789c6300010000050001"
            )
        )
        change(book, "chapters/two.md", "../pictures/bars.svg", "../pictures/dot.png")
        done = build(book)
        assert done.returncode != 0
        assert "dot.png" in done.stderr

    def test_picture_with_pixels_inside(self, book):
        change(book, "pictures/bars.svg", "<g ", '<image width="9" height="9"/><g ')
        done = build(book)
        assert done.returncode != 0
        assert "pictures/bars.svg" in done.stderr and "vectors" in done.stderr

    def test_link_to_what_is_not_printed(self, book):
        change(book, "chapters/one.md", "只在屏幕上", "(gone)=\n只在屏幕上")
        change(book, "chapters/two.md", "又一处引用", "[屏幕](#gone)")
        done = build(book)
        assert done.returncode != 0
        assert "chapters/two.md:5" in done.stderr and "gone" in done.stderr

    def test_every_fault_of_the_pages_is_counted(self, book):
        change(book, "chapters/two.md", ":alt: 同一张图\n", "")
        change(book, "chapters/two.md", "> 引文。", "{math}`a^2`")
        done = build(book, "--keep-going")
        assert done.returncode != 0
        assert "formula" in done.stderr and "has no alt text" in done.stderr
        assert done.stderr.count("chapters/two.md:") == 2 and "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("key", "value", "says"),
        [
            ("template", "book/report/no.typ", "no.typ does not exist"),
            ("cover", "index.md", "cover: index.md is not an SVG picture"),
        ],
    )
    def test_file_of_the_settings(self, book, key, value, says):
        change(book, "conf.py", '    "template": "book/report/report.typ",\n', "")
        change(book, "conf.py", '"target": "liuhe"', f'"target": "liuhe", "{key}": "{value}"')
        done = build(book)
        assert done.returncode != 0
        assert says in done.stderr and "Traceback" not in done.stderr

    def test_typst_warning(self, book):
        change(
            book,
            "book/report/report.typ",
            "#let report(doc) = {",
            '#let report(doc) = { set text(font: "No Such Face")',
        )
        done = build(book)
        assert done.returncode != 0
        assert "no such face" in done.stderr and "report.typ:" in done.stderr

    def test_key_figure_that_is_no_claim(self, book):
        change(book, "conf.py", '"money"', '"nil"')
        done = build(book)
        assert done.returncode != 0
        assert "'nil'" in done.stderr and "claims.csv" in done.stderr

    def test_formula(self, book):
        change(book, "chapters/two.md", "> 引文。", "{math}`a^2`")
        done = build(book)
        assert done.returncode != 0
        assert "formula" in done.stderr

    def test_unknown_key(self):
        with pytest.raises(ConfigError, match="titel"):
            Settings.read({"titel": "x"})

    def test_date_as_yaml_reads_it(self):
        assert Settings.read({"date": date(2020, 5, 17)}).date == "2020-05-17"

    def test_value_of_the_wrong_kind(self):
        with pytest.raises(ConfigError, match="appendices"):
            Settings.read({"appendices": "one"})


MORE = """

[[3个](https://example.org/claim)]{.claim}镇见[说明](https://example.org/again)，
再见[说明](https://example.org/again)，又见<https://example.org/bare>[^scope]。

## 又见[镇](https://example.org/town)

```{code-block} text
:caption: 清单甲

as-it-is
```
"""


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    book = copy_book(tmp_path_factory.mktemp("more"))
    page = book / "chapters/two.md"
    page.write_text(page.read_text("utf-8") + MORE, "utf-8")
    # The template under another name, beside a folder; nothing before the first chapter.
    (book / "book/report/report.typ").rename(book / "book/report/liuhe.typ")
    (book / "book/report/drafts").mkdir()
    change(book, "conf.py", "report/report.typ", "report/liuhe.typ")
    index = (book / "index.md").read_text("utf-8")
    (book / "index.md").write_text("# 柳河账本\n\n```" + index.split("```", 1)[1], "utf-8")
    done = build(book)
    assert done.returncode == 0, done.stderr
    with pikepdf.open(book / "_build" / "liuhe.pdf") as opened:
        return "".join(page_text(page) for page in opened.pages)


class TestMore:
    """What only some books hold."""

    def test_an_address_is_printed_once_where_there_is_room(self, more):
        assert more.count("https://example.org/again") == 1
        assert more.count("https://example.org/bare") == 1
        assert "https://example.org/town" not in more

    def test_a_footnote_with_two_marks_is_printed_once(self, more):
        assert more.count("第二章的脚注") == 1

    def test_code_has_its_name(self, more):
        assert "清单甲as-it-is" in more


class TestReproducible:
    def test_two_builds_are_the_same_bytes(self, built, tmp_path):
        book = copy_book(tmp_path)
        assert build(book, SOURCE_DATE_EPOCH="").returncode == 0
        first = (built / "_build" / "liuhe.pdf").read_bytes()
        assert (book / "_build" / "liuhe.pdf").read_bytes() == first

    def test_source_date_epoch(self, tmp_path):
        book = copy_book(tmp_path)
        assert build(book, SOURCE_DATE_EPOCH="86400").returncode == 0
        with pikepdf.open(book / "_build" / "liuhe.pdf") as opened:
            assert str(opened.docinfo.ModDate).startswith("D:19700102")


class TestParts:
    @pytest.mark.parametrize(
        ("source", "joined"),
        [
            ("资金\n到账", "资金到账"),
            ("资金\nmoney", "资金money"),
            ("two\nwords", "two words"),
            ("第一，\n第二", "第一，第二"),
            ("两行 \n 之间", "两行之间"),
            ("共 48 个项目", "共48个项目"),
            ("东镇 西镇", "东镇 西镇"),
        ],
    )
    def test_join_lines(self, source, joined):
        assert join_lines(source) == joined

    def test_join_lines_beside_other_nodes(self):
        assert join_lines("\n", "金", "1") == ""
        assert join_lines("\n", "a", "b") == " "
        assert join_lines("到账。", "", "见") == "到账。"
        assert join_lines("共 ", "", "7") == "共"
        assert join_lines(" 里", "元", "") == "里"
        assert join_lines("东镇 西镇 ", "", "a") == "东镇 西镇"

    def test_picture_gets_the_face_and_its_weights(self, tmp_path):
        picture = prepare_picture(FIXTURE / "pictures/bars.svg", tmp_path / "out.svg")
        text = (tmp_path / "out.svg").read_text("utf-8")
        assert picture.name == "out.svg"
        assert picture.width == pytest.approx(100)
        assert text.count("Noto Sans CJK SC") == 2
        assert "'wght' 400" in text and "'wght' 700" in text
        assert "fill:#333" in text

    def test_picture_that_is_not_svg(self, tmp_path):
        source = tmp_path / "in.svg"
        source.write_text("<p>no</p>", "utf-8")
        assert prepare_picture(source, tmp_path / "out.svg") is None

    def test_checksum_is_that_of_sha256sum(self):
        import hashlib

        data = FIXTURE / "data"
        listing = "".join(
            f"{hashlib.sha256((data / name).read_bytes()).hexdigest()}  {name}\n"
            for name in ("claims.csv", "datapackage.json")
        )
        assert checksum(data) == hashlib.sha256(listing.encode()).hexdigest()
