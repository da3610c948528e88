"""The command line: ``bench`` measures the build, ``kills`` tries to break it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click


@click.group()
def main() -> None:
    """Measure the book's build against stock Jupyter Book, or try to break it."""


@main.command()
@click.option("--rounds", type=click.IntRange(min=1), default=5, help="Median of so many rounds.")
@click.option("--times", default="1,4,16", help="Multiples of the chapters, for the growth.")
@click.option("--claims", default="100,1000,10000,100000", help="Sizes of the ledger for check.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("BENCHMARKS.md"))
def bench(rounds: int, times: str, claims: str, out: Path) -> None:
    """Measure time, memory, page weight and growth, and write the table."""
    from bench.report import measure, table

    def numbers(text: str) -> list[int]:
        return [int(number) for number in text.split(",") if number]

    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        results = measure(Path(folder), rounds, numbers(times), numbers(claims), click.echo)
    text = table(results, rounds)
    out.write_text(text, "utf-8")
    click.echo(text)


@main.command()
@click.option("--runs", type=click.IntRange(min=1), default=50, help="Builds to kill.")
@click.option("--seed", type=int, default=0, help="Which random moments.")
@click.option("--book", type=click.Path(path_type=Path, exists=True), help="Another book to kill.")
@click.option("--serve", is_flag=True, help="Kill what serves the book, after an edit.")
def kills(runs: int, seed: int, book: Path | None, serve: bool) -> None:
    """Kill builds at random moments, and compare what the next build gives."""
    import shutil

    from bench.kills import kills as run
    from bench.trees import LEFT, copy

    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        tree = copy(Path(folder) / "book")
        if book:
            # The package of this checkout, the pages and data of the other book.
            for name in ("data", "notebooks", "_config.yml", "_toc.yml", "index.md"):
                path = tree / name
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(book, tree, dirs_exist_ok=True, ignore=LEFT)
        faults = run(tree, runs, seed, click.echo, serve)
    for fault in faults:
        click.echo(fault)
    click.echo(f"{runs} {'servers' if serve else 'builds'} killed, {len(faults)} faults")
    if faults:
        raise SystemExit(1)


@main.command()
@click.option("--runs", type=click.IntRange(min=1), default=200, help="How many edits.")
@click.option("--seed", type=int, default=0, help="Which random edits.")
@click.option("--book", type=click.Path(path_type=Path, exists=True), help="Another book to edit.")
def edits(runs: int, seed: int, book: Path | None) -> None:
    """Edit a book at random, and hold each build that follows against one from nothing."""
    import shutil

    from bench.edits import edits as run
    from bench.trees import LEFT, copy

    with tempfile.TemporaryDirectory(prefix="edits-") as folder:
        tree = Path(folder) / "book"
        if book:
            shutil.copytree(book, tree, ignore=LEFT)
        else:
            # Its notebooks import the package that runs this.
            shutil.rmtree(copy(tree) / "shanhai")
        faults = run(tree, runs, seed, click.echo)
    click.echo(f"{runs} edits, {len(faults)} faults")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main(prog_name="python -m bench")
