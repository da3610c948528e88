"""What any page may ask of the book: ledger, words, language, labels, periods, cells.

Pages of every builder come here and nowhere else. What is asked for is noted with the page that is being
read or written, so that a change of it reaches the page (`shanhai.build.pages`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from shanhai import formats
from shanhai.book.words import load
from shanhai.evidence.affects import RECORDS
from shanhai.evidence.errors import near
from shanhai.evidence.ledger import DESCRIPTION, Ledger
from shanhai.evidence.reads import ALL, read
from shanhai.language import Language
from shanhai.wording import Wording

READS, MADE_OF = "reads", "made-of"
"""Groups of the domain: what each page has read of the ledger while it was read itself; with that, its source
and its notebook's reads, what it was made of, as lines, and the digest of that (`shanhai.build.pages`)."""


class BookDomain(Domain):
    """What pages tell one another, kept with the environment: by group, then by page.

    ``data`` holds a dictionary of pages for each group that ``record`` was given, so that a page that is
    read again, removed, or read by another process is dealt with in one place. The ledger is this
    process's own and is not kept.
    """

    name = "shanhai"
    label = "Shanhai"
    data_version = 2
    initial_data: dict[str, dict[str, Any]] = {}  # noqa: RUF012 - Sphinx copies it
    ledger: Ledger | None = None
    page = ""
    """The page that is being written, if one is."""

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.asked: dict[str, set[str]] = {}
        """What each page that was written asked for meanwhile, as lines."""
        self.notebooks: dict[str, list[str]] = {}
        """What the notebooks of pages that are about to be read have read, as lines."""

    def begin(self, page: str) -> None:
        """Note that a page is about to be written, or with none that all are."""
        self.page = page
        if page:
            self.asked[page] = set()

    def ask(self, group: str, page: str) -> None:
        """Note what the page that is being written asks of another (``*``: of all): ``g GROUP PAGE``."""
        if self.page:
            self.asked[self.page].add(f"g {group} {page}")

    def read(self, table: str, row: str, words: bool) -> None:
        """Note what is read of the ledger for a page, as for a notebook: ``d WORDS TABLE ROW``."""
        line = f"d {int(words)} {table} {row}"
        if self.page:
            self.asked[self.page].add(line)
        elif page := self.env.temp_data.get("docname"):
            self.data.setdefault(READS, {}).setdefault(page, set()).add(line)

    def clear_doc(self, docname: str) -> None:
        """Forget a page."""
        for pages in self.data.values():
            if isinstance(pages, dict):
                pages.pop(docname, None)

    def merge_domaindata(self, docnames: Iterable[str], otherdata: dict[str, Any]) -> None:
        """Take over the pages that another process has read."""
        for group, pages in otherdata.items():
            if isinstance(pages, dict):
                found = {name: pages[name] for name in docnames if name in pages}
                self.data.setdefault(group, {}).update(found)

    def resolve_any_xref(self, *_: Any, **__: Any) -> list[tuple[str, nodes.Element]]:
        """Return nothing: no reference is of this domain."""
        return []


class Said(MutableMapping[str, Any]):
    """What pages have said in a group, by page; a page that is being written is noted to ask for it."""

    def __init__(self, known: BookDomain, group: str) -> None:
        self._ask = known.ask
        self._group = group
        self._pages = known.data.setdefault(group, {})

    def __getitem__(self, page: str) -> Any:
        self._ask(self._group, page)
        return self._pages[page]

    def __iter__(self) -> Iterator[str]:
        self._ask(self._group, ALL)
        return iter(self._pages)

    def __len__(self) -> int:
        self._ask(self._group, ALL)
        return len(self._pages)

    def __setitem__(self, page: str, said: Any) -> None:
        self._pages[page] = said

    def __delitem__(self, page: str) -> None:
        del self._pages[page]


def record(env: BuildEnvironment, group: str) -> Said:
    """Return what pages have said in ``group``, by page; to be added to while a page is read."""
    return Said(domain(env), group)


def domain(env: BuildEnvironment) -> BookDomain:
    """Return the book's domain."""
    known = env.get_domain(BookDomain.name)
    assert isinstance(known, BookDomain)
    return known


def refused(role: SphinxRole, why: str) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Return what a role leaves where it cannot do what it is asked: an error, which stops the build."""
    message = role.inliner.reporter.error(why, line=role.lineno)
    return [role.inliner.problematic(role.rawtext, role.rawtext, message)], [message]


def unknown(env: BuildEnvironment, kind: str, row_id: str, known: Iterable[str]) -> str:
    """Say that no claim, fact or silence has an id: in which table, and which ids are close."""
    return f"unknown {kind} {row_id!r}: no such id in {path(env, f'{kind}s')}{near(row_id, known)}"


def upwards(node: nodes.Node | None) -> Iterator[nodes.Node]:
    """Yield a node, and all that it stands in, from the inside out."""
    while node is not None:
        yield node
        node = node.parent


def anchor(env: BuildEnvironment, label: str) -> None:
    """Let references find ``label``, an id on the page that is being read."""
    env.domaindata["std"]["anonlabels"][label] = (env.docname, label)


def directory(env: BuildEnvironment) -> Path:
    """Return the data folder, ``shanhai_data`` in ``_config.yml`` (default ``data``)."""
    return Path(env.srcdir) / env.config.shanhai_data


def path(env: BuildEnvironment, table: str) -> str:
    """Return a table's path as a reader of a message would look for it."""
    return f"{env.config.shanhai_data}/{table}.csv"


def name(config: Config) -> Language:
    """Return the book's language in all its forms."""
    return Language.of(config.language)


def language(env: BuildEnvironment) -> str:
    """Return the suffix of the data's language columns: ``zh`` or ``en``."""
    return name(env.config).code


def locale(env: BuildEnvironment) -> str:
    """Return the locale in which numbers and dates are formatted."""
    return name(env.config).locale


def words(book: Sphinx | BuildEnvironment) -> Mapping[str, Any]:
    """Return the words of the book's language.

    A page that is being read is noted as depending on the book's own file, if there is one: for Sphinx, a
    page is out of date for as long as a file it depends on is missing. That one comes or goes is noticed
    by ``shanhai.build.execution``.

    Raises:
        ConfigError: the book's file is not a mapping, or there are no words of the language.
    """
    file = Path(book.srcdir) / book.config.shanhai_words
    if file.is_file() and isinstance(book, BuildEnvironment) and "docname" in book.temp_data:
        book.note_dependency(str(file))
    return load(Path(book.srcdir), book.config.shanhai_words, name(book.config))


def ledger(env: BuildEnvironment) -> Ledger:
    """Return the ledger; it says itself what is read of it."""
    known = domain(env)
    if known.ledger is None:
        known.ledger = Ledger.load(directory(env))
    read(DESCRIPTION, ALL, words=False)
    return known.ledger


def wording(env: BuildEnvironment) -> Wording:
    """Return what says figures in the book's language."""
    return Wording(ledger(env), locale(env))


def period(start: date | None, end: date | None, env: BuildEnvironment) -> str:
    """Return a period in words, empty where neither end is stated."""
    if start and not end:
        return words(env)["since"].format(formats.format_month(start, locale(env)))
    if end and not start:
        return words(env)["until"].format(formats.format_month(end, locale(env)))
    return formats.format_period(start, end, locale(env))


def cell(ledger: Ledger, field: dict[str, Any], value: Any, lang: str) -> str:
    """Return a cell's text: the label of a code or of a referenced row, else the value."""
    if value is None or value != value or value == "":
        return ""
    if "codes" in field:
        return ledger.code(field["codes"], value, lang)
    target = field.get("references")
    if target in {"places", "metrics", "people"}:
        return ledger.label(target, value, lang)
    if target == "sections":
        return ledger.label(target, value, lang, column="label")
    if target == "claims":
        return Wording(ledger, lang).printed(ledger.claims[value])
    return str(value)


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[Sequence[nodes.Node]]],
    widths: Sequence[int] | None = None,
    classes: Sequence[str] = (),
) -> nodes.table:
    """Return a docutils table: ``header`` texts, then ``rows`` of cells of nodes."""
    widths = list(widths or [100 // len(header)] * len(header))
    node = nodes.table(classes=["colwidths-given", *classes])
    group = nodes.tgroup(cols=len(header))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head = nodes.row()
    head += [nodes.entry("", nodes.paragraph("", text)) for text in header]
    group += nodes.thead("", head)
    body = nodes.tbody()
    for cells in rows:
        row = nodes.row()
        row += [nodes.entry("", *content) for content in cells]
        body += row
    group += body
    node += group
    return node


def record_file(app: Sphinx, name: str) -> Path:
    """Return where a build leaves a record of what it has made."""
    return Path(app.srcdir) / app.config.shanhai_records / name


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the domain, and where records are left."""
    app.add_domain(BookDomain)
    app.add_config_value("shanhai_records", RECORDS, "", str)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
