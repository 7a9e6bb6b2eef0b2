"""The checklist of a project: what is asked, what is there, who sees it; adding, exchanging, what is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants.applications.commands import add_paper
from grants.applications.models import Project
from grants.programmes.profile import Profile, ProfileError, load_profile, profile_text
from grants.reviews.queries import seat_of
from storage.commands import attach
from storage.models import Attachment, Upload
from storage.ports import may_read
from storage.queries import attachments_of
from storage.slots import FAMILIES, WORDS
from tests.cast import Cast
from tests.factories import a_document
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import starting
from tests.storage import files
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused


def a_file(content: bytes = files.PDF, name: str = "证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def proofs(project: Project, slot: str = "team_proof") -> list[Attachment]:
    return list(attachments_of(project, slot, current=False))


@starting(S.DRAFT)
def test_the_list_says_what_is_asked_there_and_missing(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    page = leader.open("project_papers", project.pk)
    for words in ("团队登记或批复证明", "缺", "可不交", "评审专家看不到", "已用"):
        assert words in page
    assert reverse("project_slot", args=[project.pk, "team_proof"]) in page
    officer = Visitor(cast.officer).open("project_papers", project.pk)
    assert "项目协议书" in officer
    assert reverse("project_slot", args=[project.pk, "team_proof"]) not in officer


@starting(S.DRAFT)
def test_several_files_are_laid_in_at_once_each_by_itself(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    several = [a_file(files.saying("a"), "甲.pdf"), a_file(files.EXE, "乙.exe"), a_file(files.saying("c"), "丙.pdf")]
    answer = text(leader.post("project_slot", project.pk, "qualification", status=422, files=several))
    assert "“乙.exe”没有收下" in answer
    assert [one.document.name for one in proofs(project, "qualification")] == ["甲.pdf", "丙.pdf"]


@starting(S.DRAFT)
def test_the_same_file_twice_is_one(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    for _ in range(2):
        leader.post("project_slot", project.pk, "qualification", files=a_file())
    assert len(proofs(project, "qualification")) == 1


@starting(S.DRAFT)
def test_what_a_slot_does_not_take_is_refused_before_it_is_kept(cast: Cast, project: Project):
    before = Upload.objects.count()
    table = a_file(b"a,b\n", "名单.csv")
    page = text(Visitor(cast.team_leader).post("project_slot", project.pk, "commitment", status=422, files=table))
    assert "“承诺书（签字盖章）”只收照片、PDF、OFD，这个文件是CSV 表格" in page
    assert Upload.objects.count() == before
    assert len(proofs(project, "commitment")) == 1


@starting(S.DRAFT)
def test_a_file_in_the_form_is_refused_at_its_field_too(cast: Cast, project: Project):
    typed: dict[str, Any] = {"file-commitment": a_file(b"a,b\n", "名单.csv")}
    assert "只收照片、PDF、OFD" in text(
        Visitor(cast.team_leader).send("project_files", project.pk, status=422, **typed)
    )


@starting(S.DRAFT)
def test_an_exchange_is_a_new_version_with_who_and_why(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    leader.post("project_slot", project.pk, "qualification", files=a_file(files.saying("old")))
    (old,) = proofs(project, "qualification")
    new = a_file(files.saying("new"), "新证.pdf")
    leader.post("project_slot", project.pk, "qualification", instead=str(old.pk), why="证书换发", file=new)

    before, after = proofs(project, "qualification")
    assert (before.ended_reason, before.ended_by, after.version) == ("证书换发", cast.team_leader, 2)
    page = leader.open("project_papers", project.pk)
    assert "以前的1版" in page
    assert "证书换发" in page
    missing = leader.post("project_slot", project.pk, "qualification", status=422, instead=str(after.pk), why="")
    assert "请写明为什么更换" in text(missing)


@starting(S.DRAFT)
def test_files_that_went_ahead_of_the_form_are_laid_in_and_exchanged_alike(cast: Cast, project: Project):
    leader = Visitor(cast.team_leader)
    ahead = [str(a_document(cast.team_leader, name).pk) for name in ("甲", "乙")]
    typed: dict[str, Any] = {"files-kept": ahead}
    leader.post("project_slot", project.pk, "qualification", **typed)
    first, second = proofs(project, "qualification")
    assert [str(first.document_id), str(second.document_id)] == ahead

    typed = {"file-kept": str(a_document(cast.team_leader, "新证").pk), "instead": str(first.pk), "why": "换发"}
    leader.post("project_slot", project.pk, "qualification", **typed)
    assert [one.document.name for one in attachments_of(project, "qualification")] == ["新证.pdf", "乙.pdf"]


@starting(S.DRAFT)
def test_a_file_of_somebody_else_that_went_ahead_is_none(cast: Cast, project: Project):
    typed: dict[str, Any] = {"files-kept": str(a_document(cast.officer, "别人的").pk)}
    page = text(Visitor(cast.team_leader).post("project_slot", project.pk, "qualification", status=422, **typed))
    assert "请先拍照或选择一个文件" in page
    assert proofs(project, "qualification") == []


@starting(S.SUBMITTED)
def test_nobody_adds_out_of_time_or_for_others(cast: Cast, project: Project):
    Visitor(cast.team_leader).open("project_slot", project.pk, "team_proof", status=404)
    Visitor(cast.county_officer).open("project_slot", project.pk, "team_proof", status=404)
    with pytest.raises(Refused, match="这里不需要"):
        add_paper(project, "team_proof", a_document(cast.team_leader), actor=cast.team_leader)
    with pytest.raises(Refused, match="由项目团队"):
        add_paper(project, "team_proof", a_document(cast.officer), actor=cast.officer)


@starting(S.UNDER_REVIEW)
def test_reviewers_find_nothing_of_a_slot_that_is_not_for_them(cast: Cast, project: Project):
    lay = partial(attach, project, actor=cast.team_leader, now=clock.now())
    closed = lay("guardian_consent", a_document(cast.team_leader, "监护人"))
    open_ = lay("qualification", a_document(cast.team_leader, "证书"))
    reader = next(one for one in cast.reviewers if seat_of(project, one))

    assert [may_read(reader, one) for one in (closed, open_)] == [False, True]
    assert may_read(cast.county_officer, closed)
    page = Visitor(reader).open("project_papers", project.pk)
    assert "证书.pdf" in page
    assert "监护人" not in page
    assert "监护人" not in Visitor(reader).open("project", project.pk)
    Visitor(reader).open("document", closed.pk, status=404)


def test_a_fault_in_a_slot_is_named_with_its_line():
    text_ = profile_text("qingnuan")
    line = next(n for n, row in enumerate(text_.splitlines(), 1) if "slot: commitment" in row)
    for wrong, words in (("takes: [photo, paper]", "只能填"), ("max_mb: 0", "应在 1 到"), ("most: 3", "只收一份")):
        changed = text_.replace("takes: [photo, pdf, ofd], hint", f"{wrong}, hint", 1)
        with pytest.raises(ProfileError) as caught:
            Profile.parse(changed)
        (fault,) = caught.value.faults
        assert fault.line == line
        assert words in fault.message


def test_what_nobody_says_of_a_slot_leaves_the_digest_of_older_rounds():
    plain = "{slot: qualification, zh: 资质与证书, en: Qualifications and certificates, many: true"
    text_ = profile_text("qingnuan")
    said = Profile.parse(text_.replace(plain, f"{plain}, seen_by: everybody, takes: []"))
    assert said.digest() == load_profile("qingnuan").digest()
    assert "takes" not in said.canonical().split("qualification")[1][:80]


def test_every_family_has_a_word():
    assert set(FAMILIES) == set(WORDS)
