"""Where teams write: the application page by page, its plan and budget row by row, its documents, and handing it in."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from grants.applications.commands import save_budget, save_form
from grants.applications.completeness import required_inputs, screens_needed, standings
from grants.applications.form_definition import made
from grants.applications.models import Project
from grants.applications.queries import budget_lines as lines_of
from grants.desk.forms.merging import marks_of
from grants.desk.queries.records import find
from grants.desk.views.parts import PartPage
from grants.programmes.profile import load_profile
from grants.programmes.profile.forms import shipped_form
from storage.queries import attachments_of
from tests.cast import Cast
from tests.factories import PDF, a_complete_draft, a_document, a_draft, budget_lines, fill_in
from tests.grants.desk.visiting import Visitor, choices, text
from tests.journey_steps import starting
from workflow.lifecycle import ProjectState as S

SHORT = made(shipped_form("short"))
SCREENS, BY_CODE = SHORT.screens, SHORT.by_code
EVERY_PAGE = [
    ("project_form",),
    ("project_budget",),
    ("project_files",),
    ("project_check",),
    *(("project_part", screen.code) for screen in SCREENS if screen.code not in {"budget", "files"}),
]
LINE: dict[str, Any] = {
    "category": "VOL_MEAL",
    "item": "志愿者午餐",
    "unit": "人次",
    "unit_price_fen": "25.00",
    "quantity": "100",
}
MARKS = re.compile(r'name="marks" value="([^"]*)" id="marks"')


@pytest.fixture
def draft(cast: Cast) -> Project:
    return a_draft(cast)


def marks(page: str) -> str:
    """What the form of a page carries of what it has shown."""
    found = MARKS.search(page)
    assert found, page
    return unescape(found[1])


def row_mark(page: str) -> str:
    """The mark of the first row on a page."""
    return unescape(re.findall(r'href="\?row=([^"#]+)#one"', page)[0])


# How much is asked --------------------------------------------------------------------------------------------


def test_the_shipped_application_is_short(cast: Cast, draft: Project):
    """Counted from the definition: screens from the task list to submitting, and what must be typed at the least."""
    profile = load_profile("qingnuan")
    size = profile.application_profile.short
    slots = sum(slot.required for slot in profile.checklist.applications)
    assert size.max_screens
    assert size.max_required_inputs
    assert screens_needed(SHORT) <= size.max_screens <= 12
    assert required_inputs(profile, slots) <= size.max_required_inputs <= 35


def test_every_field_of_the_form_is_on_exactly_one_page():
    placed = [name for screen in SCREENS for name in screen.fields]
    assert sorted(placed) == sorted(field.name for field in SHORT.inputs)
    assert all(
        {field.section for field in SHORT.inputs if field.name in one.fields} <= {one.section} for one in SCREENS
    )


# The task list --------------------------------------------------------------------------------------------------


def test_an_empty_draft_says_what_is_to_be_filled_in(cast: Cast, draft: Project):
    page = Visitor(cast.team_leader).open("project_form", draft.pk)
    assert page.count("未填") == len(SCREENS)
    assert "还有8部分没填好" in page
    assert 'aria-disabled="true"' in page


def test_the_last_day_says_how_long_a_project_usually_runs(cast: Cast, draft: Project):
    page = Visitor(cast.team_leader).open("project_part", draft.pk, "project")
    assert "一般12个月，最短6个月，最长18个月。" in page


def test_half_a_page_is_half_done_and_names_what_is_missing(cast: Cast, draft: Project):
    save_form(draft, actor=cast.team_leader, title="救在身边进社区")
    page = Visitor(cast.team_leader).open("project_form", draft.pk)
    assert "填了一半" in page
    assert "“服务领域”没有填" in page


def test_a_complete_draft_can_be_handed_in(cast: Cast):
    project = a_complete_draft(cast)
    page = Visitor(cast.team_leader).open("project_form", project.pk)
    assert "完成8 / 8" in page
    assert "核对并提交" in page
    assert {one.state for one in standings(project)} == {"done"}


def test_what_was_sent_back_can_be_written_and_the_rest_cannot(cast: Cast):
    from grants.desk.commands import act  # noqa: PLC0415 -- beside its use

    project = a_complete_draft(cast)
    act(project, "submit", actor=cast.team_leader)
    given = {"reason": "写清需求", "sections": ["design"], "due_on": "2026-04-10"}
    act(project, "county_return", actor=cast.county_officer, given=given)
    visitor = Visitor(cast.team_leader)
    assert "不用改" in visitor.open("project_form", project.pk)
    assert "保存并继续" in visitor.open("project_part", project.pk, "need")
    assert "没有退回" in visitor.open("project_part", project.pk, "project")
    answer = visitor.send("project_part", project.pk, "project", title="换一个题目", status=422)
    assert "这次只退回修改" in text(answer)


# One page -------------------------------------------------------------------------------------------------------


def test_a_half_finished_page_survives(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "project", title="救在身边")
    visitor.send("project_part", draft.pk, "served", minors="yes")
    assert 'value="救在身边"' in visitor.open("project_part", draft.pk, "project")
    draft.refresh_from_db()
    assert draft.form["minors"] is True


def test_saving_leads_to_the_next_page_or_stays(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    answer = visitor.send("project_part", draft.pk, "project", title="救在身边")
    assert answer["Location"] == reverse("project_part", args=[draft.pk, "served"])
    answer = visitor.send("project_part", draft.pk, "project", title="救在身边", stay="1")
    assert answer["Location"] == reverse("project_part", args=[draft.pk, "project"])


def test_a_figure_that_cannot_be_read_is_named_and_the_rest_is_saved(cast: Cast, draft: Project):
    typed: dict[str, Any] = {"minors": "no", "beneficiary_count": "很多"}
    answer = Visitor(cast.team_leader).send("project_part", draft.pk, "served", **typed, status=422)
    assert "请写一个整数" in text(answer)
    assert 'value="很多"' in text(answer)
    draft.refresh_from_db()
    assert draft.form["minors"] is False


def test_long_answers_say_how_much_they_may_hold(cast: Cast, draft: Project):
    page = Visitor(cast.team_leader).open("project_part", draft.pk, "need")
    assert 'aria-describedby="f-need_helptext f-need_count f-need_error"' in page
    assert "最多500字" in page


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page[-1])
def test_pages_to_write_on_are_for_the_team(cast: Cast, draft: Project, page: tuple[str, ...]):
    name, *rest = page
    Visitor(cast.applicant).open(name, draft.pk, *rest)
    Visitor(cast.officer).open(name, draft.pk, *rest, status=404)
    Visitor(cast.stranger).open(name, draft.pk, *rest, status=404)


def test_there_is_no_page_of_another_name(cast: Cast, draft: Project):
    for part in ("budget", "files", "nonsense"):
        Visitor(cast.team_leader).open("project_part", draft.pk, part, status=404)


@starting(S.SUBMITTED)
def test_after_submitting_nothing_can_be_written(cast: Cast, project: Project):
    visitor = Visitor(cast.team_leader)
    assert "申报书已经交出" in visitor.open("project_form", project.pk)
    assert "不能修改" in visitor.open("project_part", project.pk, "project")
    answer = visitor.send("project_part", project.pk, "project", title="改个题目", status=422)
    assert "不能修改" in text(answer)


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page[-1])
@starting(S.DRAFT)
def test_forms_keep_within_their_queries(
    cast: Cast, project: Project, page: tuple[str, ...], django_assert_max_num_queries
):
    name, *rest = page
    visitor = Visitor(cast.team_leader)
    visitor.open(name, project.pk, *rest)
    with django_assert_max_num_queries(15 if name == "project_check" else 12):
        visitor.open(name, project.pk, *rest)


# By itself, and two at once -------------------------------------------------------------------------------------


def by_itself(visitor: Visitor, project: Project, part: str, status: int = 200, **typed: Any) -> str:
    """What the page is answered when it saves by itself."""
    url = reverse("project_part", args=[project.pk, part])
    answer = visitor.client.post(url, typed, headers={"HX-Request": "true"})
    assert answer.status_code == status, text(answer)
    return text(answer)


def test_what_is_typed_is_saved_by_itself_with_the_time(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    seen = marks(visitor.open("project_part", draft.pk, "need"))
    answer = by_itself(visitor, draft, "need", need="辖区老人多。", marks=seen)
    assert "已自动保存" in answer
    assert "<html" not in answer
    again = by_itself(visitor, draft, "need", need="辖区老人很多。", marks=marks(answer))
    assert "已自动保存" in again
    draft.refresh_from_db()
    assert draft.form["need"] == "辖区老人很多。"


def test_what_cannot_be_saved_by_itself_is_said_at_once(cast: Cast, draft: Project):
    answer = by_itself(Visitor(cast.team_leader), draft, "served", 422, beneficiary_count="很多")
    assert "预计直接受益人数" in answer


def test_two_people_on_different_answers_both_keep_theirs(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_part", draft.pk, "need") | {"need": "我写的需求", "marks": ""}
    typed["marks"] = marks(visitor.open("project_part", draft.pk, "need"))
    save_form(draft, actor=cast.applicant, feature="别人写的特色")
    visitor.post("project_part", draft.pk, "need", **typed)
    draft.refresh_from_db()
    assert (draft.form["need"], draft.form["feature"]) == ("我写的需求", "别人写的特色")


def test_two_people_on_the_same_answer_see_both_and_choose(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed: dict[str, Any] = {
        "need": "我写的需求",
        "sustain": "明年继续",
        "marks": marks(visitor.open("project_part", draft.pk, "need")),
    }
    save_form(draft, actor=cast.applicant, need="别人写的需求")
    assert "有人和您同时改了" in by_itself(visitor, draft, "need", 409, **typed)
    answer = visitor.post("project_part", draft.pk, "need", **typed, status=409)
    for words in ("我写的需求", "别人写的需求", "用已经保存的", 'name="keep-need"'):
        assert words in text(answer)
    draft.refresh_from_db()
    assert (draft.form["need"], draft.form["sustain"]) == ("别人写的需求", "明年继续")

    again, keep = typed | {"marks": marks(text(answer))}, choices(answer)["keep-need"]
    for whose, now in (("theirs", "别人写的需求"), ("both", "别人写的需求\n\n我写的需求")):
        visitor.post("project_part", draft.pk, "need", **(again | {"keep-need": keep[whose]}))
        draft.refresh_from_db()
        assert draft.form["need"] == now


def test_whoever_wants_their_own_words_chooses_them(cast: Cast, draft: Project):
    visitor, answer = both_wrote(cast, draft)
    visitor.post(
        "project_part", draft.pk, "need", **(carried(answer) | {"keep-need": choices(answer)["keep-need"]["mine"]})
    )
    draft.refresh_from_db()
    assert draft.form["need"] == "我写的需求"


def test_without_a_choice_nobody_is_overwritten_however_often_one_saves(cast: Cast, draft: Project):
    visitor, answer = both_wrote(cast, draft)
    visitor.post("project_part", draft.pk, "need", **carried(answer), status=409)
    by_itself(visitor, draft, "need", 409, **(carried(answer) | {"keep-need": choices(answer)["keep-need"]["mine"]}))
    draft.refresh_from_db()
    assert draft.form["need"] == "别人写的需求"


def test_a_choice_holds_only_against_what_was_shown(cast: Cast, draft: Project):
    visitor, answer = both_wrote(cast, draft)
    save_form(draft, actor=cast.applicant, need="又改了一遍")
    kept = {"keep-need": choices(answer)["keep-need"]["mine"]}
    assert "又改了一遍" in text(visitor.post("project_part", draft.pk, "need", **(carried(answer) | kept), status=409))
    draft.refresh_from_db()
    assert draft.form["need"] == "又改了一遍"


def test_what_only_a_colleague_changed_is_not_set_back_by_the_page_one_has_open(cast: Cast, draft: Project):
    """The page shows the old words for as long as it saves by itself."""
    visitor = Visitor(cast.team_leader)
    seen = marks(visitor.open("project_part", draft.pk, "need"))
    save_form(draft, actor=cast.applicant, feature="别人写的特色")
    for need in ("我写的", "我写的需求"):
        said = by_itself(visitor, draft, "need", need=need, feature="", marks=seen)
        assert "特色" in said
        seen = marks(said)
    draft.refresh_from_db()
    assert (draft.form["need"], draft.form["feature"]) == ("我写的需求", "别人写的特色")


def test_a_figure_that_cannot_be_read_yet_does_not_hide_what_a_colleague_wrote(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_part", draft.pk, "served") | {"beneficiary_count": "很多"}
    save_form(draft, actor=cast.applicant, beneficiary_count=80)
    again = visitor.carried(visitor.post("project_part", draft.pk, "served", **typed, status=422))
    again |= {"beneficiary_count": "90"}
    page = text(visitor.post("project_part", draft.pk, "served", **again, status=409))
    assert 'value="90"' in page
    draft.refresh_from_db()
    assert draft.form["beneficiary_count"] == 80


def both_wrote(cast: Cast, draft: Project) -> tuple[Visitor, Any]:
    """The leader and another member have written the same answer."""
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_part", draft.pk, "need") | {"need": "我写的需求"}
    save_form(draft, actor=cast.applicant, need="别人写的需求")
    return visitor, visitor.post("project_part", draft.pk, "need", **typed, status=409)


def carried(answer: Any) -> dict[str, Any]:
    """What is sent when the page of a conflict is sent again as it stands."""
    return {"marks": marks(text(answer)), "need": "我写的需求"}


def test_saving_the_same_words_twice_is_no_conflict(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed: dict[str, Any] = {"need": "我写的需求", "marks": marks(visitor.open("project_part", draft.pk, "need"))}
    visitor.post("project_part", draft.pk, "need", **typed)
    visitor.post("project_part", draft.pk, "need", **typed)


def test_what_saved_itself_a_moment_ago_is_in_nobodys_way(cast: Cast, draft: Project):
    """A button pressed while the same words are saving themselves: the page had read the draft just before."""
    before = find("project", draft.pk, cast.team_leader)
    save_form(draft, actor=cast.team_leader, need="老人多，会急救的人少。")
    typed = {"need": "老人多，会急救的人少。", "feature": "", "marks": marks_of({"need": "", "feature": ""})}
    request = RequestFactory().post("/", typed, headers={"HX-Request": "true"})
    request.user = cast.team_leader
    answer = PartPage(request, before, BY_CODE["need"]).answer()
    assert answer.status_code == 200


# Rows -----------------------------------------------------------------------------------------------------------

ACTIVITY: dict[str, Any] = {"name": "社区救护课", "month": "2026-09", "times": "4", "volunteers": "8"}


def test_activities_are_added_changed_and_taken_out_one_at_a_time(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "activities", **ACTIVITY)
    visitor.send("project_part", draft.pk, "activities", **(ACTIVITY | {"name": "海姆立克课"}))
    mark = row_mark(visitor.open("project_part", draft.pk, "activities"))
    opened = visitor.hidden("project_part", draft.pk, "activities", query=f"?row={mark}")
    assert opened["was"] == mark
    visitor.post("project_part", draft.pk, "activities", **(opened | ACTIVITY | {"times": "6"}))
    draft.refresh_from_db()
    assert [(row["name"], row["times"]) for row in draft.form["activities"]] == [("社区救护课", 6), ("海姆立克课", 4)]
    mark = row_mark(visitor.open("project_part", draft.pk, "activities"))
    visitor.post("project_part", draft.pk, "activities", remove=mark)
    draft.refresh_from_db()
    assert [row["name"] for row in draft.form["activities"]] == ["海姆立克课"]


def test_a_row_that_lacks_something_is_not_saved_and_stays_on_the_page(cast: Cast, draft: Project):
    answer = Visitor(cast.team_leader).send("project_part", draft.pk, "activities", name="社区救护课", status=422)
    assert "请填写这一项" in text(answer)
    assert 'value="社区救护课"' in text(answer)


def test_a_row_that_somebody_changed_meanwhile_is_not_lost(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "activities", **ACTIVITY)
    mark = row_mark(visitor.open("project_part", draft.pk, "activities"))
    draft.refresh_from_db()
    other = [{"name": "别人改的课", "month": "2026-10", "times": 1, "volunteers": 2}]
    save_form(draft, actor=cast.applicant, activities=other)
    typed = ACTIVITY | {"name": "我改的课", "was": mark}
    answer = text(visitor.post("project_part", draft.pk, "activities", **typed, status=409))
    assert "别人改的课" in answer
    assert 'value="我改的课"' in answer
    visitor.post("project_part", draft.pk, "activities", **(typed | {"was": ""}))
    draft.refresh_from_db()
    assert [row["name"] for row in draft.form["activities"]] == ["别人改的课", "我改的课"]


def opened_row(visitor: Visitor, draft: Project, name: str = "project_part", *rest: str) -> dict[str, Any]:
    """What the form of the first row carries."""
    mark = row_mark(visitor.open(name, draft.pk, *rest))
    return visitor.hidden(name, draft.pk, *rest, query=f"?row={mark}")


def test_two_people_on_different_cells_of_a_row_both_keep_theirs(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "activities", **ACTIVITY)
    typed = opened_row(visitor, draft, "project_part", "activities") | ACTIVITY | {"times": "6"}
    Visitor(cast.applicant).post("project_part", draft.pk, "activities", **(typed | ACTIVITY | {"volunteers": "9"}))
    visitor.post("project_part", draft.pk, "activities", **typed)
    draft.refresh_from_db()
    assert [(row["times"], row["volunteers"]) for row in draft.form["activities"]] == [(6, 9)]


def test_two_people_on_the_same_cell_of_a_row_see_both_and_choose(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "activities", **ACTIVITY)
    typed = opened_row(visitor, draft, "project_part", "activities") | ACTIVITY | {"times": "6"}
    Visitor(cast.applicant).post("project_part", draft.pk, "activities", **(typed | {"times": "5"}))
    answer = visitor.post("project_part", draft.pk, "activities", **typed, status=409)
    keep = choices(answer)["keep-times"]
    assert "用已经保存的" in text(answer)
    again = visitor.carried(answer) | ACTIVITY | {"times": "6"}
    visitor.post("project_part", draft.pk, "activities", **again, status=409)
    visitor.post("project_part", draft.pk, "activities", **(again | {"keep-times": keep["mine"]}))
    draft.refresh_from_db()
    assert [row["times"] for row in draft.form["activities"]] == [6]


def test_a_row_that_somebody_has_just_changed_is_not_taken_out_unseen(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_part", draft.pk, "activities", **ACTIVITY)
    seen = opened_row(visitor, draft, "project_part", "activities")
    Visitor(cast.applicant).post("project_part", draft.pk, "activities", **(seen | ACTIVITY | {"times": "5"}))
    gone = {"remove": seen["was"], "marks": seen["marks"]}
    assert "有人刚改过这一行" in text(visitor.post("project_part", draft.pk, "activities", **gone, status=409))
    draft.refresh_from_db()
    assert [row["times"] for row in draft.form["activities"]] == [5]


def test_two_people_on_one_budget_line_see_both(cast: Cast, draft: Project):
    save_budget(draft, budget_lines(), actor=cast.team_leader)
    visitor, colleague = Visitor(cast.team_leader), Visitor(cast.applicant)
    line: dict[str, Any] = {"source": "grant", **budget_lines()[0], "unit_price_fen": "30.00", "quantity": "20"}
    seen = opened_row(visitor, draft, "project_budget") | line
    colleague.post("project_budget", draft.pk, **(seen | {"quantity": "25"}))
    answer = visitor.post("project_budget", draft.pk, **seen, status=409)
    assert choices(answer)["keep-quantity"]
    assert lines_of(draft)[0].quantity == 25


def test_a_double_click_adds_one_row(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.post("project_part", draft.pk, "activities", **ACTIVITY)
    visitor.post("project_part", draft.pk, "activities", **ACTIVITY)
    draft.refresh_from_db()
    assert len(draft.form["activities"]) == 1


# The budget -----------------------------------------------------------------------------------------------------


def test_a_budget_is_typed_in_yuan_and_kept_in_fen(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    for line in budget_lines():
        price = f"{line['unit_price_fen'] / 100:.2f}"
        typed: dict[str, Any] = {name: str(value) for name, value in (line | {"unit_price_fen": price}).items()}
        visitor.send("project_budget", draft.pk, **typed)
    draft.refresh_from_db()
    assert draft.requested_fen == 2_500_000
    page = visitor.open("project_budget", draft.pk)
    assert "25,000.00" in page
    assert "合计在范围内" in page


def test_a_line_is_changed_in_its_place_and_taken_out(cast: Cast, draft: Project):
    save_budget(draft, budget_lines(), actor=cast.team_leader)
    visitor = Visitor(cast.team_leader)
    mark = row_mark(visitor.open("project_budget", draft.pk))
    visitor.post("project_budget", draft.pk, **(LINE | {"source": "grant", "was": mark}))
    assert lines_of(draft)[0].item == "志愿者午餐"
    visitor.post("project_budget", draft.pk, remove=row_mark(visitor.open("project_budget", draft.pk)))
    assert len(lines_of(draft)) == 3


def test_a_price_above_its_cap_is_said_at_its_line(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.send("project_budget", draft.pk, **(LINE | {"source": "grant", "unit_price_fen": "35"}))
    page = visitor.open("project_budget", draft.pk)
    row = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "每人每次用餐最多 30.00 元" in row


def test_a_cap_is_drawn_and_said(cast: Cast, draft: Project):
    line: dict[str, Any] = {
        "category": "PUBLICITY",
        "item": "折页",
        "unit": "批",
        "unit_price_fen": "3,000",
        "quantity": "1",
    }
    visitor = Visitor(cast.team_leader)
    visitor.send("project_budget", draft.pk, **(line | {"source": "grant"}))
    page = visitor.open("project_budget", draft.pk)
    assert "3,000.00 元，占100.0%，上限15%" in page
    assert "超过上限" in page
    assert '<rect class="over" width="100%"' in page


def test_what_is_being_typed_is_added_up_without_being_saved(cast: Cast, draft: Project):
    save_budget(draft, budget_lines(), actor=cast.team_leader)
    typed = LINE | {"source": "grant", "preview": "1"}
    answer = text(Visitor(cast.team_leader).post("project_budget", draft.pk, **typed, status=200))
    assert "27,500.00 元" in answer
    half = text(Visitor(cast.team_leader).post("project_budget", draft.pk, preview="1", quantity="3", status=200))
    assert "25,000.00 元" in half
    draft.refresh_from_db()
    assert draft.requested_fen == 2_500_000


def test_a_common_line_comes_half_filled(cast: Cast, draft: Project):
    page = Visitor(cast.team_leader).open("project_budget", draft.pk, query="?from=VOL_MEAL")
    assert 'value="志愿者用餐"' in page
    assert 'value="30.00"' in page


# Documents ------------------------------------------------------------------------------------------------------


def test_a_file_goes_into_its_place_and_can_be_taken_back(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    typed: dict[str, Any] = {"file-team_proof": SimpleUploadedFile("批复.pdf", PDF), "contact_name": "李婷婷"}
    visitor.send("project_part", draft.pk, "team", **typed)
    page = visitor.open("project_part", draft.pk, "team")
    assert "批复.pdf" in page
    assert 'value="李婷婷"' in page
    found = attachments_of(draft, "team_proof").get()
    visitor.post("project_part", draft.pk, "team", remove=str(found.pk))
    assert not attachments_of(draft, "team_proof").exists()


def test_a_bad_file_is_refused_in_words_and_nothing_typed_is_lost(cast: Cast, draft: Project):
    typed: dict[str, Any] = {"file-team_proof": SimpleUploadedFile("程序.exe", b"MZ"), "contact_name": "李婷婷"}
    answer = Visitor(cast.team_leader).send("project_part", draft.pk, "team", status=422, **typed)
    assert "errsum" in text(answer)
    assert 'value="李婷婷"' in text(answer)


def test_a_file_of_somebody_elses_project_is_not_taken_out(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    visitor.post("project_files", draft.pk, remove="00000000-0000-0000-0000-000000000000")


def test_files_that_came_ahead_of_the_form_lie_in_their_places(cast: Cast, draft: Project):
    visitor, mine = Visitor(cast.team_leader), [a_document(cast.team_leader) for _ in range(3)]
    theirs = a_document(cast.county_officer)
    many, single = "qualification", "team_proof"
    ahead: dict[str, Any] = {
        f"file-{many}-kept": [str(one.pk) for one in (mine[0], theirs, mine[1], mine[0])],
        f"file-{single}-kept": [str(mine[1].pk), str(mine[2].pk)],
    }
    for slot in (many, single):
        visitor.send(*page_of(draft, slot), **ahead)
    assert {one.document for one in attachments_of(draft, many)} == set(mine[:2])
    assert [one.document for one in attachments_of(draft, single)] == [mine[2]]


def page_of(draft: Project, slot: str) -> tuple[Any, ...]:
    """Where a file for that place is handed over."""
    code = SHORT.screen_of(slot).code
    return ("project_files", draft.pk) if code == "files" else ("project_part", draft.pk, code)


def test_several_files_chosen_at_once_all_lie_in_their_place(cast: Cast, draft: Project):
    chosen: dict[str, Any] = {
        "file-qualification": [SimpleUploadedFile(f"{n}.pdf", PDF + f"%{n}".encode()) for n in range(2)]
    }
    Visitor(cast.team_leader).send(*page_of(draft, "qualification"), **chosen)
    assert attachments_of(draft, "qualification").count() == 2


# Handing in -----------------------------------------------------------------------------------------------------


def test_answers_are_read_once_more_with_a_way_back_to_each(cast: Cast):
    project = a_complete_draft(cast)
    page = Visitor(cast.team_leader).open("project_check", project.pk)
    for words in ("救在身边进社区", "训练耗材", "commitment.pdf", "专款专用"):
        assert words in page
    assert reverse("project_part", args=[project.pk, "need"]) in page


def test_an_incomplete_application_says_why_it_cannot_be_handed_in(cast: Cast, draft: Project):
    visitor = Visitor(cast.team_leader)
    page = visitor.open("project_check", draft.pk)
    assert "现在还不能提交" in page
    assert "（没有填）" in page
    assert "处没有完成" in text(visitor.send("project_check", draft.pk, status=422))


def test_the_leader_promises_and_hands_in_with_one_button(cast: Cast):
    project = a_draft(cast)
    fill_in(project, leader=cast.team_leader, committed=False)
    visitor = Visitor(cast.team_leader)
    assert "勾选承诺" in text(visitor.send("project_check", project.pk, status=422))
    project.refresh_from_db()
    assert project.state == S.DRAFT
    visitor.send("project_check", project.pk, committed="on")
    project.refresh_from_db()
    assert project.state == S.SUBMITTED
    assert project.committed_on


def test_handing_in_twice_with_one_page_is_one_submission(cast: Cast):
    project = a_draft(cast)
    fill_in(project, leader=cast.team_leader, committed=False)
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_check", project.pk) | {"committed": "on"}
    visitor.post("project_check", project.pk, **typed)
    visitor.post("project_check", project.pk, **typed)
    assert project.submissions.count() == 1


def test_a_change_behind_the_page_is_not_handed_in_unseen(cast: Cast):
    project = a_complete_draft(cast)
    visitor = Visitor(cast.team_leader)
    typed = visitor.hidden("project_check", project.pk)
    save_form(project, actor=cast.applicant, title="别人改过的题目")
    assert "别人改过的题目" in text(visitor.post("project_check", project.pk, **typed, status=409))


def test_only_the_leader_promises(cast: Cast):
    project = a_draft(cast)
    fill_in(project, leader=cast.team_leader, committed=False)
    page = Visitor(cast.applicant).open("project_check", project.pk)
    assert 'name="committed"' not in page
    assert "项目负责人" in page


def test_a_signed_promise_can_be_taken_back_before_submitting(cast: Cast):
    project = a_complete_draft(cast)
    a_document(cast.team_leader)
    visitor = Visitor(cast.team_leader)
    found = attachments_of(project, "commitment").get()
    visitor.post("project_files", project.pk, remove=str(found.pk))
    assert "签字盖章的承诺书没有上传" in visitor.open("project_form", project.pk)
