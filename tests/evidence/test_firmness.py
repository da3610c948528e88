"""How firm verdicts are, held against all changes of one digit and all nearer values."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shanhai.evidence.expression import evaluate
from shanhai.evidence.firmness import firmness, one_digit
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.reconcile import judge


@pytest.fixture(scope="module")
def ledger(root):
    return Ledger.load(root / "data")


def agrees(identity, ledger, changed="", text=""):
    """Judge an identity with one figure printed as ``text``; no part of the code under test."""

    def lookup(name):
        claim = ledger.claims[name]
        value = Decimal(text) if name == changed else claim.value
        return Interval.printed(value, claim.scale, claim.qualifier)

    left, right = evaluate(identity.left, lookup), evaluate(identity.right, lookup)
    return judge(left, identity.operator, right) != "inconsistent"


def digit_changes(text):
    for at, character in enumerate(text):
        for other in "0123456789":
            if character.isdigit() and other != character:
                changed = text[:at] + other + text[at + 1 :]
                if not (changed[0] == "0" and changed[1:2].isdigit()):
                    yield changed


def judged(ledger):
    return [identity for identity in ledger.identities if identity.comparable == "yes"]


def test_what_one_digit_would_reverse_is_what_brute_force_finds(ledger):
    reversing = 0
    for identity in judged(ledger):
        now = agrees(identity, ledger)
        found = {change.claim: change for change in firmness(identity, ledger).misprints}
        used = {n for n in ledger.claims if n in f"{identity.left} {identity.right}".split()}
        for name in used:
            value = str(ledger.claims[name].value)
            turned = [t for t in digit_changes(value) if agrees(identity, ledger, name, t) != now]
            assert bool(turned) == (name in found), (identity.id, name, turned)
            if turned:
                reversing += 1
                assert str(found[name].after) in turned
                nearest = min(abs(Decimal(t) - Decimal(value)) for t in turned)
                assert abs(found[name].after - found[name].before) == nearest
    assert reversing


def test_no_nearer_value_of_that_figure_reverses_a_verdict(ledger):
    for identity in judged(ledger):
        change = firmness(identity, ledger).smallest
        if change is None:
            continue
        now = agrees(identity, ledger)
        assert agrees(identity, ledger, change.claim, str(change.after)) != now, identity.id
        place = Decimal(1).scaleb(min(0, change.before.as_tuple().exponent))
        for steps in range(1, change.steps):
            for way in (1, -1):
                value = change.before + way * steps * place
                if value >= 0:
                    assert agrees(identity, ledger, change.claim, str(value)) == now, identity.id


def test_what_is_not_judged_has_no_firmness(ledger):
    loose = next(identity for identity in ledger.identities if identity.comparable != "yes")
    assert firmness(loose, ledger) is None


def test_digits_change_one_at_a_time():
    assert {*map(str, one_digit(Decimal("1.0")))} == {*digit_changes("1.0")}
    assert {*map(str, one_digit(Decimal("30.27")))} == {*digit_changes("30.27")}
