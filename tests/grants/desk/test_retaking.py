"""看不清，请重拍: one file is asked for again, comes as a new version, and nothing else about the project moves."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.queries.notices import notices_of
from grants.desk.retaking.commands import answer_retake, ask_retake, withdraw_retake
from grants.people.models import User
from grants.programmes.profile import profile_text
from storage.backends import store
from storage.commands import attach, keep
from storage.models import Attachment, Document, Retake, Sheet
from storage.queries import attachments_of
from tests.cast import Cast, a_team, holding
from tests.factories import a_document, an_open_round
from tests.grants.desk.test_photos import a_photo as snap
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import a_project_in, starting
from tests.storage import files
from workflow import clock
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import NoticeKind
from workflow.outbox import relay
from workflow.refusals import Refused


def proof(project: Project) -> Attachment:
    """The proof that the team is registered."""
    return attachments_of(project, "team_proof").get()


def asked(cast: Cast, project: Project, words: str = "") -> Retake:
    return ask_retake(proof(project), actor=cast.county_officer, why="blurred", words=words)


def a_photo(name: str = "重拍.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, files.picture("JPEG", (80, 60)))


@starting(S.SUBMITTED)
def test_the_team_is_asked_at_home_by_bell_and_by_mail(cast: Cast, project: Project, mailoutbox: list[Any]):
    officer, leader = Visitor(cast.county_officer), Visitor(cast.team_leader)
    User.objects.filter(pk=cast.team_leader.pk).update(email="zhou@example.org")
    place = proof(project)
    assert reverse("ask_retake", args=[place.pk]) in officer.open("project_papers", project.pk)

    officer.send("ask_retake", place.pk, why="amount", words="右下角")
    relay()

    (row,) = notices_of(cast.team_leader).filter(kind=NoticeKind.RETAKE)
    link = reverse("retake", args=[row.object_id])
    assert link in leader.open("home")
    assert "看不清金额：右下角" in leader.open("notices")
    assert "已请重拍" in officer.open("project_papers", project.pk)
    assert link in officer.open("project", project.pk)
    assert any(link in letter.body for letter in mailoutbox if letter.to == ["zhou@example.org"])


@starting(S.SUBMITTED)
def test_the_new_file_takes_the_place_of_the_old_and_who_asked_is_told(cast: Cast, project: Project):
    wish, before = asked(cast, project), proof(project)
    turn = (project.state, project.steps)

    Visitor(cast.team_leader).send("retake", wish.pk, file=a_photo())

    new = proof(project)
    before.refresh_from_db()
    project.refresh_from_db()
    wish.refresh_from_db()
    assert (new.version, new.document.name, new.attached_by) == (2, "重拍.jpg", cast.team_leader)
    assert (before.ending, before.ended_by, before.ended_reason) == (
        "replaced",
        cast.team_leader,
        "看不清，重拍：模糊，看不清字",
    )
    assert (wish.ending, wish.answer, wish.ended_by) == ("come", new, cast.team_leader)
    assert (project.state, project.steps) == turn
    (row,) = notices_of(cast.county_officer).filter(kind=NoticeKind.RETAKE)
    assert "重拍的材料到了" in Visitor(cast.county_officer).open("notices")
    assert "换上了新的一份" in Visitor(cast.county_officer).open("retake", row.object_id)
    assert Visitor(cast.team_leader).open("home").count("看不清，请重拍") == 0


@starting(S.SUBMITTED)
def test_a_second_click_has_no_second_effect(cast: Cast, project: Project):
    wish = asked(cast, project)
    assert ask_retake(proof(project), actor=cast.county_leader, why="glare").pk == wish.pk
    better = a_document(cast.team_leader, "重拍")

    first = answer_retake(wish, better, actor=cast.team_leader)

    assert answer_retake(wish, better, actor=cast.team_leader) == first
    with pytest.raises(Refused, match="已经重新上传过"):
        answer_retake(wish, a_document(cast.team_leader, "又一张"), actor=cast.team_leader)
    assert proof(project).version == 2


@starting(S.SUBMITTED)
def test_it_opens_no_door(cast: Cast, project: Project):
    place = proof(project)
    stranger = holding(Role.TEAM_LEADER, "外人", login="stranger", team=a_team(cast.places, name="别的队"))
    for person in (cast.team_leader, stranger, cast.sysadmin, cast.reviewers[0]):
        Visitor(person).open("ask_retake", place.pk, status=404)
        with pytest.raises(Refused):
            ask_retake(place, actor=person, why="blurred")
    wish = asked(cast, project)
    for person in (stranger, cast.sysadmin, cast.reviewers[0]):
        Visitor(person).open("retake", wish.pk, status=404)
        with pytest.raises(Refused):
            answer_retake(wish, a_document(person, "混进来"), actor=person)
    Visitor(cast.county_officer).post("retake", wish.pk, status=422, file=a_photo())
    assert proof(project) == place


@starting(S.SUBMITTED)
def test_the_wish_can_be_taken_back(cast: Cast, project: Project):
    wish = asked(cast, project)
    Visitor(cast.county_officer).send("retake", wish.pk, withdraw="1")

    wish.refresh_from_db()
    assert wish.ending == "withdrawn"
    assert "不用重拍了" in Visitor(cast.team_leader).open("notices")
    with pytest.raises(Refused, match="已经不用重拍"):
        answer_retake(wish, a_document(cast.team_leader, "晚了"), actor=cast.team_leader)
    assert withdraw_retake(wish, actor=cast.county_officer).ending == "withdrawn"


@starting(S.SUBMITTED)
def test_what_stands_against_it_is_said_at_the_field(cast: Cast, project: Project):
    officer = Visitor(cast.county_officer)
    assert "请写明哪里看不清" in text(officer.send("ask_retake", proof(project).pk, status=422, why="other"))
    wish = asked(cast, project)
    leader = Visitor(cast.team_leader)
    assert "请选择要上传的文件" in text(leader.send("retake", wish.pk, status=422))
    wrong = SimpleUploadedFile("说明.exe", files.EXE)
    assert "可以运行的程序" in text(leader.send("retake", wish.pk, status=422, file=wrong))
    with store().open(proof(project).document.key) as old:
        same = SimpleUploadedFile("同一张.pdf", old.read())
    assert "同一个文件" in text(leader.send("retake", wish.pk, status=422, file=same))


def in_the_form(visitor: Visitor, wish: Retake, button: str, **sent: Any) -> str:
    """The page after one of the buttons that only change how the photos lie."""
    return text(visitor.post("retake", wish.pk, status=200, shots=f"file:{button}", **sent))


@starting(S.SUBMITTED)
def test_several_photos_are_put_in_order_and_take_its_place_as_one_pdf(cast: Cast, project: Project):
    wish, leader = asked(cast, project), Visitor(cast.team_leader)
    page = in_the_form(leader, wish, "look", file=[snap("一.jpg", grey=30), snap("二.jpg", grey=90)])
    assert "2张照片" in page
    assert "errsum" not in page
    page = in_the_form(leader, wish, "down-0", **leader.fields(page))
    page = in_the_form(leader, wish, "turnright-1", **leader.fields(page))
    assert proof(project).version == 1

    lying: dict[str, Any] = leader.fields(page)
    for _ in range(2):  # a second click has no second effect
        leader.post("retake", wish.pk, **lying)

    new = proof(project)
    assert (new.version, new.document.name) == (2, "团队登记或批复证明.pdf")
    sheets = [(one.photo.name, one.turn) for one in Sheet.objects.filter(document=new.document)]
    assert sheets == [("二.jpg", 0), ("一.jpg", 90)]
    assert Document.objects.filter(sheets__number=1).count() == 1
    wish.refresh_from_db()
    assert wish.answer == new


@starting(S.SUBMITTED)
def test_photos_sent_at_once_are_bound_and_what_is_refused_leaves_them_there(cast: Cast, project: Project):
    wish, leader = asked(cast, project), Visitor(cast.team_leader)
    wrong = SimpleUploadedFile("说明.exe", files.EXE)
    page = text(
        leader.post("retake", wish.pk, status=422, file=[snap("一.jpg", grey=30), wrong, snap("二.jpg", grey=90)])
    )
    assert "可以运行的程序" in page
    assert "2张照片" in page
    lying: dict[str, Any] = leader.fields(page)
    leader.post("retake", wish.pk, **lying)
    assert Sheet.objects.filter(document=proof(project).document).count() == 2


def one_kind_each(cast: Cast) -> None:
    """A round that takes the team's proof as PDF alone, qualifications as photos alone."""
    text_ = profile_text("qingnuan")
    for slot, kind in (("team_proof", "pdf"), ("qualification", "photo")):
        text_ = text_.replace(f"{{slot: {slot},", f"{{slot: {slot}, takes: [{kind}],")
    an_open_round(cast, text=text_)
    project = a_project_in(cast, S.SUBMITTED)
    photo = keep(a_photo("证书.jpg"), actor=cast.team_leader, now=clock.now())
    attach(project, "qualification", photo, actor=cast.team_leader, now=clock.now())


@starting(one_kind_each)
def test_a_slot_for_pdf_alone_makes_one_of_a_single_photo(cast: Cast, project: Project):
    wish, leader = asked(cast, project), Visitor(cast.team_leader)
    table = SimpleUploadedFile("表.csv", b"a,b\n")
    assert "只收PDF" in text(leader.post("retake", wish.pk, status=422, file=table))
    leader.post("retake", wish.pk, file=snap("一.jpg", grey=30))
    assert proof(project).document.media_type == "application/pdf"


@starting(one_kind_each)
def test_a_slot_for_photos_alone_offers_no_pdf(cast: Cast, project: Project):
    (place,) = attachments_of(project, "qualification")
    wish, leader = ask_retake(place, actor=cast.county_officer, why="blurred"), Visitor(cast.team_leader)
    offer = "几张照片合成一份"
    assert offer in leader.open("retake", asked(cast, project).pk)
    assert offer not in leader.open("retake", wish.pk)
    leader.post("retake", wish.pk, file=[snap("一.jpg", grey=30), snap("二.jpg", grey=90)])
    assert attachments_of(project, "qualification").get().document.name == "二.jpg"
