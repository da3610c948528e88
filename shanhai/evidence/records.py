"""The rows of the ledger's own tables, typed: claims, identities, silences and background figures."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Self

from shanhai.evidence.interval import Interval
from shanhai.evidence.reads import read, words


class Record:
    """A row of a table as an object; a column that it does not name, such as ``note_fr``, is one too."""

    __slots__ = ("_row",)
    required: ClassVar[bool] = True  #: Whether a package without the table is none.
    words: ClassVar[tuple[str, ...]] = ()  #: Columns that no figure depends on.
    table: ClassVar[str] = ""  #: The table of a record whose words are said to be read.

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the record of a row with typed cells."""
        known = {f.name: row[f.name] for f in fields(cls) if f.name in row or f.default is MISSING}  # type: ignore[arg-type]
        record = cls(**known)
        object.__setattr__(record, "_row", row)
        return record

    def __getattr__(self, name: str) -> Any:
        """Return a cell that is no attribute: what another language says."""
        # Records that were made otherwise have no row.
        row = {} if name == "_row" else getattr(self, "_row", {})
        if name in row:
            if self.table:
                read(self.table, row["id"])
            return row[name]
        raise AttributeError(f"{type(self).__name__} has no column {name!r}")


class Printed(Record):
    """A number as it is printed, with its scale and hedge."""

    __slots__ = ()
    value: Decimal
    scale: int
    qualifier: str

    @property
    def amount(self) -> Decimal:
        """The figure in its unit: value times scale."""
        return self.value * self.scale

    @property
    def place(self) -> Decimal:
        """The unit of the last digit printed: 100 for 7.92万."""
        return Decimal(1).scaleb(min(0, int(self.value.as_tuple().exponent))) * self.scale

    @property
    def interval(self) -> Interval:
        """The amount with the bounds its printing allows."""
        return Interval.printed(self.value, self.scale, self.qualifier)


class Placed(Record):
    """A token of the article, with the place where it stands."""

    __slots__ = ()
    offset: int
    token: str

    @property
    def end(self) -> int:
        """One past the token's last character."""
        return self.offset + len(self.token)


@words("claims", "description_zh", "description_en", "note_zh", "note_en")
@dataclass(frozen=True, slots=True)
class Claim(Printed, Placed):
    """One figure as the article prints it."""

    id: str
    section: str
    paragraph: int
    offset: int
    token: str
    value: Decimal
    scale: int
    unit: str
    qualifier: str
    metric: str
    donor: str
    recipient: str
    period_start: date | None
    period_end: date | None
    description_zh: str
    description_en: str
    note_zh: str
    #: The token in English; a book with one edition has none.
    token_en: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class NonClaim(Placed):
    """A numeral of the article that is not a figure, with the reason."""

    id: str
    section: str
    paragraph: int
    offset: int
    token: str
    reason: str
    note_zh: str
    token_en: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Identity(Record):
    """How two expressions over claims should relate."""

    id: str
    kind: str
    left: str
    operator: str
    right: str
    comparable: str
    reason: str
    title_zh: str
    title_en: str
    explanation_zh: str
    explanation_en: str
    #: ``accepted``, or what a machine ``proposed`` and nobody has judged, or a person ``declined``.
    status: str = "accepted"


@dataclass(frozen=True, slots=True)
class Section(Record):
    """A section of the article, with its span in the normalised text."""

    id: str
    order: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Code(Record):
    """A controlled value, with the list it is of."""

    list: str
    code: str


@dataclass(frozen=True, slots=True)
class Silence(Record):
    """What the article does not say: ``zh`` and ``en`` name it, ``terms`` were searched and not found.

    ``section`` is the section searched; empty for the whole article.
    """

    required = False
    id: str
    section: str
    terms: str
    zh: str
    en: str
    note_zh: str
    note_en: str = ""
    terms_en: str = ""

    @property
    def searched(self) -> list[str]:
        """The terms, each by itself."""
        return self.terms.split("|")


@words("facts", "label_zh", "label_en", "note_zh", "note_en")
@dataclass(frozen=True, slots=True)
class Fact(Printed):
    """A figure of another document: background, never counted among the article's.

    ``scope`` is the place it is about, ``claim`` the article's figure of the same quantity, if any.
    """

    required = False
    id: str
    topic: str
    metric: str
    claim: str
    donor: str
    scope: str
    value: Decimal
    scale: int
    unit: str
    qualifier: str
    period_start: date | None
    period_end: date | None
    source: str
    label_zh: str
    label_en: str
    note_zh: str
    note_en: str


@dataclass(frozen=True, slots=True)
class Source(Record):
    """A document that background figures are from; ``published`` is a day, a month or a year (ISO 8601)."""

    required = False
    id: str
    publisher_zh: str
    publisher_en: str
    title: str
    published: str
    url: str
    carried_by: str
    language: str
    access: str

    @property
    def publication(self) -> tuple[date, date]:
        """First and last possible day of publication."""
        year, month, day = (int(part) for part in f"{self.published}-0-0".split("-")[:3])
        if day:
            return date(year, month, day), date(year, month, day)
        last = month or 12
        return date(year, month or 1, 1), date(year, last, monthrange(year, last)[1])


#: The tables the ledger itself reads, each with the columns it needs; any other may be described beside them.
TABLES: dict[str, type[Record]] = {
    "claims": Claim,
    "non_claims": NonClaim,
    "identities": Identity,
    "sections": Section,
    "codes": Code,
    "silences": Silence,
    "facts": Fact,
    "sources": Source,
}


def columns(record: type[Any]) -> dict[str, str]:
    """Return the columns that a record needs, each with its Python type as written."""
    return {each.name: str(each.type) for each in fields(record) if each.default is MISSING}
