"""The sections of a round's configuration, in the words of whoever sets a round up, in the order of the task list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.desk.setup.parts import Col, Leaf, Part, Questions, Table, Times, Under
from grants.desk.setup.questions import COLUMNS, rows_of
from grants.desk.setup.values import Values, at
from workflow.lifecycle import Stage

CITIES = {
    "330100": _("杭州市"),
    "330200": _("宁波市"),
    "330300": _("温州市"),
    "330400": _("嘉兴市"),
    "330500": _("湖州市"),
    "330600": _("绍兴市"),
    "330700": _("金华市"),
    "330800": _("衢州市"),
    "330900": _("舟山市"),
    "331000": _("台州市"),
    "331100": _("丽水市"),
}
DELETING = _("把一行的名称清空，这一行就删去；空着的行不算。")
UNITS = {"wd": _("工作日"), "d": _("自然日")}
UNITS_OF_APPROVAL = {"line": _("每一笔"), "batch": _("每一笔，锁定时再对照整批的合计")}
PAYEES = {"recommending_red_cross": _("推荐的红十字会"), "registered_team": _("依法登记的团队")}
TRIGGERS = {
    "agreement_signed": _("协议签署后"),
    "check_passed": _("中期检查通过后"),
    "accepted": _("验收通过后"),
    "settling": _("决算确认后"),
}
FAMILIES: Mapping[str, StrOrPromise] = {
    "photo": _("照片"),
    "pdf": "PDF",
    "ofd": "OFD",
    "xml": "XML",
    "word": "Word",
    "excel": "Excel",
    "zip": _("压缩包"),
    "text": _("文本"),
}
RECORDS = {
    "project": _("项目"),
    "round": _("轮次"),
    "payment": _("拨款"),
    "check": _("检查"),
    "objection": _("异议"),
    "change_request": _("变更"),
}
SIGHT = {
    "never": _("一直看不到"),
    "scoring": _("独立评分时"),
    "rescoring": _("复评时"),
    "reviewed": _("评审完成以后"),
    "decided": _("审定以后"),
}
SEEN = {
    "everybody": _("参与项目的人"),
    "no_reviewers": _("评审专家除外"),
    "covered": _("都能看，评审专家只看遮盖版"),
    "money": _("团队、收款单位和管钱的人"),
    "office": _("只有红十字会"),
}


def _families(_data: Values) -> Mapping[str, StrOrPromise]:
    return FAMILIES


def _categories(data: Values) -> Mapping[str, StrOrPromise]:
    return {row["code"]: row["zh"] for row in at(data, "budget.categories")}


def _criteria(data: Values) -> Mapping[str, StrOrPromise]:
    return {row["code"]: row["zh"] for row in at(data, "rubric.criteria")}


def _schemes(data: Values) -> Mapping[str, StrOrPromise]:
    return {row["code"]: row["name_zh"] for row in at(data, "disbursement.schemes")}


@dataclass(frozen=True)
class Section:
    """One page of the set-up: its parts, and what it is about in one line."""

    code: str
    label: StrOrPromise
    hint: StrOrPromise
    parts: tuple[Part, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The sections of the profile that it writes in."""
        return frozenset(part.path.partition(".")[0] for part in self.parts)

    @property
    def written(self) -> tuple[Part, ...]:
        """The parts that are written on the page itself."""
        return tuple(part for part in self.parts if not isinstance(part, Questions))


ZH, EN = Col("zh", _("名称")), Col("en", _("英文名称"))
VALUE, UNIT = Col("value", _("多少天")), Col("unit", _("怎样算"), UNITS)
CALENDAR = Section(
    "calendar",
    _("日程"),
    _("申报开放多久，每一步最多办几天，项目做几个月"),
    (
        Times(
            "deadlines",
            _("每一步的时间"),
            (
                ("call_open", _("申报开放")),
                ("return_for_edit", _("退回后修改")),
                ("county_recommend", _("县级推荐")),
                ("city_recommend", _("市级推荐")),
                ("eligibility", _("资格审查")),
                ("supplement", _("补正材料")),
                ("review", _("专家评审")),
                ("publicity", _("公示")),
                ("objection_finding", _("核查异议")),
                ("sign_agreement", _("签署协议")),
                ("receipt_after_payment", _("拨款后交收据")),
                ("midterm_report", _("中期报告")),
                ("rectification", _("整改")),
                ("closeout_report", _("结题报告（实施期满起）")),
                ("acceptance", _("验收")),
                ("final_accounts", _("决算（验收通过起）")),
                ("refund", _("退款")),
                ("public_result", _("公开结果（实施期满起）")),
                ("interim_public_update", _("实施期间公开进展")),
                ("appeal", _("未立项团队提出异议（收到说明起）")),
            ),
            (VALUE, UNIT),
            _("工作日按国务院办公厅公布的放假安排计算；公示不得少于5个工作日。"),
        ),
        Leaf("deadlines.closing_time", _("截止那天的钟点"), _("上海时间，例如 17:00。")),
        Leaf("deadlines.interim_public_update_above_months", _("实施期超过几个月的，期间也要公开进展")),
        Leaf("round.implementation_months.min", _("项目最短几个月")),
        Leaf("round.implementation_months.default", _("一般几个月")),
        Leaf("round.implementation_months.max", _("最长几个月")),
    ),
)
QUOTA = Section(
    "quota",
    _("名额"),
    _("每个市、每个县能推荐几个，高校和直属单位共用几个"),
    (
        Leaf(
            "round.quota.scope",
            _("名额分到哪一级"),
            words={"prefecture": _("分到市，由市里统筹"), "county": _("直接分到县")},
        ),
        Leaf("round.quota.per_county", _("每个县（市、区）几个"), _("分到市时，市的名额按它有几个县计算。")),
        Leaf("round.quota.prefecture_direct", _("每个市本级几个")),
        Table(
            "round.quota.own",
            _("哪几个市另外定"),
            (Col("city", _("市"), CITIES), Col("places", _("一共几个"))),
            _("没有写在这里的市，按上面的办法算。整行清空就删去。"),
        ),
        Leaf("round.quota.university_pool", _("高校与直属单位共用几个")),
        Leaf("round.one_application_per_team", _("每个团队只能申报一个项目")),
    ),
)
MONEY = Section(
    "money",
    _("资金"),
    _("总额多少、资助几个项目、每个项目最少和最多多少"),
    (
        Leaf("round.envelope_fen", _("计划总额"), _("实际总额按财务登记的资金来源计算。")),
        Leaf("round.planned_projects", _("计划资助几个项目")),
        Leaf("round.grant_min_fen", _("单个项目最少")),
        Leaf("round.grant_max_fen", _("单个项目最多")),
    ),
)
ELIGIBILITY = Section(
    "eligibility",
    _("申报条件"),
    _("团队多少人、成立多久，还要符合哪几条"),
    (
        Leaf("eligibility.min_members", _("团队至少几个人")),
        Leaf("eligibility.core_members", _("其中骨干至少几个人")),
        Leaf("eligibility.operating_months", _("成立至少几个月")),
        Table(
            "eligibility.conditions",
            _("由人核对的条件"),
            (Col("zh", _("条件")), Col("en", _("英文"))),
            DELETING,
            code="key",
        ),
    ),
)
FORM = Section(
    "form",
    _("申报书"),
    _("哪些领域可以报，哪几项要填、写多长"),
    (
        Table(
            "fields_of_service",
            _("服务领域"),
            (ZH, EN, Col("group", _("属于哪一类")), Col("enabled", _("本轮开放"))),
            DELETING,
            code="code",
        ),
        Questions("application_profile.form", _("问哪些"), COLUMNS, rows_of),
        Leaf("application_profile.short.max_activities", _("简版：活动最多几项")),
        Leaf("application_profile.short.min_indicators", _("简版：成效指标至少几个")),
        Leaf("application_profile.full.max_activities", _("完整版：活动最多几项")),
        Leaf("application_profile.full.min_indicators", _("完整版：成效指标至少几个")),
    ),
)
RUBRIC = Section(
    "rubric",
    _("评分表"),
    _("评哪几项、各占几分、每项看什么，怎样算名次"),
    (
        Table("rubric.criteria", _("评分项"), (ZH, EN, Col("weight", _("分值"))), DELETING, code="code"),
        Under(
            "rubric.criteria",
            "sub",
            _("每项看什么"),
            _("属于哪个评分项"),
            (Col("zh", _("要点")), Col("en", _("英文")), Col("points", _("分值"))),
            help=_("分值合计要等于所属评分项的分值；整行清空就删去。"),
        ),
        Under(
            "rubric.criteria",
            "anchors",
            _("每档什么样"),
            _("属于哪个评分项"),
            (Col("zh", _("什么样")), Col("en", _("英文"))),
            help=_("每个评分项三行：好、中、差；整项都不写也可以。"),
        ),
        Leaf(
            "rubric.method.ties",
            _("同分时先比哪几项"),
            _("写评分项的名称，按先后用顿号隔开。"),
            names=_criteria,
        ),
        Leaf(
            "rubric.method.draw",
            _("都相同就抽签定先后"),
            _("抽签谁都可以重算。不抽签的，名次并列，由会议定先后。"),
        ),
        Leaf(
            "rubric.method.by_sub",
            _("每个要点各打各的分"),
            _("不选时，要点只提示看什么，每个评分项打一个分。"),
        ),
        Leaf("rubric.method.step", _("打分的最小单位"), words={"0.5": _("半分"), "1": _("1分")}),
        *(
            Leaf(f"rubric.sight.{who}.{what}", label, words=SIGHT)
            for who, what, label in (
                ("reviewer", "opinions", _("评审专家从什么时候起看得到推荐意见")),
                ("reviewer", "ranks", _("评审专家从什么时候起看得到推荐排序")),
                ("reviewer", "peers", _("评审专家从什么时候起看得到还有谁评")),
                ("reviewer", "scores", _("评审专家从什么时候起看得到别人的评分")),
                ("reviewer", "comments", _("评审专家从什么时候起看得到别人的评语")),
                ("reviewer", "department", _("评审专家从什么时候起看得到职能处室的业务意见")),
                ("chair", "opinions", _("评审组长从什么时候起看得到推荐意见")),
                ("chair", "ranks", _("评审组长从什么时候起看得到推荐排序")),
            )
        ),
        Leaf("rubric.panel.enabled", _("线边上的项目再开会评审"), _("评审完成以后开会，当场打分；正式得分不变。")),
        Leaf("rubric.panel.presenting", _("会评：介绍几分钟")),
        Leaf("rubric.panel.asking", _("会评：提问几分钟")),
        Leaf("rubric.panel.scoring", _("会评：打分几分钟")),
    ),
)
BUDGET = Section(
    "budget",
    _("预算科目"),
    _("钱能花在哪些科目，各不超过百分之几，单价不超过多少"),
    (
        Table(
            "budget.categories",
            _("科目"),
            (ZH, EN, Col("cap_pct", _("最多占百分之几")), Col("by_activity", _("须写明哪项活动"))),
            DELETING,
            code="code",
        ),
        Table(
            "budget.groups",
            _("合起来算的科目"),
            (
                ZH,
                EN,
                Col("members", _("包括哪些科目"), names=_categories, must=True),
                Col("cap_pct", _("合计最多占百分之几")),
            ),
            _("科目写名称，用顿号隔开。"),
            code="code",
        ),
        Leaf("budget.unit_caps.meal_per_person_per_activity_fen", _("餐费，每人每次最多")),
        Leaf("budget.unit_caps.transport_per_person_per_day_fen", _("交通补贴，每人每天最多")),
        Leaf("budget.unit_caps.local_expert_per_half_day_fen", _("讲师劳务，每半天最多")),
        Leaf("budget.unit_caps.fixed_asset_from_fen", _("单价达到多少算固定资产，不予列支")),
        Leaf("budget.prohibited", _("不能列支的"), _("每行写一项。")),
        Leaf("budget.adjust.free_pct", _("团队自行调剂不超过百分之几")),
        Leaf("budget.adjust.officer_pct", _("省级项目管理员同意的调剂不超过百分之几")),
    ),
)
SCHEMES = Section(
    "schemes",
    _("拨款方案"),
    _("钱分几次拨、每次多少、什么时候拨"),
    (
        Table("disbursement.schemes", _("方案"), (Col("name_zh", _("名称")),), DELETING, code="code"),
        Under(
            "disbursement.schemes",
            "tranches",
            _("每个方案分几期"),
            _("属于哪个方案"),
            (
                Col("pct", _("百分之几")),
                Col("fen", _("或固定金额（元）")),
                Col("trigger", _("什么时候拨"), TRIGGERS),
                Col("after_d", _("满几天以后")),
                Col("due_wd", _("几个工作日内")),
            ),
            named="name_zh",
            help=_(
                "按先后一期一行，每期写百分比或固定金额；最后一期两样都空着，支付余下的全部。“满几天以后”空着就是马上。"
            ),
        ),
        Leaf("disbursement.default_scheme.recommending_red_cross", _("付给推荐的红十字会时用哪个方案"), names=_schemes),
        Leaf("disbursement.default_scheme.registered_team", _("付给依法登记的团队时用哪个方案"), names=_schemes),
        Leaf("disbursement.payee.default", _("一般付给谁"), words=PAYEES),
        Leaf("disbursement.payee.allowed", _("可以付给谁"), words=PAYEES),
    ),
)
THRESHOLDS = Section(
    "thresholds",
    _("门槛"),
    _("多少分算及格，多大的项目要现场检查，多大的拨款要上会"),
    (
        Leaf("rubric.method.pass_line", _("评审及格线（分）")),
        Leaf("rubric.method.min_reviewers", _("至少几位专家打分")),
        Leaf("rubric.method.target_reviewers", _("一般请几位专家")),
        Leaf("rubric.method.drop_extremes_from", _("满几位专家时去掉一个最高分和一个最低分")),
        Leaf("rubric.method.divergence_trigger", _("总分相差几分须合议")),
        Leaf(
            "rubric.method.straddle_trigger",
            _("分居及格线两侧时，相差几分也须合议"),
            _("空着就不看及格线。"),
        ),
        Leaf(
            "rubric.method.third_reviewer",
            _("开启复评时加派一位专家"),
            _("由系统按回避规则和任务多少选定，自动通知本人。"),
        ),
        Leaf("rubric.method.sample", _("专家先评一份样题，再评项目")),
        Leaf("rubric.method.comment_below_pct", _("低于一项的百分之几须写评语")),
        Leaf("rubric.method.comment_above_pct", _("高于一项的百分之几须写评语")),
        Leaf("rubric.method.comment_min_chars", _("评语至少几个字")),
        Leaf("midterm.at_pct", _("实施期过了百分之几做中期检查")),
        Leaf("midterm.on_site_when.grant_above_fen", _("资助超过多少须现场检查")),
        Leaf("midterm.on_site_when.months_above", _("实施期超过几个月须现场检查")),
        Leaf("midterm.on_site_when.flagged", _("有疑点的须现场检查")),
        Leaf("midterm.on_site_when.sample_pct", _("另外抽查百分之几")),
        Leaf("acceptance.pass_from", _("验收合格线（分）")),
        Leaf("acceptance.excellent_from", _("验收优秀线（分）")),
        Table(
            "disbursement.approval_limits",
            _("多大的拨款要会议纪要"),
            (Col("upto_fen", _("不超过多少元")), Col("minutes", _("要会议纪要"))),
            _("从小到大；最后一行金额空着，表示多少都行。由谁审批都一样：职能处室负责人会签，财务负责人审批。"),
        ),
        Leaf("disbursement.approval_unit", _("限额对照什么"), words=UNITS_OF_APPROVAL),
        Leaf("disbursement.unspent.keep_upto_pct", _("结余不超过资助的百分之几可以留用")),
        Leaf("disbursement.unspent.keep_upto_fen", _("或者不超过多少")),
        Leaf("sanctions.breach_ban_years", _("违约几年内不得申报")),
        Leaf("sanctions.late_closeout_ban_rounds", _("逾期结题几轮内不得申报")),
    ),
)
SLOT = (
    ZH,
    EN,
    Col("required", _("必须交")),
    Col("many", _("可以多份")),
    Col("most", _("最多几份")),
    Col("max_mb", _("每份最大MB")),
    Col("takes", _("只收哪几类"), names=_families),
    Col("seen_by", _("谁能看"), SEEN),
    Col("team", _("团队可自己添加")),
    Col("record", _("挂在哪里"), RECORDS),
    Col("hint", _("提醒")),
    Col("hint_en", _("英文提醒")),
)
PAPERS = tuple(
    Section(
        f"papers-{stage.value}",
        stage.label,
        _("这个阶段要交哪些材料"),
        (Table(f"checklist.{stage.value}", _("材料"), SLOT, DELETING, code="slot"),),
    )
    for stage in Stage
)
SECTIONS: tuple[Section, ...] = (
    CALENDAR,
    QUOTA,
    MONEY,
    ELIGIBILITY,
    FORM,
    RUBRIC,
    BUDGET,
    SCHEMES,
    THRESHOLDS,
)
BY_CODE: dict[str, Section] = {one.code: one for one in (*SECTIONS, *PAPERS)}


def parts_everywhere() -> list[tuple[Section, Any]]:
    """Every part with the section it stands in, in the order of the pages."""
    return [(section, part) for section in BY_CODE.values() for part in section.parts]
