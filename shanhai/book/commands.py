"""The command that builds the book."""

from __future__ import annotations

from pathlib import Path

import click

from shanhai.book.build import BUILDERS, Build, BuildError


@click.command()
@click.option("--html", "outputs", flag_value="html", help="The HTML book alone.")
@click.option("--pdf", "outputs", flag_value="pdf", help="The PDF report alone.")
@click.option("--jobs", type=click.IntRange(min=1), help="Kernels at a time; default: one a core.")
@click.argument("root", type=click.Path(path_type=Path), default=Path())
def build(outputs: str | None, jobs: int | None, root: Path) -> None:
    """Build the book in ROOT (default: this folder): HTML in _build/html, PDF in _build/pdf."""
    wanted = (outputs,) if outputs else tuple(BUILDERS)
    # The build redirects standard output while Sphinx talks; progress goes where it was before.
    terminal = click.get_text_stream("stdout")
    try:
        Build(root.resolve(), wanted, jobs, lambda line: click.echo(line, file=terminal)).run()
    except BuildError as error:
        raise click.ClickException(str(error)) from None
