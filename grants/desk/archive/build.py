"""The package of one project: six folders of papers, what proves them, and what the paper box needs.

The same project gives the same bytes: every date inside comes from the step that archived it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import translation

from grants.applications.models import Project
from grants.desk.archive import prints, verify
from grants.desk.archive.contents import Paper, books_of, papers_of, sealed, trail_of, written
from grants.desk.queries.archive import File, file_of
from grants.desk.tables.sheets import Value, as_xlsx
from grants.programmes.queries import rules_of
from storage.packing import Packer, Piece
from storage.printing import pages_of, typeset
from workflow import chain, clock
from workflow.lifecycle import Stage

FORMAT = "qingnuan-archive/1"
SECRECY = "内部"
HEADS = ("序号", "题名", "责任者", "日期", "文号", "密级", "保管期限", "页号")
SHEET = ("序号", "题名", "责任者", "日期", "文号", "密级", "保管期限", "SHA-256", "大小（字节）", "文件")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Item:
    """One paper of the catalogue, with its bytes and how many pages it has (none where nobody can tell)."""

    title: str
    author: str
    day: str
    piece: Piece
    pages: int = 0
    number: str = ""


@dataclass(frozen=True)
class Built:
    """What came of it: the digest of the manifest, which stands for everything inside, and how many files."""

    manifest: str
    files: int


def build(project: Project, out: BinaryIO, *, progress: Progress = lambda _done, _of: None) -> Built:
    """Write the package of a sealed project.

    Raises LookupError for one that is not sealed, `Damaged` or `Missing` where a document is not what it was.
    """
    with translation.override("zh-hans"):
        file = file_of(project)
        if file.package is None:
            raise LookupError(project.number)
        at = file.package.at
        items = [*_items(file)]
        pieces = [*_front(file, items), *(item.piece for item in items), *_proofs(file)]
        packer = Packer(out, at=at)
        for done, _packed in enumerate(packer.add_all(pieces), start=1):
            progress(done, len(pieces) + 2)
        packer.add(Piece.made("目录.xlsx", _sheet(file, items, packer)))
        manifest = _manifest(file, packer, at)
        packer.add(Piece.made(verify.MANIFEST, manifest))
        packer.close()
        progress(len(pieces) + 2, len(pieces) + 2)
    return Built(verify.sha256(manifest), len(packer.packed))


def _items(file: File) -> Iterator[Item]:
    """Stage by stage: the summary that we print, then the originals, numbered within their folder."""
    printed, papers = _printed(file), papers_of(file)
    for number, stage in enumerate(Stage, start=1):
        folder = f"{number} {stage.label}"
        title, data, template = printed[stage]
        made = typeset(template, data, at=file.package.at) if file.package else b""
        day = prints.day_of(file.package.at if file.package else None)
        path = f"{folder}/01 {title}.pdf"
        yield Item(title, str(file.project.round.organiser), day, Piece.made(path, made), pages_of(made))
        mine = [paper for paper in papers if paper.stage == stage.value]
        for position, paper in enumerate(mine, start=2):
            piece = Piece.kept(f"{folder}/{position:02d} {paper.document.name}", paper.document)
            yield Item(paper.title, paper.author, paper.day, piece, _pages(paper), paper.number)


def _printed(file: File) -> dict[Stage, tuple[str, prints.Data, str]]:
    project, package = file.project, file.package
    actor = package.sealed_by if package else None
    at = package.at if package else clock.now()
    return {
        Stage.APPLICATION: ("申报书", prints.application(project, actor=actor, at=at, opinions=True), "application"),
        Stage.REVIEW: ("评审汇总", prints.review(project, actor=actor), "record"),
        Stage.AWARD: ("审定和立项", prints.award(project), "record"),
        Stage.IMPLEMENTATION: ("实施情况", prints.implementation(project), "record"),
        Stage.CLOSEOUT: ("结题报告和验收", prints.closeout(project, actor=actor), "record"),
        Stage.SETTLEMENT: ("决算和账目", prints.settlement(project), "record"),
    }


def _pages(paper: Paper) -> int:
    """Pages of a PDF, one for a picture; nobody can tell of other kinds before they are printed."""
    if paper.document.media_type.startswith("image/"):
        return 1
    if paper.document.media_type != "application/pdf":
        return 0
    with Piece.kept("", paper.document).open() as source:
        return pages_of(source)


def _front(file: File, items: list[Item]) -> Iterator[Piece]:
    """Cover, spine label and catalogue for the box; the trail in words; how to check all this."""
    project, package = file.project, file.package
    assert package is not None  # noqa: S101 -- build() has seen to it
    box = typeset("box", _box(file, items), at=package.at)
    yield Piece.made("00 封面和卷内目录.pdf", box)
    papers = [paper for _record, paper in file.papers]
    course = typeset("record", prints.course(file, papers, actor=package.sealed_by), at=package.at)
    yield Piece.made("00 全部留痕.pdf", course)
    yield Piece.made("说明.txt", EXPLAINED.format(title=project.title, number=project.number).encode())


def _box(file: File, items: list[Item]) -> dict[str, Any]:
    project, package = file.project, file.package
    assert package is not None  # noqa: S101 -- build() has seen to it
    years = f"{rules_of(project.round).retention.project_archive_years} 年"
    rows, page = [], 1
    for number, item in enumerate(items, start=1):
        rows.append([str(number), item.title, item.author, item.day, item.number, SECRECY, years, str(page)])
        page += item.pages
    first = min((step.at for step in file.steps), default=package.at)
    return {
        "title": f"{project.title} 档案",
        "kind": "项目档案",
        "foot": f"{project.number} {project.title}",
        "cover": [
            ["题名", project.title],
            ["项目编号", project.number],
            ["立档单位", str(project.round.organiser)],
            ["申报团队", str(project.team)],
            ["起止日期", f"{prints.day_of(first)}至{prints.day_of(package.at)}"],
            ["件数和页数", f"{len(items)} 件，{page - 1} 页（不含无法自动计页的表格和文档）"],
            ["密级", SECRECY],
            ["保管期限", years],
        ],
        "catalogue_title": "卷内目录",
        "heads": list(HEADS),
        "rows": rows,
        "spine_hint": "档案盒脊背标签，沿边线剪下",
        "spine": [list("情暖浙江"), [str(project.round.year)], [project.number[-4:]], list(project.title)],
    }


def _proofs(file: File) -> Iterator[Piece]:
    """What lets anybody recompute all of it, offline."""
    yield Piece.made(verify.SEALED, sealed(file))
    yield Piece.made(verify.TRAIL, written(trail_of(file)))
    yield Piece.made(verify.BOOKS, written(books_of(file.project)))
    yield Piece.made("verify.py", Path(verify.__file__).read_bytes())


def _sheet(file: File, items: list[Item], packer: Packer) -> bytes:
    digests = {one.path: one for one in packer.packed}
    years = f"{rules_of(file.project.round).retention.project_archive_years} 年"
    rows: list[list[Value]] = [
        [number, item.title, item.author, item.day, item.number, SECRECY, years, found.sha256, found.size, found.path]
        for number, item in enumerate(items, start=1)
        if (found := digests[item.piece.path])
    ]
    return as_xlsx("目录", SHEET, rows, widths=(6, 36, 16, 16, 12, 8, 10, 66, 14, 40))


def _manifest(file: File, packer: Packer, at: dt.datetime) -> bytes:
    """Everything in the package by path, size and digest; `self` is the digest of the manifest without it."""
    project = file.project
    facts: dict[str, Any] = {
        "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "files": [{"path": one.path, "sha256": one.sha256, "size": one.size} for one in packer.packed],
        "format": FORMAT,
        "head": project.head,
        "number": project.number,
        "team": str(project.team),
        "title": project.title,
    }
    facts["self"] = verify.sha256(chain.canonical(facts))
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1).encode()


EXPLAINED = """情暖浙江 项目档案
{number} {title}

六个文件夹依次是立项、评审、发布、实施、结题、决算；每个文件夹第一份是系统打印的汇总，其余是原件，一个字节也没有改动。
目录.xlsx 列出每一份的题名、责任者、日期、密级、保管期限和 SHA-256。

怎样核对（不需要联网，不需要安装别的程序，只要有 Python 3.8 或更新的版本）：
    python3 verify.py
它重新计算每个文件、每一步留痕、每一笔账和封存清单的校验值，说出对不上的每一处。
最后一行的 manifest.json SHA-256 应与系统里、结项材料上的一致。

Six folders, one for each stage: a summary printed by the system, then the originals, byte for byte.
To prove all of it offline: python3 verify.py
"""
