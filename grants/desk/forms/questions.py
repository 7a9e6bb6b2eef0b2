"""One question of an application form, or the heading of a page: as it is asked, as the configuration keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.form_definition import INDICATORS, PAID_TO, SECTIONS
from grants.desk.forms.application import chosen_from
from grants.desk.setup.questions import KINDS, fixed, names_free
from grants.desk.setup.values import BETWEEN, Unknown, Values
from grants.programmes.profile.form import Form, FormInput, FormScreen, plain
from grants.programmes.profile.form_checks import ASKED_ABOUT, FACTS
from workflow.rules import Ask

CELLS = ("text", "longtext", "number", "money", "date", "choice")
FACT_NAMES = {
    "team.name": _("登记：团队名称"),
    "team.guided_by": _("登记：指导红十字会"),
    "team.legal_form": _("登记：登记情况"),
    "team.uscc": _("登记：统一社会信用代码"),
    "team.platform_no": _("登记：志愿服务平台团队编号"),
    "team.founded_on": _("登记：成立时间"),
    "team.members": _("登记：成员数"),
    "team.core_members": _("登记：核心成员数"),
    "team.past_awards": _("登记：往轮资助"),
    "leader.name": _("登记：项目负责人"),
}
SOURCE_NAMES = {
    "fields_of_service": _("本轮的服务领域"),
    "areas": _("所在市的县（市、区）"),
    "indicators": _("成效指标库"),
    "payees": _("收款单位"),
}
LEGAL = {"registered": _("依法登记"), "team": _("未登记")}
YES_NO = {"yes": _("是"), "no": _("否")}
CHOICE = re.compile(r"^(?P<zh>[^|｜]+)(?:[|｜](?P<en>.+))?$")
SLOT = "slot"


def _columns() -> tuple[Ask, ...]:
    return (
        Ask("code", "", required=False),
        Ask("zh", _("列名")),
        Ask("en", _("英文"), required=False),
        Ask("kind", _("怎样答"), "choice", required=False, choices=chosen_from([(one, KINDS[one]) for one in CELLS])),
        Ask("must", _("必填"), "choice", required=False, choices=chosen_from(YES_NO.items())),
        Ask("most", _("最多几个字"), "number", required=False),
        Ask("choices", _("选项"), required=False),
    )


def question_asks(form: Form, question: FormInput | None, slots: Sequence[Any]) -> tuple[Ask, ...]:
    """What makes a question; of one that every form has, only what may be otherwise."""
    pages = [(one.code, one.label) for one in form.screens if one.code != "budget"]
    first = (
        Ask("zh", _("问什么")),
        Ask("en", _("英文"), required=False),
        Ask("page", _("在哪一页"), "choice", choices=chosen_from(pages)),
    )
    helps = (
        Ask("help", _("说明"), "longtext", _("写在问题下面，帮人填对。"), required=False),
        Ask("help_en", _("英文说明"), "longtext", required=False),
    )
    bounds = (
        Ask("least", _("最少"), "number", _("文字按字数，选择按个数，表格按行数，数字按大小；空着不限。"), False),
        Ask("most", _("最多"), "number", required=False),
    )
    if question and fixed(question.name):
        return (*first, *helps, *(bounds if question.kind in {"text", "longtext"} else ()))
    return (*first, *_answering(question, slots), *helps, *bounds, *_conditions(form, question))


def _answering(question: FormInput | None, slots: Sequence[Any]) -> tuple[Ask, ...]:
    places = [(one.slot, one.label) for one in slots]
    known = (
        ()
        if question and question.kind != "file"
        else (
            Ask(
                SLOT,
                _("哪一份材料"),
                "choice",
                _("只有上传材料才选；没有的先加到材料清单。"),
                False,
                chosen_from(places),
            ),
        )
    )
    return (
        Ask("kind", _("怎样答"), "choice", choices=chosen_from(KINDS.items())),
        Ask("required", _("必填"), "yes", required=False),
        Ask(
            "choices",
            _("选项"),
            "longtext",
            _("选择题每行写一个，英文写在竖线后面，例如：老年人|Older people。用现成的就在下面选。"),
            required=False,
        ),
        Ask("source", _("用现成的选项"), "choice", required=False, choices=chosen_from(SOURCE_NAMES.items())),
        Ask("columns", _("表格的各列"), "rows", _("只有表格才写；选项用顿号隔开。"), False, None, _columns()),
        *known,
    )


def _conditions(form: Form, question: FormInput | None) -> tuple[Ask, ...]:
    before: list[FormInput] = []
    for _screen, one in form.questions():
        if question and one.name == question.name:
            break
        before.append(one)
    asked = [(one.name, one.label) for one in before if one.kind in ASKED_ABOUT]
    repeated = [(name, FACT_NAMES[name]) for name in FACTS] + asked
    return (
        Ask(
            "when",
            _("看哪一项的回答"),
            "choice",
            _("只在某种回答下才问的，在这里选；空着就总是问。"),
            False,
            chosen_from(asked),
        ),
        Ask("equals", _("回答是什么时才问"), help=_("用顿号隔开；空着表示答“是”，或填了就问。"), required=False),
        Ask("of", _("引用哪一项"), "choice", _("只有引用才选。"), False, chosen_from(repeated)),
        Ask("private", _("评审专家看不到"), "yes", required=False),
    )


def question_known(form: Form, question: FormInput | None, page: str) -> dict[str, Any]:
    """What the form of a question begins with."""
    if question is None:
        return {"page": page, "required": True, "kind": "text"}
    names = _answers_of(form, question.when)
    return {
        "zh": question.zh,
        "en": question.en,
        "page": page,
        "kind": question.kind,
        "required": question.required,
        "least": question.least,
        "most": question.most,
        "help": question.help,
        "help_en": question.help_en,
        "when": question.when,
        "equals": gettext("、").join(str(names.get(one, one)) for one in question.equals),
        "choices": "\n".join("|".join(filter(None, [one.zh, one.en])) for one in question.choices),
        "source": question.source,
        "columns": [_cells(one) for one in question.columns],
        "of": question.of,
        "private": question.private,
        SLOT: question.name if question.kind == "file" else "",
    }


def _cells(column: Any) -> Values:
    found = {
        "code": column.name,
        "zh": column.zh,
        "en": column.en,
        "kind": column.kind,
        "must": "yes" if column.required else "no",
        "most": column.most,
        "choices": gettext("、").join(one.zh for one in column.choices),
    }
    return {name: cell for name, cell in found.items() if cell not in (None, "")}


def _answers_of(form: Form, name: str) -> Mapping[str, Any]:
    """The words for the answers to a question on which a condition rests."""
    other = next((one for _screen, one in form.questions() if one.name == name), None)
    if other is None:
        return {}
    if other.kind == "yes":
        return YES_NO
    if other.of == "team.legal_form":
        return LEGAL
    known = {"payees": dict(PAID_TO), "indicators": dict(INDICATORS)}
    return known.get(other.source) or {one.code: one.label for one in other.choices}


def question_of(form: Form, question: FormInput | None, given: Mapping[str, Any]) -> Values:
    """The question as the configuration keeps it. Raises Unknown for a condition on an answer that there is not."""
    old = _plain(question)
    kind = given.get("kind") or old.get("kind", "text")
    found = old | {name: given.get(name) or "" for name in ("zh", "en", "help", "help_en")}
    found |= {"name": _name(form, question, given, kind), "kind": kind}
    if not (question and fixed(question.name)):
        found |= {
            "required": bool(given.get("required")),
            "when": given.get("when") or "",
            "equals": _codes(form, given),
            "choices": _choices(given, question),
            "source": given.get("source") or "",
            "columns": _table(given, question),
            "of": given.get("of") or "",
            "private": bool(given.get("private")),
        }
    if "least" in given or "most" in given or not (question and fixed(question.name)):
        found |= {"least": given.get("least"), "most": given.get("most")}
    unsaid = {"required": True, "private": False}
    return {
        name: value for name, value in found.items() if value not in (None, "", []) and value is not unsaid.get(name)
    }


def _plain(question: FormInput | None) -> Values:
    if question is None:
        return {}
    (screen,) = plain(Form((FormScreen("x", "x", "project", fields=(question,)),)))["screens"]
    found: Values = screen["fields"][0]
    return found


def _name(form: Form, question: FormInput | None, given: Mapping[str, Any], kind: str) -> str:
    if kind == "file" and given.get(SLOT):
        return str(given[SLOT])
    return question.name if question else next(names_free(form, "own"))


def _codes(form: Form, given: Mapping[str, Any]) -> list[str]:
    words = [word.strip() for word in BETWEEN.split(str(given.get("equals") or "")) if word.strip()]
    names = _answers_of(form, str(given.get("when") or ""))
    known = {str(name): code for code, name in names.items()} | {code: code for code in names}
    if strange := [word for word in words if names and word not in known]:
        told = {"word": strange[0], "known": gettext("、").join(str(name) for name in names.values())}
        raise Unknown(gettext("没有“%(word)s”，可以写的有：%(known)s。") % told)
    return [known.get(word, word) for word in words]


def _choices(given: Mapping[str, Any], question: FormInput | None) -> list[Values]:
    """The choices line by line; a name that was there keeps its code."""
    codes = {one.zh: one.code for one in question.choices} if question else {}
    lines = [line.strip() for line in str(given.get("choices") or "").splitlines() if line.strip()]
    return _coded([CHOICE.match(line) for line in lines], codes)


def _coded(found: Sequence[re.Match[str] | None], codes: Mapping[str, str]) -> list[Values]:
    rows: list[Values] = []
    free = (code for n in range(1, 400) if (code := f"c{n}") not in codes.values())
    for match in filter(None, found):
        zh, en = match["zh"].strip(), (match["en"] or "").strip()
        rows.append({"code": codes.get(zh) or next(free), "zh": zh} | ({"en": en} if en else {}))
    return rows


def _table(given: Mapping[str, Any], question: FormInput | None) -> list[Values]:
    """The columns row by row; one that was there keeps its name, and its choices theirs."""
    old = {one["name"]: one for one in _plain(question).get("columns", [])}
    rows: list[Values] = []
    free = (name for n in range(1, 400) if (name := f"col{n}") not in old)
    for cells in given.get("columns") or ():
        before = old.get(str(cells.get("code", "")), {})
        codes = {one["zh"]: one["code"] for one in before.get("choices", [])}
        words = [CHOICE.match(word.strip()) for word in BETWEEN.split(str(cells.get("choices") or "")) if word.strip()]
        row = before | {
            "name": before.get("name") or next(free),
            "zh": cells.get("zh", ""),
            "en": cells.get("en", ""),
            "kind": cells.get("kind") or "text",
            "required": cells.get("must") == "yes",
            "most": cells.get("most"),
            "choices": _coded(words, codes),
        }
        rows.append({name: cell for name, cell in row.items() if cell not in (None, "", [], False)})
    return rows


def page_asks() -> tuple[Ask, ...]:
    """What makes a page: its heading, what is said below, and with what it is sent back."""
    sections = [(code, label) for code, label in SECTIONS if code not in {"budget", "files"}]
    return (
        Ask("zh", _("这一页叫什么")),
        Ask("en", _("英文"), required=False),
        Ask("hint", _("提示"), required=False),
        Ask("hint_en", _("英文提示"), required=False),
        Ask("section", _("退回修改时属于哪一部分"), "choice", choices=chosen_from(sections)),
    )


def page_of(form: Form, screen: FormScreen | None, given: Mapping[str, Any]) -> Values:
    """The page as the configuration keeps it, without its questions."""
    names = ("zh", "en", "hint", "hint_en", "section")
    code = screen.code if screen else next(names_free(form, "page"))
    found = {name: given.get(name) or (getattr(screen, name) if name == "section" and screen else "") for name in names}
    return {"code": code} | {name: value for name, value in found.items() if value}
