"""A round's configuration: the shipped one is sound, and every fault of an edited one is named with its line."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import FrozenInstanceError, fields
from datetime import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants.kernel.money import split_grant
from grants.programmes.profile import Profile, ProfileError, load_profile, profile_text
from grants.programmes.profile.retired import PLACE, RETIRED
from workflow.lifecycle import Role, Stage

SHIPPED = profile_text("qingnuan")
EARLIER = Path(__file__).with_name("earlier.yaml").read_text(encoding="utf-8")
"""The shipped configuration as it was before anything was retired."""


def _line(part: str) -> int:
    return SHIPPED[: SHIPPED.index(part)].count("\n") + 1


def _faults(*edits: tuple[str, str]) -> list[str]:
    text = SHIPPED
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ProfileError) as refused:
        Profile.parse(text)
    return [str(fault) for fault in refused.value.faults]


def test_the_shipped_profile_holds_the_programmes_figures():
    profile = load_profile("qingnuan")

    assert profile.round.envelope_fen == 62_000_000
    assert sum(criterion.weight for criterion in profile.rubric.criteria) == 100
    assert len(profile.budget.categories) == 11
    assert profile.deadlines.closing == time(17, 0)
    assert profile.deadlines.named("supplement").value == 5
    assert (Role.FINANCE_OFFICER, Role.CASHIER) in profile.incompatible_roles


def test_an_unknown_deadline_or_profile_is_said_to_be_missing():
    with pytest.raises(KeyError):
        load_profile("qingnuan").deadlines.named("closing_time")
    with pytest.raises(FileNotFoundError):
        load_profile("../qingnuan")


def test_every_scheme_splits_any_grant_to_the_fen():
    for scheme in load_profile("qingnuan").disbursement.schemes:
        assert sum(split_grant(2_583_333, [tranche.share for tranche in scheme.tranches])) == 2_583_333


def test_a_scheme_may_mix_amounts_percents_and_what_is_left_and_wait_for_acceptance():
    old = "{pct: 40, trigger: check_passed, due_wd: 15}"
    accepted = "{pct: 10, trigger: accepted, after_d: 30, due_wd: 5}"
    new = f"{{fen: 200000, trigger: check_passed, due_wd: 15}}\n        - {accepted}"
    profile = Profile.parse(SHIPPED.replace(old, new))
    plans = profile.disbursement.schemes[1].tranches
    assert split_grant(2_583_333, [plan.share for plan in plans]) == [1_291_666, 200_000, 258_333, 833_334]
    assert Profile.parse(profile.canonical()) == profile


def test_what_tranches_say_newly_does_not_change_the_digest_of_earlier_rounds():
    assert '"after_d"' not in load_profile("qingnuan").canonical()


def test_a_red_cross_is_paid_at_once_and_a_team_in_two_tranches():
    rules = load_profile("qingnuan").disbursement

    assert rules.scheme_for("recommending_red_cross").code == "C"
    assert len(rules.scheme_for("registered_team").tranches) == 2


@pytest.mark.parametrize(("fen", "minutes"), [(3_000_000, False), (3_000_001, True)])
def test_a_larger_payment_needs_minutes(fen: int, *, minutes: bool):
    assert load_profile("qingnuan").disbursement.limit_for(fen).minutes is minutes


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_document_slots(stage: Stage):
    assert load_profile("qingnuan").checklist.of(stage)


def test_a_checklist_is_for_one_kind_of_record():
    slots = load_profile("qingnuan").checklist.of(Stage.IMPLEMENTATION, "payment")

    assert "bank_receipt" in {slot.slot for slot in slots}
    assert {slot.record for slot in slots} == {"payment"}


def test_a_profile_cannot_be_changed():
    name = "planned_projects"

    with pytest.raises(FrozenInstanceError):
        setattr(load_profile("qingnuan").round, name, 25)


def test_the_canonical_text_reads_back_as_the_same_profile():
    profile = load_profile("qingnuan")
    again = Profile.parse(profile.canonical())

    assert again == profile
    assert again.digest() == profile.digest()
    assert list(json.loads(profile.canonical())) == sorted({part.name for part in fields(Profile)} - {"retired"})


def test_a_text_of_an_earlier_version_still_parses_and_keeps_its_digest():
    earlier = Profile.parse(EARLIER)

    assert earlier.digest() == "befeba63b78fefa8c0ff2e1628d4bf2671d367799c6953f7345109a9a8784c48"
    assert {PLACE.sub("", path) for path, _value in earlier.retired} == set(RETIRED)
    assert Profile.parse(earlier.canonical()) == earlier
    assert earlier.rubric == load_profile("qingnuan").rubric


def test_what_was_retired_is_read_as_strictly_as_before():
    with pytest.raises(ProfileError, match=r"rubric\.pitch\.paper_pct: 应在 0 到 100 之间，现为 160"):
        Profile.parse(EARLIER.replace("paper_pct: 60", "paper_pct: 160"))


def test_comments_and_order_do_not_change_the_digest_but_a_figure_does():
    profile = load_profile("qingnuan")

    assert Profile.parse("# 修改说明\n" + SHIPPED).digest() == profile.digest()
    assert Profile.parse(SHIPPED.replace("pass_line: 60", "pass_line: 61")).digest() != profile.digest()


def test_points_that_do_not_add_up_are_named_with_line_and_field():
    faults = _faults(("weight: 15\n      sub: [{zh: 骨干与专业资质", "weight: 10\n      sub: [{zh: 骨干与专业资质"))

    assert faults[0] == f"第 {_line('criteria:')} 行 rubric.criteria: 分值合计应为 100，现为 95"
    assert "rubric.criteria[3].sub: 要点分值合计应为 10，现为 15" in faults[1]


def test_all_faults_come_at_once_in_the_order_of_their_lines():
    faults = _faults(
        ("min_members: 10", "min_members: 十"),
        ("planned_projects: 24", "planned_projects: 9999"),
        ("publicity: {value: 5", "publicity: {value: 3"),
        ("name_en:", "name_eng:"),
    )

    assert [fault.split()[3] for fault in faults] == [
        "programme:",
        "programme.name_eng:",
        "round.envelope_fen:",
        "eligibility.min_members:",
        "deadlines.publicity:",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  name_en: Warm", "  name_eng: Warm", "programme.name_eng: 没有这一项，是不是“name_en”?"),
        ("  code: QNZJ", "  code: QNZJ\n  zzz: 1", "programme.zzz: 没有这一项，请删除"),
        ("zh: 应急救援", "zh: 应急,救援", "请给整句话加引号"),
        ("  code: QNZJ", "  code: QNZJ\n  code: QNZJ", "programme.code: 写了两次"),
        ("  code: QNZJ", "  code: QNZJ\n  currency: USD", "programme.currency: 只能填 CNY 之一，现为“USD”"),
        ("  code: QNZJ\n", "", "programme: 缺少“code”"),
        ("code: QNZJ", "code: 情暖", "programme.code: “情暖”的写法不对"),
        ("name_en: Warm", "name_en: 12 # Warm", "programme.name_en: 应为文字"),
        ("planned_projects: 24", "planned_projects: 2_4", "round.planned_projects: 应为整数，现为“2_4”"),
        ("planned_projects: 24", "planned_projects: [24]", "round.planned_projects: 应为整数，现为“一组内容”"),
        ("planned_projects: 24", "planned_projects: 0", "round.planned_projects: 应在 1 到 10000 之间，现为 0"),
        ("grant_min_fen: 1000000", "grant_min_fen: 9000000", "round.grant_max_fen: 单项上限不能低于下限"),
        ("{min: 6, default: 12", "{min: 14, default: 12", "round.implementation_months: 应为 最短 ≤ 默认 ≤ 最长"),
        ("one_application_per_team: true", "one_application_per_team: yes", "true（是）或 false（否），现为“yes”"),
        ("quota: {scope: prefecture", "quota: {scope: town", "round.quota.scope: 只能填 prefecture、county 之一"),
        ("quota: {", "quota: 3 # {", "round.quota: 应分项填写"),
        ("core_members: 3", "core_members: 30", "eligibility.core_members: 骨干人数不能多于成员人数"),
        ("code: FIRST_AID", "code: RESCUE", "fields_of_service: “RESCUE”写了两次"),
        ("[applicant, reviewer]", "[applicant]", "incompatible_roles[1]: 应为 2 项"),
        ("[applicant, reviewer]", "[reviewer, reviewer]", "incompatible_roles[1]: 两个角色不能相同"),
        ("[applicant, reviewer]", "[reviewer, team_leader]", "incompatible_roles: “reviewer + team_leader”写了两次"),
        ("[applicant, reviewer]", "[applicant, review]", "incompatible_roles[1][2]: 只能填 applicant、"),
        (
            "members: [VOL_TRANSPORT, VOL_MEAL, VOL_INSURANCE]",
            "members: VOL_MEAL",
            "budget.groups[1].members: 应为列表",
        ),
        ("ties: [need, ", "ties: [needs, ", "rubric.method.ties: 没有“needs”，可用的有：need、design、"),
        ("step: 0.5", "step: 0.3", "rubric.method.step: 只能填 0.5、1 之一，现为“0.3”"),
        ("min_reviewers: 3", "min_reviewers: 6", "rubric.method.min_reviewers: 最少专家人数不能多于目标人数"),
        ("comment_below_pct: 60", "comment_below_pct: 95", "rubric.method.comment_below_pct: 应小于"),
        ("code: money", "code: goals", "acceptance.items: “goals”写了两次"),
        ("excellent_from: 90", "excellent_from: 50", "acceptance.pass_from: 合格线不能高于优秀线"),
        ("members: [VOL_TRANSPORT", "members: [VOL_TAXI", "budget.groups: 没有“VOL_TAXI”"),
        ("free_pct: 10", "free_pct: 30", "budget.adjust.free_pct: 自行调剂的比例"),
        ("cap_pct: 15", "cap_pct: 150", "budget.categories[2].cap_pct: 应在 0 到 100 之间，现为 150"),
        ("registered_team: A}", "registered_team: Z}", "disbursement.default_scheme.registered_team: 没有“Z”"),
        (
            "allowed: [recommending_red_cross, ",
            "allowed: [",
            "disbursement.payee.default: 没有“recommending_red_cross”",
        ),
        ("{pct: 70, trigger", "{trigger", "disbursement.schemes[1].tranches: 最后一期"),
        ("{pct: 40, trigger: check_passed", "{pct: 50, trigger: check_passed", "前几期比例合计应小于 100"),
        (
            "{pct: 70, trigger: agreement_signed",
            "{pct: 70, fen: 500000, trigger: agreement_signed",
            "disbursement.schemes[1].tranches[1].fen: 比例和金额只写一个",
        ),
        (
            "{pct: 70, trigger: agreement_signed",
            "{fen: 0, trigger: agreement_signed",
            "disbursement.schemes[1].tranches[1].fen: 金额应大于 0",
        ),
        (
            "{pct: 70, trigger: agreement_signed",
            "{fen: 1000000, trigger: agreement_signed",
            "disbursement.schemes[1].tranches[1].fen: 到这一期合计 10,000.00 元，资助 10,000.00 元时",
        ),
        (
            "{pct: 50, trigger: agreement_signed",
            "{pct: 50, trigger: settling",
            "disbursement.schemes[2].tranches[2].trigger: 各期按先后拨付",
        ),
        ("trigger: check_passed", "trigger: signed", "disbursement.schemes[2].tranches[2].trigger: 只能填"),
        ("upto_fen: null", "upto_fen: 2000000", "disbursement.approval_limits: 限额应从小到大"),
        ("unit: d}", "unit: days}", "deadlines.call_open.unit: 只能填 wd、d 之一，现为“days”"),
        ("{value: 5, unit: wd, min: 5}", "{value: 5, unit: d, min: 5}", "公示期按工作日（wd）计算"),
        ("{value: 5, unit: wd, min: 5}", "{value: 5, unit: wd, min: 4}", "不得少于 5 个"),
        (
            "{value: 5, unit: wd, min: 5}",
            "{value: 6, unit: wd, min: 7}",
            "deadlines.publicity.value: 不能少于 7，现为 6",
        ),
        ("supplement: {value: 5, unit: wd}", "supplement: {value: 5, unit: wd, min: 6}", "不能少于 6，现为 5"),
        ('"17:00"', "17:00", "deadlines.closing_time: 应为文字"),
        ('"17:00"', '"25:00"', "deadlines.closing_time: “25:00”的写法不对"),
        ("slot: team_proof", "slot: commitment", "checklist: “project.commitment”写了两次"),
        ("slot: team_proof", "slots: team_proof", "checklist.applications[3].slots: 没有这一项，是不是“slot”?"),
    ],
)
def test_a_fault_is_named_in_words_at_its_field(old: str, new: str, said: str):
    assert any(said in fault for fault in _faults((old, new)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "第 1 行 配置: 内容为空"),
        ("- 1", "第 1 行 配置: 应分项填写"),
        ("programme:\n  code: [", "第 2 行 配置: 格式有误"),
        ("programme: {code: QNZJ}\na: [\n", "配置: 格式有误"),
        ("[" * 500, "配置: 格式有误"),
    ],
)
def test_a_text_that_is_no_profile_is_refused_in_one_sentence(text: str, said: str):
    with pytest.raises(ProfileError, match=said):
        Profile.parse(text)


def test_a_part_may_not_stand_for_another():
    faults = _faults(
        ("short: {max_screens", "short: &same {max_screens"),
        ("full: {max_activities: 30, min_indicators: 3}", "full: *same"),
    )

    assert "application_profile.full: 不能引用别处的内容（& 和 *），请写全" in faults[0]


def test_at_least_one_category_and_one_field_of_service_are_needed():
    start, end = SHIPPED.index("    - {code: ACT_MATERIAL"), SHIPPED.index("  groups:")
    faults = _faults((SHIPPED[start:end], "    []\n"))

    assert any("budget.categories: 至少列一个科目" in fault for fault in faults)
    closed = SHIPPED.replace("group: 三救}", "group: 三救, enabled: false}").replace(
        "group: 三献}", "group: 三献, enabled: false}"
    )
    with pytest.raises(ProfileError, match="至少开放一个服务领域"):
        Profile.parse(closed.replace("group: 其他}", "group: 其他, enabled: false}"))


@given(st.integers(0, SHIPPED.count("\n") - 1))
def test_leaving_out_any_line_never_makes_parsing_fail_otherwise(number: int):
    lines = SHIPPED.splitlines()
    del lines[number]

    with suppress(ProfileError):
        Profile.parse("\n".join(lines))


@given(st.text(max_size=60))
def test_no_text_makes_parsing_fail_otherwise(text: str):
    with pytest.raises(ProfileError):
        Profile.parse(text)
