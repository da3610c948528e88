"""Does a claim's token say what the claim's columns say? Shared by ``check`` and ``verify``."""

from __future__ import annotations

from shanhai.evidence.ledger import Claim
from shanhai.numerals.dates import is_sharp, span
from shanhai.numerals.finder import Numeral, find

#: Hedges that stand within a token, so a token decides them; the others stand before or after it.
_WITHIN = {"over", "several", "ordinal"}


def disagreement(claim: Claim) -> tuple[str, str] | None:
    """Return the column that disagrees with the token and what was expected, or None.

    The value must be printed as the token prints it, to the last decimal; the hedges that stand within a
    token must be there or not; a date's period must be the one the token names.
    """
    numerals = [numeral for numeral in find(claim.token) if numeral.value is not None]
    if len(numerals) != 1:
        return "token", f"{claim.token!r} holds {len(numerals)} numbers; expected one"
    said = numerals[0]
    if claim.amount != said.amount or _decimals(
        claim.value * claim.scale / said.scale
    ) != _decimals(said.value):
        expected = f"{said.value} times {said.scale}" if said.scale > 1 else f"{said.value}"
        return (
            "value",
            f"{claim.value} times {claim.scale} is not what {claim.token!r} says; expected {expected}",
        )
    if (
        said.qualifier in _WITHIN or claim.qualifier in _WITHIN
    ) and claim.qualifier != said.qualifier:
        return (
            "qualifier",
            f"{claim.qualifier!r} is not what {claim.token!r} says; expected {said.qualifier!r}",
        )
    if claim.unit == "date":
        return _date(claim, said)
    return None


def _decimals(value) -> int:
    return max(0, -value.as_tuple().exponent)


def _date(claim: Claim, said: Numeral) -> tuple[str, str] | None:
    """Hold a date's period against the days that its token names."""
    if said.kind != "date" or said.value is None:
        return "unit", f"{claim.token!r} is no date; expected another unit"
    start, end = claim.period_start, claim.period_end
    if start is None or end is None:
        return "period_start", "is empty; expected both ends of a date"
    whole = span(said.token)
    if whole is None or not is_sharp(said.token):
        # 年底 and the like have no sharp start: the year must be right, and the end of it for 底 and 末.
        last = (end.month, end.day)
        if not (start.year == end.year == int(said.value or 0)) or (
            said.token.endswith(("年底", "年末")) and last != (12, 31)
        ):
            return "period_start", f"{start} to {end} is not what {claim.token!r} says"
        return None
    if (start, end) != whole:
        return (
            "period_start",
            f"{start} to {end} is not what {claim.token!r} says; expected {whole[0]} to {whole[1]}",
        )
    return None
