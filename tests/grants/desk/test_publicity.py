"""The public notice: begun for the officer, seen before it is published, its days counted, approval for all at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.applications.models import Project
from grants.awards.commands import receive_objection
from grants.awards.models import NoticeDraft, OfficialNotice
from grants.programmes.models import Round
from tests.cast import Cast
from tests.factories import PDF, a_meeting, on
from tests.grants.desk.test_photos import a_photo
from tests.grants.desk.visiting import Visitor, text
from tests.journey_steps import decided, deliberating, round_on, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import RoundState
from workflow.models import Proposal


def two_proposed(cast: Cast) -> None:
    """Two projects proposed at 25,000.00 yuan each, the results announced on Monday, 8 June 2026."""
    for project in deliberating(cast, 2):
        project.refresh_from_db()
        with on(2026, 6, 1):
            decided(cast, project, "shortlist", amount_fen=project.requested_fen)
    with on(2026, 6, 8):
        round_on(cast, RoundState.PUBLICITY)


pytestmark = starting(two_proposed)


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("公示.pdf", PDF, "application/pdf")


def typed(**changed: Any) -> dict[str, Any]:
    words = {"title": "拟立项名单公示", "text": "现予公示。", "contact": "电话 0571-00000000", "ends_on": "2026-06-15"}
    return words | changed


def published(cast: Cast, round_: Round) -> None:
    with on(2026, 6, 8):
        Visitor(cast.officer).send("publicity", round_.pk, do="publish", notice_file=scan(), **typed())


def test_the_notice_begins_with_the_projects_and_the_first_day_it_may_end(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        page = Visitor(cast.officer).open("publicity", round_.pk)

    assert "拟立项2个，拟资助共50,000.00元" in page
    assert 'value="2026-06-15"' in page
    assert "<td>救在身边进社区</td>" in page
    assert "<td>社区急救2队</td>" in page


def test_a_saved_notice_is_seen_as_the_public_will_see_it(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        officer = Visitor(cast.officer)
        officer.send("publicity", round_.pk, do="save", **typed())
        page = officer.open("publicity", round_.pk)

    paper = page[page.index('class="a4"') :]
    assert "拟立项名单公示" in paper
    assert "现予公示。" in paper
    assert NoticeDraft.objects.get().ends_on == dt.date(2026, 6, 15)
    assert not OfficialNotice.objects.filter(kind="publicity").exists()


def test_publishing_issues_the_notice_and_puts_every_project_before_the_public(cast: Cast, round_: Round):
    published(cast, round_)

    notice = OfficialNotice.objects.get(kind="publicity")
    assert (notice.text, notice.contact) == ("现予公示。", "电话 0571-00000000")
    assert {one.state for one in Project.objects.all()} == {S.IN_PUBLICITY}
    assert {one.publicity_ends_on for one in Project.objects.all()} == {notice.ends_on}


def test_a_double_click_publishes_once(cast: Cast, round_: Round):
    officer = Visitor(cast.officer)
    with on(2026, 6, 8):
        seen = officer.hidden("publicity", round_.pk)
        for _time in range(2):
            officer.client.post(f"/rounds/{round_.pk}/publicity/", seen | typed(do="publish", notice_file=scan()))

    assert OfficialNotice.objects.filter(kind="publicity").count() == 1


def test_too_short_a_publicity_is_said_at_its_field_and_nothing_typed_is_lost(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        sent = typed(do="publish", notice_file=scan(), ends_on="2026-06-12", text="改过的正文")
        page = text(Visitor(cast.officer).send("publicity", round_.pk, status=422, **sent))

    assert 'href="#f-ends_on"' in page
    assert "改过的正文" in page
    assert {one.state for one in Project.objects.all()} == {S.SHORTLISTED}


def test_the_days_are_counted_and_weekends_are_not(cast: Cast, round_: Round):
    published(cast, round_)
    with on(2026, 6, 10):
        page = Visitor(cast.business_lead).open("publicity", round_.pk)

    assert "还剩3个工作日" in page
    assert page.count('class="off"') == 2


def test_after_it_all_without_an_objection_are_approved_together(cast: Cast, round_: Round, projects: list[Project]):
    published(cast, round_)
    with on(2026, 6, 10):
        receive_objection(
            projects[0], actor=cast.discipline, kind="objection", text="重复申报", received_on=dt.date(2026, 6, 10)
        )
    with on(2026, 6, 16):
        officer, meeting = Visitor(cast.officer), a_meeting(cast, round_)
        assert "查清以前不能立项" in officer.open("publicity", round_.pk)
        officer.send("publicity", round_.pk, do="approve", meeting=meeting.pk)

    assert [one.object_id for one in Proposal.objects.filter(move="approve")] == [projects[1].pk]


def test_only_the_officer_publishes(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        Visitor(cast.business_lead).post("publicity", round_.pk, status=404, do="publish", **typed())
        Visitor(cast.team_leader).open("publicity", round_.pk, status=404)


def test_a_scan_of_several_photos_is_looked_at_before_anything_is_saved(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        officer, pages = Visitor(cast.officer), [a_photo("1.jpg", grey=40), a_photo("2.jpg", grey=80)]
        sent = typed(text="改过的正文", shots="notice_file:look", notice_file=pages)
        page = text(officer.send("publicity", round_.pk, status=200, **sent))
        assert page.count('class="shotview"') == 2
        assert "改过的正文" in page
        assert not NoticeDraft.objects.exists()
        again = officer.fields(page) | typed(do="publish")
        officer.post("publicity", round_.pk, **again)
    assert OfficialNotice.objects.get(kind="publicity").document.name.endswith(".pdf")
