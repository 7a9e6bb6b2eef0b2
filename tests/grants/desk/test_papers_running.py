"""Papers of a running project; a voucher's picture that nobody can read, until finance has judged it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grants.desk.retaking.commands import answer_retake, ask_retake
from grants.settlement.models import Voucher
from storage.models import Attachment, Retake
from storage.queries import attachments_of
from tests.factories import a_document
from tests.grants.desk.test_retaking import a_photo
from tests.grants.desk.visiting import Visitor
from tests.grants.running import World, made, world
from tests.grants.settlement.acts import decide, file
from tests.storage import files
from workflow.lifecycle import ProjectState as S
from workflow.refusals import Refused

__all__ = ["made", "world"]


@pytest.fixture
def voucher(world: World) -> Voucher:
    """The payee filed one with a picture that nobody can read."""
    world.is_in(S.IN_PROGRESS)
    world.is_paid()
    return file(world)


def picture_of(voucher: Voucher) -> Attachment:
    return attachments_of(voucher.project).get(document=voucher.document)


def test_an_unjudged_voucher_shows_the_better_picture(world: World, voucher: Voucher):
    finance = Visitor(world.finance_officer)
    page = finance.open("voucher", world.project.pk, voucher.number)
    assert reverse("ask_retake", args=[picture_of(voucher).pk]) in page
    finance.send("ask_retake", picture_of(voucher).pk, why="amount", words="")
    wish = Retake.objects.get()

    Visitor(world.payee_officer).send("retake", wish.pk, file=a_photo())

    old = voucher.document
    voucher.refresh_from_db()
    assert str(voucher.document) == "重拍.jpg"
    assert wish.attachment.document == old
    assert voucher.accepted_fen is None
    world.is_in(S.FINAL_ACCOUNTS)
    decide(world, voucher)
    voucher.refresh_from_db()
    assert voucher.entry is not None
    assert voucher.entry.document == voucher.document


def test_a_judged_voucher_is_not_swapped(world: World, voucher: Voucher):
    place = picture_of(voucher)
    wish = ask_retake(place, actor=world.finance_officer, why="amount")
    world.is_in(S.FINAL_ACCOUNTS)
    decide(world, voucher)

    with pytest.raises(Refused, match="已经审核"):
        answer_retake(wish, a_document(world.payee_officer, "换一张"), actor=world.payee_officer)
    with pytest.raises(Refused, match="已经审核"):
        ask_retake(place, actor=world.finance_officer, why="amount")
    assert "已经审核" in Visitor(world.payee_officer).open("retake", wish.pk)
    voucher.refresh_from_db()
    assert voucher.document == place.document


def test_a_running_project_takes_what_its_stage_asks_for(world: World):
    world.is_in(S.IN_PROGRESS)
    leader = Visitor(world.team_leader)
    leader.send("project_slot", world.project.pk, "insurance", files=SimpleUploadedFile("保险单.pdf", files.PDF))
    assert [one.document.name for one in attachments_of(world.project, "insurance")] == ["保险单.pdf"]
    leader.open("project_slot", world.project.pk, "hours_proof", status=404)
