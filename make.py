"""Set up a checkout and run one of its commands, with nothing but Python.

``python make.py COMMAND [ARGUMENTS]`` makes ``.venv``, installs the locked requirements
(each file held against its hash), and runs the command there. What is installed already is left alone.
The Makefile calls this; on Windows it stands in for make. Standard library only.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from shanhai.build.lock import locked  # It needs nothing but the standard library either.

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
#: What a user has, and no more: JupyterLab and its like make Altair's import five times as slow.
BENCH_VENV = ROOT / ".venv-bench"
LOG = ROOT / "_build" / "logs" / "setup.log"

OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED = "Python 3.11 to 3.13"

#: Locks by what they are for; the second holds everything of the first.
LOCKS = {"book": "requirements.txt", "dev": "requirements-dev.txt"}

#: Programs that read the PDF in tests, each with the Debian package that has it.
PROGRAMS = {"pdftotext": "poppler-utils", "qpdf": "qpdf"}

#: Names under which a Chromium is found.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class SetupError(Exception):
    """Something the user has to see to; the message says what."""


def main(arguments):
    """Run a command; return its exit code."""
    commands = {
        "book": lambda rest: build(rest),
        "html": lambda rest: build(["--html", *rest]),
        "pdf": lambda rest: build(["--pdf", *rest]),
        "test": test,
        "lab": lab,
        "serve": lambda rest: build(rest, "dev", "serve"),
        "bench": bench,
        "lint": lint,
    }
    if not arguments or arguments[0] not in commands:
        print(f"usage: python {Path(__file__).name} {{{','.join(commands)}}}", file=sys.stderr)
        return 2
    try:
        check_python()
        return commands[arguments[0]](arguments[1:])
    except SetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {trouble(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def trouble(error):
    """Return what the system refused, and what to do, in one sentence."""
    where = Path(error.filename or ROOT)
    if error.errno == errno.EACCES and where.exists() and not os.access(str(where), os.R_OK):
        return f"{where} cannot be read; make it readable for yourself"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where} cannot be written; make {ROOT} writable, or copy it to where it is"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; free about 1 GB and try again"
    return f"{where}: {error.strerror or error}"


def build(rest, kind="book", command="build"):
    """Build the book, or serve it."""
    install(kind)
    return run(["-m", "shanhai", command, *rest])


def test(rest):
    """Run the tests, with a browser for those that look at pages, and what reads a PDF."""
    install("dev")
    return run(["-m", "pytest", *rest], SHANHAI_CHROMIUM=programs())


def lab(rest):
    """Open JupyterLab at the root of the checkout, where notebooks and data are."""
    install("dev")
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    # A double click on a text notebook opens it as a notebook.
    overrides = {
        "@jupyterlab/docmanager-extension:plugin": {
            "defaultViewers": {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
        },
        # No question at the first start, and no request to another host.
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    }
    (settings / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    where = ["--notebook-dir", str(ROOT), "--LabApp.default_url=/lab"]
    # This environment's kernel, also where the user has another of the same name.
    return run(["-m", "jupyterlab", *where, *rest], JUPYTER_PREFER_ENV_PATH="1")


def bench(rest):
    """Measure the build against stock Jupyter Book."""
    install("dev")
    # Both sides run in an environment of the book's lock alone.
    install("book", BENCH_VENV)
    return run(["-m", "bench", "bench", *rest], SHANHAI_BENCH_PYTHON=str(python(BENCH_VENV)))


def lint(rest):
    """Check style, formatting, types, and which room imports which."""
    install("dev")
    # A virtual environment keeps its commands beside its Python.
    rooms = [str(python().with_name("lint-imports"))]
    tools = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    for command in [*([str(python()), "-m", *tool] for tool in tools), rooms]:
        code = subprocess.call(command, cwd=str(ROOT))
        if code:
            return code
    return 0


# -- set-up ------------------------------------------------------------------------------------


def check_python():
    """Refuse a Python the lock was not compiled for."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"this is Python {have}; install {NEEDED} and say make PYTHON=/path/to/it")


def python(venv=VENV):
    """Return the interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(kind):
    """Return what the environment must have been made from to be used as it is."""

    def digest(name):
        return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()

    return {"root": str(ROOT), "lock": digest(LOCKS[kind]), "package": digest("pyproject.toml")}


def install(kind, venv=VENV):
    """Make the environment and install a lock in it, unless that was done."""
    if ready(kind, venv):
        return
    folder = ROOT / "_build"
    folder.mkdir(exist_ok=True)
    with locked(folder / ".setup.lock", lambda: say("another set-up is running here: waiting")):
        if ready(kind, venv):
            return
        have = installed(venv)
        why = useless(venv, have)
        if why:
            make_venv(venv, why)
            have = {}
        unfinished(venv).touch()
        lock = ROOT / LOCKS[kind]
        say(f"[2/3] installing the locked requirements ({lock.name})")
        # The lock is whole: were pip to resolve it anew, a release made since could stand against it.
        pip(venv, lock, "install", "--require-hashes", "--no-deps", "-r", str(lock))
        say("[3/3] installing the package")
        pip(venv, None, "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
        have[kind] = wanted(kind)
        if kind == "dev":
            have["book"] = wanted("book")
        write(venv / "installed.json", json.dumps(have))
        unfinished(venv).unlink()


def unfinished(venv):
    """Return the path of the mark of a set-up that has not come to its end."""
    return venv / "unfinished"


def ready(kind, venv):
    """Return whether the environment is there, whole, and made from the lock as it is now."""
    whole = not unfinished(venv).exists() and installed(venv).get(kind) == wanted(kind)
    return whole and not broken(venv)


def installed(venv):
    """Return what earlier runs installed; nothing where they did not finish."""
    try:
        have = json.loads((venv / "installed.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if isinstance(have, dict) and all(isinstance(made, dict) for made in have.values()):
        return have
    return {}


def useless(venv, have):
    """Return why the environment must be made anew; nothing where it can be used."""
    if not os.path.lexists(str(venv)):
        return "there is none yet"
    if venv.is_dir() and not venv.is_symlink() and not (venv / "pyvenv.cfg").exists():
        if any(venv.iterdir()) and not unfinished(venv).exists():
            raise SetupError(f"{venv} is no virtual environment; move it away and try again")
        return "a set-up was broken off"
    if not venv.is_dir():
        return "a file was in its place"
    if unfinished(venv).exists():
        return "a set-up was broken off"
    if any(made.get("root") != str(ROOT) for made in have.values()):
        return "it was made in another folder, which its scripts name"
    return broken(venv)


def broken(venv):
    """Return why the environment's Python cannot be used; nothing where it can."""
    code = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        done = subprocess.run([str(python(venv)), "-c", code], capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return "its Python does not run"
    return f"its Python is not {NEEDED[7:]}" if done.returncode else ""


def make_venv(venv, why):
    """Make the virtual environment anew, saying what it takes the place of."""
    name = venv.relative_to(ROOT).as_posix()
    again = f"; {why}" if os.path.lexists(str(venv)) else ""
    say(f"[1/3] making {name} with Python {sys.version.split()[0]}{again}")
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(str(venv))
    venv.mkdir(parents=True)
    unfinished(venv).touch()
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, errors="replace"
    )
    if done.returncode:
        told = done.stdout + done.stderr
        shutil.rmtree(str(venv), ignore_errors=True)
        if "ensurepip" in told or "No module named venv" in told:
            version = ".".join(map(str, sys.version_info[:2]))
            raise SetupError(f"this Python lacks venv; on Debian: apt install python{version}-venv")
        reason = (told.strip().splitlines() or ["unknown reason"])[-1]
        raise SetupError(f"{venv} cannot be made: {reason}")


def pip(venv, lock, *arguments):
    """Run pip in the environment, saying now and then how far it is."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(python(venv)),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--no-input",
        *arguments,
    ]
    # What a user's settings say of the place to install to is not meant for this.
    places = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in places}
    started = time.monotonic()
    with LOG.open("w", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=str(ROOT), env=environment
        )
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = process.wait(timeout=10)
                    break
                say(f"      {time.monotonic() - started:.0f} s{how_far(lock)}")
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code:
        raise SetupError(explain(LOG.read_text(encoding="utf-8", errors="replace")))


def how_far(lock):
    """Return how far pip is, by what it has said of the packages in ``lock``."""
    if lock is None:
        return ""
    said = LOG.read_text(encoding="utf-8", errors="replace")
    if "Installing collected packages" in said:
        return ", unpacking"
    total = len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    begun = r"^(?:Collecting|Ignoring|Requirement already satisfied:) ([\w.-]+)"
    done = set(re.findall(begun, said, re.MULTILINE))
    return f", {len(done)} of {total} packages fetched"


def explain(log):
    """Return pip's failure as one sentence and its last lines."""
    last = "\n".join(f"    {line}" for line in log.strip().splitlines()[-5:])
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in log:
        what = "a downloaded package is not the one that was locked; try another package index"
    elif re.search("NewConnectionError|Max retries|name resolution|ConnectTimeout", log):
        what = "the package index cannot be reached; check the network or pip's proxy and try again"
    elif "No space left" in log:
        what = "the disk is full; free about 1 GB and try again"
    else:
        what = "pip could not install the requirements"
    return f"{what} (all of pip's words are in {LOG.relative_to(ROOT)})\n{last}"


# -- the programs of the tests ---------------------------------------------------------------------


def programs():
    """Return a Chromium's path; root is given it and what else is missing, and told so first.

    Without poppler and qpdf two tests say that they are skipped; without a browser none would be a test.
    """
    found = os.environ.get("SHANHAI_CHROMIUM") or find_browser()
    missing = [package for name, package in PROGRAMS.items() if not shutil.which(name)]
    if not found:
        missing += ["chromium", "fonts-noto-cjk"]
    if missing and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        say("      the tests look at pages in a browser and read the PDF; what they lack here is")
        say(f"      now installed on this system, with apt-get: {', '.join(missing)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", *missing]):
            subprocess.run(
                ["apt-get", "-qq", *step], env=environment, stdout=subprocess.DEVNULL, check=False
            )
    elif not found:
        say("      installing a Chromium for the tests")
        subprocess.run([str(python()), "-m", "playwright", "install", "chromium"], check=False)
    found = found or find_browser()
    if not found:
        raise SetupError(
            "no Chromium for the tests; install one and say SHANHAI_CHROMIUM=/path/to/it"
        )
    return found


def find_browser():
    """Return the path of a Chromium on this machine, or of Playwright's own."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run([str(python()), "-c", code], capture_output=True, text=True)
    path = done.stdout.strip()
    return path if path and Path(path).exists() else None


# -- small things --------------------------------------------------------------------------------


def run(arguments, **environment):
    """Run the environment's Python in the checkout; return its exit code."""
    command = [str(python()), *arguments]
    environment = {**os.environ, **environment}
    os.chdir(str(ROOT))
    if os.name == "nt":
        return subprocess.call(command, env=environment)
    # In place of this process: a signal reaches the one that can end its work in good order.
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def write(path, text):
    """Write a file in one step."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    os.replace(str(fresh), str(path))


def say(text):
    """Print progress at once."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
