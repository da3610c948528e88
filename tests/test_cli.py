"""The commands as a user runs them: output, exit codes, no tracebacks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shanhai(*arguments, cwd=ROOT, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "shanhai", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), **environment},
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


def test_check_passes_the_real_data():
    done = shanhai("check")
    assert (done.returncode, done.stdout) == (0, "0 faults\n")


def test_check_names_faults_and_fails(data, table):
    line = table("claims").set("all-aid", "unit", "dollar")
    done = shanhai("check", "--data", data)
    assert done.returncode == 1
    assert done.stdout.startswith(
        f"{data / 'claims.csv'}:{line}: unit: 'dollar' is not a code of unit"
    )


def test_commands_judge_the_book_one_stands_in(tmp_path):
    book = Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", tmp_path / "另一本 书"))
    (book / "data").rename(book / "figures")
    config = (book / "_config.yml").read_text("utf-8")
    (book / "_config.yml").write_text(
        config.replace("  config:\n", "  config:\n    shanhai_data: figures\n"), "utf-8"
    )
    claims = book / "figures" / "claims.csv"
    claims.write_text(claims.read_text("utf-8").replace(",CNY,", ",gold,"), "utf-8")
    for folder in (book, book / "notebooks"):
        done = shanhai("check", cwd=folder)
        assert done.returncode == 1 and f"{claims}:3: unit: 'gold'" in done.stdout
        assert "more-trees" in shanhai("reconcile", cwd=folder).stdout
        assert "3 claims, " in shanhai("verify", book / "article.txt", cwd=folder).stdout


@pytest.mark.parametrize("command", ["check", "reconcile", "verify"])
def test_where_there_is_no_book_commands_say_so(tmp_path, command):
    article = [Path(__file__)] if command == "verify" else []
    done = shanhai(command, *article, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert "no book here" in done.stderr and "--data" in done.stderr
    (tmp_path / "_config.yml").write_text("- a list", "utf-8")
    done = shanhai(command, *article, cwd=tmp_path)
    assert done.returncode == 1 and "_config.yml: not the settings of a book" in done.stderr


@pytest.mark.parametrize("command", ["reconcile", "verify"])
@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("datapackage.json", '"type": "integer"', '"type": "whole"', "type is 'whole'"),
        ("datapackage.json", '"claims.csv"', '"../claims.csv"', "path is '../claims.csv'"),
        (
            "claims.csv",
            "all-aid,lead,5,378,",
            "all-aid,lead,5,,",
            "offset: is empty; expected a value",
        ),
        ("claims.csv", "all-aid,lead,5,378,", "all-aid,lead,5,378,,", "has not the 19 cells"),
        ("sections.csv", ",433", ",", "end: is empty; expected a value"),
    ],
)
def test_damaged_data_is_one_sentence(data, tmp_path, command, name, old, new, says):
    path = data / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    (tmp_path / "text.txt").write_text("有3个。", "utf-8")
    done = shanhai(command, *[tmp_path / "text.txt"] * (command == "verify"), "--data", data)
    if command == "reconcile" and name == "sections.csv":
        return  # It does not look at sections.
    assert done.returncode == 1 and says in done.stderr and done.stderr.count("\n") == 1


def test_check_needs_neither_sphinx_nor_altair_nor_pandas():
    code = (
        "import sys; from shanhai.cli import main; main(['check'], standalone_mode=False);"
        "print([m for m in ('sphinx', 'altair', 'pandas', 'frictionless') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr


def test_reconcile_prints_a_line_each():
    done = shanhai("reconcile")
    assert done.returncode == 0
    assert (
        "aid-fiscal" in done.stdout and "inconsistent" in done.stdout and "(-3.66%)" in done.stdout
    )


def test_reconcile_json_holds_what_the_page_shows():
    findings = json.loads(shanhai("reconcile", "--json").stdout)
    assert {"id", "kind", "verdict", "left", "right", "gap"} <= findings[0].keys()
    assert findings[0]["gap"]["percent"] == -3.6646


def test_verify_ends_with_the_count(article):
    done = shanhai("verify", article)
    assert done.returncode == 0
    claims, numerals, left = (
        int(part.split()[0]) for part in done.stdout.splitlines()[-1].split(",")
    )
    assert claims > 70 and numerals > 120 and left == 0


def test_verify_fails_on_another_text(tmp_path):
    path = tmp_path / "other.txt"
    path.write_text("别的文章，有3个数字。", encoding="utf-8")
    done = shanhai("verify", path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].endswith("1 unaccounted")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("verify", "nowhere.txt"), "nowhere.txt: no such file"),
        (("reconcile", "--data", "nowhere"), "no such file; give the data folder"),
        (("verify",), "Missing argument"),
        (("build", "nowhere"), "nowhere"),
        (("frobnicate",), "No such command"),
    ],
)
def test_a_user_s_mistake_is_one_sentence(arguments, says, tmp_path):
    done = shanhai(*arguments)
    assert done.returncode in (1, 2)
    assert says in done.stderr


def test_a_terminal_that_is_not_utf8_is_no_reason_to_fail(data, table):
    table("claims").set("all-aid", "unit", "美元")
    done = subprocess.run(
        [sys.executable, "-m", "shanhai", "check", "--data", str(data)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 1 and b"Traceback" not in done.stderr
