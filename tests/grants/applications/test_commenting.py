"""Comments on an application: at the question, answered, settled, never changed; heard by who fills it in alone."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from grants.applications.commands import save_form
from grants.applications.commenting import LONGEST, say, settle
from grants.applications.dictating import write_for
from grants.applications.enums import Voice
from grants.applications.models import Comment, CommentSettled, Project
from grants.applications.together import speaker, threads
from grants.desk.commands import act
from grants.people.models import User
from tests.cast import Cast, holding
from tests.factories import a_complete_draft, a_draft, on
from tests.grants.applications.test_together import a_friend, invited
from tests.grants.desk.visiting import Visitor
from workflow.lifecycle import Role
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay
from workflow.refusals import Refused

WORDS = "这里再写清楚一点，几个社区？"


def told(person: User) -> list[str]:
    relay()
    rows = Notice.objects.filter(person=person, kind=NoticeKind.COMMENT).order_by("pk")
    return [row.key.split(":")[2] for row in rows]


def heard(project: Project, person: User) -> list[str]:
    project.refresh_from_db()
    who = speaker(project, person)
    return [one.text for thread in threads(project, who) for one in thread.said] if who else []


def returned(cast: Cast, project: Project) -> None:
    act(project, "submit", actor=cast.team_leader)
    given = {"reason": "写清需求。", "sections": ["design"], "due_on": "2026-03-13"}
    act(project, "county_return", actor=cast.county_officer, given=given)


def test_what_is_said_stands_at_the_question_and_the_others_are_told(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    before = project.version
    first = say(project, "need", WORDS, actor=cast.team_leader, field="need")
    answer = say(project, "need", "三个。", actor=friend, field="need")

    assert (first.voice, answer.voice) == (Voice.TEAM, Voice.HELPER)
    assert answer.thread == first
    assert heard(project, friend) == heard(project, cast.team_leader) == [WORDS, "三个。"]
    assert told(friend) == ["said"]
    assert told(cast.team_leader) == ["said"]
    project.refresh_from_db()
    assert project.version == before


def test_the_team_settles_it_and_a_new_word_begins_anew(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    first = say(project, "need", WORDS, actor=friend, field="need")
    settle(first, actor=cast.team_leader)
    again = settle(first, actor=cast.team_leader)
    assert (again.by, CommentSettled.objects.count()) == (cast.team_leader, 1)
    assert told(friend) == ["settled"]
    later = say(project, "need", "还有一处", actor=friend, field="need")
    assert later.thread is None
    page = Visitor(cast.team_leader).open("project_part", project.pk, "need")
    assert f"{cast.team_leader.name}标为已解决" in page
    assert "1处评论等着看" in Visitor(cast.team_leader).open("project_form", project.pk)


def test_who_was_invited_settles_only_what_they_began(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    theirs = say(project, "need", WORDS, actor=cast.team_leader)
    own = say(project, "budget", "算一下", actor=friend)
    with pytest.raises(Refused):
        settle(theirs, actor=friend)
    settle(own, actor=friend)


def test_they_hear_and_speak_on_their_pages_alone(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    say(project, "files", "承诺书谁签？", actor=cast.team_leader)
    say(project, "team", "手机换了吗？", actor=cast.team_leader, field="contact_mobile")
    assert heard(project, friend) == []
    for page, field in (("files", ""), ("team", "contact_mobile"), ("nowhere", ""), ("need", "title")):
        with pytest.raises(Refused):
            say(project, page, WORDS, actor=friend, field=field)
    assert told(friend) == []
    assert "承诺书谁签" not in Visitor(friend).open("project_comments", project.pk)


def test_a_clerk_who_types_speaks_and_one_who_does_not_hears_nothing(cast: Cast):
    project = a_draft(cast)
    say(project, "need", WORDS, actor=cast.team_leader)
    Visitor(cast.county_officer).open("project_comments", project.pk, status=404)
    write_for(project.round, cast.team, cast.team_leader, "电话委托", actor=cast.county_officer)
    said = say(project, "need", "按您说的写了。", actor=cast.county_officer)
    assert said.voice == Voice.OFFICER
    assert heard(project, cast.county_officer) == [WORDS, "按您说的写了。"]


def test_the_county_speaks_while_it_was_sent_back_and_hears_what_was_said_since(cast: Cast):
    project = a_complete_draft(cast)
    say(project, "need", "县里会不会嫌短？", actor=cast.team_leader)
    with on(2026, 3, 3):
        returned(cast, project)
    assert heard(project, cast.county_officer) == []
    with on(2026, 3, 4):
        say(project, "need", "请写几个社区。", actor=cast.county_officer)
    assert heard(project, cast.county_officer) == ["请写几个社区。"]
    assert len(heard(project, cast.team_leader)) == 2
    with on(2026, 3, 5):
        assert told(cast.team_leader) == ["said"]
    page = Visitor(cast.county_officer).open("project_comments", project.pk)
    assert "请写几个社区。" in page
    assert "会不会嫌短" not in page


def test_nobody_who_judges_hears_anything(cast: Cast):
    project = a_complete_draft(cast)
    say(project, "need", WORDS, actor=cast.team_leader)
    returned(cast, project)
    for person in (cast.reviewers[0], cast.officer, cast.finance_officer, cast.auditor, cast.business_lead, cast.chair):
        assert heard(project, person) == []
        with pytest.raises(Refused):
            say(project, "need", "评审的话", actor=person)


def test_nothing_is_said_once_it_is_handed_in_nor_without_words(cast: Cast):
    project = a_complete_draft(cast)
    for words in ("", "  ", "长" * (LONGEST + 1)):
        with pytest.raises(Refused):
            say(project, "need", words, actor=cast.team_leader)
    act(project, "submit", actor=cast.team_leader)
    with pytest.raises(Refused):
        say(project, "need", WORDS, actor=cast.team_leader)


def test_the_same_press_again_says_it_once(cast: Cast):
    project = a_draft(cast)
    first = say(project, "need", WORDS, actor=cast.team_leader, key="k")
    assert say(project, "need", WORDS, actor=cast.team_leader, key="k") == first
    assert Comment.objects.count() == 1


def test_a_comment_and_the_answer_beside_it_are_kept_by_one_press(cast: Cast):
    project = a_draft(cast)
    visit = Visitor(cast.team_leader)
    url = reverse("project_part", args=[project.pk, "need"])
    typed = visit.hidden("project_part", project.pk, "need") | {"need": "沿河三个社区。", "say-need": WORDS}
    answer = visit.client.post(url, typed | {"say": "need"})
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.form["need"], Comment.objects.get().field) == ("沿河三个社区。", "need")
    typed = visit.hidden("project_part", project.pk, "need") | {"need": "又改了。", "say-need": ""}
    empty = visit.client.post(url, typed | {"say": "need"})
    assert empty.status_code == 422
    assert "请先写评论" in empty.content.decode()
    project.refresh_from_db()
    assert project.form["need"] == "又改了。"


def test_a_comment_is_not_lost_where_two_have_written_the_same(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    visit = Visitor(cast.team_leader)
    seen = visit.hidden("project_part", project.pk, "need")
    save_form(project, actor=friend, need="李梅写的")
    url = reverse("project_part", args=[project.pk, "need"])
    answer = visit.client.post(url, seen | {"need": "队长写的", "say-need": WORDS, "say": "need"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "李梅写的" in page
    assert "队长写的" in page
    assert Comment.objects.get().text == WORDS


@pytest.mark.parametrize(("name", "page"), [("project_part", "activities"), ("project_budget", "budget")])
def test_pages_of_rows_have_their_comments_too(cast: Cast, name: str, page: str):
    project = a_draft(cast)
    visit, at = Visitor(cast.team_leader), [project.pk, *([page] if name == "project_part" else [])]
    url = reverse(name, args=at)
    assert visit.client.post(url, {"say": "page", "say-page": WORDS}).status_code == 302
    shown = visit.open(name, *at)
    assert WORDS in shown
    pk = Comment.objects.get().pk
    assert visit.client.post(url, {"settle": str(pk)}).status_code == 302
    assert visit.client.post(url, {"settle": "0"}).status_code == 422
    refused = visit.client.post(url, {"say": "page", "say-page": ""})
    assert refused.status_code == 422
    assert "请先写评论" in refused.content.decode()


def test_all_of_them_on_one_page_where_they_are_answered(cast: Cast):
    project = a_draft(cast)
    helper = holding(Role.APPLICANT, "经办", login="helper", team=cast.team)
    say(project, "need", WORDS, actor=helper, field="need")
    visit = Visitor(cast.team_leader)
    page = visit.open("project_comments", project.pk)
    assert WORDS in page
    url = reverse("project_comments", args=[project.pk])
    key = re.findall(r'name="say-key" value="([^"]+)"', page)[0]
    sent = {"page": "need", "say": "need", "say-need": "三个。", "say-key": key}
    assert visit.client.post(url, sent).status_code == 302
    assert visit.client.post(url, sent).status_code == 302
    assert heard(project, helper) == [WORDS, "三个。"]
    assert visit.client.post(url, sent | {"say-need": ""}).status_code == 422
    assert "notices" in visit.open("notices")


def test_view_only_people_comment_and_change_nothing(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    visit, url = Visitor(friend), reverse("project_part", args=[project.pk, "served"])
    typed = visit.hidden("project_part", project.pk, "served")
    sent = typed | {"beneficiaries_count": "77", "say": "page", "say-page": WORDS}
    assert visit.client.post(url, sent).status_code == 302
    project.refresh_from_db()
    assert "beneficiaries_count" not in project.form
    assert Comment.objects.get().by == friend


def test_the_database_keeps_what_was_said(cast: Cast):
    project = a_draft(cast)
    first = say(project, "need", WORDS, actor=cast.team_leader)
    answer = say(project, "need", "三个。", actor=cast.team_leader)
    facts = {"project": project, "voice": "team", "text": "x", "by": cast.team_leader, "at": first.at}

    def refused(call: object) -> bool:
        try:
            with transaction.atomic():
                call()  # type: ignore[operator]
        except IntegrityError:
            return True
        return False

    assert refused(lambda: Comment.objects.filter(pk=first.pk).update(text="别的话"))
    assert refused(lambda: Comment.objects.filter(pk=answer.pk).delete())
    assert refused(lambda: Comment.objects.create(page="budget", thread=first, **facts))
    assert refused(lambda: Comment.objects.create(page="need", thread=answer, **facts))
    assert refused(lambda: Comment.objects.create(page="need", **facts | {"text": ""}))
    assert refused(lambda: CommentSettled.objects.create(comment=answer, by=cast.team_leader, at=first.at))
    settle(first, actor=cast.team_leader)
    assert refused(lambda: Comment.objects.create(page="need", thread=first, **facts))
