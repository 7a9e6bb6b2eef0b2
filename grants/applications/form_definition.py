"""The short application form as data: sections, fields, limits. A volunteer finishes it on a phone in an hour.

Limits are in characters. Sources: the field list of the domain reader, cut to what a small grant needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from grants.programmes.profile import Profile
from grants.programmes.profile.basics import FieldRule

Choice = tuple[str, StrOrPromise]


@dataclass(frozen=True)
class Input:
    """One field. `column` is the project's own column; every other answer lies in `Project.form` under `name`.

    kind: text, longtext, number, date, yes, choice, choices, rows. `when` names a yes-field that makes it required.
    """

    name: str
    label: StrOrPromise
    kind: str
    section: str = ""
    required: bool = True
    when: str = ""
    least: int = 0
    most: int = 0
    column: str = ""
    choices: tuple[Choice, ...] = ()
    columns: tuple[Input, ...] = ()
    help: StrOrPromise = ""


SECTIONS: tuple[Choice, ...] = (
    ("project", _("项目概况")),
    ("served", _("服务对象与安全")),
    ("design", _("需求与方案")),
    ("team", _("团队与收款")),
    ("budget", _("预算")),
    ("files", _("材料")),
)
"""What an officer may mark when returning an application; budget and files have pages of their own."""


@dataclass(frozen=True)
class Screen:
    """One page of the application: the section it belongs to, its fields, the slots of documents that fit there."""

    code: str
    label: StrOrPromise
    section: str
    fields: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    hint: StrOrPromise = ""


SCREENS: tuple[Screen, ...] = (
    Screen(
        "project",
        _("名称、领域和时间"),
        "project",
        ("title", "field", "place", "start_date", "end_date", "summary"),
        hint=_("叫什么，在哪里做，做多久"),
    ),
    Screen(
        "served",
        _("服务谁，怎样保证安全"),
        "served",
        ("beneficiaries", "beneficiary_count", "minors", "safeguarding", "hazardous", "risk"),
        ("guardian_consent",),
        hint=_("服务对象、人数、未成年人和安全"),
    ),
    Screen("need", _("为什么做，特色在哪"), "design", ("need", "feature", "sustain"), hint=_("两段必写，一段可不写")),
    Screen("activities", _("活动安排"), "design", ("activities",), ("venue_consent", "partnership"), _("一项一项加")),
    Screen("indicators", _("预期成效"), "design", ("indicators",), hint=_("至少三项，都有数字")),
    Screen(
        "team",
        _("团队、联系人和收款"),
        "team",
        ("hist_events", "hist_hours", "contact_name", "contact_mobile", "other_funding", "paid_to"),
        ("team_proof", "platform_proof", "qualification", "past_results"),
        hint=_("做过什么，找谁，钱付给谁"),
    ),
    Screen("budget", _("预算"), "budget", hint=_("一行一行加，合计自己会算")),
    Screen("files", _("承诺书和其他材料"), "files", ("committed",), ("commitment",), _("盖章的只有一页")),
)
"""The pages a team fills in, in order; before them the task list, after them checking and submitting."""
BY_CODE = {screen.code: screen for screen in SCREENS}
AROUND = 2
"""The task list in front, and the page on which answers are checked and submitted."""

BENEFICIARIES: tuple[Choice, ...] = (
    ("elderly", _("老年人")),
    ("children", _("儿童青少年")),
    ("disabled", _("残障人士")),
    ("patients", _("患者及家属")),
    ("poor", _("困难家庭")),
    ("residents", _("社区居民")),
    ("students", _("学生")),
    ("volunteers", _("志愿者")),
    ("others", _("其他")),
)
INDICATORS: tuple[Choice, ...] = (
    ("activities", _("活动场次")),
    ("volunteers", _("志愿者人数")),
    ("volunteer_times", _("志愿者人次")),
    ("hours", _("服务时长（小时）")),
    ("beneficiaries", _("直接受益人数")),
    ("beneficiary_times", _("受益人次")),
    ("trained", _("救护普及培训人次")),
    ("certified", _("救护员取证人数")),
    ("drills", _("急救演练场次")),
    ("stem_cell_times", _("造血干细胞宣传人次")),
    ("stem_cell_joined", _("造血干细胞入库人数")),
    ("organ_registered", _("器官捐献登记人数")),
    ("blood_times", _("无偿献血人次")),
    ("visits", _("走访慰问户次")),
    ("elderly_times", _("老人服务人次")),
    ("rescues", _("急救救援出动次数")),
    ("new_volunteers", _("新增注册志愿者")),
    ("new_teams", _("新增团队")),
    ("media", _("媒体报道篇次")),
    ("satisfaction", _("满意度（百分比）")),
)
PAID_TO: tuple[Choice, ...] = (
    ("recommending_red_cross", _("指导我们的红十字会")),
    ("registered_team", _("我们自己（已依法登记、有对公账户）")),
)
ACTIVITY = (
    Input("name", _("活动名称"), "text", most=40),
    Input("month", _("月份"), "text", most=7, help=_("如 2027-09")),
    Input("times", _("场次"), "number"),
    Input("place", _("地点"), "text", most=60),
    Input("volunteers", _("每场志愿者"), "number"),
    Input("hours_each", _("每人服务小时"), "number"),
    Input("served", _("每场服务人数"), "number"),
)
INDICATOR = (
    Input("indicator", _("指标"), "choice", choices=INDICATORS),
    Input("target", _("目标值"), "number"),
)
SHORT_FORM: tuple[Input, ...] = (
    Input(
        "title",
        _("项目名称"),
        "text",
        "project",
        least=4,
        most=30,
        column="title",
        help=_("4到30个字，一看就知道做什么。"),
    ),
    Input("field", _("服务领域"), "choice", "project", column="field", help=_("选最主要的一个。")),
    Input("summary", _("项目简介"), "longtext", "project", most=300, help=_("立项后对外公开，不要写电话和证件号。")),
    Input("place", _("实施地点"), "text", "project", most=100, help=_("写到街道、村或社区。")),
    Input("start_date", _("实施开始"), "date", "project", column="start_date", help=_("要在申报截止之后。")),
    Input("end_date", _("实施结束"), "date", "project", column="end_date"),
    Input("beneficiaries", _("服务对象"), "choices", "served", choices=BENEFICIARIES, help=_("可以多选。")),
    Input("beneficiary_count", _("预计直接受益人数"), "number", "served", help=_("按人算，同一个人参加几次只算一次。")),
    Input("minors", _("是否涉及未成年人"), "yes", "served"),
    Input(
        "safeguarding",
        _("未成年人保护与监护安排"),
        "longtext",
        "served",
        required=False,
        when="minors",
        most=500,
        help=_("涉及未成年人时填写：谁陪同，怎样征得监护人同意。"),
    ),
    Input("hazardous", _("是否可能发生人身危险"), "yes", "served", column="hazardous"),
    Input(
        "risk",
        _("安全预案与保险安排"),
        "longtext",
        "served",
        required=False,
        when="hazardous",
        most=500,
        help=_("可能有人身危险时填写；预算里还要有志愿者保险。"),
    ),
    Input(
        "need",
        _("为什么要做（依据和数据来源）"),
        "longtext",
        "design",
        most=500,
        help=_("谁遇到什么困难，您怎么知道的：走访、统计都可以。"),
    ),
    Input(
        "feature",
        _("红十字特色与创新"),
        "longtext",
        "design",
        most=500,
        help=_("和三救、三献有什么关系，和别人做的有什么不同。"),
    ),
    Input("activities", _("活动计划"), "rows", "design", columns=ACTIVITY),
    Input("indicators", _("成效指标"), "rows", "design", columns=INDICATOR),
    Input(
        "sustain",
        _("今后打算"),
        "longtext",
        "design",
        required=False,
        most=500,
        help=_("项目结束以后怎样继续，可以不写。"),
    ),
    Input("hist_events", _("近一年活动场次"), "number", "team", help=_("没有就写0。")),
    Input(
        "hist_hours",
        _("近一年服务总时长（小时）"),
        "number",
        "team",
        help=_("志愿服务平台上记录的总时长，没有就写0。"),
    ),
    Input("contact_name", _("联系人"), "text", "team", most=50),
    Input("contact_mobile", _("联系人手机"), "text", "team", most=16),
    Input("other_funding", _("其他资助"), "longtext", "team", most=300, help=_("来源、金额和进展；没有请写“无”。")),
    Input(
        "paid_to",
        _("资助款付给谁"),
        "choice",
        "team",
        column="payee",
        choices=PAID_TO,
        help=_("一般付给指导你们的红十字会，由它代管。"),
    ),
    Input("committed", _("我们已阅读并承诺遵守项目承诺书"), "yes", "files", required=False, column="committed_on"),
)
BY_NAME = {field.name: field for field in SHORT_FORM}
ANSWERED = frozenset({"hazardous", "paid_to"})
"""What has an answer from the beginning, which the team only looks at."""
NEEDED = {"activities": ("name", "month", "times", "volunteers"), "indicators": ("indicator", "target")}
"""The columns without which a row says too little."""
NEEDED_IN_LINE = ("category", "item", "unit", "unit_price_fen", "quantity")


def asked(rules: Profile) -> tuple[Input, ...]:
    """The form as a round asks it: without what it leaves out, with its own lengths, what must be as it says."""
    own: dict[str, FieldRule] = {rule.name: rule for rule in rules.application_profile.fields}
    return tuple(
        _asked(field, own[field.name]) if field.name in own else field for field in SHORT_FORM if _is_asked(field, own)
    )


def _is_asked(field: Input, own: Mapping[str, FieldRule]) -> bool:
    return field.name not in own or own[field.name].shown


def _asked(field: Input, rule: FieldRule) -> Input:
    must = field.required if rule.required is None else rule.required
    return replace(field, required=must, most=rule.most or field.most)


def screen_of(at: str) -> Screen:
    """The page on which a field is filled in or a document handed over; what fits nowhere else is with the files."""
    return next((one for one in SCREENS if at in one.fields or at in one.slots), BY_CODE["files"])
