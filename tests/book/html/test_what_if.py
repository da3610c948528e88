"""A figure changed in the audit's page: judged there as Python judges, and put back at one press."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from shanhai.evidence.expression import evaluate, names
from shanhai.evidence.interval import Interval
from shanhai.evidence.ledger import Ledger
from shanhai.evidence.reconcile import judge

ROOT = Path(__file__).parents[3]
CONF = 'language = "zh_CN"\nextensions = ["myst_nb", "shanhai.extension"]\nhtml_theme = "furo"\n'

JUDGE = """(cases) => cases.map(([claim, name, text]) => {
  const form = document.querySelector(".what-if");
  form.elements.figure.value = claim;
  form.elements.figure.dispatchEvent(new Event("change"));
  form.elements[name].value = text;
  form.elements[name].dispatchEvent(new Event("input"));
  return Object.fromEntries([...document.querySelectorAll("[id^=identity-]")].map((title) => [
    title.id.slice("identity-".length), title.closest("tr").querySelector(".verdict").textContent]));
})"""


@pytest.fixture(scope="module")
def ledger():
    return Ledger.load(ROOT / "data")


@pytest.fixture(scope="module")
def built(tmp_path_factory, ledger):
    """A book of the audit's table and the evidence alone."""
    book = tmp_path_factory.mktemp("what-if")
    shutil.copytree(ROOT / "data", book / "data", ignore=shutil.ignore_patterns("*.md"))
    (book / "conf.py").write_text(CONF, "utf-8")
    rows = "".join(f"```{{evidence}} {section}\n```\n\n" for section in ledger.sections)
    (book / "index.md").write_text(f"# 审计\n\n```{{reconciliation}}\n```\n\n{rows}", "utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", book, book / "out"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, env=environment, text=True, encoding="utf-8", capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return book / "out" / "index.html"


@pytest.fixture
def page(built, browser):
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(built.as_uri())
    yield page
    context.close()


def verdicts(ledger, claim_id, interval):
    """Judge all identities with one figure's interval another; texts as the page shows them."""
    said = {}
    for identity in ledger.identities:
        if identity.comparable != "yes":
            said[identity.id] = ledger.code("verdict", "not comparable", "zh")
            continue

        def lookup(name):
            return interval if name == claim_id else ledger.claims[name].interval

        left, right = evaluate(identity.left, lookup), evaluate(identity.right, lookup)
        said[identity.id] = ledger.code("verdict", judge(left, identity.operator, right), "zh")
    return said


def used(ledger):
    return sorted(
        {
            name
            for identity in ledger.identities
            if identity.comparable == "yes"
            for name in names(identity.left) + names(identity.right)
        }
    )


def test_the_page_judges_as_python_does(page, ledger):
    draw = random.Random(20211101)
    cases, expected = [], []
    for _ in range(300):
        claim = ledger.claims[draw.choice(used(ledger))]
        places = -min(0, claim.value.as_tuple().exponent)
        near = (
            Fraction(claim.value)
            * draw.choice([1, 1, draw.randrange(50, 150)])
            / draw.choice([1, 100])
        )
        steps = int(near * 10**places) + draw.randrange(-20, 20)
        text = str(Decimal(max(0, steps)).scaleb(-places))
        changed = replace(claim, value=Decimal(text))
        cases.append([claim.id, "value", text])
        expected.append(verdicts(ledger, claim.id, changed.interval))
    for name in used(ledger):
        low, high = ledger.claims[name].interval.low, ledger.claims[name].interval.high
        for part in (0, 37, 100):
            cases.append([name, "within", str(part)])
            point = Interval.exact(low + (high - low) * Fraction(part, 100))
            expected.append(verdicts(ledger, name, point))
    found = page.evaluate(JUDGE, cases)
    wrong = [
        (case, each, got[each], said[each])
        for case, got, said in zip(cases, found, expected, strict=True)
        for each in said
        if got[each] != said[each]
    ]
    assert not wrong
    assert len({tuple(each.items()) for each in found}) > 10  # verdicts did change


def test_a_reader_changes_a_figure_and_puts_it_back(page):
    tables = page.locator("table.reconciliation")
    before = tables.all_inner_texts()
    stored = page.evaluate("Object.keys(localStorage).length + document.cookie.length")
    page.get_by_label("哪个数").select_option("all-projects")
    page.get_by_label("改成").fill("6925")
    row = page.locator("#identity-projects").locator("xpath=ancestor::tr")
    assert row.locator(".was").inner_text() == "（原来：对不上）"
    assert row.locator(".sides").inner_text() == "6925 = 6925"
    assert page.locator(".what-if .outcome").inner_text() == "1个判断变了。"
    page.get_by_label("改成").fill("六千")
    assert "请写一个数" in page.locator(".what-if .outcome").inner_text()
    assert tables.all_inner_texts() == before
    page.get_by_label("改成").fill("1")
    page.get_by_role("button", name="全部还原").click()
    assert tables.all_inner_texts() == before
    assert page.evaluate("Object.keys(localStorage).length + document.cookie.length") == stored
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_english_groups_quantities_and_not_years(page):
    # As an English page has it: the words are the same, the language is not.
    page.evaluate(
        """() => {
          const form = document.querySelector(".what-if");
          const told = form.querySelector("script");
          told.textContent = JSON.stringify({ ...JSON.parse(told.textContent), language: "en" });
          form.querySelector("select").replaceChildren();
          const script = document.querySelector("script[src*='what-if.js']");
          return new Promise((done) => {
            const again = document.createElement("script");
            again.src = script.src;
            again.onload = done;
            document.head.append(again);
          });
        }"""
    )
    figure, value = page.locator("[name=figure]"), page.locator(".what-if [name=value]")

    def sides(identity):
        row = page.locator(f"#identity-{identity}").locator("xpath=ancestor::tr")
        return row.locator(".sides").text_content()

    figure.select_option("lead-since")
    value.fill("2017")
    assert sides("since-restated") == "2017 ≠ 2016"
    figure.select_option("all-projects")
    value.fill("6,925")
    assert sides("projects") == "6,925 = 6,925"


def test_without_scripts_there_is_nothing(built, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(built.as_uri())
    assert not page.locator(".what-if").is_visible()
    assert page.locator("#identity-projects").is_visible()
    context.close()
