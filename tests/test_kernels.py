"""Kernels that are forked: each sees what a kernel of its own would, and nothing of another."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from shanhai.book import kernels
from shanhai.book.execute import Task, environment, execute

LOOK = """
import os, sys
import pandas
print(os.getcwd())
print(hash("山海"))
print(sorted(name for name in vars(pandas) if name.startswith("left_by_")))
print(os.environ.get("TZ"), os.environ["LC_ALL"], os.environ.get("ONLY_THE_BUILD_HAS"))
print([path for path in sys.path if path.endswith("where-the-build-ran")])
pandas.left_by_another = True
"""


def task(folder: Path, name: str, code: str) -> Task:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    path = folder / f"{name}.md"
    path.write_text(code, "utf-8")
    return Task(path.name, path, notebook, 60, False)


def run(folder: Path, *tasks: Task) -> list[str]:
    """Execute notebooks; return what was reported."""
    said: list[str] = []
    execute(tasks, folder / "caches" / "one", folder / "data", "zh_CN", said.append)
    return said


def printed(done: Task) -> list[str]:
    (cell,) = done.notebook.cells
    return "".join(output.text for output in cell.outputs).splitlines()


def test_a_kernel_sees_its_folder_its_variables_and_nothing_of_another(tmp_path, monkeypatch):
    elsewhere = tmp_path / "where-the-build-ran"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.syspath_prepend(str(elsewhere))
    first, second = task(tmp_path, "first", LOOK), task(tmp_path, "second", LOOK)
    run(tmp_path, first, second)
    alone = subprocess.run(
        [sys.executable, "-c", 'print(hash("山海"))'],
        env=environment(tmp_path, tmp_path / "data", "zh_CN"),
        capture_output=True,
        text=True,
        check=True,
    )
    for each in (first, second):
        assert printed(each) == [
            str(tmp_path),
            alone.stdout.strip(),
            "[]",
            "UTC C.UTF-8 None",
            "[]",
        ]


def test_a_notebook_may_start_processes(tmp_path):
    code = (
        "import multiprocessing\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))"
    )
    starts = task(tmp_path, "starts", code)
    run(tmp_path, starts)
    assert printed(starts) == ["[1, 2]"]


def test_chance_differs_from_kernel_to_kernel_and_no_name_is_given(tmp_path):
    code = "import numpy, random\nprint(numpy.random.rand(), random.random())\nprint('sys' in globals())"
    first, second = task(tmp_path, "first", code), task(tmp_path, "second", code)
    run(tmp_path, first, second)
    assert printed(first)[0] != printed(second)[0]
    assert printed(first)[1] == printed(second)[1] == "False"


def test_kernels_start_as_usual_where_the_server_cannot(tmp_path):
    """Its socket lies among temporary files; the name of one has at most 107 bytes."""
    deep = tmp_path / ("a-folder-for-temporary-files" * 4)
    deep.mkdir()
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from test_kernels import printed, run, task\n"
        "folder = Path(sys.argv[2])\n"
        "done = task(folder, 'done', 'print(6 * 7)')\n"
        "run(folder, done)\n"
        "print(printed(done))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent), tmp_path],
        env={**os.environ, "TMPDIR": str(deep)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "['42']", done.stderr


def test_whatever_stops_a_build_stops_its_kernels(tmp_path):
    look = "import pathlib, time\nwhile not pathlib.Path('pid').exists():\n    time.sleep(0.05)"
    wait = "import os, pathlib, time\npathlib.Path('new').write_text(str(os.getpid()))\n"
    wait += "os.replace('new', 'pid')\ntime.sleep(600)"
    looks, waits = task(tmp_path, "looks", look), task(tmp_path, "waits", wait)

    def full(_line):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        execute(
            [looks, waits], tmp_path / "caches" / "one", tmp_path / "data", "zh_CN", full, jobs=2
        )
    kernel = int((tmp_path / "pid").read_text())
    gone = not psutil.pid_exists(kernel)
    assert gone or not psutil.wait_procs([psutil.Process(kernel)], timeout=30)[1]


@pytest.mark.skipif(not kernels.can_fork(), reason="kernels are forked on Linux alone")
def test_a_build_that_is_killed_leaves_no_kernel_behind(tmp_path):
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from test_kernels import run, task\n"
        "folder = Path(sys.argv[2])\n"
        "run(folder, task(folder, 'waits', 'open(\"here\", \"w\").close(); import time; time.sleep(600)'))"
    )
    build = subprocess.Popen([sys.executable, "-c", script, str(Path(__file__).parent), tmp_path])
    while not (tmp_path / "here").exists():
        assert build.poll() is None, "the build ended before its notebook ran"
        time.sleep(0.05)  # only how often to look
    started = psutil.Process(build.pid).children(recursive=True)
    assert started
    build.kill()
    build.wait()
    _, left = psutil.wait_procs(started, timeout=30)
    assert left == []
