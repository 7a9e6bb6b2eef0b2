"""一起填: the leader invites somebody by a link to some pages; they see and write those, and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grants.applications.commands import attach_file, copy_last, save_budget, save_form
from grants.applications.form_kept import definition_of
from grants.applications.inviting import (
    CHANGED,
    JOINED,
    LASTS,
    MOST,
    change_pages,
    end_share,
    hand_again,
    join,
    join_as_newcomer,
    share_pages,
)
from grants.applications.models import Collaboration, CollaborationChange, Project, Writing
from grants.applications.queries import visible_to
from grants.applications.together import share_of, shareable, shares_of
from grants.desk.commands import act
from grants.people.commands import grant_role
from grants.people.models import User
from grants.reviews.conflicts import conflicts
from tests.cast import Cast, holding
from tests.factories import a_complete_draft, a_document, a_draft, budget_lines, last_step
from tests.grants.desk.visiting import Visitor
from workflow import clock
from workflow.lifecycle import Role
from workflow.models import Notice, NoticeKind
from workflow.outbox import relay
from workflow.ports import SYSTEM
from workflow.refusals import Refused

PAGES = {"need": "write", "budget": "write", "served": "view"}


def a_friend(login: str = "mei", name: str = "李梅") -> User:
    """Somebody with an account and no role."""
    return User.objects.create(username=login, name=name, date_joined=clock.now())


def invited(project: Project, person: User, pages: dict[str, str] | None = None) -> Collaboration:
    """They were invited and have come."""
    handed = share_pages(project, person.name, pages or PAGES, actor=project.leader)
    return join(handed.token, actor=person)


def told(person: User) -> list[str]:
    relay()
    rows = Notice.objects.filter(person=person, kind=NoticeKind.TOGETHER).order_by("pk")
    return [row.key.split(":")[2] for row in rows]


def test_who_was_invited_writes_on_their_pages_and_the_leader_is_told(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    save_form(project, actor=friend, need="沿河三个社区会急救的人少。")
    save_budget(project, budget_lines(), actor=friend)

    project.refresh_from_db()
    assert project.form["need"] == "沿河三个社区会急救的人少。"
    assert told(cast.team_leader) == [JOINED]
    written = Writing.objects.filter(project=project, person=friend).values_list("page", "number")
    assert sorted(written) == [("budget", 1), ("need", 1)]


def test_what_was_not_given_is_refused_with_the_reason(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    for call in (
        lambda: save_form(project, actor=friend, title="换个名字"),
        lambda: attach_file(project, "commitment", a_document(friend), actor=friend),
        lambda: save_form(project, actor=friend, committed=True),
    ):
        with pytest.raises(Refused) as refusal:
            call()
        assert "不归您填" in refusal.value.reasons[0].message
        assert cast.team_leader.name in refusal.value.reasons[0].message
    with pytest.raises(Refused):
        copy_last(project, ["need"], actor=friend)
    with pytest.raises(Refused):
        act(project, "submit", actor=friend)


def test_persons_and_the_account_are_the_team_s_alone_on_every_page(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    pages = {one.code: "write" for one in shareable(definition_of(project))}
    known = "13800001234"
    save_form(project, actor=cast.team_leader, contact_mobile=known)
    invited(project, friend, pages)
    kept: list[dict[str, Any]] = [{"contact_mobile": "13900000001"}, {"paid_to": "registered_team"}]
    for private in kept:
        with pytest.raises(Refused):
            save_form(project, actor=friend, **private)
    seen = Visitor(friend)
    for code in pages:
        name = {"budget": "project_budget", "files": "project_files"}.get(code, "project_part")
        page = seen.open(name, *([project.pk] if name != "project_part" else [project.pk, code]))
        assert known not in page
        assert 'name="contact_mobile"' not in page
        assert 'name="paid_to"' not in page


def test_nothing_else_of_the_project_is_theirs(cast: Cast):
    project, friend = a_complete_draft(cast), a_friend()
    invited(project, friend)
    assert project not in visible_to(friend)
    visit = Visitor(friend)
    for name in ("project", "project_text", "project_check", "project_pdf", "project_copy", "project_papers"):
        visit.open(name, project.pk, status=404)
    visit.open("project_sharing", project.pk, status=404)
    visit.open("project_part", project.pk, "project", status=404)
    page = visit.open("project_form", project.pk)
    assert "不归您填，由项目负责人" in page
    assert reverse("project_check", args=[project.pk]) not in page
    assert str(project) in visit.open("home")
    assert str(project) in visit.open("projects")


def test_a_link_works_once_and_for_three_days_and_a_new_one_replaces_it(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    first = share_pages(project, "李梅", PAGES, actor=cast.team_leader)
    second = hand_again(first.share, actor=cast.team_leader)
    with pytest.raises(Refused):
        join(first.token, actor=friend)
    with clock.held(clock.now() + LASTS + dt.timedelta(minutes=1)), pytest.raises(Refused):
        join(second.token, actor=friend)
    joined = join(second.token, actor=friend)
    assert join(second.token, actor=friend) == joined
    with pytest.raises(Refused):
        join(second.token, actor=a_friend("other", "王强"))
    with pytest.raises(Refused):
        hand_again(joined, actor=cast.team_leader)


def test_the_same_press_again_invites_nobody_else(cast: Cast):
    project = a_draft(cast)
    first = share_pages(project, "李梅", PAGES, actor=cast.team_leader, key="k")
    again = share_pages(project, "李梅", PAGES, actor=cast.team_leader, key="k")
    assert first.share == again.share
    assert first.token != again.token
    assert Collaboration.objects.count() == 1


def test_somebody_new_has_an_account_by_the_link_and_no_role(cast: Cast):
    project = a_draft(cast)
    handed = share_pages(project, "李梅", PAGES, actor=cast.team_leader)
    person = join_as_newcomer(handed.token, "a bridge over the river", name="李梅", mobile="13800000009")

    assert share_of(project, person)
    assert person.check_password("a bridge over the river")
    assert not person.grants.exists()
    assert person.access_links.get().handed_by == cast.team_leader
    with pytest.raises(Refused):
        join_as_newcomer(handed.token, "a bridge over the river", name="别人", mobile="13800000010")
    assert not User.objects.filter(name="别人").exists()


def test_only_the_leader_invites_and_only_while_the_team_writes(cast: Cast):
    project = a_complete_draft(cast)
    helper = holding(Role.APPLICANT, "经办", login="helper", team=cast.team)
    for nobody in (helper, cast.county_officer, a_friend()):
        with pytest.raises(Refused):
            share_pages(project, "李梅", PAGES, actor=nobody)
    for name, pages in (("", PAGES), ("李梅", {}), ("李梅", {"nowhere": "write"}), ("李梅", {"need": "submit"})):
        with pytest.raises(Refused):
            share_pages(project, name, pages, actor=cast.team_leader)
    with pytest.raises(Refused):
        share_pages(project, "李" * 51, PAGES, actor=cast.team_leader)
    act(project, "submit", actor=cast.team_leader)
    with pytest.raises(Refused):
        share_pages(project, "李梅", PAGES, actor=cast.team_leader)


def test_ten_at_a_time(cast: Cast):
    project = a_draft(cast)
    made = [share_pages(project, f"朋友{n}", PAGES, actor=cast.team_leader).share for n in range(MOST)]
    with pytest.raises(Refused):
        share_pages(project, "还有一个", PAGES, actor=cast.team_leader)
    end_share(made[0], actor=cast.team_leader)
    share_pages(project, "还有一个", PAGES, actor=cast.team_leader)


@pytest.mark.parametrize("who", ["team_leader", "county_officer", "officer"])
def test_members_and_whoever_judges_are_not_invited_people(cast: Cast, who: str):
    project = a_draft(cast)
    handed = share_pages(project, "李梅", PAGES, actor=cast.team_leader)
    with pytest.raises(Refused):
        join(handed.token, actor=getattr(cast, who))
    assert not Collaboration.objects.get().person


def test_a_reviewer_is_none_either_and_whoever_becomes_an_officer_sees_it_no_more(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    handed = share_pages(project, "李梅", PAGES, actor=cast.team_leader)
    with pytest.raises(Refused):
        join(handed.token, actor=cast.reviewers[0])
    join(handed.token, actor=friend)
    assert shares_of(friend).exists()
    grant_role(friend, Role.COUNTY_OFFICER, actor=SYSTEM, organisation=cast.team.guided_by)
    assert not shares_of(friend).exists()
    with pytest.raises(Refused):
        save_form(project, actor=friend, need="又写了")


def test_it_ends_by_one_press_and_what_was_written_stays(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    save_form(project, actor=friend, need="写好的")
    with pytest.raises(Refused):
        end_share(share, actor=a_friend("other", "王强"))
    end_share(share, actor=cast.team_leader)
    end_share(share, actor=cast.team_leader)

    project.refresh_from_db()
    assert project.form["need"] == "写好的"
    assert told(friend) == ["ended"]
    with pytest.raises(Refused):
        save_form(project, actor=friend, need="又写了")
    Visitor(friend).open("project_form", project.pk, status=404)
    invited(project, friend)


def test_what_was_given_is_changed_in_place_and_stays_on_record(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    save_form(project, actor=friend, need="沿河三个社区会急救的人少。")
    other = {"served": "write", "need": "view"}
    change_pages(share, other, actor=cast.team_leader, seen=PAGES)

    save_form(project, actor=friend, beneficiary_count=40)
    for call in (
        lambda: save_form(project, actor=friend, need="再写一句。"),
        lambda: save_budget(project, budget_lines(), actor=friend),
    ):
        with pytest.raises(Refused):
            call()
    project.refresh_from_db()
    assert project.form["need"] == "沿河三个社区会急救的人少。"
    (change,) = CollaborationChange.objects.all()
    assert (change.before, change.pages, change.by) == (PAGES, other, cast.team_leader)
    assert told(friend) == [CHANGED]
    change_pages(share, other, actor=cast.team_leader)
    assert CollaborationChange.objects.count() == 1
    change_pages(share, PAGES, actor=cast.team_leader)
    assert told(friend) == [CHANGED, CHANGED]


def test_only_the_leader_changes_it_from_what_stands_and_while_it_stands(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share, other = invited(project, friend), {"served": "write"}
    pages = {one.code for one in shareable(definition_of(project))}
    wrong: list[dict[str, Any]] = [
        {"actor": friend, "pages": other},
        {"actor": cast.applicant, "pages": other},
        {"actor": cast.team_leader, "pages": {}},
        {"actor": cast.team_leader, "pages": {"nowhere": "write"}},
        {"actor": cast.team_leader, "pages": other, "seen": {"served": "view"}},
    ]
    assert "nowhere" not in pages
    for given in wrong:
        with pytest.raises(Refused):
            change_pages(share, **given)
    end_share(share, actor=cast.team_leader)
    with pytest.raises(Refused):
        change_pages(share, other, actor=cast.team_leader)
    assert not CollaborationChange.objects.exists()


def test_the_leader_changes_it_on_the_page_and_reads_what_it_was(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    leader, url = Visitor(cast.team_leader), reverse("project_sharing", args=[project.pk])
    page = leader.client.get(f"{url}?change={share.pk}").content.decode()
    assert "改李梅能填和能看的部分" in page
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    sent = {"change": str(share.pk), "seen": seen, "write": ["need"], "view": ["budget"]}
    answer = leader.client.post(url, sent)
    assert answer["Location"] == f"{url}#h-{share.pk}"
    after = leader.open("project_sharing", project.pk)
    assert "范围改过1次" in after
    assert "“预算”从可以填改成只能看" in after
    assert "“服务谁，怎样保证安全”从只能看改成看不到" in after
    stale = leader.client.post(url, sent | {"view": []})
    assert stale.status_code == 422
    assert "范围又改过了" in stale.content.decode()
    assert leader.client.post(url, sent | {"write": [], "view": []}).status_code == 422
    assert "改李梅" not in Visitor(cast.applicant).client.get(f"{url}?change={share.pk}").content.decode()


def test_who_was_invited_may_leave(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    Visitor(friend).client.post(reverse("end_sharing", args=[project.pk, share.pk]))
    share.refresh_from_db()
    assert share.ended_by == friend
    assert told(cast.team_leader) == [JOINED, "ended"]


def test_it_sleeps_while_others_have_the_application_and_wakes_when_it_comes_back(cast: Cast):
    project, friend = a_complete_draft(cast), a_friend()
    invited(project, friend)
    save_form(project, actor=friend, need="由李梅写的需求。")
    act(project, "submit", actor=cast.team_leader)
    with pytest.raises(Refused):
        save_form(project, actor=friend, need="交了以后")
    assert "退回修改时，您可以接着填" in Visitor(friend).open("project_form", project.pk)
    given = {"reason": "写清需求。", "sections": ["design"], "due_on": "2026-03-13"}
    act(project, "county_return", actor=cast.county_officer, given=given)
    save_form(project, actor=friend, need="退回以后写清了。")
    written = Writing.objects.filter(person=friend).values_list("page", "number")
    assert sorted(written) == [("need", 1), ("need", 2)]


def test_the_version_handed_in_and_its_receipt_name_who_filled_it_in(cast: Cast):
    project, friend = a_complete_draft(cast), a_friend()
    invited(project, friend)
    save_form(project, actor=friend, need="由李梅写的需求。")
    act(project, "submit", actor=cast.team_leader)
    step = last_step(project)
    assert "李梅" in step.given
    assert "一起填写：李梅" in Visitor(cast.team_leader).open("project_receipt", project.pk, step.seq)


def test_the_page_says_who_is_writing_there(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    save_form(project, actor=friend, need="李梅写的")
    visit = Visitor(cast.team_leader)
    assert "李梅正在写这一页" in visit.open("project_part", project.pk, "need")
    with clock.held(clock.now() + dt.timedelta(hours=1)):
        assert "李梅最近写过这一页" in visit.open("project_part", project.pk, "need")


def test_a_page_to_look_at_is_locked_and_says_why(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    invited(project, friend)
    visit = Visitor(friend)
    page = visit.open("project_part", project.pk, "served")
    assert "您可以看这一部分、写评论，不能改" in page
    assert "保存并继续" not in page
    with pytest.raises(Refused):
        save_form(project, actor=friend, beneficiaries_count=10)


def test_papers_about_people_stay_the_team_s(cast: Cast):
    project, friend = a_complete_draft(cast), a_friend()
    invited(project, friend, {"files": "view"})
    page = Visitor(friend).open("project_files", project.pk)
    assert "含个人信息，只有团队能打开" in page
    for paper in re.findall(r"/documents/([0-9a-f-]{36})/look/", page):
        raise AssertionError(paper)


def test_reviewing_what_one_has_helped_to_write_is_out_of_the_question(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    end_share(share, actor=cast.team_leader)
    found = conflicts(project, [friend, cast.reviewers[0]])
    assert [one.hard for one in found[friend.pk]] == [True]


def test_the_leader_invites_on_a_page_and_the_friend_comes_by_the_link(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    leader = Visitor(cast.team_leader)
    page = leader.open("project_sharing", project.pk)
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    sent = {"name": "李梅", "write": ["need"], "view": ["served"], "key": key[1]}
    url = reverse("project_sharing", args=[project.pk])
    handed = leader.client.post(url, sent).content.decode()
    token = re.search(r"/join/([\w-]+)/", handed)
    assert token
    assert "请李梅扫这个二维码" in handed

    stranger = Client()
    page = stranger.get(reverse("joining", args=[token[1]])).content.decode()
    assert "开通账号，一起填" in page
    visit = Visitor(friend)
    assert visit.client.post(reverse("joining", args=[token[1]])).status_code == 302
    assert visit.client.get(reverse("joining", args=[token[1]])).status_code == 302
    assert stranger.get(reverse("joining", args=[token[1]])).status_code == 404
    assert "李梅" in leader.open("project_sharing", project.pk)
    refused = leader.client.post(url, {"name": "", "write": ["need"]})
    assert refused.status_code == 422


def test_the_link_opens_an_account_and_leads_to_signing_in(cast: Cast):
    project = a_draft(cast)
    handed = share_pages(project, "李梅", PAGES, actor=cast.team_leader)
    facts = {"name": "李梅", "mobile": "13800000009", "email": ""}
    secret = {"password": "a bridge over the river", "password_again": "a bridge over the river"}
    url = reverse("joining", args=[handed.token])
    assert Client().post(url, facts | {"password": "1", "password_again": "1"}).status_code == 422
    answer = Client().post(url, facts | secret)
    assert answer.status_code == 302
    assert "next=" in answer["Location"]
    assert Collaboration.objects.get().person.name == "李梅"  # type: ignore[union-attr]


def refused_by_the_database(call: object) -> bool:
    try:
        with transaction.atomic():
            call()  # type: ignore[operator]
    except IntegrityError:
        return True
    return False


def test_the_database_says_the_same(cast: Cast):
    project, friend = a_draft(cast), a_friend()
    share = invited(project, friend)
    rows = Collaboration.objects.filter(pk=share.pk)
    now = clock.now()
    facts = {
        "project": project,
        "name": "李梅",
        "pages": PAGES,
        "invited_by": cast.team_leader,
        "at": now,
        "expires_at": now + LASTS,
    }
    there = {"person": friend, "joined_at": now}
    assert refused_by_the_database(lambda: Collaboration.objects.create(digest="b", **facts, **there))
    assert refused_by_the_database(lambda: Collaboration.objects.create(digest="c", **facts | {"expires_at": now}))
    assert refused_by_the_database(lambda: Collaboration.objects.create(digest="d", **facts | {"name": ""}))
    assert refused_by_the_database(lambda: Collaboration.objects.create(digest="e", **facts, person=friend))
    assert refused_by_the_database(lambda: rows.update(ended_at=now))
    assert refused_by_the_database(lambda: rows.update(person=cast.team_leader))
    assert refused_by_the_database(lambda: rows.update(pages={"need": "view"}))
    change = {"share": share, "pages": {"need": "view"}, "by": cast.team_leader, "at": now}
    assert refused_by_the_database(lambda: CollaborationChange.objects.create(before={"need": "write"}, **change))
    assert refused_by_the_database(
        lambda: CollaborationChange.objects.create(before=PAGES, **change | {"pages": PAGES})
    )
    assert refused_by_the_database(rows.delete)
    assert not refused_by_the_database(lambda: rows.update(ended_at=now, ended_by=friend))
    assert refused_by_the_database(lambda: rows.update(ended_at=None, ended_by=None))
