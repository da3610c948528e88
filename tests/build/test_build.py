"""A second, made-up book is built for real: the package knows no book in particular.

One cold build is shared by the tests; each works on a copy of it, so that only what it changes is redone.
"""

import csv
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pikepdf
import pytest

from shanhai.evidence.checks.package import check

ROOT = Path(__file__).parents[2]


def build(book, *options, **environment):
    """Run the build as a user does; return exit code and all that was printed."""
    done = subprocess.run(
        [sys.executable, "-m", "shanhai", "build", *options, str(book)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def page(book, name="notebooks/one"):
    """Return a page's text, without markup."""
    html = (book / "_build" / "html" / f"{name}.html").read_text("utf-8")
    return re.sub(r"<[^>]+>", "", html)


def replace(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The second book, built once, in a folder with a space and Chinese characters in its name."""
    book = tmp_path_factory.mktemp("a book 书") / "book"
    shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", book)
    code, said = build(book)
    assert code == 0, said
    assert "[2/2]" in said
    return book


@pytest.fixture
def book(built, tmp_path):
    """A copy of the built book that a test may change; it lies elsewhere, as after a move."""
    return Path(shutil.copytree(built, tmp_path / "book"))


def test_html_and_pdf_hold_the_figures(built):
    assert "12公里" in page(built, "index") and "2900元" in page(built, "index")
    assert "平均每公里2900元" in re.sub(r"\s", "", page(built, "index"))
    assert "200多棵" in page(built, "notebooks/two")
    with pikepdf.open(built / "_build" / "pdf" / "shanhai.pdf") as pdf:
        assert len(pdf.pages) >= 5


def test_a_book_as_windows_and_spreadsheets_save_it_says_the_same(book, built):
    texts = [path for path in book.rglob("*") if path.suffix in {".csv", ".json", ".md", ".yml"}]
    texts = [path for path in texts if "_build" not in path.parts]
    assert len(texts) > 12
    for path in texts:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    code, said = build(book, "--html")
    assert code == 0, said
    assert page(book) == page(built) and page(book, "index") == page(built, "index")


def test_a_chart_is_shown_again_on_another_page(built):
    html = built / "_build" / "html"
    first = (html / "notebooks" / "one.html").read_text("utf-8")
    again = (html / "index.html").read_text("utf-8")
    pictures = re.compile(r"<svg.*?</svg>", re.S)
    assert set(pictures.findall(first)) & set(pictures.findall(again))
    assert 'href="book/evidence.html#claim-canal"' in again
    assert 'id="fig-canal"' in first and 'id="shown-canal"' in again


def test_values_of_the_data_are_escaped(built):
    html = (built / "_build" / "html" / "book" / "evidence.html").read_text("utf-8")
    assert "&lt;b&gt;&amp;amp;" in html and "<b>&amp;" not in html


def test_with_nothing_changed_nothing_is_done(book):
    code, said = build(book)
    assert code == 0 and "nothing has changed" in said and "making" not in said, said
    assert str(book / "_build" / "pdf" / "shanhai.pdf") in said


@pytest.mark.parametrize(
    "change",
    [
        lambda book: (book / "_build" / "html" / "index.html").unlink(),
        lambda book: (book / "_build" / "html" / "left.html").write_text("stray"),
        lambda book: (book / "_build" / "pdf" / "shanhai.pdf").write_bytes(b"%PDF cut off"),
        lambda book: (book / "_build" / ".stamp.json").write_text("{"),
        lambda book: replace(book / "_config.yml", "title:", "# edited\ntitle:"),
    ],
)
def test_whatever_is_not_as_it_was_is_built_again(book, built, change):
    change(book)
    code, said = build(book)
    assert code == 0 and "making the PDF" in said, said
    assert outputs(book) == outputs(built)


def outputs(book):
    return {
        path.relative_to(book): path.read_bytes()
        for part in ("html", "pdf")
        for path in (book / "_build" / part).rglob("*")
        if path.is_file()
    }


def test_a_second_build_executes_nothing_and_gives_the_same_bytes(book):
    (book / "_build" / ".stamp.json").unlink()
    before = {p: p.read_bytes() for p in (book / "_build" / "html").rglob("*") if p.is_file()}
    pdf = (book / "_build" / "pdf" / "shanhai.pdf").read_bytes()
    code, said = build(book)
    assert code == 0, said
    assert "[1/" not in said.replace("[1/4]", "")
    after = {p: p.read_bytes() for p in (book / "_build" / "html").rglob("*") if p.is_file()}
    assert after.keys() == before.keys()
    assert [p.name for p in after if after[p] != before[p]] == []
    assert (book / "_build" / "pdf" / "shanhai.pdf").read_bytes() == pdf


def test_a_changed_figure_reaches_every_page(book):
    claims = book / "data" / "claims.csv"
    replace(claims, "3.5万元,3.5,", "4.8万元,4.8,")
    code, said = build(book)
    assert code == 0, said
    for name in ("index", "notebooks/one", "book/evidence"):
        text = page(book, name)
        assert "2900" not in text and "3.5万" not in text, name
    assert "4000元" in page(book, "index") and "4.8万元" in page(book, "book/evidence")
    # A chart's picture, which its page takes in, is another too: the build has made it, nobody else.
    replace(claims, "12公里,12,", "13公里,13,")
    assert build(book)[0] == 0
    assert "nothing has changed" in build(book)[1]


def test_what_shows_nothing_of_a_change_is_not_made_again(book):
    (book / "_build" / ".stamp.json").unlink()
    assert build(book)[0] == 0  # where it lies now
    cited = book / "_build" / "cited.json"
    for path, old, new, read, typeset in (
        ("data/claims.csv", "种的树", "栽的树", {"notebooks/two", "book/evidence"}, True),
        ("notebooks/two.md", "book = open", "# a remark\nbook = open", {"notebooks/two"}, False),
    ):
        replace(book / path, old, new)
        before = cited.stat().st_mtime_ns
        code, said = build(book)
        assert code == 0, said
        log = (book / "_build" / "logs" / "html.log").read_text("utf-8")
        assert f"0 added, {len(read)} changed" in log
        written = set(re.findall(r"writing output\.\.\. \[ *\d+%\] (\S+)", log))
        assert written == read | {"index"}, log  # which Sphinx writes every time
        assert (cited.stat().st_mtime_ns != before) == typeset


def test_without_results_and_pages_the_next_build_makes_both(book):
    (book / "_build" / ".stamp.json").unlink()
    assert build(book)[0] == 0  # where it lies now
    html = book / "_build" / "html"
    whole = {path: path.read_bytes() for path in html.rglob("*.ipynb")}
    assert len(whole) == 2
    shutil.rmtree(book / "_build" / ".jupyter_cache")
    shutil.rmtree(html)
    code, said = build(book)
    assert code == 0, said
    assert {path: path.read_bytes() for path in html.rglob("*.ipynb")} == whole


@pytest.mark.parametrize("seed", range(2))
def test_after_any_cell_s_change_the_book_is_that_of_the_new_data(book, tmp_path, seed):
    """Drawn at random: what is built upon an earlier build is what a build from nothing gives."""
    draw = random.Random(seed)
    faults = ["no cell drawn yet"]
    while faults:
        path = draw.choice(sorted((book / "data").glob("*.csv")))
        before = path.read_bytes()
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        row, column = draw.randrange(1, len(rows)), draw.randrange(len(rows[0]))
        rows[row][column] = draw.choice(["", "1", "2", "改过", rows[-row][column]])
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        faults = check(book / "data") or before == path.read_bytes()
        if faults:
            path.write_bytes(before)
    code, said = build(book)
    assert code == 0, said
    fresh = Path(shutil.copytree(book, tmp_path / "fresh", ignore=shutil.ignore_patterns("_build")))
    assert build(fresh)[0] == 0
    assert outputs(book) == outputs(fresh), f"{path.name}, line {row + 1}, column {column + 1}"


def test_jupyter_book_by_hand_is_not_stale_and_gives_the_same_html(book):
    replace(book / "data" / "claims.csv", "3.5万元,3.5,", "4.8万元,4.8,")
    assert build(book, "--html")[0] == 0
    ours = {
        p.relative_to(book): p.read_bytes()
        for p in (book / "_build" / "html").rglob("*")
        if p.is_file()
    }
    shutil.rmtree(book / "_build" / "html")
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", str(book)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    theirs = {
        p.relative_to(book): p.read_bytes()
        for p in (book / "_build" / "html").rglob("*")
        if p.is_file()
    }
    theirs.pop(Path("_build/html/.buildinfo"))
    assert theirs.keys() == ours.keys()
    assert [str(p) for p in ours if ours[p] != theirs[p]] == []
    assert "4000元" in page(book, "index")


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("notebooks/two.md", 'glue("trees"', 'oops\nglue("trees"', "notebooks/two.md:15: cell 1: NameError: name 'oops'"),  # noqa: E501
        ("notebooks/one.md", 'claims=["canal"]', 'claims=["channel"]', "channel"),
        ("data/claims.csv", "12公里,12,", "12公里,13,", "is not what '12公里' says"),
        ("_config.yml", "title: 双河镇", "title: [", "_config.yml:"),
        ("_toc.yml", "notebooks/two", "notebooks/nine", "_toc.yml:5: notebooks/nine: there is no such page"),
    ],
)  # fmt: skip
def test_failure_is_failure_and_the_last_book_stays(book, file, old, new, says):
    before = page(book)
    replace(book / file, old, new)
    for _ in range(2):  # a second build does not forget the fault
        code, said = build(book, "--html")
        assert code == 1
        assert says in said, said
    assert page(book) == before


def test_jupyter_s_own_notebook_is_built_and_one_in_no_chapter_is_said(book):
    cell = nbformat.v4.new_code_cell("print(6 * 7)")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 新的一章"), cell])
    nbformat.write(notebook, book / "notebooks" / "new.ipynb")
    (book / "notebooks" / "draft.md").write_text("---\nkernelspec: {}\n---\n# a\n", "utf-8")
    replace(book / "_toc.yml", "notebooks/two", "notebooks/two\n  - file: notebooks/new")
    # As an editor on Windows saves it.
    for name in ("_toc.yml", "_config.yml", "index.md", "notebooks/two.md"):
        text = (book / name).read_text("utf-8")
        (book / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    code, said = build(book, "--html")
    assert code == 0, said
    assert "note: notebooks/draft.md is in no chapter; name it in _toc.yml" in said
    assert "42" in page(book, "notebooks/new")
    replace(book / "_config.yml", '[".*"', '[".*", "**/*.ipynb"')
    code, said = build(book, "--html")
    assert code == 1 and "notebooks/new.ipynb: exclude_patterns in _config.yml" in said, said


def test_jupyter_book_by_hand_checks_the_data(book):
    replace(book / "data" / "claims.csv", "12公里,12,", "12公里,13,")
    done = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", str(book)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode != 0 and "is not what '12公里' says" in done.stderr, done.stderr


WRONG = """

{claim}`tress` {derived}`notebooks/one#per-mile` {derived}`notebooks/three#per-km`
{doc}`nowhere` {ref}`no-such-label`

```{shown} notebooks/one#ditch
```

```{shown} notebooks/three#canal
```
"""


def test_every_wrong_reference_is_named_in_one_build(book):
    before = page(book)
    records = [book / "_build" / name for name in ("derived.json", "cited.json")]
    recorded = [path.read_text("utf-8") for path in records]
    index = book / "index.md"
    index.write_text(index.read_text("utf-8") + WRONG, "utf-8")
    for _ in range(2):
        code, said = build(book, "--html")
        assert code == 1
        for says in (
            "index.md:9: ERROR: unknown claim 'tress': no such id in data/claims.csv",
            "index.md:9: WARNING: derived figure 'per-mile': no such key in notebooks/one",
            "expected PAGE#KEY",
            "nowhere",
            "no-such-label",
            "no such chart in notebooks/one",
            "expected PAGE#NAME",
        ):
            assert said.count(says) == 1, said
        assert all(
            re.match(r"(?:Error: )?\S+\.md:\d+: ", line)
            for line in said.splitlines()
            if re.search("WARNING|ERROR", line)
        ), said
    assert page(book) == before
    assert [path.read_text("utf-8") for path in records] == recorded


def test_two_builds_in_one_folder_do_not_meet(book):
    replace(book / "data" / "claims.csv", "3.5万元,3.5,", "4.8万元,4.8,")
    command = [sys.executable, "-m", "shanhai", "build", "--html", str(book)]
    both = [
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert "4000元" in page(book, "index")


def test_after_a_kill_the_next_build_is_whole(book, built):
    replace(book / "data" / "claims.csv", "3.5万元,3.5,", "4.8万元,4.8,")
    process = subprocess.Popen(
        [sys.executable, "-m", "shanhai", "build", str(book)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    for line in process.stdout:
        if "[2/4]" in line:
            break
    deadline = time.monotonic() + 1.0
    while time.monotonic() < deadline and process.poll() is None:
        pass
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert "2900元" in page(book, "index")  # the last book is still whole
    code, said = build(book)
    assert code == 0, said
    assert "4000元" in page(book, "index")


STARTS = """
with open("../../started", "w") as file:
    file.write("x")
while True:
    pass
"""


@pytest.mark.skipif(os.name == "nt", reason="named pipes, and signals")
def test_ctrl_c_ends_the_build_and_its_kernels_and_keeps_the_last_book(book, tmp_path):
    replace(book / "notebooks" / "two.md", 'glue("trees"', f'{STARTS}glue("trees"')
    os.mkfifo(tmp_path / "started")
    pipe = os.open(tmp_path / "started", os.O_RDONLY | os.O_NONBLOCK)
    process = subprocess.Popen(
        [sys.executable, "-m", "shanhai", "build", str(book)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert select.select([pipe], [], [], 120)[0], "the notebook did not start"
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that run there
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 1, said
    after = said.partition("making the HTML\n")[2].splitlines()
    assert after == ["Error: stopped; the last good book is still in place"], said
    # A kernel that still ran would hold the other end of the pipe.
    os.set_blocking(pipe, True)
    assert os.read(pipe, 9) == b"x" and os.read(pipe, 9) == b""
    os.close(pipe)
    assert "2900元" in page(book, "index")


def test_the_report_alone_is_built_without_the_pages(book, built):
    replace(book / "data" / "claims.csv", "3.5万元,3.5,", "4.8万元,4.8,")
    code, said = build(book, "--pdf")
    assert code == 0 and "making the HTML" not in said, said
    assert "2900元" in page(book, "index")
    pdf = Path("_build", "pdf", "shanhai.pdf")
    assert (book / pdf).read_bytes() != (built / pdf).read_bytes()


def test_what_is_changed_while_it_is_read_counts_for_the_next_build(book, tmp_path):
    (tmp_path / "page.md").write_text("changed", "utf-8")
    # By another program than the notebook, as an editor would.
    change = f'__import__("subprocess").run(["cp", "{tmp_path}/page.md", "../left.md"], check=True)'
    replace(book / "notebooks" / "two.md", 'glue("trees"', f'{change}\nglue("trees"')
    code, said = build(book, "--html")
    assert code == 0, said
    (book / "left.md").unlink()
    code, said = build(book, "--html")
    assert code == 0 and "making the HTML" in said, said
    assert "nothing has changed" in build(book, "--html")[1]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_text(""), "is a file where a folder is needed; move it away"),
        (lambda path: path.symlink_to("/sys/kernel"), "cannot be written; make the folder"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="/sys, which even root cannot write")
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, damage, says):
    book = tmp_path / "book"
    shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", book)
    damage(book / "_build")
    code, said = build(book)
    assert code == 1 and f"{book / '_build'}" in said and says in said, said


def test_the_wrong_folder_is_one_sentence(tmp_path):
    code, said = build(tmp_path)
    assert code == 1 and "_config.yml: no such file" in said


def test_the_report_is_taken_from_pages_that_stand_and_from_no_others(book, built):
    pdf = book / "_build" / "pdf" / "shanhai.pdf"
    log = book / "_build" / "logs" / "pdf.log"
    log.unlink(missing_ok=True)
    pdf.unlink()
    code, said = build(book, "--pdf")
    assert code == 0 and not log.exists(), said
    assert pdf.read_bytes() == (built / "_build" / "pdf" / "shanhai.pdf").read_bytes()
    replace(book / "index.md", "\n\n", "\n\n新写的一句话。\n\n")
    code, said = build(book, "--pdf")
    assert code == 0 and log.exists(), said
    assert pdf.read_bytes() != (book / "_build" / "html" / "shanhai.pdf").read_bytes()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a\n- list\n", "_config.yml:1: settings expected"),
        ("sphinx: {config: [a]}\n", "_config.yml:1: sphinx: config: settings expected"),
        ("execute: {run_in_temp: true, execute_notebooks: cache}\n", "run_in_temp"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(book, text, says):
    config = book / "_config.yml"
    if "run_in_temp" in text:
        replace(config, "execute: {", "execute: {run_in_temp: true, ")
    else:
        config.write_text(text, "utf-8")
    code, said = build(book, "--html")
    assert code == 1 and says in said, said
