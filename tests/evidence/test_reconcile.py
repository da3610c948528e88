"""Verdicts, on made-up sides and on the real ledger."""

import json
from dataclasses import FrozenInstanceError
from fractions import Fraction

import pytest

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.reconcile import Finding, judge, reconcile, tally


@pytest.mark.parametrize(
    ("left", "operator", "right", "verdict"),
    [
        ((5, 5, 5), "=", (5, 5, 5), "exact"),
        ((5, 5, 5), "=", (6, 6, 6), "inconsistent"),
        ((6, 6, 6), "=", (5, 5, 5), "inconsistent"),
        ((5, 4, 6), "=", (5, 5, 5), "within rounding"),
        ((5, 4, 6), "=", (5, 4, 6), "within rounding"),
        ((5, 4, 6), "=", (7, 6, 8), "within rounding"),
        ((5, 4, 6), "=", (8, 7, 9), "inconsistent"),
        ((8, 7, 9), "=", (5, 4, 6), "inconsistent"),
        ((5, 5, 5), ">=", (5, 5, 5), "exact"),
        ((7, 6, 8), ">=", (5, 4, 6), "exact"),
        ((6, 5, 7), ">=", (6, 5, 7), "within rounding"),
        ((4, 3, 5), ">=", (6, 5, 7), "within rounding"),
        ((4, 3, 5), ">=", (7, 6, 8), "inconsistent"),
        ((4, 3, 5), "<=", (7, 6, 8), "exact"),
        ((7, 6, 8), "<=", (4, 3, 5), "inconsistent"),
        ((6, 5, 7), "<=", (4, 3, 5), "within rounding"),
    ],
)
def test_verdict(left, operator, right, verdict):
    assert judge(Interval(*left), operator, Interval(*right)) == verdict


@pytest.mark.parametrize("operator", ["", "<", ">", "==", "≥"])
def test_an_unknown_operator_is_named(operator):
    with pytest.raises(EvidenceError, match=f"'{operator}'"):
        judge(Interval.exact(1), operator, Interval.exact(2))


@pytest.fixture(scope="module")
def findings(root):
    return {finding.identity.id: finding for finding in reconcile(Ledger.load(root / "data"))}


def test_the_headline_is_not_the_sum_of_its_parts(findings):
    finding = findings["aid-fiscal"].as_dict()
    assert finding["verdict"] == "inconsistent"
    assert finding["left"] == {
        "expression": "all-aid",
        "value": 14108000000,
        "low": 14107500000,
        "high": 14108500000,
    }
    assert finding["right"]["value"] == 10564000000 + 3027000000
    assert finding["gap"] == {
        "value": -517000000,
        "low": -518500000,
        "high": -515500000,
        "percent": -3.6646,
    }


def test_counts_that_agree_are_exact(findings):
    for name in ("agreements", "districts-restated", "cities", "counties-grew"):
        assert findings[name].verdict == "exact"


def test_scopes_that_differ_are_not_judged(findings):
    for finding in findings.values():
        assert (finding.identity.comparable == "no") == (finding.verdict == "not comparable")
    assert findings["hospitals"].as_dict()["gap"]["value"] == -21


def test_every_kind_and_every_verdict_is_there(findings):
    kinds = {finding.identity.kind for finding in findings.values()}
    assert kinds == {"total_parts", "part_whole", "restated", "two_sides", "chain"}
    assert {f.verdict for f in findings.values()} == {
        "exact",
        "within rounding",
        "inconsistent",
        "not comparable",
    }
    assert len(findings) >= 12


def test_claims_are_named_once_each(findings):
    assert findings["aid-with-donations"].claims == ["all-aid", "sh-aid", "gd-aid", "gd-donations"]


def test_json_holds_plain_numbers(findings):
    for finding in findings.values():
        assert json.loads(json.dumps(finding.as_dict())) == finding.as_dict()
    # Whole numbers stay whole, others do not become so.
    assert isinstance(findings["agreements"].as_dict()["left"]["value"], int)
    half = Finding(
        findings["agreements"].identity, Interval.exact(Fraction(1, 2)), Interval.exact(1), "", ""
    )
    assert half.as_dict()["left"]["value"] == 0.5


def test_a_verdict_does_not_change(findings):
    with pytest.raises(FrozenInstanceError):
        findings["aid-fiscal"].verdict = "exact"


def test_an_unknown_claim_is_named(data, table):
    table("identities").set("cities", "right", "two-to-one-from + nobody")
    with pytest.raises(EvidenceError, match="identity cities: no claim 'nobody'"):
        reconcile(Ledger.load(data))


def test_a_zero_total_has_no_percentage(data, table):
    table("claims").set("gd-cities", "value", "0")
    finding = next(f for f in reconcile(Ledger.load(data)) if f.identity.id == "cities")
    assert finding.as_dict()["gap"]["percent"] is None


def test_what_could_hardly_fail_is_counted_apart(root):
    findings = reconcile(Ledger.load(root / "data"))
    counts = tally(findings)
    assert list(counts) == ["parts", "counts", "restated", "bound"]
    assert counts["parts"] == {"inconsistent": 3}
    judged = [finding for finding in findings if finding.verdict != "not comparable"]
    assert sum(verdicts.total() for verdicts in counts.values()) == len(judged)
    assert {f.identity.operator for f in judged if f.test == "bound"} == {">="}
    assert all(f.as_dict()["test"] == f.test for f in judged)
