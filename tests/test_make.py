"""Set-up for real, in a small checkout: its own locks, wheels made here, no index asked.

What is tested is `make.py` and the Makefile; only the packages they install are toys.
"""

from __future__ import annotations

import hashlib
import os
import runpy
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = getattr(sys, "_base_executable", sys.executable)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and symbolic links")

#: Makes the checkout installable in place with nothing but pip.
BACKEND = """
import os, zipfile
FILES = {
    "shanhai.pth": os.getcwd(),
    "shanhai-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: shanhai\\nVersion: 1\\n",
    "shanhai-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "shanhai-1.dist-info/RECORD": "",
}
def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "shanhai-1-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
    return name
def get_requires_for_build_editable(config_settings=None):
    return []
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "shanhai"
version = "1"
"""
#: Stands in for the command line, and for the tools: says what it was given.
MAIN = """
import importlib.metadata, os, sys
import toy
print("ran", sys.argv[1:], importlib.metadata.version("toy"), toy.__file__)
print("browser", os.environ.get("SHANHAI_CHROMIUM"))
print("measures", os.environ.get("SHANHAI_BENCH_PYTHON"))
"""


def wheel(folder: Path, version: str) -> str:
    """Write a package of one module; return its SHA-256."""
    path = folder / f"toy-{version}-py3-none-any.whl"
    info = f"toy-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in {
            "toy.py": "",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: toy\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/RECORD": "",
        }.items():
            file.writestr(zipfile.ZipInfo(name), text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


#: How set-up is measured where the tests themselves are; it ends by becoming another program.
MEASURED = f"""
[run]
branch = true
parallel = true
patch = execv
data_file = {ROOT}/.coverage
include = */make.py
"""


#: Runs a script as if root did.
AS_ROOT = (
    "import os, runpy, sys; os.geteuid = lambda: 0; del sys.argv[0];"
    " runpy.run_path(sys.argv[0], run_name='__main__')"
)


class Checkout:
    """A checkout with only what set-up needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder.parent / "bin"
        self.wheels = folder.parent / "wheels"
        for path in (self.folder / "shanhai" / "build", self.tools, self.wheels):
            path.mkdir(parents=True)
        for name in ("Makefile", "make.py", "shanhai/build/lock.py"):
            shutil.copyfile(ROOT / name, folder / name)
        for name, text in {
            "shanhai/__init__.py": "",
            "shanhai/build/__init__.py": "",
            "shanhai/__main__.py": MAIN,
            "pytest.py": MAIN,
            "jupyterlab.py": MAIN,
            "bench.py": MAIN,
            "ruff.py": MAIN,
            "mypy.py": MAIN,
            "backend.py": BACKEND,
            "pyproject.toml": PROJECT,
        }.items():
            (folder / name).write_text(text, encoding="utf-8")
        self.lock("1.0")
        for name in ("sh", "make", "rm", "uname"):
            (self.tools / name).symlink_to(shutil.which(name))
        script = f'exec "{PYTHON}" "$@"'
        if "COVERAGE_PROCESS_CONFIG" in os.environ:
            settings = folder.parent / "coverage.ini"
            settings.write_text(MEASURED, encoding="utf-8")
            command = f'"{sys.executable}" -m coverage run --rcfile="{settings}" "$@"'
            script = f'case "$1" in *make.py) exec {command};; esac\n{script}'
        self.tool("python3", script)

    def tool(self, name: str, script: str) -> None:
        """Put a program on the path."""
        path = self.tools / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def lock(self, version: str, checksum: str | None = None) -> None:
        """Write both locks, for one version of the toy."""
        checksum = checksum or wheel(self.wheels, version)
        for name in ("requirements.txt", "requirements-dev.txt"):
            (self.folder / name).write_text(
                f"toy=={version} --hash=sha256:{checksum}\n", encoding="utf-8"
            )

    def start(self, *command: str, **environment: str) -> subprocess.Popen:
        """Start make."""
        return subprocess.Popen(
            ["make", *command],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={
                "PATH": str(self.tools),
                "LC_ALL": "C.UTF-8",
                "HOME": str(self.folder.parent),
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.wheels),
                **environment,
            },
        )

    def make(self, *command: str, **environment: str) -> tuple[int, str]:
        """Run make; return its exit code and all that was printed."""
        process = self.start(*command, **environment)
        said = process.communicate()[0]
        assert "Traceback" not in said, said
        return process.returncode, said


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A checkout in a folder with a space and Chinese characters in its name."""
    return Checkout(tmp_path / "山海 checkout")


def test_one_command_sets_up_and_runs_and_the_next_does_not_set_up(checkout):
    code, said = checkout.make("book")
    assert code == 0, said
    for step in (
        "[1/3] making .venv",
        "[2/3] installing the locked",
        "[3/3] installing the package",
    ):
        assert step in said
    assert "ran ['build'] 1.0" in said
    code, said = checkout.make("html")
    assert code == 0
    assert said.splitlines()[0].startswith("ran ['build', '--html'] 1.0")

    # Another lock is installed, and so is another description of the package.
    checkout.lock("2.0")
    code, said = checkout.make("pdf")
    assert code == 0
    assert "[2/3]" in said and "ran ['build', '--pdf'] 2.0" in said
    assert "making .venv" not in said
    (checkout.folder / "pyproject.toml").write_text(PROJECT + "# changed\n", encoding="utf-8")
    assert "[3/3]" in checkout.make("book")[1]
    assert "[3/3]" not in checkout.make("book")[1]

    # An environment whose interpreter is gone is made anew.
    interpreter = checkout.folder / ".venv" / "bin" / "python"
    interpreter.unlink()
    interpreter.symlink_to("/nowhere/python3")
    code, said = checkout.make("book")
    assert code == 0, said
    assert "making .venv" in said and "its Python does not run" in said
    assert "ran ['build'] 2.0" in said

    # So is one that was moved: its scripts name the folder it was made in.
    there = checkout.folder.with_name("elsewhere")
    checkout.folder.rename(there)
    checkout.folder = there
    code, said = checkout.make("book")
    assert code == 0, said
    assert "making .venv" in said and f"{there}/.venv/" in said
    assert "it was made in another folder" in said
    script = (there / ".venv" / "bin" / "pip").read_text("utf-8")
    assert str(there) in script


def test_each_command_runs_its_tool(checkout):
    code, said = checkout.make("lab")
    assert code == 0 and f"ran ['--notebook-dir', '{checkout.folder}'" in said, said
    code, said = checkout.make("bench")
    assert code == 0 and "ran ['bench']" in said
    # What is measured is an environment of the book's lock alone.
    assert "making .venv-bench" in said and "(requirements.txt)" in said
    assert f"measures {checkout.folder}/.venv-bench/bin/python" in said
    rooms = checkout.folder / ".venv" / "bin" / "lint-imports"
    rooms.write_text("#!/bin/sh\necho rooms are kept\n", encoding="utf-8")
    rooms.chmod(0o755)
    code, said = checkout.make("lint")
    assert code == 0 and "ran ['check', '.']" in said and "ran ['format', '--check', '.']" in said
    assert "rooms are kept" in said
    # The first fault of the style ends it, and is what make ends with.
    (checkout.folder / "ruff.py").write_text("raise SystemExit('untidy')", encoding="utf-8")
    code, said = checkout.make("lint")
    assert code != 0 and said.count("untidy") == 1


def test_an_unknown_command_is_told_the_known_ones(checkout):
    done = subprocess.run(
        [checkout.tools / "python3", "make.py", "frobnicate"],
        cwd=checkout.folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr == "usage: python make.py {book,html,pdf,test,lab,serve,bench,lint}\n"


def test_a_file_in_the_place_of_the_environment_gives_way(checkout):
    (checkout.folder / ".venv").write_text("", encoding="utf-8")
    code, said = checkout.make("book")
    assert code == 0 and "ran ['build'] 1.0" in said, said


def test_a_folder_that_is_no_environment_is_not_removed(checkout):
    notes = checkout.folder / ".venv" / "notes"
    notes.parent.mkdir()
    notes.write_text("mine", encoding="utf-8")
    code, said = checkout.make("book")
    assert code != 0 and ".venv is no virtual environment; move it away" in said, said
    assert notes.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"book": 1}', '{"book": {}}'])
def test_a_stamp_of_another_shape_is_as_none(checkout, text):
    assert checkout.make("book")[0] == 0
    (checkout.folder / ".venv" / "installed.json").write_text(text, encoding="utf-8")
    code, said = checkout.make("book")
    assert code == 0 and "[2/3]" in said, said


def test_root_is_told_what_is_installed_before_it_is(checkout):
    checkout.tool("apt-get", 'echo "apt-get $@" >> "$HOME/called"')
    # Root on any machine: the one name that says who runs this.
    as_root = f'case "$1" in make.py) exec "{PYTHON}" -c "{AS_ROOT}" "$@";; esac'
    checkout.tool("python3", f'{as_root}\nexec "{PYTHON}" "$@"')
    said = checkout.make("test")[1]
    told = said.index("now installed on this system, with apt-get: poppler-utils, qpdf, chromium")
    assert told < said.index("no Chromium for the tests")
    assert "update" in (checkout.folder.parent / "called").read_text("utf-8")


def test_a_set_up_that_was_killed_is_done_again(checkout):
    process = checkout.start("book")
    for line in process.stdout:
        if "[2/3]" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    code, said = checkout.make("book")
    assert code == 0, said
    assert "making .venv" in said and "ran ['build'] 1.0" in said
    assert "making .venv" not in checkout.make("book")[1]


def test_two_set_ups_at_once_do_not_meet(checkout):
    processes = [checkout.start("book") for _ in range(2)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sum("making .venv" in text for text in said) == 1
    assert all("ran ['build'] 1.0" in text for text in said)


@pytest.mark.parametrize(
    ("checksum", "environment", "says"),
    [
        ("0" * 64, {}, "a downloaded package is not the one that was locked"),
        (
            None,
            {
                "PIP_NO_INDEX": "0",
                "PIP_FIND_LINKS": "",
                "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
                "PIP_RETRIES": "1",
            },
            "the package index cannot be reached",
        ),
        ("1" * 64, {"PIP_FIND_LINKS": ""}, "pip could not install the requirements"),
    ],
)
def test_a_failed_installation_is_one_sentence(checkout, checksum, environment, says):
    checkout.lock("1.0", checksum)
    code, said = checkout.make("book", **environment)
    assert code != 0
    assert f"error: {says}" in said and "ran" not in said
    checkout.lock("1.0")
    assert checkout.make("book")[0] == 0


def test_the_first_python_that_fits_is_taken(checkout):
    checkout.tool("python3", 'echo "this is Python 2"; exit 1')
    checkout.tool("python3.13", "exit 1")
    checkout.tool("python3.11", f'exec "{PYTHON}" "$@"')
    code, said = checkout.make("book")
    assert code == 0, said
    (checkout.tools / "python3.11").unlink()
    code, said = checkout.make("book")
    assert code != 0
    assert "Python 3.11 to 3.13 was not found: install it" in said
    # A path with a space can be given.
    odd = checkout.tools / "my python"
    odd.write_text(f'#!/bin/sh\nexec "{PYTHON}" "$@"\n', encoding="utf-8")
    odd.chmod(0o755)
    code, said = checkout.make("book", f"PYTHON={odd}")
    assert code == 0, said


def test_an_old_python_is_told_what_to_do(checkout, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["make.py", "book"])
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(checkout.folder / "make.py"), run_name="__main__")
    assert end.value.code == 1
    assert "this is Python 3.9.18; install Python 3.11 to 3.13" in capsys.readouterr().err
    assert not (checkout.folder / ".venv").exists()


def test_a_python_without_venv_is_one_sentence(checkout, tmp_path):
    # As on Debian without python3-venv.
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "venv.py").write_text(
        "print('The virtual environment was not created successfully because ensurepip is not')\n"
        "print('available.')\nraise SystemExit(1)\n",
        encoding="utf-8",
    )
    code, said = checkout.make("book", PYTHONPATH=str(modules))
    assert code != 0
    assert "this Python lacks venv; on Debian: apt install python3." in said
    (modules / "venv.py").write_text("raise SystemExit('out of order')", encoding="utf-8")
    code, said = checkout.make("book", PYTHONPATH=str(modules))
    assert code != 0
    assert f"error: {checkout.folder}/.venv cannot be made: out of order" in said


@pytest.mark.skipif(sys.platform != "linux", reason="/sys, which even root cannot write")
def test_a_read_only_tree_is_one_sentence(checkout):
    (checkout.folder / "_build").symlink_to("/sys/kernel")
    code, said = checkout.make("book")
    assert code != 0
    assert "cannot be written; make" in said


def test_the_tests_are_given_a_browser(checkout):
    code, said = checkout.make("test")
    assert code != 0
    assert "no Chromium for the tests; install one and say SHANHAI_CHROMIUM=" in said
    checkout.tool("chromium", "exit 0")
    code, said = checkout.make("test")
    assert code == 0, said
    assert f"browser {checkout.tools / 'chromium'}" in said
    code, said = checkout.make("test", SHANHAI_CHROMIUM="/my/own")
    assert "browser /my/own" in said


def test_clean_removes_what_was_built_and_keeps_the_environment(checkout):
    assert checkout.make("book")[0] == 0
    assert checkout.make("clean")[0] == 0
    assert not (checkout.folder / "_build").exists()
    assert "making .venv" not in checkout.make("book")[1]
