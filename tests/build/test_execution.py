"""Notebooks in real kernels: whatever goes wrong is one line, and nothing good is executed twice."""

from __future__ import annotations

import json
import os
import shutil

import nbformat
import pytest

from shanhai.build.digests import fingerprint, inputs
from shanhai.build.execution import NotebookError, execute
from shanhai.build.kernels import forkserver
from shanhai.build.kernels.task import Task
from shanhai.build.results import CACHES, prune
from shanhai.build.watched import PACKAGE, UnreadableError, walk


def task(folder, name, *cells, kernel="python3", timeout=60, tags=(), **options):
    """Return a notebook of these cells, as Jupyter itself keeps it: it knows no lines."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell, metadata={"tags": [*tags]}) for cell in cells],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel}},
    )
    return Task(folder, name, notebook, timeout, **options)


def failures(folder, data, *tasks):
    """Execute notebooks; return what is said of those that fail, and what was reported."""
    said = []
    with pytest.raises(NotebookError) as error:
        execute(tasks, folder / CACHES / "state", data, "zh_CN", said.append)
    return str(error.value).splitlines(), said


def test_each_notebook_that_fails_is_a_line_and_the_others_are_kept(tmp_path, root):
    def tasks():
        return [
            task(tmp_path, "slow.ipynb", "while True: pass", timeout=1),
            task(tmp_path, "dead.ipynb", "1", "import os; os._exit(1)"),
            task(tmp_path, "foreign.ipynb", "1", kernel="julia-1.9"),
            task(tmp_path, "wrong.ipynb", "1", "2", "oops"),
            task(tmp_path, "bare.ipynb", "assert False"),
            task(tmp_path, "good.ipynb", "1"),
        ]

    for number in (6, 5):  # the good one is found the second time
        lines, said = failures(tmp_path, root / "data", *tasks())
        assert lines == [
            "slow.ipynb:1: cell 1, line 1: took longer than 1 seconds",
            "dead.ipynb:1: cell 2, line 1: the kernel died (out of memory?)",
            "foreign.ipynb:1: kernel 'julia-1.9': notebooks run in python3 alone; "
            "write `kernelspec: {name: python3, display_name: Python 3}` in its header",
            "wrong.ipynb:1: cell 3, line 1: NameError: name 'oops' is not defined",
            "bare.ipynb:1: cell 1, line 1: AssertionError",
        ]
        assert len(said) == number and all(line.startswith("[") for line in said)
    log = tmp_path / "_build" / "logs" / "wrong.traceback.txt"
    assert "oops" in log.read_text("utf-8") and "\x1b" not in log.read_text("utf-8")


SHOWN = """
class Shown:
    def _repr_html_(self):
        raise ValueError("boom\\n  of two lines")
"""

CHART = """
import altair, decimal, pandas
frame = pandas.DataFrame({"a": [decimal.Decimal("1.5")] * rows, "b": "x"})
altair.Chart(frame).mark_bar().encode(x=field)
"""

WIDE = """
import altair, pandas
from shanhai.notebook import figure
half = altair.Chart(pandas.DataFrame({"a": [1]})).mark_bar().encode(x="a").properties(width=400)
figure(half | half, name="pair", title="t", subtitle="s", description="d")
"""


def test_errors_keep_their_words(tmp_path, root):
    """Raised while a value is shown, or only told on stderr: the kernel says nothing of it by itself."""
    lines, _ = failures(
        tmp_path,
        root / "data",
        task(tmp_path, "last.ipynb", f"{SHOWN}Shown()"),
        task(tmp_path, "amid.ipynb", f"{SHOWN}display(Shown()); 1"),
        task(tmp_path, "field.ipynb", f"rows, field = 1, 'absent'{CHART}"),
        task(tmp_path, "rows.ipynb", f"rows, field = 6000, 'b:N'{CHART}"),
        task(tmp_path, "exit.ipynb", "raise SystemExit(3)"),
        task(tmp_path, "wide.ipynb", WIDE),
        task(
            tmp_path,
            "warned.ipynb",
            "import warnings; warnings.warn('下个版本会改名')",
            stderr_is_fault=True,
        ),
        task(tmp_path, "syntax.ipynb", "1\nf("),
        task(
            tmp_path,
            "thread.ipynb",
            "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
            stderr_is_fault=True,
        ),
        task(
            tmp_path,
            "told.ipynb",
            "import sys; print('told', file=sys.stderr)",
            tags=["remove-stderr"],
            stderr_is_fault=True,
        ),
    )
    for line, says in zip(
        lines,
        (
            "last.ipynb:1: cell 1, line 4: ValueError: boom of two lines",
            "amid.ipynb:1: cell 1, line 4: ValueError: boom of two lines",
            'field.ipynb:1: cell 1, line 1: ValueError: Unable to determine data type for the field "absent"',
            "rows.ipynb:1: cell 1, line 1: MaxRowsError: The number of rows in your dataset (6000)",
            "exit.ipynb:1: cell 1, line 1: SystemExit: 3",
            "wide.ipynb:1: cell 1, line 1: ValueError: figure 'pair': its wide picture is",
            "warned.ipynb:1: cell 1, line 1: on stderr: UserWarning: 下个版本会改名 (mend it, or give the",
            "syntax.ipynb:1: cell 1, line 2: SyntaxError: incomplete input",
            "thread.ipynb:1: cell 1, line 1: on stderr: Exception in thread ",
        ),
        strict=True,
    ):
        assert line.startswith(says), lines
    assert lines[-2].endswith("input")
    assert lines[-1].endswith(
        ": division by zero (mend it, or give the cell the tag remove-stderr)"
    )


MARKS = "pandas.mark = True"
SEES = """
import os, pandas, random, subprocess, sys
assert not hasattr(pandas, "mark")
assert sys.stdin.read() == "" and subprocess.run("true", shell=True).returncode == 0
f"{os.getcwd()} {random.random()}"
"""


def test_a_kernel_knows_nothing_of_the_one_before(tmp_path, root):
    tasks = [task(tmp_path, f"{name}.ipynb", SEES, MARKS) for name in "abc"]
    said = []
    assert execute(tasks, tmp_path / CACHES / "state", root / "data", "zh_CN", said.append, 1) == 3
    shown = [each.notebook.cells[0].outputs[0]["data"]["text/plain"] for each in tasks]
    assert len(set(shown)) == 3  # Chance is another in each.
    assert all(text.startswith(f"'{tmp_path} ") for text in shown)


@pytest.mark.skipif(not forkserver._possible(), reason="kernels are not forked here")
def test_a_fork_server_that_dies_takes_no_more_than_its_kernel(tmp_path, root):
    kills = "import os, signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(50)"
    tasks = [task(tmp_path, "killer.ipynb", kills), task(tmp_path, "next.ipynb", "1")]
    with pytest.raises(NotebookError) as error:
        execute(tasks, tmp_path / CACHES / "state", root / "data", "zh_CN", print, 1)
    died = "killer.ipynb:1: cell 1, line 1: the kernel died (out of memory?)"
    assert str(error.value) == died
    assert tasks[1].notebook.cells[0].outputs[0]["data"]["text/plain"] == "1"


STATE = """
import altair, gc, json, locale, logging, os, pandas, signal, sys, threading, time, warnings
from pandas._config.config import _select_options
private = {"JPY_PARENT_PID", "IPYTHONDIR", "PWD", *(n for n in os.environ if n.startswith("JUPYTER"))}
state = {
    "options": {name: repr(pandas.get_option(name)).lower() for name in _select_options("")},
    "altair": [altair.renderers.active, altair.theme.active, altair.data_transformers.active],
    "environment": {name: text for name, text in os.environ.items() if name not in private},
    "path": [sys.path, sys.argv[2], sys.flags.hash_randomization, os.getcwd()],
    "warnings": sorted(map(repr, warnings.filters)),
    "signals": [repr(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
    "time": [time.tzname, locale.getlocale(), gc.isenabled(), gc.get_threshold()],
    "logging": [logging.root.level, len(logging.root.handlers)],
    "display": [sys.displayhook.__class__.__name__, sys.stdin.isatty()],
}
print(json.dumps(state, default=repr))
"""


def test_a_forked_kernel_is_as_one_that_is_started(tmp_path, root, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    states = []
    for possible in (True, False):
        if not possible:
            monkeypatch.setattr(forkserver, "_possible", lambda: False)
        one = task(tmp_path, "a.ipynb", STATE)
        execute([one], tmp_path / CACHES / str(possible), root / "data", "zh_CN", print)
        states.append(json.loads(one.notebook.cells[0].outputs[0]["text"]))
    forked, started = states
    for name in started:
        assert forked[name] == started[name]


def test_a_kernel_that_cannot_start_is_a_line_a_notebook(tmp_path, root, monkeypatch, capfd):
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('no licence for today')", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    lines, _ = failures(
        tmp_path, root / "data", *(task(tmp_path, f"{name}.ipynb", "1") for name in "ab")
    )
    assert lines == [
        f"{name}.ipynb:1: the kernel could not be started: SystemExit: no licence for today"
        for name in "ab"
    ]
    assert capfd.readouterr().err == ""


def test_what_a_notebook_opens_is_watched_or_a_fault(tmp_path, root):
    book = tmp_path / "book"
    (book / "reference").mkdir(parents=True)
    (book / "reference" / "n.txt").write_text("1", "utf-8")
    (book / "drafts").mkdir()
    (book / "drafts" / "n.txt").write_text("1", "utf-8")
    (book / "page.md").write_text("a page", "utf-8")
    (book / "_config.yml").write_text("exclude_patterns: [drafts]\n", "utf-8")
    (tmp_path / "outside.txt").write_text("1", "utf-8")
    temporary = (
        "import tempfile, pathlib\n"
        "path = pathlib.Path(tempfile.mkdtemp(), 'n')\n"
        "path.write_text('1'); path.read_text()"
    )
    lines, _ = failures(
        book,
        book / "data",
        task(book, "good.ipynb", "open('reference/n.txt').read()", temporary, "import altair"),
        task(book, "left-out.ipynb", "open('drafts/n.txt').read()"),
        task(book, "outside.ipynb", "import pandas; pandas.read_csv('../outside.txt')"),
        task(book, "page.ipynb", "open('page.md').read()"),
        task(book, "writes.ipynb", "open('reference/m.txt', 'w').write('1')"),
    )
    assert lines == [
        "left-out.ipynb:1: reads drafts/n.txt, whose changes are not watched; "
        "keep it in the book's folder, or its data's",
        f"outside.ipynb:1: reads {tmp_path / 'outside.txt'}, whose changes are not watched; "
        "keep it in the book's folder, or its data's",
        "page.ipynb:1: reads page.md, a page: its changes are not watched; "
        "keep what it reads in a data file",
        "writes.ipynb:1: writes reference/m.txt: notebooks run side by side and may write nothing "
        "into the book",
    ]


BOOK = "from shanhai.evidence.ledger import Ledger; ledger = Ledger.load()\n"
ASKS = {
    "one.ipynb": f"{BOOK}ledger.claims['sh-aid'].value",
    "sum.ipynb": f"{BOOK}sum(claim.value for claim in ledger.claims.values())",
    "words.ipynb": f"{BOOK}ledger.claims['sh-aid'].description_en",
    "label.ipynb": f"{BOOK}ledger.label('places', 'shanghai', 'en')",
    "package.ipynb": f"{BOOK}ledger.package['title']",
    "hand.ipynb": "len(open('data/claims.csv').read())",
    "shell.ipynb": "import subprocess; subprocess.run(['true']).returncode",
    "absent.ipynb": "try:\n    print(open('later').read())\nexcept OSError:\n    pass",
}
ALL_OF_IT = {"hand.ipynb", "shell.ipynb"}


def test_a_notebook_is_executed_when_what_it_has_read_is_another(tmp_path, root):
    """Every change makes another state; of the results, those are taken over that do not depend on it."""
    shutil.copytree(root / "data", tmp_path / "data")

    def put(path, old, new):
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def executed():
        said = []
        tasks = [task(tmp_path, name, asks) for name, asks in ASKS.items()]
        folder = tmp_path / CACHES / fingerprint(tmp_path)
        execute(tasks, folder, tmp_path / "data", "zh_CN", said.append)
        return {line.split()[1] for line in said}

    assert executed() == {*ASKS}
    assert not executed()
    data = tmp_path / "data"
    for name, old, new, readers in (
        ("claims.csv", "105.64,", "105.65,", {"one.ipynb", "sum.ipynb", "words.ipynb"}),
        ("claims.csv", "Aid funds from Shanghai", "Aid", {"words.ipynb"}),
        ("claims.csv", "sh-counties,", "sh-county,", {"sum.ipynb"}),
        ("places.csv", "shanghai,上海,", "shanghai,沪,", {"label.ipynb"}),
        ("datapackage.json", '"title": "', '"title": "x', {"package.ipynb"}),
    ):
        put(data / name, old, new)
        assert executed() == readers | ALL_OF_IT, (name, new)
    (tmp_path / "later").write_text("1", "utf-8")
    assert executed() == {"absent.ipynb"} | ALL_OF_IT


def test_a_book_goes_back_to_the_states_it_had_last_and_no_further(tmp_path):
    for age in range(8):
        (tmp_path / f"state-{age}").mkdir()
        os.utime(tmp_path / f"state-{age}", (10_000 - age, 10_000 - age))
    (tmp_path / ".lock").touch()
    prune(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".lock",
        *(f"state-{age}" for age in range(5)),
    ]


@pytest.mark.parametrize(
    ("name", "counts"),
    [("SHANHAI_LOCALE", True), ("SOURCE_DATE_EPOCH", True), ("SHANHAI_CHROMIUM", False)],
)
def test_a_variable_that_a_result_depends_on_makes_another_state(root, monkeypatch, name, counts):
    monkeypatch.setenv(name, "1")
    before = fingerprint(root)
    monkeypatch.setenv(name, "2")
    assert (fingerprint(root) != before) == counts


def test_a_variable_that_a_notebook_names_makes_another_state(tmp_path, monkeypatch):
    (tmp_path / "one.md").write_text("---\nkernelspec: {}\n---\nos.environ['MY_YEAR']", "utf-8")
    states = set()
    for value in ("1", "2"):
        monkeypatch.setenv("MY_YEAR", value)
        monkeypatch.setenv("MY_MONTH", value)
        states.add((fingerprint(tmp_path), inputs(tmp_path)))
    assert len(states) == 2
    monkeypatch.setenv("MY_MONTH", "3")
    assert (fingerprint(tmp_path), inputs(tmp_path)) in states


def test_whatever_a_notebook_can_read_makes_another_state(tmp_path, root):
    book = tmp_path / "book"
    (tmp_path / "elsewhere").mkdir()
    figures = tmp_path / "elsewhere" / "figures.csv"
    figures.write_text("1", "utf-8")
    (book / "notebooks").mkdir(parents=True)
    (book / "reference").mkdir()
    (book / "data").symlink_to(tmp_path / "elsewhere")
    (book / "one.md").write_text("---\nkernelspec: {name: python3}\n---\n", "utf-8")
    helper = book / "helper.py"
    states = []
    for change in (
        lambda: None,
        lambda: helper.write_text("A = 1", "utf-8"),
        lambda: helper.write_text("A = 2", "utf-8"),
        lambda: figures.write_text("2", "utf-8"),
        lambda: (book / "reference" / "n.txt").write_text("1", "utf-8"),
        lambda: (book / "requirements.txt").write_text("altair==1\n", "utf-8"),
    ):
        change()
        states.append((fingerprint(book), inputs(book)))
    assert len({state for state, _ in states}) == len({state for _, state in states}) == len(states)
    (book / "page.md").write_text("a page", "utf-8")
    assert fingerprint(book) == states[-1][0] and inputs(book) != states[-1][1]
    figures.write_text("3", "utf-8")
    (book / "data").unlink()
    assert inputs(book, "../elsewhere") != inputs(book)


def test_what_is_left_out_of_the_book_makes_no_other_state(tmp_path):
    settings = tmp_path / "_config.yml"
    settings.write_text("exclude_patterns: [README.md, 'docs', '**/*.log', '*.txt']\n", "utf-8")
    for name in ("docs/deep", "notebooks", "data", "_build", ".git"):
        (tmp_path / name).mkdir(parents=True)
    before = fingerprint(tmp_path), inputs(tmp_path)
    for name in ("README.md", "docs/deep/a.csv", "notebooks/a.log", "b.log", "n.txt", "_build/a"):
        (tmp_path / name).write_text("1", "utf-8")
        assert (fingerprint(tmp_path), inputs(tmp_path)) == before, name
    # Unless a page has taken it in, or it is data.
    assert inputs(tmp_path, read=["README.md"]) != before[1]
    for name in ("notebooks/n.txt", "data/n.log"):
        before = fingerprint(tmp_path), inputs(tmp_path)
        (tmp_path / name).write_text("1", "utf-8")
        assert not {fingerprint(tmp_path), inputs(tmp_path)} & {*before}, name


@pytest.mark.skipif(os.name == "nt", reason="links and pipes")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.symlink_to("nowhere"), "a link that leads nowhere; mend or remove it"),
        (os.mkfifo, "neither a file nor a folder; move it away"),
    ],
)
def test_what_is_no_file_is_a_sentence(tmp_path, make, says):
    make(tmp_path / "strange")
    with pytest.raises(UnreadableError, match=f"strange: {says}"):
        inputs(tmp_path)


def test_a_change_of_the_package_is_a_change():
    assert PACKAGE / "design.py" in set(walk(PACKAGE))
