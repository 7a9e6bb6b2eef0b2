"""归档: the file of a project leaves as one package, which anybody proves offline."""

from __future__ import annotations

import ast
import datetime as dt
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.urls import reverse

from grants.applications.models import Project
from grants.awards.models import Meeting
from grants.desk.archive.build import build
from grants.desk.archive.commands import ask_for_package, build_waiting
from grants.desk.archive.verify import verify
from grants.desk.models import PackageBuild
from grants.people.models import User
from tests.grants.desk.addresses import Address
from tests.grants.desk.visiting import Visitor
from workflow.lifecycle import ProjectState as S
from workflow.ports import SYSTEM

pytestmark = [
    pytest.mark.xdist_group("demonstration"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the same story is told on both databases"),
]

PROOFS = ("manifest.json", "目录.xlsx", "封存清单.json", "留痕.json", "账目.json", "verify.py", "说明.txt")
FOLDERS = ["1 立项", "2 评审", "3 发布", "4 实施", "5 结题", "6 决算"]


@pytest.fixture
def project(browsing: list[Address]) -> Project:
    return Project.objects.get(state=S.ARCHIVED)


@pytest.fixture
def package(project: Project, tmp_path: Path) -> Path:
    place = tmp_path / "package.zip"
    with place.open("wb") as out:
        build(project, out)
    return place


@pytest.fixture
def unpacked(package: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(package) as file:
        file.extractall(folder)
    return folder


def test_it_holds_six_folders_the_originals_and_what_proves_them(project: Project, package: Path):
    with zipfile.ZipFile(package) as file:
        names = file.namelist()
        assert sorted({name.split("/")[0] for name in names if "/" in name}) == FOLDERS
        assert {
            "manifest.json",
            "目录.xlsx",
            "封存清单.json",
            "留痕.json",
            "账目.json",
            "verify.py",
            "说明.txt",
        } <= set(names)
        assert file.read("1 立项/01 申报书.pdf").startswith(b"%PDF")
        assert file.read("封存清单.json").decode() == project.archive_package.manifest
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_STORED}


def test_the_same_project_gives_the_same_bytes(project: Project, package: Path):
    again = io.BytesIO()
    build(project, again)
    assert again.getvalue() == package.read_bytes()


def test_it_holds_as_it_was_made_packed_and_unpacked(package: Path, unpacked: Path):
    assert verify(package) == []
    assert verify(unpacked) == []


def test_python_alone_proves_it_from_inside(unpacked: Path):
    ran = subprocess.run([sys.executable, "-I", "verify.py"], cwd=unpacked, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "全部对得上" in ran.stdout


def test_the_program_is_short_enough_to_be_read_and_needs_nothing_else(unpacked: Path):
    text = (unpacked / "verify.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    nodes = list(ast.walk(ast.parse(text)))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def changed(folder: Path) -> str:
    place = next(folder.glob("1 立项/02*"))
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)
    return f"{place.relative_to(folder).as_posix()}: 内容被改动"


def removed(folder: Path) -> str:
    place = next(folder.glob("6 决算/01*"))
    place.unlink()
    return f"{place.relative_to(folder).as_posix()}: 不见了"


def renamed(folder: Path) -> str:
    place = next(folder.glob("3 发布/01*"))
    place.rename(place.with_name("别的名字.pdf"))
    return f"{place.relative_to(folder).as_posix()}: 被改名为 3 发布/别的名字.pdf"


def added(folder: Path) -> str:
    (folder / "2 评审" / "补充.pdf").write_bytes(b"%PDF")
    return "2 评审/补充.pdf: 不在清单里"


def rewrote_a_step(folder: Path) -> str:
    return _edited(folder, "留痕.json", lambda text: text.replace("submitted", "withdrawn", 1))


def rewrote_an_amount(folder: Path) -> str:
    return _edited(folder, "账目.json", lambda text: text.replace("0000", "0001", 1))


def rewrote_the_seal(folder: Path) -> str:
    return _edited(folder, "封存清单.json", lambda text: text.replace("team", "tram", 1))


def rewrote_the_manifest(folder: Path) -> str:
    return _edited(folder, "manifest.json", lambda text: text.replace("QN", "QM", 1), consistent=False)


def _edited(folder: Path, name: str, change: Callable[[str], str], *, consistent: bool = True) -> str:
    """The file is changed, and the manifest made to agree: the chain, the digests and the seal tell all the same."""
    place = folder / name
    before = place.read_text(encoding="utf-8")
    place.write_text(change(before), encoding="utf-8")
    assert place.read_text(encoding="utf-8") != before
    return name if not consistent else _agreeing(folder, name)


def _agreeing(folder: Path, name: str) -> str:
    from grants.desk.archive.verify import canonical, sha256  # noqa: PLC0415 -- what a forger would use

    place = folder / "manifest.json"
    manifest = json.loads(place.read_text(encoding="utf-8"))
    content = (folder / name).read_bytes()
    row = next(row for row in manifest["files"] if row["path"] == name)
    row["sha256"], row["size"] = sha256(content), len(content)
    manifest.pop("self")
    manifest["self"] = sha256(canonical(manifest))
    place.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return name.partition(".")[0]


TAMPERINGS = [
    changed,
    removed,
    renamed,
    added,
    rewrote_a_step,
    rewrote_an_amount,
    rewrote_the_seal,
    rewrote_the_manifest,
]


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=[one.__name__ for one in TAMPERINGS])
def test_each_thing_that_was_altered_is_named(unpacked: Path, tamper: Callable[[Path], str]):
    word = tamper(unpacked)
    assert any(fault.startswith(word) for fault in verify(unpacked)), verify(unpacked)


def test_a_manifest_forged_throughout_is_found_by_the_digest_on_paper(project: Project, unpacked: Path):
    with (unpacked / "..").joinpath("again.zip").open("wb") as out:
        digest = build(project, out).manifest
    assert verify(unpacked, digest) == []
    _agreeing(unpacked, "说明.txt")
    assert verify(unpacked, digest) == ["manifest.json: 被改动 · changed"]


def test_the_catalogue_lists_every_paper_with_its_number_and_digest(project: Project, package: Path):
    with zipfile.ZipFile(package) as file:
        rows = list(openpyxl.load_workbook(io.BytesIO(file.read("目录.xlsx")))["目录"].values)
        files = {row["path"]: row for row in json.loads(file.read("manifest.json"))["files"]}
    heads, *lines = rows
    assert heads[:8] == ("序号", "题名", "责任者", "日期", "文号", "密级", "保管期限", "SHA-256")
    assert [line[0] for line in lines] == list(range(1, len(lines) + 1))
    assert set(Meeting.objects.filter(round=project.round_id).values_list("number", flat=True)) & {
        line[4] for line in lines
    }
    assert all(files[line[9]]["sha256"] == line[7] and files[line[9]]["size"] == line[8] for line in lines)


def test_every_date_inside_is_that_of_the_archiving(project: Project, package: Path):
    day = project.archive_package.at.astimezone(dt.timezone(dt.timedelta(hours=8)))
    with zipfile.ZipFile(package) as file:
        assert {info.date_time[:5] for info in file.infolist()} == {day.timetuple()[:5]}


def test_it_is_asked_for_on_the_page_built_in_the_background_and_taken_home(project: Project):
    officer, auditor = Visitor(User.objects.get(username="lin")), Visitor(User.objects.get(username="su"))
    assert "生成档案包" in officer.open("project_archive", project.pk)
    officer.open("project_package", project.pk, status=404)
    officer.post("project_package", project.pk)
    assert "正在生成" in officer.open("project_archive", project.pk)
    assert (build_waiting(actor=SYSTEM), build_waiting(actor=SYSTEM)) == (1, 0)
    build_ = PackageBuild.objects.get(project=project.pk)
    for reader in (officer, auditor):
        page = reader.open("project_archive", project.pk)
        assert "下载档案包" in page
        assert build_.manifest in page
        sent = b"".join(reader.client.get(reverse("project_package", args=[project.pk])))
        assert zipfile.ZipFile(io.BytesIO(sent)).testzip() is None


def test_whoever_may_not_keep_the_file_finds_no_package(project: Project):
    leader = Visitor(project.leader)
    assert "生成档案包" not in leader.open("project_archive", project.pk)
    leader.open("project_package", project.pk, status=404)
    leader.post("project_package", project.pk, status=404)
    assert not PackageBuild.objects.exists()


def test_a_lost_original_stops_the_package_and_is_named(project: Project, settings: Any, tmp_path: Path):
    ask_for_package(project, actor=User.objects.get(username="lin"))
    settings.STORAGE_URL = (tmp_path / "empty").as_uri()
    assert build_waiting(actor=SYSTEM) == 0
    page = Visitor(User.objects.get(username="lin")).open("project_archive", project.pk)
    assert "缺失或被改动" in page
    assert "再生成一次" in page


def test_the_application_is_printed_at_any_time_by_its_team(browsing: list[Address]):
    draft = Project.objects.filter(state=S.DRAFT).earliest("pk")
    answer = Visitor(draft.leader).client.get(reverse("project_pdf", args=[draft.pk]))
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_project_that_is_not_sealed_has_no_package(browsing: list[Address]):
    with pytest.raises(LookupError):
        build(Project.objects.filter(state=S.IN_PROGRESS).earliest("pk"), io.BytesIO())
