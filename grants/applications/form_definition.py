"""The short application form as data: sections, fields, limits. A volunteer finishes it on a phone in an hour.

Limits are in characters. Sources: the field list of the domain reader, cut to what a small grant needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

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
    Input("title", _("项目名称"), "text", "project", least=4, most=30, column="title"),
    Input("field", _("服务领域"), "choice", "project", column="field"),
    Input("summary", _("项目简介"), "longtext", "project", most=300, help=_("立项后对外公开。")),
    Input("place", _("实施地点"), "text", "project", most=100),
    Input("start_date", _("实施开始"), "date", "project", column="start_date"),
    Input("end_date", _("实施结束"), "date", "project", column="end_date"),
    Input("beneficiaries", _("服务对象"), "choices", "served", choices=BENEFICIARIES),
    Input("beneficiary_count", _("预计直接受益人数"), "number", "served"),
    Input("minors", _("是否涉及未成年人"), "yes", "served"),
    Input("safeguarding", _("未成年人保护与监护安排"), "longtext", "served", required=False, when="minors", most=500),
    Input("hazardous", _("是否可能发生人身危险"), "yes", "served", column="hazardous"),
    Input("risk", _("安全预案与保险安排"), "longtext", "served", required=False, when="hazardous", most=500),
    Input("need", _("为什么要做（依据和数据来源）"), "longtext", "design", most=500),
    Input("feature", _("红十字特色与创新"), "longtext", "design", most=500),
    Input("activities", _("活动计划"), "rows", "design", columns=ACTIVITY),
    Input("indicators", _("成效指标"), "rows", "design", columns=INDICATOR),
    Input("sustain", _("今后打算"), "longtext", "design", required=False, most=500),
    Input("hist_events", _("近一年活动场次"), "number", "team"),
    Input("hist_hours", _("近一年服务总时长（小时）"), "number", "team"),
    Input("contact_name", _("联系人"), "text", "team", most=50),
    Input("contact_mobile", _("联系人手机"), "text", "team", most=16),
    Input("other_funding", _("其他资助"), "longtext", "team", most=300, help=_("来源、金额和进展；没有请写“无”。")),
    Input("paid_to", _("资助款付给谁"), "choice", "team", column="payee", choices=PAID_TO),
    Input("committed", _("我们已阅读并承诺遵守项目承诺书"), "yes", "files", required=False, column="committed_on"),
)
BY_NAME = {field.name: field for field in SHORT_FORM}
