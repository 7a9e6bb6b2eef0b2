"""An application page by page, what it is about, its plan, its budget, its papers; then county and city."""

from __future__ import annotations

from grants.applications.models import Project
from grants.people.models import User
from tests.journeys.crew import Crew
from tests.journeys.person import Person

NEED = "辖区老年人口多，持证救护员少。"
FEATURE = "红十字救护师带教。"
ACTIVITY = {"name": "社区救护课", "month": "2026-09", "times": "2", "volunteers": "8"}
PROMISED = {"activities": "12", "trained": "480", "hours": "288"}
MATERIALS = {"category": "ACT_MATERIAL", "item": "训练耗材", "unit": "套", "unit_price_fen": "225", "quantity": "100"}
PRINTS = {"category": "PUBLICITY", "item": "折页印制", "unit": "份", "unit_price_fen": "5", "quantity": "500"}


def goes_on(who: Person, words: str = "保存并继续") -> None:
    """The page is saved, and the next one is there."""
    here = who.page.url
    who.presses(words)
    who.page.wait_for_url(lambda url: url != here)


def says_what_it_is(who: Person, title: str) -> None:
    """Name, field and time; then who is helped."""
    dates = {"start_date": "2026-08-01", "end_date": "2027-07-31"}
    who.types(title=title, field="FIRST_AID", place="上城区", summary="教居民心肺复苏。", **dates)
    goes_on(who)
    who.types(beneficiaries="residents", minors="no", beneficiary_count="480")
    goes_on(who)


def plans(who: Person) -> None:
    """One activity, and what is to come of it."""
    who.types(**ACTIVITY)
    who.presses("加上这一项")
    who.sees("1项")
    goes_on(who, "继续")
    for number, (code, target) in enumerate(PROMISED.items()):
        who.types(indicator=code, target=target)
        who.presses("加上这一项")
        who.page.locator(".rowlist > li").nth(number).wait_for()
    goes_on(who, "继续")


def tells_of_the_team(who: Person, proof: str) -> None:
    """What the team has done, whom to call, and its paper."""
    who.types(hist_events="46", hist_hours="3120", contact_name="李婷婷", contact_mobile="13800000001")
    who.types(other_funding="无", **{"file-team_proof": proof})
    goes_on(who)


def budgets(who: Person, *lines: dict[str, str]) -> None:
    """The lines of the budget, which keeps the limits."""
    for number, line in enumerate(lines):
        who.types(**line)
        who.presses("加上这一行")
        who.page.locator("#f-budget tbody tr").nth(number).wait_for()
    who.sees("合计在范围内")


def promises(who: Person, paper: str) -> None:
    """The signed promise is there, everything is looked through once more and handed in."""
    who.types(**{"file-commitment": paper})
    goes_on(who)
    who.types(committed=True)
    who.hands_in("提交申报")
    who.sees("已提交，现在由")


def applies(crew: Crew, title: str) -> Project:
    """The leader begins an application at home and hands it in; a colleague has done the budget meanwhile."""
    leader, colleague = crew.window(crew.cast.team_leader), crew.window(crew.cast.applicant)
    leader.goes_home()
    leader.follows("新建申报")
    leader.hands_in("保存")
    leader.sees("还有8部分没填好")
    leader.follows("名称、领域和时间")
    says_what_it_is(leader, title)
    leader.types(need=NEED, feature=FEATURE)
    goes_on(leader)
    plans(leader)
    tells_of_the_team(leader, crew.paper("团队证明"))
    colleague.goes_home()
    colleague.sees(title)
    colleague.follows("去办理")
    colleague.follows("填写申报书")
    colleague.follows("预算", exact=True)
    budgets(colleague, MATERIALS, PRINTS)
    leader.follows("回到目录")
    leader.follows("承诺书和其他材料")
    promises(leader, crew.paper("承诺书"))
    return Project.objects.get(title=title)


def recommends(crew: Crew, who: User, task: str, project: Project, opinion: str) -> None:
    """Whoever leads a county or a prefecture reads the application from the ranking and puts it forward."""
    leader = crew.at(who, task, project, "推荐和排序")
    leader.follows("看后推荐")
    leader.types(opinion=opinion)
    leader.hands_in()


def is_recommended(crew: Crew, project: Project) -> None:
    """The county opens the file; county and prefecture recommend on the page of the ranking."""
    cast = crew.cast
    crew.at(cast.county_officer, "审阅并推荐", project, "打开审阅").hands_in()
    recommends(crew, cast.county_leader, "审阅并推荐", project, "团队成熟，项目扎实，同意推荐。")
    recommends(crew, cast.city_leader, "复核并推荐到省", project, "特色鲜明，同意推荐。")
