"""Papers of a finished project: kept for years, held for a lawsuit, destroyed by two people when their time is over."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.models import Project
from grants.desk.commands import act
from grants.desk.models import PackageBuild
from grants.desk.verify import faults
from grants.settlement.keeping import keep_finished, papers, papers_due
from storage.backends import store
from storage.commands import shelve
from storage.models import Destruction, Document, Hold, Keeping
from storage.retention import clear_destroyed
from storage.sweeping import sweep
from storage.verify import verify
from tests.cast import Cast
from tests.factories import on, reasons, together
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import a_submitted_project
from tests.storage.test_sweeping import grow_old
from workflow import clock
from workflow.actions import Refused
from workflow.models import Proposal
from workflow.ports import SYSTEM
from workflow.trail import steps_of

UNTIL = dt.date(2031, 12, 31)
"""Five years after the end of 2026, in which the team withdrew."""


@pytest.fixture
def withdrawn(cast: Cast, tmp_path: Path, settings: Any) -> Project:
    """An application that the team took back, with its papers in a folder of their own."""
    settings.STORAGE_URL = (tmp_path / "documents").as_uri()
    settings.STORAGE_SPOOL = tmp_path / "spool"
    with on(2026, 3, 2):
        project = a_submitted_project(cast)
        act(project, "withdraw", actor=cast.team_leader, given={"reason": "今年不报了。"})
        keep_finished(actor=SYSTEM)
    project.refresh_from_db()
    return project


def destroy(cast: Cast, project: Project) -> None:
    project.refresh_from_db()
    together(
        project, "destroy_papers", by=cast.officer, endorsed_by=cast.business_lead, reason="保管期满，按规定销毁。"
    )


def test_papers_of_an_application_that_was_not_funded_are_kept_for_five_years(withdrawn: Project):
    found = list(Keeping.objects.values_list("until", "term").distinct())
    assert found == [(UNTIL, "declined")]
    assert Keeping.objects.count() == papers(withdrawn).values("document").distinct().count() > 0
    assert keep_finished(actor=SYSTEM) == 0


def test_nothing_is_destroyed_before_its_time(cast: Cast, withdrawn: Project):
    with on(2031, 12, 31):
        assert not papers_due(withdrawn).exists()
        assert "nothing_due" in reasons(withdrawn, "destroy_papers", cast.officer, reason="到期")
    with on(2032, 1, 1):
        assert papers_due(withdrawn).count() == Keeping.objects.count()
        assert "nothing_due" not in reasons(withdrawn, "destroy_papers", cast.officer, reason="到期")


def test_two_people_destroy_what_is_due_and_what_remains_still_proves_itself(
    cast: Cast, withdrawn: Project, django_capture_on_commit_callbacks: Any, tmp_path: Path
):
    documents = list(Document.objects.filter(pk__in=papers(withdrawn).values("document")))
    paper = papers(withdrawn).first()
    assert paper is not None
    grow_old(tmp_path / "documents")
    with on(2032, 1, 5), django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(Refused):
            act(withdrawn, "destroy_papers", actor=cast.officer, given={"reason": "到期"})
        destroy(cast, withdrawn)
    rows = list(Destruction.objects.all())
    assert {row.document_id for row in rows} == {one.pk for one in documents}
    assert {(row.proposed_by, row.confirmed_by) for row in rows} == {(cast.officer, cast.business_lead)}
    assert all(row.gone_at for row in rows)
    assert not any(store().exists(one.key) for one in documents)
    with on(2032, 1, 6):
        step = steps_of(withdrawn).last()
        assert step is not None
        assert all(one.sha256 in step.payload for one in documents)
        assert [fault for fault in verify() if fault.code != "unclaimed"] == []
        assert [str(fault) for fault in faults()] == []
        officer = Visitor(cast.officer)
        page = officer.open("document", paper.pk)
        assert "按规定销毁" in page
        assert "保管期满，按规定销毁。" in page
        answer = officer.client.get(reverse("storage:download", args=[paper.pk]), follow=True)
        assert (answer.status_code, answer.content.decode()) == (410, "这份材料保管到期，已按规定销毁。")


def test_both_people_see_which_papers_go_and_none_goes_that_came_due_since(cast: Cast, withdrawn: Project):
    first, *rest = papers(withdrawn)
    late = first.document
    Keeping.objects.filter(document=late).update(until=dt.date(2032, 3, 1), locked_until=None)
    with on(2032, 1, 5):
        officer = Visitor(cast.officer)
        assert f"要销毁的{len({one.document_id for one in rest})}份材料" in officer.open(
            "move", "project", withdrawn.pk, "destroy_papers"
        )
        officer.send("move", "project", withdrawn.pk, "destroy_papers", reason="保管期满，按规定销毁。")
        asked = Proposal.objects.get(move="destroy_papers")
        page = Visitor(cast.business_lead).open("proposal", asked.pk)
        assert all(one.document.name in page for one in rest)
        assert late.name not in page
        assert "保管到2031年12月31日" in page
        Visitor(cast.business_lead).send("proposal", asked.pk)
    with on(2032, 3, 5):  # its time is over now, but nobody said so before
        page = officer.open("move", "project", withdrawn.pk, "destroy_papers", query=f"?proposal={asked.pk}")
        assert late.name not in page
        officer.send("move", "project", withdrawn.pk, "destroy_papers", query=f"?proposal={asked.pk}")
    assert {row.document_id for row in Destruction.objects.all()} == {one.document_id for one in rest}


def test_while_they_are_held_that_alone_is_said(cast: Cast, withdrawn: Project):
    with on(2032, 1, 5):
        act(withdrawn, "hold_file", actor=cast.officer, given={"reason": "审计组要求保留。"})
        told = reasons(withdrawn, "destroy_papers", cast.officer, reason="到期")
    assert "file_held" in told
    assert "nothing_due" not in told


def test_a_store_that_still_holds_the_bytes_is_asked_again_and_nothing_is_a_fault(
    cast: Cast, withdrawn: Project, tmp_path: Path
):
    with on(2032, 1, 5):
        destroy(cast, withdrawn)  # the test's transaction never commits: nothing was removed yet
        assert not Destruction.objects.filter(gone_at__isnull=False).exists()
        assert list(verify()) == []
        sweep(now=clock.now())
        paper = papers(withdrawn).first()
        assert paper is not None
        officer = Visitor(cast.officer)
        assert "文件正在删除" in officer.open("document", paper.pk)
        assert "已销毁" in officer.open("project_papers", withdrawn.pk)
        Keeping.objects.filter(document=paper.document).update(locked_until=clock.now() + dt.timedelta(days=1))
        assert "锁定期满后自动删除" in officer.open("document", paper.pk)
        grow_old(tmp_path / "documents")
        assert clear_destroyed(now=clock.now()) == Destruction.objects.count()
        assert clear_destroyed(now=clock.now()) == 0


def test_bytes_that_another_document_needs_stay(cast: Cast, withdrawn: Project, tmp_path: Path):
    first = Document.objects.filter(pk__in=papers(withdrawn).values("document")).first()
    assert first is not None
    Document.objects.create(
        pk="00000000-0000-4000-8000-000000000001",
        sha256=first.sha256,
        size=first.size,
        name="同样的内容.pdf",
        media_type=first.media_type,
        uploaded_by=cast.officer,
        uploaded_at=clock.now(),
    )
    with on(2032, 1, 5):
        destroy(cast, withdrawn)
        grow_old(tmp_path / "documents")
        clear_destroyed(now=clock.now())
    assert store().exists(first.key)


def test_what_is_held_is_not_destroyed_until_another_person_lifts_it(cast: Cast, withdrawn: Project):
    with on(2032, 1, 5):
        act(withdrawn, "hold_file", actor=cast.officer, given={"reason": "审计组要求保留。"})
        assert "file_held" in reasons(withdrawn, "destroy_papers", cast.officer, reason="到期")
        assert not papers_due(withdrawn).exists()
        withdrawn.refresh_from_db()
        assert "same_person" in reasons(withdrawn, "lift_hold", cast.officer, reason="结束了")
        act(withdrawn, "lift_hold", actor=cast.business_lead, given={"reason": "审计结束。"})
        hold = Hold.objects.get()
        assert (hold.held_by, hold.lifted_by, hold.lifted_reason) == (cast.officer, cast.business_lead, "审计结束。")
        assert [step.move for step in steps_of(withdrawn)][-2:] == ["hold_file", "lift_hold"]
        destroy(cast, withdrawn)


def test_the_database_refuses_what_the_rules_refuse(cast: Cast, withdrawn: Project):
    documents = list(Document.objects.filter(pk__in=papers(withdrawn).values("document")))
    with on(2032, 1, 5) as now:
        act(withdrawn, "hold_file", actor=cast.officer, given={"reason": "诉讼。"})
        said: dict[str, Any] = {"document": documents[0], "reason": "到期", "at": now}
        two = {"proposed_by": cast.officer, "confirmed_by": cast.business_lead}

        def refused(change: Any) -> None:
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

        refused(lambda: Destruction.objects.create(**said, **two))  # held
        refused(lambda: Hold.objects.update(lifted_by=cast.officer, lifted_at=now, lifted_reason="我自己"))
        refused(Hold.objects.get().documents.clear)
        Hold.objects.update(lifted_by=cast.business_lead, lifted_at=now, lifted_reason="结束。")
        refused(lambda: Destruction.objects.create(**said, proposed_by=cast.officer, confirmed_by=cast.officer))
        refused(lambda: Destruction.objects.create(**{**said, "at": now.replace(year=2031)}, **two))  # too early
        refused(lambda: Keeping.objects.update(until=dt.date(2027, 1, 1)))
        refused(lambda: Keeping.objects.all().delete())
        Destruction.objects.create(**said, **two)
        refused(lambda: Destruction.objects.all().delete())


def test_officers_find_what_is_due_on_a_page_and_as_a_file(cast: Cast, withdrawn: Project):
    officer = Visitor(cast.officer)
    with on(2026, 4, 1):
        assert "现在没有到期的材料" in officer.open("terms")
        page = officer.open("terms", query="?all=1")
        assert withdrawn.number in page
        assert "2031年12月31日" in page
        assert "保管中" in page
    with on(2032, 1, 5):
        page = officer.open("terms")
        assert f"/project/{withdrawn.pk}/destroy_papers/" in page
        assert "destroy_papers" not in Visitor(cast.auditor).open("terms")
        sheet = officer.client.get(reverse("terms_sheet")).content.decode("utf-8-sig")
        assert f"{withdrawn.number}," in sheet
        assert "已到期" in sheet
        act(withdrawn, "hold_file", actor=cast.officer, given={"reason": "审计组要求保留。"})
        page = officer.open("terms")
        assert "审计组要求保留。" in page
    for person in (cast.team_leader, cast.county_officer, cast.finance_officer):
        Visitor(person).open("terms", status=404)
        Visitor(person).open("terms_sheet", status=404)


def test_on_the_page_one_proposes_and_another_agrees(cast: Cast, withdrawn: Project):
    with on(2032, 1, 5):
        officer, lead = Visitor(cast.officer), Visitor(cast.business_lead)
        officer.send("move", "project", withdrawn.pk, "destroy_papers", reason="保管期满。")
        assert not Destruction.objects.exists()
        proposal = withdrawn_proposal(withdrawn)
        assert "保管期满。" in lead.open("proposal", proposal)
        lead.send("proposal", proposal)
        officer.send("move", "project", withdrawn.pk, "destroy_papers", query=f"?proposal={proposal}")
        assert Destruction.objects.count() == Keeping.objects.count()
        assert "销毁到期材料" in text(officer.client.get(reverse("project", args=[withdrawn.pk])))


def withdrawn_proposal(project: Project) -> int:
    return Proposal.objects.filter(object_id=project.pk, move="destroy_papers").latest("pk").pk


def a_package(cast: Cast, project: Project) -> Document:
    """The archive package of the project, as if it were there."""
    stored = store().save(BytesIO(b"PK copies of the papers"), size=23)
    made = shelve(stored, name="档案.zip", media_type="application/zip", actor=cast.officer, now=clock.now())
    row = PackageBuild(project=project, asked_by=cast.officer, asked_at=clock.now(), finished_at=clock.now())
    row.document, row.manifest = made, "0" * 64
    row.save()
    return made


def test_a_package_goes_with_the_papers_it_copies_and_is_built_anew(
    cast: Cast, withdrawn: Project, django_capture_on_commit_callbacks: Any, tmp_path: Path
):
    package = a_package(cast, withdrawn)
    grow_old(tmp_path / "documents")
    with on(2032, 1, 5), django_capture_on_commit_callbacks(execute=True):
        destroy(cast, withdrawn)

    row = PackageBuild.objects.get()
    assert (row.document, row.manifest, row.finished_at) == (None, "", None)
    assert row.waiting
    assert Destruction.objects.get(document=package).gone_at
    assert not store().exists(package.key)
    step = steps_of(withdrawn).last()
    assert step
    assert package.sha256 in step.payload
    with on(2032, 1, 6):
        assert [str(fault) for fault in faults()] == []
