"""Two editors on every page where somebody types: both versions are on the page, nobody is overwritten unasked."""

from __future__ import annotations

from typing import Any

from grants.applications.commands import save_form
from grants.applications.form_definition import made
from grants.applications.models import Project
from grants.applications.queries import budget_lines as lines_of
from grants.awards.commands import save_final_budget
from grants.awards.models import DecisionDraft, NoticeDraft, OfficialNotice
from grants.desk.commands import act
from grants.kernel.money import format_fen
from grants.programmes.models import Round
from grants.programmes.profile.forms import shipped_form
from tests.cast import Cast, holding
from tests.factories import a_complete_draft, a_meeting, budget_lines, on
from tests.grants.desk.test_decisions import four_deliberated, row
from tests.grants.desk.test_publicity import scan, two_proposed, typed
from tests.grants.desk.visiting import Visitor, choices, text
from tests.journey_steps import PLAN, starting
from workflow.lifecycle import ProjectState as S
from workflow.lifecycle import Role
from workflow.models import Proposal

Typed = dict[str, Any]


def colleague_of(cast: Cast) -> Visitor:
    """江涛, another officer of the province."""
    return Visitor(holding(Role.PROGRAMME_OFFICER, "江涛", login="jiang", organisation=cast.places["330000"]))


# The final budget ------------------------------------------------------------------------------------------------


def lines(project: Project, *changed: Typed) -> Typed:
    """The lines of the budget as a browser sends them, some changed."""
    found = [{name: getattr(line, name) for name in LINE} for line in lines_of(project)]
    for n, change in enumerate(changed):
        found[n] |= change
    sent: Typed = {"lines-rows": str(len(found))}
    for n, line in enumerate(found):
        shown = line | {"unit_price_fen": format_fen(line["unit_price_fen"])}
        sent |= {f"lines-{n}-{name}": str(value) for name, value in shown.items()}
    return sent


LINE = ("category", "item", "unit", "unit_price_fen", "quantity", "source", "basis")


def raised(*changed: Typed) -> list[Typed]:
    """The shipped lines, some changed."""
    found = [dict(line) for line in budget_lines()]
    for n, change in enumerate(changed):
        found[n] |= change
    return [{"source": "grant", "basis": "", **line} for line in found]


@starting(S.APPROVED)
def test_two_on_different_lines_of_the_final_budget_both_keep_theirs(cast: Cast, project: Project):
    with on(2026, 6, 24):
        visitor = Visitor(cast.team_leader)
        sent = visitor.hidden("final_budget", project.pk) | lines(project, {"quantity": 77})
        save_final_budget(project, raised({}, {"quantity": 88}), actor=cast.applicant)
        visitor.post("final_budget", project.pk, **sent)
    assert [line.quantity for line in lines_of(project)][:2] == [77, 88]


@starting(S.APPROVED)
def test_two_on_the_same_line_of_the_final_budget_see_both(cast: Cast, project: Project):
    with on(2026, 6, 24):
        visitor = Visitor(cast.team_leader)
        sent = visitor.hidden("final_budget", project.pk) | lines(project, {"quantity": 77})
        save_final_budget(project, raised({"quantity": 88}), actor=cast.applicant)
        answer = visitor.post("final_budget", project.pk, **sent, status=409)
        assert "预算明细，第1行，数量" in text(answer)
        assert lines_of(project)[0].quantity == 88
        keep = {"keep-lines-0-quantity": choices(answer)["keep-lines-0-quantity"]["mine"]}
        visitor.post("final_budget", project.pk, **(sent | visitor.carried(answer) | keep))
    assert lines_of(project)[0].quantity == 77


# The table for a meeting -----------------------------------------------------------------------------------------


@starting(four_deliberated)
def test_two_at_the_table_see_both_and_choose(cast: Cast, round_: Round, projects: list[Project]):
    with on(2026, 6, 1):
        officer, colleague, first = Visitor(cast.officer), colleague_of(cast), projects[0]
        sent = officer.hidden("decision_table", round_.pk) | row(first, "shortlist", amount_fen="21000")
        colleague.send("decision_table", round_.pk, do="save", **row(first, "shortlist", amount_fen="22000"))
        answer = officer.post("decision_table", round_.pk, do="save", **sent, status=409)
        for words in ("21000", "22000", "江涛于", f"{first}，金额（元）"):
            assert words in text(answer), words
        keep = {f"keep-{first.pk}-amount_fen": choices(answer)[f"keep-{first.pk}-amount_fen"]["mine"]}
        officer.post("decision_table", round_.pk, do="save", **(sent | officer.carried(answer)), status=409)
        officer.post("decision_table", round_.pk, do="save", **(sent | officer.carried(answer) | keep))
    assert DecisionDraft.objects.get().rows[str(first.pk)]["amount_fen"] == "21000"


@starting(four_deliberated)
def test_two_in_different_rows_of_the_table_both_keep_theirs(cast: Cast, round_: Round, projects: list[Project]):
    with on(2026, 6, 1):
        officer, colleague, first, second, *_rest = Visitor(cast.officer), colleague_of(cast), *projects
        sent = officer.hidden("decision_table", round_.pk) | row(first, "decline", reason="我写的")
        colleague.send("decision_table", round_.pk, do="save", **row(second, "decline", reason="同事写的"))
        answer = officer.post("decision_table", round_.pk, do="save", **sent)
        assert answer.url.endswith("/decisions/")
    rows = DecisionDraft.objects.get().rows
    assert [rows[str(one.pk)]["reason"] for one in (first, second)] == ["我写的", "同事写的"]


@starting(four_deliberated)
def test_counting_says_that_two_differ_and_goes_on_saying_so_until_somebody_chose(
    cast: Cast, round_: Round, projects: list[Project]
):
    """The sums are counted as one types: by itself the page never takes up the colleague's version."""
    with on(2026, 6, 1):
        officer, colleague, first = Visitor(cast.officer), colleague_of(cast), projects[0]
        sent = officer.hidden("decision_table", round_.pk) | row(first, "shortlist", amount_fen="21000")
        colleague.send("decision_table", round_.pk, do="save", **row(first, "decline", reason="同事写的"))
        for _time in range(3):
            answer = officer.post("decision_table", round_.pk, do="count", **sent, status=409)
            sent |= officer.carried(answer)
            left = text(answer)[text(answer).index('id="left"') :]
            assert "和另一个人填的不一样" in left
            assert DecisionDraft.objects.get().rows[str(first.pk)]["choice"] == "decline"
        keep = {name: by["mine"] for name, by in choices(answer).items()}
        assert f"keep-{first.pk}-choice" in keep
        officer.post("decision_table", round_.pk, do="count", **(sent | keep), status=409)
        assert DecisionDraft.objects.get().rows[str(first.pk)]["choice"] == "decline"
        officer.post("decision_table", round_.pk, do="save", **(sent | keep))
    assert DecisionDraft.objects.get().rows[str(first.pk)]["choice"] == "shortlist"


@starting(four_deliberated)
def test_counting_keeps_what_a_colleague_filled_in_elsewhere(cast: Cast, round_: Round, projects: list[Project]):
    with on(2026, 6, 1):
        officer, colleague, first, second, *_rest = Visitor(cast.officer), colleague_of(cast), *projects
        sent = officer.hidden("decision_table", round_.pk) | row(second, "", amount_fen="25,000.00")
        colleague.send("decision_table", round_.pk, do="save", **row(second, "shortlist", amount_fen="20000"))
        for amount in ("21000", "21500"):
            sent |= row(first, "shortlist", amount_fen=amount)
            answer = officer.post("decision_table", round_.pk, do="count", **sent, status=200)
            sent |= officer.carried(answer)
        assert "江涛也改了2处" in text(answer)
    rows = DecisionDraft.objects.get().rows
    assert [rows[str(one.pk)]["amount_fen"] for one in (first, second)] == ["21500", "20000"]


@starting(four_deliberated)
def test_ones_own_other_window_is_not_overwritten_either(cast: Cast, round_: Round, projects: list[Project]):
    with on(2026, 6, 1):
        officer, first = Visitor(cast.officer), projects[0]
        sent = officer.hidden("decision_table", round_.pk) | row(first, "shortlist", amount_fen="21000")
        officer.send("decision_table", round_.pk, do="save", **row(first, "decline", reason="另一个窗口写的"))
        page = text(officer.post("decision_table", round_.pk, do="save", **sent, status=409))
    assert "另一个窗口写的" in page


@starting(four_deliberated)
def test_a_table_changed_after_the_check_says_which_cells(cast: Cast, round_: Round, projects: list[Project]):
    with on(2026, 6, 1):
        officer, colleague, first = Visitor(cast.officer), colleague_of(cast), projects[0]
        filled = row(first, "shortlist", amount_fen="21000") | {"meeting": str(a_meeting(cast, round_).pk)}
        officer.send("decision_table", round_.pk, do="check", **filled)
        seen = officer.hidden("decision_table", round_.pk, query="?check=1")
        colleague.send("decision_table", round_.pk, do="save", **(filled | row(first, "shortlist", amount_fen="22000")))
        page = text(officer.post("decision_table", round_.pk, do="send", **seen, status=409))
    assert "核对之后改过的" in page
    assert f"<li>{first}，金额（元）</li>" in page
    assert "江涛保存于" in page
    assert not Proposal.objects.filter(machine="project").exists()


# The public notice -----------------------------------------------------------------------------------------------


@starting(two_proposed)
def test_two_on_the_notice_see_both_and_choose(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        officer, colleague = Visitor(cast.officer), colleague_of(cast)
        sent = officer.hidden("publicity", round_.pk) | typed(do="save", text="我写的正文")
        colleague.send("publicity", round_.pk, do="save", **typed(text="江涛写的正文"))
        answer = officer.post("publicity", round_.pk, **sent, status=409)
        for words in ("我写的正文", "江涛写的正文", "江涛于"):
            assert words in text(answer), words
        assert NoticeDraft.objects.get().text == "江涛写的正文"
        keep = {"keep-text": choices(answer)["keep-text"]["both"]}
        officer.post("publicity", round_.pk, **(sent | officer.carried(answer) | keep))
    assert NoticeDraft.objects.get().text == "江涛写的正文\n\n我写的正文"


@starting(two_proposed)
def test_what_a_colleague_put_into_the_notice_is_not_published_unseen(cast: Cast, round_: Round):
    with on(2026, 6, 8):
        officer, colleague = Visitor(cast.officer), colleague_of(cast)
        officer.send("publicity", round_.pk, do="save", **typed())
        sent = officer.hidden("publicity", round_.pk) | typed(do="publish")
        colleague.send("publicity", round_.pk, do="save", **typed(contact="电话 0571-11111111"))
        answer = officer.post("publicity", round_.pk, **sent, notice_file=scan(), status=409)
        assert "电话 0571-11111111</textarea>" in text(answer)
        assert not OfficialNotice.objects.filter(kind="publicity").exists()
        again = sent | officer.carried(answer) | {"contact": "电话 0571-11111111", "notice_file": scan()}
        officer.post("publicity", round_.pk, **again)
    assert OfficialNotice.objects.get(kind="publicity").contact == "电话 0571-11111111"


# Deeds on a record that changed ----------------------------------------------------------------------------------


RETURN: Typed = {"reason": "请写清两场活动的时间。", "sections": ["design"], "due_on": "2026-03-10"}


@starting(S.SUBMITTED)
def test_a_deed_goes_on_only_when_the_person_has_seen_what_happened(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    sent = visitor.hidden("move", "project", project.pk, "county_return") | RETURN
    act(project, "open_file", actor=cast.county_leader)
    answer = visitor.post("move", "project", project.pk, "county_return", **sent, status=409)
    assert "打开审阅" in text(answer)
    again = sent | visitor.carried(answer)
    assert again["version"] == sent["version"]
    visitor.post("move", "project", project.pk, "county_return", **again, status=409)
    project.refresh_from_db()
    visitor.post("move", "project", project.pk, "county_return", **again, looked=str(project.version))
    project.refresh_from_db()
    assert project.state == S.RETURNED


@starting(S.SUBMITTED)
def test_what_happened_after_one_has_looked_is_shown_anew(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    sent = visitor.hidden("move", "project", project.pk, "county_return") | RETURN | {"looked": str(project.version)}
    act(project, "open_file", actor=cast.county_leader)
    assert "打开审阅" in text(visitor.post("move", "project", project.pk, "county_return", **sent, status=409))


@starting(S.SUBMITTED)
def test_an_unreadable_form_does_not_take_up_the_newer_version(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    sent = visitor.hidden("move", "project", project.pk, "county_return") | RETURN | {"due_on": "明天"}
    act(project, "open_file", actor=cast.county_leader)
    answer = visitor.post("move", "project", project.pk, "county_return", **sent, status=422)
    assert "打开审阅" in text(answer)
    again = sent | visitor.carried(answer) | RETURN
    visitor.post("move", "project", project.pk, "county_return", **again, status=409)


@starting(S.SUBMITTED)
def test_who_comes_too_late_for_a_deed_keeps_the_words(cast: Cast, project: Project):
    visitor = Visitor(cast.county_officer)
    sent = visitor.hidden("move", "project", project.pk, "county_return") | RETURN
    act(project, "county_return", actor=cast.county_officer, given=RETURN | {"reason": "另一个窗口先退回。"})
    page = text(visitor.post("move", "project", project.pk, "county_return", **sent, status=409))
    for words in ("另一个窗口先退回。", RETURN["reason"], "现在还不能办理"):
        assert words in page, words


def test_a_silent_change_is_named_by_what_it_changed(cast: Cast):
    project = a_complete_draft(cast)
    visitor = Visitor(cast.team_leader)
    sent = visitor.hidden("project_check", project.pk)
    save_form(project, actor=cast.applicant, need="别人改过的需求")
    answer = visitor.post("project_check", project.pk, **sent, status=409)
    told = text(answer)[text(answer).index("改过的内容") :]
    assert f"<li>{made(shipped_form('short')).by_name['need'].label}</li>" in told[: told.index("</ul>")]
    project.refresh_from_db()
    assert project.state == S.DRAFT
    visitor.post("project_check", project.pk, **(sent | visitor.carried(answer)), looked=str(project.version))
    project.refresh_from_db()
    assert project.state == S.SUBMITTED


@starting(S.APPROVED)
def test_on_the_agreement_both_plans_are_compared_and_the_change_confirmed(cast: Cast, project: Project):
    with on(2026, 6, 24):
        visitor = Visitor(cast.team_leader)
        sent = agreeing(visitor, project) | PLAN | {"end_date": "2027-05-31"}
        act(project, "agree_final_plan", actor=cast.team_leader, given=PLAN | {"end_date": "2027-06-30"})
        save_final_budget(project, raised({"basis": "按新的报价"}), actor=cast.applicant)
        answer = visitor.post("agreement", project.pk, **sent, status=409)
        for words in ("2027年5月31日", "2027年6月30日", "改过的内容", "<li>预算"):
            assert words in text(answer), words
        project.refresh_from_db()
        looked = sent | agreed_on(answer) | {"looked": str(project.version)}
        visitor.post("agreement", project.pk, **looked, status=409)
        keep = {"keep-end_date": choices(answer)["keep-end_date"]["mine"]}
        visitor.post("agreement", project.pk, **(looked | keep))
    project.refresh_from_db()
    assert str(project.end_date) == "2027-05-31"


def agreeing(visitor: Visitor, project: Project) -> Typed:
    """What the form of the plan carries."""
    return agreed_on(visitor.client.get(f"/projects/{project.pk}/agreement/"))


def agreed_on(answer: Any) -> Typed:
    page = text(answer)
    form = page[page.index('value="agree_final_plan"') - 60 :]
    found = Visitor.hidden_in(form[: form.index("</form>")])
    return {name: values[-1] for name, values in found.items()}
