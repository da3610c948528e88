"""Identity sides are parsed as arithmetic, and as nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shanhai.evidence.errors import EvidenceError
from shanhai.evidence.expression import evaluate, names
from shanhai.evidence.interval import Interval

VALUES = {"a": 6, "b-1": 3, "c": 2}


def value(text):
    return evaluate(text, lambda name: Interval.exact(VALUES[name])).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", 6),
        ("a + b-1", 9),
        ("a - b-1 - c", 1),
        ("a + b-1 * c", 12),
        ("(a + b-1) * c", 18),
        ("a / b-1 / c", 1),
        ("a / (b-1 / c)", 4),
        ("16 - 1.5 * c", 13),
        ("((a))", 6),
    ],
)
def test_arithmetic(text, expected):
    assert value(text) == expected


def test_names_in_order():
    assert names("b-1 + (a / c) - a") == ["b-1", "a", "c", "a"]


def test_names_does_not_divide():
    assert names("a / (c - c)") == ["a", "c", "c"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "something is missing at character 1"),
        ("a +", "something is missing at character 4"),
        ("a b-1", "unexpected 'b-1' at character 3"),
        ("(a", "expected ')' at character 3"),
        ("a)", "unexpected ')' at character 2"),
        ("a + __import__('os')", "unexpected '_' at character 5"),
        ("a ** c", "unexpected '*' at character 4"),
        ("a$", "unexpected '$' at character 2"),
        ("a   $", "unexpected '$' at character 5"),
        ("(a c", "expected ')'"),
        ("3x", "unexpected '3' at character 1"),
        ("A", "unexpected 'A'"),
        ("(" * 51 + "a" + ")" * 51, "nested too deeply"),
    ],
)
def test_anything_else_is_refused_with_its_place(text, says):
    with pytest.raises(EvidenceError) as error:
        value(text)
    assert says in str(error.value)


@given(st.text(alphabet="ab-1+*/() .c_x", max_size=20))
def test_never_anything_but_a_value_or_an_error(text):
    try:
        names(text)
    except EvidenceError as error:
        assert repr(text) in str(error)


def test_parentheses_may_be_nested():
    assert value("(" * 50 + "a" + ")" * 50) == value("a")


def test_parentheses_side_by_side_are_not_nested():
    assert value(" + ".join(["(a)"] * 60)) == value("60 * a")
    with pytest.raises(EvidenceError, match="nested too deeply"):
        value("(a) + " + "(" * 51 + "a" + ")" * 51)
