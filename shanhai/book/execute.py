"""Execute notebooks: each once, in parallel, and again whenever something it may read has changed.

jupyter-cache keys a notebook on its code cells alone. So the cache folder itself is keyed on the rest: the
data, the package, the lock, Python and the environment (``fingerprint``). The extension points MyST-NB at
that folder, so a stock ``jupyter-book build .`` is never stale either: the folder is a configuration value
of the environment, and a new one makes Sphinx read every page again.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from sphinx_external_toc.parsing import parse_toc_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.config import Config

#: Folder of the caches, in the build folder.
CACHES = Path("_build") / ".jupyter_cache"

#: Environment variables that change what a notebook computes.
VARIABLES = ("SHANHAI_DATA", "SHANHAI_LOCALE", "SOURCE_DATE_EPOCH")

#: Caches kept: going back to the data before the last change costs nothing.
KEPT = 3

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Failure(Exception):
    """A notebook's cell has failed."""

    path: str
    line: int
    cell: int
    error: str
    traceback: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: cell {self.cell}: {self.error}"


def fingerprint(root: Path, data: str = "data") -> str:
    """Return a digest of all that notebooks depend on besides their own cells.

    It covers the data folder, this package's modules, the lock, the version of Python and ``VARIABLES``.
    """
    digest = hashlib.sha256()
    digest.update(sys.version.encode())
    for name in VARIABLES:
        digest.update(f"{name}={os.environ.get(name)}".encode())
    package = Path(__file__).parents[1]
    for base, pattern in ((root / data, "*"), (package, "*.py"), (root, "requirements.txt")):
        for path in sorted(base.glob(pattern) if base == root else base.rglob(pattern)):
            if path.is_file():
                digest.update(path.relative_to(base).as_posix().encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:32]


def cache_folder(root: Path, data: str = "data") -> Path:
    """Return the folder of the cache that holds for the present state of ``root``."""
    return root / CACHES / fingerprint(root, data)


def notebooks(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the notebooks of the table of contents, in its order, with their text."""
    for name in parse_toc_yaml(root / "_toc.yml"):
        path = root / f"{name}.md"
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            if is_myst_markdown_notebook(text):
                yield path, text


def execute(
    root: Path,
    *,
    data: str = "data",
    jobs: int | None = None,
    timeout: int = 120,
    say: Callable[[str], None] = print,
) -> int:
    """Execute the notebooks that are not in the cache; return how many were.

    Args:
        root: the checkout.
        data: its data folder.
        jobs: kernels at a time; default: one for each core.
        timeout: seconds a cell may take.
        say: called with a line of progress for each notebook.

    Raises:
        Failure: a cell has raised; the other notebooks that run are finished and kept.
    """
    environment(root)
    folder = cache_folder(root, data)
    prune(folder)
    cache = get_cache(str(folder))
    waiting = []
    for path, text in notebooks(root):
        notebook = read_myst_markdown_notebook(text, add_source_map=True, path=path)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            waiting.append((path, text, notebook))
    failures = []
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        runs = {pool.submit(_run, path, nb, timeout): (path, text) for path, text, nb in waiting}
        for number, run in enumerate(as_completed(runs), 1):
            path, text = runs[run]
            name = path.relative_to(root).as_posix()
            result = run.result()
            if result.err is not None:
                failures.append(_failure(name, text, result))
                say(f"      {number}/{len(runs)} {name} failed")
                for other in runs:
                    other.cancel()
                break
            cache.cache_notebook_bundle(
                CacheBundleIn(result.nb, str(path), data={"execution_seconds": result.time}),
                check_validity=False,
                overwrite=True,
            )
            say(f"      {number}/{len(runs)} {name} {result.time:.1f} s")
    if failures:
        raise failures[0]
    return len(waiting)


def _run(path: Path, notebook: NotebookNode, timeout: int) -> Any:
    """Execute one notebook in its own folder."""
    return single_nb_execution(
        notebook,
        cwd=str(path.parent),
        timeout=timeout,
        allow_errors=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )


def _failure(name: str, text: str, result: Any) -> Failure:
    """Return where and how a notebook failed."""
    for number, cell in enumerate(result.nb.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                trace = _ANSI.sub("", "\n".join(output.traceback))
                inner = re.findall(r"^-+> (\d+) ", trace, re.MULTILINE)
                within = int(inner[0]) if inner else 1
                line = _line(text, cell.source) + within - 1
                message = output.evalue.strip().splitlines() or [""]
                return Failure(name, line, number, f"{output.ename}: {message[0]}", trace)
    reason = (str(result.err).strip().splitlines() or ["failed"])[0]
    return Failure(name, 1, 0, f"{type(result.err).__name__}: {reason}", str(result.exc_string))


def _line(text: str, source: str) -> int:
    """Return the line on which a cell's code starts in the notebook's text."""
    lines, code = text.splitlines(), source.splitlines()
    for number in range(len(lines) - len(code) + 1):
        if lines[number : number + len(code)] == code:
            return number + 1
    return 1


def environment(root: Path) -> None:
    """Set the environment of kernels: this package, nothing of the user's, no clock or hash seed.

    Kernels inherit it from this process. Jupyter's and IPython's own files go to the build folder, so
    that neither a user's settings nor a home that cannot be written changes a result.
    """
    package = str(Path(__file__).parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if package not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([package, *filter(None, paths)])
    private = root / "_build" / ".jupyter"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        folder = private / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    os.environ.update(
        JUPYTER_PREFER_ENV_PATH="1",
        PYTHONHASHSEED="0",
        PYTHONWARNINGS="ignore",
        TZ="UTC",
    )


def prune(folder: Path) -> None:
    """Remove the caches of older states, all but the newest few and ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    others = [path for path in folder.parent.iterdir() if path.is_dir()]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _configure(app: Sphinx, config: Config) -> None:
    """Point MyST-NB at the cache of the present state, and let a failing cell fail the build."""
    root = Path(app.srcdir)
    environment(root)
    config.nb_execution_mode = "cache"
    config.nb_execution_raise_on_error = True
    config.nb_execution_cache_path = str(cache_folder(root, config.shanhai_data))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the configuration of the cache."""
    app.connect("config-inited", _configure, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
