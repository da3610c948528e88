"""Set up a checkout and run one of its commands, with nothing but Python.

``python shanhai/bootstrap.py COMMAND [ARGUMENTS]`` makes ``.venv``, installs the locked requirements
(each file held against its hash), and runs the command there. What is installed already is left alone.
The Makefile calls this; on Windows it stands in for make. Standard library only.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

# Run as a file, this folder is on the module path and would offer its modules for the standard ones.
sys.path[:] = [
    entry
    for entry in sys.path
    if os.path.abspath(entry or ".") != os.path.dirname(os.path.abspath(__file__))
]

from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
LOG = ROOT / "_build" / "logs" / "setup.log"

OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED = "Python 3.11 to 3.13"

#: Locks by what they are for; the second holds everything of the first.
LOCKS = {"book": "requirements.txt", "dev": "requirements-dev.txt"}

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
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def build(rest):
    """Build the book."""
    install("book")
    return run(["-m", "shanhai", "build", *rest])


def test(rest):
    """Run the tests, with a browser for those that look at pages."""
    install("dev")
    browser = chromium()
    return run(["-m", "pytest", *rest], SHANHAI_CHROMIUM=browser)


def lab(rest):
    """Open JupyterLab on the notebooks."""
    install("dev")
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    # A double click on a text notebook opens it as a notebook.
    overrides = {
        "@jupyterlab/docmanager-extension:plugin": {
            "defaultViewers": {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}
        }
    }
    (settings / "overrides.json").write_text(json.dumps(overrides), encoding="utf-8")
    return run(["-m", "jupyterlab", "--notebook-dir", str(ROOT / "notebooks"), *rest])


def lint(rest):
    """Check style and formatting."""
    install("dev")
    return run(["-m", "ruff", "check", "."]) or run(["-m", "ruff", "format", "--check", "."])


# -- set-up ------------------------------------------------------------------------------------


def check_python():
    """Refuse a Python the lock was not compiled for."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        have = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(f"this is Python {have}; install {NEEDED} and say make PYTHON=/path/to/it")


def python():
    """Return the interpreter of the virtual environment."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted(kind):
    """Return what the environment must have been made from to be used as it is."""
    lock = hashlib.sha256((ROOT / LOCKS[kind]).read_bytes()).hexdigest()
    return {"python": sys.version, "root": str(ROOT), "lock": lock}


def install(kind):
    """Make the environment and install a lock in it, unless that was done."""
    have = installed()
    if works() and (have.get(kind) == wanted(kind)):
        return
    first = not works() or have.get("book", {}).get("python") not in (None, sys.version)
    if first:
        say(f"[1/3] making {VENV.name} with Python {sys.version.split()[0]}")
        make_venv()
        have = {}
    say(f"[2/3] installing the locked requirements ({LOCKS[kind]})")
    pip("install", "--require-hashes", "-r", str(ROOT / LOCKS[kind]))
    say("[3/3] installing the package")
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    have[kind] = wanted(kind)
    if kind == "dev":
        have["book"] = wanted("book")
    write(STAMP, json.dumps(have))


def installed():
    """Return what earlier runs installed; nothing where they did not finish."""
    try:
        have = json.loads(STAMP.read_text(encoding="utf-8"))
        return have if isinstance(have, dict) else {}
    except (OSError, ValueError):
        return {}


def works():
    """Return whether the environment's interpreter runs."""
    try:
        done = subprocess.run([str(python()), "-c", ""], capture_output=True, timeout=60)
        return done.returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def make_venv():
    """Make the virtual environment anew."""
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
        done = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)],
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError(f"{VENV} cannot be made: {error.strerror or error}") from None
    if done.returncode:
        told = done.stdout + done.stderr
        shutil.rmtree(VENV, ignore_errors=True)
        if "ensurepip" in told or "No module named venv" in told:
            version = ".".join(map(str, sys.version_info[:2]))
            raise SetupError(f"this Python lacks venv; on Debian: apt install python{version}-venv")
        reason = (told.strip().splitlines() or ["unknown reason"])[-1]
        raise SetupError(f"{VENV} cannot be made: {reason}")


def pip(*arguments):
    """Run pip in the environment, quietly, saying now and then that it is alive."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    command = [str(python()), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    started = time.monotonic()
    with LOG.open("w", encoding="utf-8", errors="replace") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=str(ROOT))
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = process.wait(timeout=15)
                    break
                packages = sum(1 for _ in VENV.glob("**/*.dist-info"))
                say(f"      {time.monotonic() - started:.0f} s, {packages} packages in place")
        except BaseException:
            process.kill()
            process.wait()
            raise
    if code:
        raise SetupError(explain(LOG.read_text(encoding="utf-8", errors="replace")))


def explain(log):
    """Return pip's failure as one sentence and its last lines."""
    last = "\n".join(f"    {line}" for line in log.strip().splitlines()[-5:])
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in log:
        what = "a downloaded package is not the one that was locked; try another package index"
    elif any(
        sign in log
        for sign in ("NewConnectionError", "Max retries", "name resolution", "ConnectTimeout")
    ):
        what = "the package index cannot be reached; check the network or pip's proxy and try again"
    elif "No space left" in log:
        what = "the disk is full; free about 1 GB and try again"
    else:
        what = "pip could not install the requirements"
    return f"{what} (all of pip's words are in {LOG.relative_to(ROOT)})\n{last}"


# -- the browser of the tests ----------------------------------------------------------------------


def chromium():
    """Return a Chromium's path, installing one where that can be done without asking."""
    found = os.environ.get("SHANHAI_CHROMIUM") or find_browser()
    if found:
        return found
    say("      looking for Chromium: none yet, installing one for the tests")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (
            ["update"],
            ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"],
        ):
            subprocess.run(
                ["apt-get", "-qq", *step], env=environment, stdout=subprocess.DEVNULL, check=False
            )
    else:
        subprocess.run([str(python()), "-m", "playwright", "install", "chromium"], check=False)
    found = find_browser()
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
    return subprocess.call(command, cwd=str(ROOT), env={**os.environ, **environment})


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
