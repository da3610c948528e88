"""The command line: check, verify and reconcile the evidence, and build the book.

Commands import what they need when they run, so that checking data does not load Sphinx.
"""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from shanhai import __version__
from shanhai.evidence.errors import EvidenceError


class _Commands(click.Group):
    """A group that says the user's errors plainly."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except EvidenceError as error:
            raise click.ClickException(str(error)) from None


_data = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=None,
    help="Folder of the data package; default: that of the book one stands in.",
)

_encoding = click.option(
    "--encoding", default="utf-8", show_default=True, help="How the text is encoded, such as gbk."
)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="shanhai")
def main() -> None:
    """Turn the figures of an article into data, and the data into a book."""
    # Faults quote the data: a terminal that is not UTF-8 must not make a traceback of them.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@main.command()
@_data
@click.option("--strict", is_flag=True, help="Drafts are faults too, one line each.")
def check(data: Path | None, strict: bool) -> None:
    """Validate the data: one line per fault, exit code 1 if there is any."""
    from shanhai.evidence.checks.drafts import drafts
    from shanhai.evidence.checks.package import check as run

    faults = run(data)
    for fault in faults:
        click.echo(fault)
    if faults:
        raise SystemExit(1)
    waiting = drafts(data)
    for line in waiting if strict else ():
        click.echo(line)
    click.echo(f"0 faults, {len(waiting)} drafts" if waiting else "0 faults")
    if strict and waiting:
        raise SystemExit(1)


@main.command()
@click.argument("article", type=click.Path(path_type=Path))
@_data
@_encoding
def verify(article: Path, data: Path | None, encoding: str) -> None:
    """Hold the ledger against a copy of the article."""
    from shanhai.evidence.checks.package import opened
    from shanhai.evidence.verify import verify as run

    report = run(article, opened(data), encoding)
    for fault in report.faults:
        click.echo(fault)
    click.echo(report.summary)
    if not report.ok:
        raise SystemExit(1)


@main.command()
@_data
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reconcile(data: Path | None, as_json: bool) -> None:
    """Print every identity between figures with its verdict, and how firm it is."""
    from shanhai.evidence.checks.package import opened
    from shanhai.evidence.firmness import firmness
    from shanhai.evidence.reconcile import reconcile as run
    from shanhai.evidence.reconcile import tally

    ledger = opened(data)
    findings = run(ledger) + run(ledger, "proposed")
    firm = {each.identity.id: firmness(each.identity, ledger) for each in findings}
    if as_json:
        rows = [
            each.as_dict() | {"firmness": known and known.as_dict()}
            for each in findings
            for known in [firm[each.identity.id]]
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(finding.identity.id) for finding in findings), default=0)
    for finding in findings:
        values = finding.as_dict()
        gap = values["gap"]
        percent = "" if gap["percent"] is None else f" ({gap['percent']:+.2f}%)"
        click.echo(
            f"{finding.identity.id:<{width}}  {finding.verdict:<15}"
            f"  {values['left']['value']} {finding.identity.operator} {values['right']['value']}"
            f"  gap {gap['value']}{percent} {finding.unit}".rstrip()
            + ("  (proposed)" if finding.identity.status == "proposed" else "")
        )
        if known := firm[finding.identity.id]:
            click.echo(f"{'':<{width}}  {known}")
    for test, verdicts in tally(findings).items():
        said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        click.echo(f"{test}: {verdicts.total()} judged" + (f", {said}" if said else ""))


@main.command()
@click.argument("figure")
@_data
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def affects(figure: str, data: Path | None, as_json: bool) -> None:
    """Print what changes in the built book if FIGURE, the id of a claim or a fact, is wrong."""
    from dataclasses import asdict

    from shanhai.evidence.affects import Record, affected, key_of
    from shanhai.evidence.checks.package import opened
    from shanhai.evidence.reconcile import reconcile as judge_all

    ledger = opened(data)
    found = affected(figure, ledger, Record.read(ledger.directory.resolve().parent))
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
        return
    verdicts = {each.identity.id: each.verdict for each in judge_all(ledger)}
    groups = {
        "sentences": [f"{row['page']}: {row['text']}" for row in found.sentences],
        "derived figures": [f"{key_of(row)}: {row['text']}" for row in found.derived],
        "charts": [f"{row['page']}#{row['name']}: {row['title']}" for row in found.charts],
        "verdicts": [f"{each}: {verdicts[each]}" for each in found.verdicts],
    }
    for name, lines in groups.items():
        click.echo(f"{len(lines)} {name}")
        for line in lines:
            click.echo(f"  {line}")
    click.echo(f"{len(found.report)} pages of the report")
    if found.report:
        click.echo(f"  {', '.join(map(str, found.report))}")


@main.command()
@click.option("--html", "outputs", flag_value="html", help="The HTML book alone.")
@click.option("--pdf", "outputs", flag_value="pdf", help="The PDF report alone.")
@click.option("--jobs", type=click.IntRange(min=1), help="Kernels at a time; default: one a core.")
@click.option("--edition", "editions", multiple=True, help="One edition alone, such as en.")
@click.option("--drafts", is_flag=True, help="Editions too whose texts are not all translated.")
@click.argument("root", type=click.Path(path_type=Path), default=Path())
def build(
    outputs: str | None, jobs: int | None, editions: tuple[str, ...], drafts: bool, root: Path
) -> None:
    """Build the book in ROOT (default: this folder): HTML in _build/html, PDF in _build/pdf.

    It is built in its own language and in those that shanhai_languages in _config.yml names.
    """
    from shanhai.build.run import BUILDERS, Build, BuildError
    from shanhai.editions.publish import publish

    wanted = (outputs,) if outputs else tuple(BUILDERS)
    # The build redirects standard output while Sphinx talks; progress goes where it was before.
    terminal = sys.stdout
    try:
        book = Build(root.resolve(), wanted, jobs, lambda line: click.echo(line, file=terminal))
        publish(book, editions, drafts)
    except BuildError as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: 8000, or the next free one.")
@click.option(
    "--edition", help="Another language, such as en; what is untranslated stands as it is."
)
@click.argument("root", type=click.Path(path_type=Path), default=Path())
def serve(port: int | None, edition: str | None, root: Path) -> None:
    """Show the book in ROOT (default: this folder) on an address of this machine, as it is saved."""
    try:
        import watchfiles  # noqa: F401
    except ImportError:
        raise click.ClickException("watchfiles is missing: make serve installs it") from None
    from shanhai.build.run import Build, BuildError
    from shanhai.editions.publish import translated, write
    from shanhai.serve.loop import Served
    from shanhai.serve.loop import serve as run

    terminal = sys.stdout
    try:
        book = Served(root.resolve(), root.resolve())
        for other in translated(Build(book.root), [edition] if edition else []):
            options = ("--edition", other.language)
            book = Served(book.root, other.tree, partial(write, other, drafts=True), options)
        run(book, port, lambda line: click.echo(line, file=terminal))
    except BuildError as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.argument("language", required=False)
@click.option("--check", "only", is_flag=True, help="Change nothing; say what is to be done.")
@click.option(
    "--book",
    "root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(),
    help="The book's folder; default: this one.",
)
def translate(language: str | None, only: bool, root: Path) -> None:
    """Bring the catalogues in locale/LANGUAGE up to date with the book.

    Exit code 1 while anything is untranslated, changed, or wrong. Without LANGUAGE: all there are.
    """
    from shanhai.editions.catalogue import KINDS
    from shanhai.editions.tree import Edition, languages

    chosen = [language] if language else languages(root)
    if not chosen:
        raise click.ClickException("no locale folder here; name a language, such as en")
    grave = 0
    for each in chosen:
        edition = Edition(root.resolve(), each)
        try:
            if not only:
                edition.update()
            faults = edition.check()
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        grave += sum(fault.kind != "unused" for fault in faults)
        for fault in faults:
            click.echo(str(fault))
        counts = {kind: sum(fault.kind == kind for fault in faults) for kind in KINDS}
        click.echo(f"{each}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if grave:
        raise SystemExit(1)


@main.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("article", type=click.Path(path_type=Path))
@click.option(
    "--title", default="", help="Title of the book; default: the article's first heading."
)
@_encoding
def new(directory: Path, article: Path, title: str, encoding: str) -> None:
    """Draft a book of ARTICLE in the new folder DIR: its ledger, the totals found, pages to build."""
    from shanhai.drafting import book
    from shanhai.evidence.article import read

    book.refuse_used(directory)
    drafted = book.read_into(read(article, encoding))
    book.write(directory, drafted, title)
    ledger = drafted.ledger
    click.echo(
        f"{directory}: {len(drafted.parts.sections)} sections, {len(ledger.drafts)} figures,"
        f" {len(ledger.non_claims)} other numerals, {len(drafted.proposals)} relations proposed"
    )
    click.echo(f"next: shanhai build {directory}, then read {directory / 'TODO.md'}")


@main.command()
@click.argument("name")
@_data
@click.option("--title", default="", help="The chapter's title; default: its name.")
def chapter(name: str, data: Path | None, title: str) -> None:
    """Write notebooks/NAME.md, a chapter to begin with: header, ledger, a chart, a glued figure."""
    from shanhai.drafting.chapter import write_chapter
    from shanhai.evidence.ledger import Ledger

    path = write_chapter(Ledger.load(data), name, title)
    click.echo(f"{path}\nnext: name it in _toc.yml, as `- file: notebooks/{name}`, and build")


@main.command()
@click.argument("article", type=click.Path(path_type=Path))
@_data
@click.option("--write", is_flag=True, help="Let the ledger follow the new edition.")
@_encoding
def anchor(article: Path, data: Path | None, write: bool, encoding: str) -> None:
    """Find the ledger's figures in another edition of the article; say what moved and what changed."""
    from shanhai.drafting.anchor import anchor as run
    from shanhai.evidence.article import read
    from shanhai.evidence.checks.package import opened

    report = run(opened(data), read(article, encoding))
    for line in report.lines:
        click.echo(line)
    click.echo(report.summary)
    if write:
        report.write()
        click.echo(f"written to {report.ledger.directory}")


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_data
def accept(ids: tuple[str, ...], data: Path | None) -> None:
    """Accept relations that the machine proposed."""
    _judge(ids, data, "accepted")


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@_data
def decline(ids: tuple[str, ...], data: Path | None) -> None:
    """Decline relations that the machine proposed; they stay in the table, and are shown nowhere."""
    _judge(ids, data, "declined")


def _judge(ids: tuple[str, ...], data: Path | None, status: str) -> None:
    from shanhai.drafting.judge import judge

    for line in judge(data, ids, status):
        click.echo(line)
