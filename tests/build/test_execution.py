"""Notebooks in real kernels: whatever goes wrong is one line, and nothing good is executed twice."""

from __future__ import annotations

import os

import nbformat
import pytest

from shanhai.build.digests import fingerprint, inputs
from shanhai.build.execution import CACHES, NotebookError, Task, execute
from shanhai.build.execution import _prune as prune


def task(folder, name, *cells, kernel="python3", timeout=60):
    """Return a notebook of these cells, as Jupyter itself keeps it: it knows no lines."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel}},
    )
    return Task(name, folder / name, notebook, timeout, allow_errors=False)


def test_each_notebook_that_fails_is_a_line_and_the_others_are_kept(tmp_path, root):
    cache = tmp_path / CACHES / "state"

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
        said = []
        with pytest.raises(NotebookError) as error:
            execute(tasks(), cache, root / "data", "zh_CN", said.append, jobs=1)
        assert str(error.value).splitlines() == [
            "slow.ipynb: cell 1: took longer than 1 seconds",
            "dead.ipynb: cell 2: the kernel died (out of memory?)",
            "foreign.ipynb:1: kernel 'julia-1.9': only python3 is there",
            "wrong.ipynb: cell 3: NameError: name 'oops' is not defined",
            "bare.ipynb: cell 1: AssertionError",
        ]
        assert len(said) == number and all(line.startswith("[") for line in said)
    log = tmp_path / "_build" / "logs" / "wrong.traceback.txt"
    assert "oops" in log.read_text("utf-8") and "\x1b" not in log.read_text("utf-8")


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


def test_whatever_a_notebook_can_read_makes_another_state(tmp_path, root):
    book = tmp_path / "book"
    (tmp_path / "elsewhere").mkdir()
    figures = tmp_path / "elsewhere" / "figures.csv"
    figures.write_text("1", "utf-8")
    (book / "notebooks").mkdir(parents=True)
    (book / "data").symlink_to(tmp_path / "elsewhere")
    (book / "notebooks" / "one.md").write_text("---\nkernelspec: {name: python3}\n---\n", "utf-8")
    helper = book / "notebooks" / "helper.py"
    states = []
    for change in (
        lambda: None,
        lambda: helper.write_text("A = 1", "utf-8"),
        lambda: helper.write_text("A = 2", "utf-8"),
        lambda: figures.write_text("2", "utf-8"),
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
