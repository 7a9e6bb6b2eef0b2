"""Every contract on who may import whom holds, and is seen to fail when it is broken."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, ROOT

BREACHES = {
    "packages": ("storage/breach.py", "import workflow"),
    "stages": ("grants/applications/breach.py", "import grants.funds"),
    "slots": ("grants/people/enums.py", "import grants.people.models"),
    "vendors": ("grants/people/breach.py", "import django_fsm"),
    "minio": ("grants/people/breach.py", "import minio"),
    "audit": ("grants/desk/auditing/sums.py", "import grants.funds.models"),
    "kernel": ("grants/kernel/breach.py", "import django"),
    "solver": ("grants/reviews/assigning/solver/breach.py", "import django"),
}


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Check one contract on the code in a folder."""
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    options = ["--contract", contract, "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(
        [sys.executable, "-c", program, *options], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of our packages that may be broken."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "static", "locale")
        )
    return folder


@pytest.mark.parametrize("contract", BREACHES)
def test_a_breach_of_the_contract_is_refused(copy: Path, contract: str):
    path, code = copy / BREACHES[contract][0], BREACHES[contract][1]
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{code}\n", encoding="utf-8")
    verdict = lint(copy, contract)
    path.unlink() if before is None else path.write_text(before, encoding="utf-8")
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert "BROKEN" in verdict.stdout


def test_a_new_folder_in_grants_must_find_its_place_in_the_order(copy: Path):
    stranger = copy / "grants" / "stranger"
    stranger.mkdir()
    (stranger / "__init__.py").touch()
    verdict = lint(copy, "stages")
    shutil.rmtree(stranger)
    assert verdict.returncode == 1
    assert "stranger" in verdict.stdout


def test_every_contract_has_its_breach(copy: Path):
    text = (copy / "pyproject.toml").read_text(encoding="utf-8")
    assert {line.split('"')[1] for line in text.splitlines() if line.startswith("id = ")} == set(BREACHES)
