"""What is measured, in which order, and the table that is made of it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from bench import trees
from bench.run import Run, RunError, interpreter, ours, run, stock
from bench.serve import Seen, serve
from bench.weight import weight

_PACKAGES = ("jupyter-book", "sphinx", "myst-nb", "altair", "vl-convert-python", "typst")
_PAGE = "notebooks/03-investment.html"
_BOTH = "cold, both editions"
_WORD = "one page's text edited"
_PDF = "PDF alone, nothing to execute"
_PDF_EDITED = "PDF alone, one page's text edited"

CHINESE = ("--edition", "zh")
"""Stock knows one language: so one is measured against it, but where both are said."""


class Results:
    """Runs by what was measured; notes on what could not be."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str], list[Run]] = defaultdict(list)
        self.seen: dict[str, list[Seen]] = defaultdict(list)
        self.weights: dict[str, int] = {}
        self.growth: dict[int, list[Run]] = defaultdict(list)
        self.chapters = 0
        self.check: dict[int, list[Run]] = defaultdict(list)
        self.notes: list[str] = []
        self.load: tuple[float, float] = (0.0, 0.0)

    def median(self, what: str, case: str, side: str) -> float | None:
        """Return the median of a case's ``seconds``, ``cpu`` or ``memory``."""
        runs = self.runs.get((case, side))
        return statistics.median(getattr(each, what) for each in runs) if runs else None


def measure(
    folder: Path,
    rounds: int,
    times: list[int],
    claims: list[int],
    say: Callable[[str], None],
) -> Results:
    """Measure everything; ours and stock alternate, so that both meet the same machine."""
    results = Results()
    before = _load()

    def take(case: str, side: str, taken: Run) -> None:
        results.runs[case, side].append(taken)
        say(
            f"{case}, {side}: {taken.seconds:.1f} s, {taken.cpu:.1f} s of processors, "
            f"{taken.memory / 1e6:.0f} MB"
        )

    for number in range(rounds):
        mine = trees.copy(folder / f"ours-{number}")
        theirs = trees.stock_copy(folder / f"stock-{number}")
        take("cold", "stock", stock(theirs))
        take("cold", "ours", ours(mine, *CHINESE))
        take("warm, nothing changed", "stock", stock(theirs))
        take("warm, nothing changed", "ours", ours(mine, *CHINESE))
        for tree in (theirs, mine):
            trees.edit_text(tree, -1 - number)
        take(_WORD, "stock", stock(theirs))
        take(_WORD, "ours", ours(mine, *CHINESE))
        trees.edit_notebook(theirs, number)
        trees.edit_notebook(mine, number)
        take("one notebook edited", "stock", stock(theirs))
        take("one notebook edited", "ours", ours(mine, *CHINESE))
        trees.edit_claim(theirs, number)
        trees.edit_claim(mine, number)
        take("one claim edited", "stock", stock(theirs))
        take("one claim edited", "ours", ours(mine, *CHINESE))
        (mine / "_build" / "pdf" / "shanhai.pdf").unlink()
        take(_PDF, "ours", ours(mine, "--pdf", *CHINESE))
        trees.edit_text(mine, number)
        take(_PDF_EDITED, "ours", ours(mine, "--pdf", *CHINESE))
        results.weights = {
            side: weight(tree / "_build" / "html" / _PAGE)
            for side, tree in (("ours", mine), ("stock", theirs))
        }
        both = trees.copy(folder / f"both-{number}")
        take(_BOTH, "ours", ours(both))
        results.runs[_BOTH, "stock"].append(results.runs["cold", "stock"][-1])
        for tree in (mine, theirs, both):
            shutil.rmtree(tree)
        # Once: sixteen times the chapters take longer than all the rest.
        for multiple in times if number == 0 else []:
            tree = trees.copy(folder / f"x{multiple}")
            results.chapters = len(trees.notebooks(tree))
            trees.multiply(tree, multiple)
            try:
                taken = ours(tree, *CHINESE)
                results.growth[multiple].append(taken)
                say(f"{multiple} times the chapters: {taken.seconds:.1f} s")
            except RunError as error:
                results.notes.append(f"{multiple} times the chapters failed: {error}")
            shutil.rmtree(tree)
        for size in claims:
            _check(folder / f"check-{size}", size, results, say)
    tree = trees.copy(folder / "served")

    def see(edit: str, seen: Seen) -> None:
        results.seen[edit].append(seen)
        say(f"{edit}: seen after {seen.seconds:.1f} s, notebooks {seen.runs:.1f} s")

    serve(tree, rounds, see)
    shutil.rmtree(tree)
    results.load = (before, _load())
    return results


def _check(tree: Path, size: int, results: Results, say: Callable[[str], None]) -> None:
    data = Path(shutil.copytree(trees.ROOT / "data", tree / "data"))
    shutil.copytree(trees.ROOT / "shanhai", tree / "shanhai")
    trees.enlarge(data, size)
    try:
        taken = run([interpreter(), "-m", "shanhai", "check", "--data", str(data)], tree)
        results.check[size].append(taken)
        say(f"check, {size} claims: {taken.seconds:.2f} s")
    except RunError as error:
        results.notes.append(f"check at {size} claims found faults: {str(error)[-200:]}")
    shutil.rmtree(tree)


def table(results: Results, rounds: int) -> str:
    """Return the report as Markdown."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. This build makes HTML and PDF, of the Chinese edition where both are not",
        "said; stock Jupyter Book makes HTML alone, of the same notebooks, with Altair's own renderer and",
        "MyST-NB's cache. For stock to read the pages",
        "at all, roles and directives of this book are stand-ins that print an id or nothing",
        "(`bench/trees.py`), which is less work than ours. Both sides run in one environment, made of",
        "`requirements.txt` alone: it is what a user has. Both alternate in one run: compare ratios, not",
        "seconds. Where other work shares the machine, processor time (user and system, of a build and",
        "all it starts) is the steadier ratio; on Linux this build's lacks its forked kernels, about a",
        "second each, which the system counts to nobody.",
        "",
        "Earlier tables said that a cold build takes 0.66 of stock's time. That was wrong: stock ran in the",
        "development environment, where JupyterLab brings a package (`rfc3987_syntax`) that makes each",
        "`import altair` five times as slow; this build spared itself that import, stock paid for it.",
        "",
        f"Median of {rounds}. {_machine()}. Load of the machine at start and end:",
        f"{results.load[0]:.1f}, {results.load[1]:.1f}. {_versions()}.",
        "",
        "| build | this, s | stock, s | ratio | this, CPU s | stock, CPU s | ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for case in dict.fromkeys(case for case, _ in results.runs):
        cells = [case]
        for what in ("seconds", "cpu"):
            mine, theirs = (results.median(what, case, side) for side in ("ours", "stock"))
            ratio = f"{mine / theirs:.2f}" if mine and theirs else "–"
            cells += [_number(mine), _number(theirs), ratio]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "After a claim's edit stock executes nothing: its pages keep the old figures. This book's pages",
        "offer the report, so it is typeset with them, and `make pdf` has it at once while they stand.",
        "",
        "| saved while `make serve` runs | seen after, s | of that notebooks, s | the rest, s |",
        "| --- | ---: | ---: | ---: |",
    ]
    for edit, sightings in results.seen.items():
        seen, runs = (
            statistics.median(getattr(each, what) for each in sightings)
            for what in ("seconds", "runs")
        )
        lines.append(f"| {edit} | {seen:.1f} | {runs:.1f} | {seen - runs:.1f} |")
    peaks = {side: results.median("memory", "cold", side) or 1 for side in ("ours", "stock")}
    lines += [
        "",
        "From the write of a file until an open page has the new text: a client waits for the news that the",
        "page's script waits for, and fetches the page again; drawing it is not counted. Notebooks: the",
        "seconds of those that were executed, shared by the processors. Served in the environment of",
        "development, as `make serve` does.",
        "",
        "| size | this | stock | ratio |",
        "| --- | ---: | ---: | ---: |",
        f"| peak memory of a cold build, MB | {peaks['ours'] / 1e6:.0f} | {peaks['stock'] / 1e6:.0f} "
        f"| {peaks['ours'] / peaks['stock']:.2f} |",
        f"| a page with charts, gzipped, kB | {results.weights['ours'] / 1e3:.0f} "
        f"| {results.weights['stock'] / 1e3:.0f} "
        f"| {results.weights['ours'] / results.weights['stock']:.2f} |",
        "",
        "Memory is the sum over all processes; on Linux a page that several share counts once. The page is",
        f"`{_PAGE}` with its scripts and style sheets, before any interaction; Vega, which stock's page",
        "takes from a CDN, is counted as one file of the same libraries.",
    ]
    if results.growth:
        lines += [
            "",
            "How a cold build grows, measured once:",
            "",
            "| chapters | cold, s | s for each chapter more |",
            "| ---: | ---: | ---: |",
        ]
    last: tuple[int, float] | None = None
    for multiple, taken in sorted(results.growth.items()):
        count = multiple * results.chapters
        seconds = statistics.median(each.seconds for each in taken)
        more = f"{(seconds - last[1]) / (count - last[0]):.2f}" if last else "–"
        lines.append(f"| {count} | {seconds:.1f} | {more} |")
        last = (count, seconds)
    if results.check:
        lines += ["", "| claims | `check`, s |", "| ---: | ---: |"]
    for size, taken in sorted(results.check.items()):
        lines.append(f"| {size} | {statistics.median(each.seconds for each in taken):.2f} |")
    lines += [""] + [f"- {note}" for note in dict.fromkeys(results.notes)]
    return "\n".join(lines).rstrip() + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _machine() -> str:
    model = platform.machine()
    if (cpus := Path("/proc/cpuinfo")).exists():
        for line in cpus.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    return f"{platform.system()}, {os.cpu_count()} cores, {model}"


def _versions() -> str:
    """Return the versions that were measured, from the environment both sides ran in."""
    code = (
        "import importlib.metadata as m, json, platform, sys;"
        "print(json.dumps([platform.python_version(), *map(m.version, sys.argv[1:])]))"
    )
    said = subprocess.check_output([interpreter(), "-c", code, *_PACKAGES], text=True)
    python, *versions = json.loads(said)
    packages = ", ".join(map(" ".join, zip(_PACKAGES, versions, strict=True)))
    return f"Python {python}, {packages}"
