"""What the repository says of the real article: every figure in its place, none of its sentences.

Needs a copy of the article, named by ARTICLE. ``test_verify.py`` does the same without one.
"""

import subprocess
from dataclasses import replace

import pytest

from shanhai.evidence.article import normalise, read
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.verify import verify

#: This many characters of the article in a row are a copy; titles and set phrases are shorter.
RUN = 16


@pytest.fixture
def report_with(article, root):
    """Return the report on the real ledger once some of its rows are others."""

    def run(claims=None, non_claims=None):
        ledger = Ledger.load(root / "data")
        if claims:
            ledger.__dict__["claims"] = {claim.id: claim for claim in claims}
        if non_claims:
            # Where the property of this name keeps what it has read.
            ledger.__dict__["_non_claims"] = non_claims
        return verify(article, ledger)

    return run


@pytest.fixture(scope="module")
def ledger(root):
    return Ledger.load(root / "data")


def without(rows, row):
    return [other for other in rows if other is not row]


def instead(rows, row, **changes):
    return [replace(other, **changes) if other is row else other for other in rows]


def test_any_row_deleted_is_missed(ledger, report_with):
    claims, others = list(ledger.claims.values()), ledger.non_claims
    for row in claims:
        assert_missed(row, report_with(claims=without(claims, row)))
    for row in others:
        assert_missed(row, report_with(non_claims=without(others, row)))


def assert_missed(row, report):
    left = [n for n in report.unaccounted if n.start < row.end and n.end > row.offset]
    assert left, row.id
    assert any(f"at {left[0].start} " in fault for fault in report.faults)


def test_any_offset_shifted_is_named(ledger, report_with):
    claims, others = list(ledger.claims.values()), ledger.non_claims
    for row in claims:
        for shift in (-1, 1):
            said = report_with(claims=instead(claims, row, offset=row.offset + shift))
            assert any(f.startswith(f"claim {row.id}: ") for f in said.faults), row.id
    for row in others:
        for shift in (-1, 1):
            said = report_with(non_claims=instead(others, row, offset=row.offset + shift))
            assert any(f.startswith(f"non-claim {row.id}: ") for f in said.faults), row.id


def test_any_digit_changed_is_named(ledger, report_with):
    claims = list(ledger.claims.values())
    for row in claims:
        for at, char in enumerate(row.token):
            if char.isdigit():
                token = row.token[:at] + str((int(char) + 1) % 10) + row.token[at + 1 :]
                said = report_with(claims=instead(claims, row, token=token))
                assert any(f.startswith(f"claim {row.id}: ") for f in said.faults), token
        for change in (1, -1):
            said = report_with(claims=instead(claims, row, value=row.value + change))
            assert any(f.startswith(f"claim {row.id}: ") for f in said.faults), (row.id, change)


def test_no_tracked_file_holds_a_sentence_of_the_article(article, root):
    text = read(article).normalised
    runs = {text[at : at + RUN] for at in range(len(text) - RUN + 1)}
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    read_files = 0
    for name in filter(None, tracked):
        try:
            content = normalise((root / name).read_text(encoding="utf-8"))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        read_files += 1
        for at in range(len(content) - RUN + 1):
            assert content[at : at + RUN] not in runs, f"{name}: {content[at : at + RUN]}"
    assert read_files > 50
