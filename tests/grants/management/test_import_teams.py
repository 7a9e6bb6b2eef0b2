"""`manage.py import_teams`: the same list by the same command, on the server."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grants.people.models import RegisterImport, Team
from tests.cast import Cast

HEAD = "团队名称,指导红十字会,登记情况,成立时间,成员数,核心成员数"
ROW = "清波救护队,330102,未登记,2020-01-05,45,12"


def a_list(folder: Path, *rows: str) -> str:
    path = folder / "名单.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return str(path)


def test_a_dry_run_says_what_would_happen_and_the_run_does_it(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = a_list(tmp_path, ROW)
    call_command("import_teams", path, dry_run=True)
    assert "会新登记 1" in capsys.readouterr().out
    assert not Team.objects.filter(name="清波救护队").exists()
    call_command("import_teams", path)
    assert "新登记 1" in capsys.readouterr().out
    made = RegisterImport.objects.get()
    assert (made.by, made.file, made.entered) == (None, "名单.csv", 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_faults_are_named_by_cell(cast: Cast, tmp_path: Path, dry_run: bool):
    with pytest.raises(CommandError, match="E2 请写一个整数"):
        call_command("import_teams", a_list(tmp_path, ROW.replace("45", "多")), dry_run=dry_run)
    assert not RegisterImport.objects.exists()


def test_what_is_no_table_is_told(tmp_path: Path):
    with pytest.raises(CommandError):
        call_command("import_teams", str(tmp_path / "没有.csv"))
    (tmp_path / "名单.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(CommandError):
        call_command("import_teams", str(tmp_path / "名单.pdf"))
