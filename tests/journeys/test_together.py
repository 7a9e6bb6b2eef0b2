"""A leader asks a colleague, by a link on a phone, to write one part; they speak about it, and the leader submits."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser

from grants.applications.models import Collaboration, Comment, Project
from grants.people.models import User
from tests.cast import Cast, a_cast
from tests.factories import CALL, a_complete_draft, an_open_round
from tests.journeys.person import PHONE, Person
from tests.journeys.site import Site
from workflow.lifecycle import ProjectState as S

SECRET = "a bridge over the river"
NEED = "沿河三个社区老人多，离医院远，会急救的人少；居委会愿意出场地，每月能办一场。"
ASKED = "是哪三个社区？写上名字，评委才信。"


@pytest.fixture(scope="module")
def world(site: Site) -> tuple[Cast, Project]:
    """A whole draft on the first day of the call."""
    cache.clear()
    site.is_at(CALL.date(), CALL.hour)
    with site.moment():
        found = a_cast()
        an_open_round(found)
        draft = a_complete_draft(found)
    return found, draft


def test_a_colleague_comes_by_a_link_writes_and_is_answered_and_the_leader_submits(
    browser: Browser, site: Site, world: tuple[Cast, Project]
):
    cast, draft = world
    with Person(browser, site, width=PHONE) as leader, Person(browser, site, width=PHONE) as colleague:
        leader.is_(cast.team_leader)
        link = invites(leader, draft)
        comes(colleague, link, site)
        writes(colleague)

        leader.opens(f"/projects/{draft.pk}/form/")
        leader.sees("1处评论等着看", "李梅")
        leader.follows(leader.page.locator(f'main a[href="/projects/{draft.pk}/form/need/"]'))
        leader.sees("李梅正在写这一页", ASKED)
        assert leader.page.locator('main [name="need"]').input_value() == NEED
        assert not leader.faults()
        leader.picture("together-comment")
        leader.presses("解决了")
        leader.sees("已解决的1处")
        submits(leader, draft)

        colleague.opens(f"/projects/{draft.pk}/form/")
        colleague.sees("申报书已经交出")
        assert not colleague.faults()


def invites(leader: Person, draft: Project) -> str:
    """The link, out of the words to be sent."""
    leader.opens(f"/projects/{draft.pk}/form/")
    leader.follows("邀请和管理")
    assert not leader.faults()
    leader.presses("生成链接")
    leader.sees("还有几处要改")
    leader.types(name="李梅", write=["need"], view=["served"])
    leader.picture("together-invite", whole=True)
    leader.presses("生成链接")
    leader.sees("请李梅扫这个二维码")
    assert not leader.faults()
    words = leader.page.locator("[data-message]").text_content() or ""
    return words[words.index("http") :].split()[0]


def comes(colleague: Person, link: str, site: Site) -> None:
    """Without an account: one is opened by the link, which is spent; signing in leads to the pages."""
    colleague.opens(link)
    colleague.sees("请您一起填申报书", "请您填：")
    assert not colleague.faults()
    colleague.picture("together-link", whole=True)
    colleague.types(mobile="138 0000 0007", password=SECRET, password_again=SECRET)
    colleague.presses("开通账号，一起填")
    colleague.sees("密码设好了")
    colleague.types(username="13800000007", password=SECRET)
    colleague.presses("登录", exact=True)
    colleague.page.wait_for_url(lambda url: url.endswith("/form/"))
    assert colleague.opens(link) == 200  # whoever has taken it up is led to the pages
    colleague.sees("请您一起填这份申报书", "不归您")
    assert not colleague.faults()
    colleague.picture("together-pages", whole=True)
    assert User.objects.get(username="+8613800000007").name == "李梅"


def writes(colleague: Person) -> None:
    """The part is written, saved by itself, and something asked beside it; other parts are not there."""
    page = Collaboration.objects.get().project_id
    assert colleague.opens(f"/projects/{page}/budget/") == 404
    assert colleague.opens(f"/projects/{page}/check/") == 404
    colleague.refused.clear()
    colleague.opens("/")
    colleague.sees("请您一起填的申报书")
    assert not colleague.faults()
    colleague.follows("接着填")
    colleague.follows(colleague.page.locator(f'main a[href="/projects/{page}/form/need/"]'))
    colleague.types(need=NEED)
    colleague.page.locator("#saved").get_by_text("已自动保存").wait_for()
    colleague.page.locator("#talk-need > summary").click()
    colleague.types(**{"say-need": ASKED})
    assert not colleague.faults()
    colleague.page.locator('button[name="say"][value="need"]').click()
    colleague.sees("1处评论等着看")
    assert Comment.objects.get().text == ASKED
    colleague.picture("together-write", whole=True)


def submits(leader: Person, draft: Project) -> None:
    """Nothing of the comments is in the way; the receipt names who wrote."""
    leader.opens(f"/projects/{draft.pk}/check/")
    leader.sees("一起填的人：李梅")
    leader.hands_in("提交申报")
    leader.sees("一起填写：李梅")
    draft.refresh_from_db()
    assert draft.state == S.SUBMITTED
