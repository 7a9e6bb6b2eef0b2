"""The handbook's example is performed on a copy of the code: what docs/new-rule-new-move.md says happens, happens."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import PACKAGES, ROOT

pytestmark = pytest.mark.xdist_group("handbook")  # one worker makes the copy, once

PAGE = (ROOT / "docs" / "new-rule-new-move.md").read_text(encoding="utf-8")
DIFFS = re.findall(r"^```diff\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
CHANGES = [change for diff in DIFFS for change in re.split(r"^(?=--- )", diff, flags=re.MULTILINE) if "@@" in change]
GAINED = [line[1:] for diff in DIFFS if "@@" not in diff for line in diff.splitlines()]


def run(folder: Path, *command: str, given: str = "", code: int = 0) -> str:
    """What a command in the folder prints; it must end with the code. It has settings and a database of its own."""
    apart = ("DATABASE_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "PYTEST_", "COV_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(apart)}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, cwd=folder, env=environment, input=given, check=False, **pipes)
    assert done.returncode == code, done.stdout
    return str(done.stdout)


def manage(folder: Path, *command: str, code: int = 0) -> str:
    return run(folder, sys.executable, "manage.py", *command, code=code)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with every change of the page made."""
    folder = tmp_path_factory.mktemp("changed")
    for name in (*PACKAGES, "tests", "templates", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manage.py", "pyproject.toml", ".env.example"):
        shutil.copy(ROOT / name, folder)
    for change in CHANGES:
        run(folder, "git", "apply", "--recount", "-C1", "-", given=change)
    return folder


def test_the_changed_table_can_be_obeyed(changed: Path) -> None:
    manage(changed, "check")


def test_reference_and_diagram_gain_just_what_the_page_shows(changed: Path) -> None:
    assert manage(changed, "docs") == "docs/reference/lifecycle.md\ndocs/reference/proving.md\n"
    gained = (changed / "docs/reference/lifecycle.md").read_text(encoding="utf-8").splitlines()
    before = (ROOT / "docs/reference/lifecycle.md").read_text(encoding="utf-8").splitlines()

    new = set(gained) - set(before)
    assert {line for line in new if not line.startswith(("| `reason` |", "| `not_own_team` |"))} == set(GAINED)
    (arrow,) = re.findall(r"^    in_progress --> suspended: .*$", PAGE, flags=re.MULTILINE)
    assert arrow in manage(changed, "lifecycle", "project", "--mermaid").splitlines()


def test_the_page_s_own_tests_pass_and_the_unrelated_ones_still_do(changed: Path) -> None:
    unrelated = ("tests/workflow/test_table.py", "tests/workflow/test_diagrams.py")
    run(changed, sys.executable, "-m", "pytest", "-q", "-n0", "tests/grants/implementation/test_flood.py", *unrelated)


def test_a_word_that_is_mistyped_is_told_as_the_page_tells_it(changed: Path) -> None:
    table = changed / "workflow" / "lifecycle.py"
    right = table.read_text(encoding="utf-8")
    table.write_text(right.replace('"a_month_has_passed"', '"a_month_has_past"'), encoding="utf-8")
    try:
        complaint = manage(changed, "check", code=1)
    finally:
        table.write_text(right, encoding="utf-8")

    (told,) = re.findall(r"^\?: \(workflow.E004\).*\n\tHINT: .*$", PAGE, flags=re.MULTILINE)
    assert told in complaint
