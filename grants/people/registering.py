"""Who enters teams and organisations in the register, and every reason against a line; read by commands and pages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from django.utils.translation import gettext

from grants.kernel.identifiers import uscc_shaped
from grants.people.divisions import townships_of
from grants.people.enums import Kind, LegalForm, Level
from grants.people.models import Organisation, RoleGrant, Team
from grants.people.queries import AREA_ROLES, Hat, own_hats
from grants.people.rules import may_guide
from workflow import clock
from workflow.lifecycle import Role
from workflow.ports import SYSTEM
from workflow.refusals import Refusal

REGISTRARS = frozenset({Role.SYSADMIN, Role.PROGRAMME_OFFICER})
"""Those who enter organisations, and teams anywhere."""
LENGTHS = {"name": 80, "short_name": 40, "platform_no": 40, "reason": 400}
SIX_FIGURES = re.compile(r"[0-9]{6}")
UNDER: dict[Level, tuple[Level, ...]] = {
    Level.DIRECT: (Level.PROVINCE,),
    Level.DEPARTMENT: (Level.PROVINCE,),
    Level.COUNTY: (Level.PREFECTURE,),
    Level.GRASSROOTS: (Level.COUNTY, Level.PREFECTURE),
}
"""What can be registered, and what it hangs under."""


def registers_teams(actor: Any) -> bool:
    """Whether the person enters teams somewhere."""
    return actor is SYSTEM or any(hat.role in AREA_ROLES | REGISTRARS for hat in own_hats(actor))


def registers_organisations(actor: Any) -> bool:
    """Whether the person enters, renames and dissolves organisations: the province and the administrator."""
    return actor is SYSTEM or any(hat.role in REGISTRARS for hat in own_hats(actor))


def may_register_team(actor: Any, place: Organisation) -> Refusal | None:
    """A team is entered, and corrected, by the Red Cross that guides it or one above, or by a registrar."""
    worn = [] if actor is SYSTEM else own_hats(actor)
    if near(worn, place) or registers_organisations(actor):
        return None
    message = gettext("这支团队由“%(place)s”或它的上级红十字会登记。")
    return Refusal("not_yours", message % {"place": place.name}, at="guided_by")


def near(worn: Iterable[Hat], place: Organisation) -> bool:
    """Whether one of the hats is an area's to which the place belongs."""
    return any(hat.role in AREA_ROLES and place.path.startswith(hat.scope) for hat in worn)


def may_add_townships(actor: Any, county: Organisation) -> Refusal | None:
    """The townships of a county are added by its own Red Cross, one above, or a registrar."""
    if not has_townships(county):
        return Refusal("townships", gettext("名单里没有“%(place)s”的乡镇、街道。") % {"place": county.name})
    if registers_organisations(actor) or near([] if actor is SYSTEM else own_hats(actor), county):
        return None
    message = gettext("乡镇、街道由“%(place)s”或它的上级红十字会加入。")
    return Refusal("not_yours", message % {"place": county.name})


def has_townships(county: Organisation) -> bool:
    """Whether it is a county that stands and whose townships are on the shipped list."""
    return county.level == Level.COUNTY and county.valid_to is None and bool(townships_of(county.division))


def may_register_organisation(actor: Any) -> Refusal | None:
    """Organisations are the province's and the administrator's to enter."""
    if registers_organisations(actor):
        return None
    return Refusal("not_yours", gettext("组织由省级项目管理员或系统管理员登记。"))


class Standing(Protocol):
    """What the register holds beside the one in question: asked one by one, or read at once for a whole list."""

    def team_named(self, guide: Organisation, name: str) -> bool:
        """Whether another team of this name has this guide."""
        ...

    def team_coded(self, code: str) -> bool:
        """Whether the code is another team's."""
        ...

    def team_paid(self, team: Team) -> bool:
        """Whether somebody receives money for the team, now or from a day to come."""
        ...

    def place_named(self, parent: Organisation, name: str) -> bool:
        """Whether another organisation of this name stands under this parent."""
        ...

    def place_divided(self, division: str) -> bool:
        """Whether another organisation stands for this division."""
        ...


class Asked:
    """The register asked as it is now; `but` is the team or organisation in question."""

    def __init__(self, but: Team | Organisation | None = None) -> None:
        pk = but.pk if but else 0
        self.teams = Team.objects.exclude(pk=pk)
        self.places = Organisation.objects.filter(valid_to__isnull=True).exclude(pk=pk)

    def team_named(self, guide: Organisation, name: str) -> bool:
        """Whether another team of this name has this guide."""
        return self.teams.filter(guided_by=guide, name=name).exists()

    def team_coded(self, code: str) -> bool:
        """Whether the code is another team's."""
        return self.teams.filter(uscc=code).exists()

    def team_paid(self, team: Team) -> bool:
        """Whether somebody receives money for the team, now or from a day to come."""
        held = RoleGrant.objects.filter(team=team.pk, role=Role.PAYEE_OFFICER)
        return held.exclude(valid_to__lt=clock.today()).exists()

    def place_named(self, parent: Organisation, name: str) -> bool:
        """Whether another organisation of this name stands under this parent."""
        return self.places.filter(parent=parent, name=name).exists()

    def place_divided(self, division: str) -> bool:
        """Whether another organisation stands for this division."""
        return self.places.filter(division=division).exists()


# Teams ----------------------------------------------------------------------------------------------------------


def against_team(
    facts: Mapping[str, Any], guide: Organisation, known: Team | None = None, standing: Standing | None = None
) -> Iterator[Refusal]:
    """What stands against a team with these facts under this guide; `known` is the team as it is entered so far."""
    others = standing or Asked(known)
    if known and known.same_as_id:
        yield Refusal("gone", gettext("“%(name)s”已经合并，不能再改。") % {"name": known.name})
    if known is None and (reason := may_guide(guide)):
        yield reason
    yield from _words(facts, "name", "platform_no")
    if others.team_named(guide, facts["name"]):
        yield Refusal("known", gettext("“%(name)s”已经登记。") % {"name": facts["name"]}, at="name")
    if facts["founded_on"] > clock.today():
        yield Refusal("founded", gettext("成立时间不能晚于今天。"), at="founded_on")
    if known and known.form_since and not facts.get("form_since") and facts["founded_on"] > known.form_since:
        message = gettext("成立时间不能晚于登记情况变化的日期（%(day)s）。")
        yield Refusal("founded", message % {"day": known.form_since.isoformat()}, at="founded_on")
    if facts["core_members"] > facts["members"]:
        yield Refusal("core", gettext("核心成员不能多于成员总数。"), at="core_members")
    yield from _registration(facts, others)
    if known and facts["legal_form"] != LegalForm.REGISTERED and others.team_paid(known):
        message = gettext("这支团队还有收款单位经办，请先结束那个身份，再改为未登记。")
        yield Refusal("payee", message, at="legal_form")


def against_form(facts: Mapping[str, Any], known: Team) -> Iterator[Refusal]:
    """Another legal form holds from a day of the team's life, after the form before it began; one that stays keeps it.

    `form_since` among the facts is that day, or None.
    """
    since, changes = facts["form_since"], facts["legal_form"] != known.legal_form
    if since is None:
        if changes:
            yield Refusal("since", gettext("登记情况变了，请写从哪天起。"), at="form_since")
        return
    if since > clock.today():
        yield Refusal("since", gettext("不能晚于今天。"), at="form_since")
    if since < facts["founded_on"]:
        yield Refusal("since", gettext("不能早于成立时间。"), at="form_since")
    if changes and known.form_since and since <= known.form_since:
        yield Refusal("since", gettext("要晚于上一次变化的日期。"), at="form_since")
    if not changes and known.form_since is None:
        yield Refusal("since", gettext("登记情况没有变，这一项不填。"), at="form_since")


def _registration(facts: Mapping[str, Any], others: Standing) -> Iterator[Refusal]:
    """A registered body has its code, nobody else's; what is not registered has none."""
    code = facts["uscc"]
    if facts["legal_form"] != LegalForm.REGISTERED:
        if code:
            yield Refusal("uscc", gettext("没有依法登记的团队不填统一社会信用代码。"), at="uscc")
        return
    if not code:
        yield Refusal("uscc", gettext("依法登记的组织请填写统一社会信用代码。"), at="uscc")
    elif not uscc_shaped(code):
        yield _malformed()
    elif others.team_coded(code):
        message = gettext("这个信用代码已经登记在另一支团队名下，请核对，或者问上一级红十字会。")
        yield Refusal("code_known", message, at="uscc")


def _malformed() -> Refusal:
    message = gettext("统一社会信用代码是 18 位数字和大写字母，请照登记证书核对。")
    return Refusal("uscc", message, at="uscc")


# Organisations --------------------------------------------------------------------------------------------------


def against_organisation(
    facts: Mapping[str, Any],
    parent: Organisation,
    known: Organisation | None = None,
    standing: Standing | None = None,
) -> Iterator[Refusal]:
    """What stands against an organisation with these facts under this parent; `known` is the one that is renamed."""
    yield from _words(facts, "name", "short_name")
    others = standing or Asked(known)
    if others.place_named(parent, facts["name"]):
        yield Refusal("known", gettext("“%(name)s”已经登记。") % {"name": facts["name"]}, at="name")
    if facts["uscc"] and not uscc_shaped(facts["uscc"]):
        yield _malformed()
    if known is None:
        yield from _place(facts, parent, others)


def _place(facts: Mapping[str, Any], parent: Organisation, others: Standing) -> Iterator[Refusal]:
    """It hangs where its level belongs, with a division of its own where it is a county's, and exists by now."""
    level, code = Level(facts["level"]), facts["division"]
    if (facts["kind"] == Kind.RED_CROSS) == (level == Level.DIRECT):
        yield Refusal("kind", gettext("这个类别和层级不相配。"), at="sort")
    above = UNDER.get(level, ())
    if parent.level not in above or parent.valid_to is not None:
        names = gettext("、").join(str(one.label) for one in above)
        message = gettext("“%(level)s”要登记在还在的%(above)s红十字会下面。")
        yield Refusal("parent", message % {"level": level.label, "above": names}, at="parent")
    if level == Level.COUNTY:
        if not SIX_FIGURES.fullmatch(code) or code[:4] != parent.division[:4]:
            message = gettext("请填写 6 位行政区划代码，前四位和所在设区市相同。")
            yield Refusal("division", message, at="division")
        elif others.place_divided(code):
            yield Refusal("division", gettext("这个行政区划代码已经有红十字会。"), at="division")
    elif code:
        yield Refusal("division", gettext("只有县（市、区）红十字会填行政区划代码。"), at="division")
    if facts["valid_from"] > clock.today():
        yield Refusal("since", gettext("设立日期不能晚于今天。"), at="valid_from")


def may_dissolve(place: Organisation) -> Refusal | None:
    """Whether the organisation is of a kind that can cease at all, and still stands."""
    if place.level == Level.PROVINCE:
        return Refusal("province", gettext("省级红十字会不能撤销。"))
    if place.valid_to is not None:
        return Refusal("over", gettext("“%(name)s”已撤并。") % {"name": place.name})
    return None


def against_dissolving(place: Organisation, last: dt.date) -> Iterator[Refusal]:
    """Nothing is left to it: no organisation below, no team, no role; its last day is past or today."""
    if last > clock.today():
        yield Refusal("future", gettext("最后一天不能晚于今天。"), at="last_day")
    if last < place.valid_from:
        yield Refusal("before", gettext("最后一天不能早于设立日期。"), at="last_day")
    if n := place.children.filter(valid_to__isnull=True).count():
        yield Refusal("children", gettext("下面还有%(n)s个组织，请先逐一撤并。") % {"n": n})
    if n := place.teams.count():
        yield Refusal("teams", gettext("还指导着%(n)s支团队，请先移交给别的红十字会。") % {"n": n})
    if n := place.grants.exclude(valid_to__lt=clock.today()).count():
        yield Refusal("roles", gettext("还有%(n)s个身份在这里，请先逐个结束。") % {"n": n})


def _words(facts: Mapping[str, Any], *names: str) -> Iterator[Refusal]:
    """Names are there, and no longer than the register has room for."""
    for name in names:
        text, most = facts[name], LENGTHS[name]
        if not text and name != "platform_no":
            yield Refusal("empty", gettext("请填写这一项。"), at=name)
        if len(text) > most:
            yield Refusal("too_long", gettext("最多%(n)s个字。") % {"n": most}, at=name)


def against_reason(reason: str, most: int = LENGTHS["reason"]) -> Refusal | None:
    """A reason is given, in no more words than the record has room for."""
    if not reason.strip():
        return Refusal("reason", gettext("请写明原因。"), at="reason")
    if len(reason.strip()) > most:
        return Refusal("reason", gettext("原因最多%(n)s个字。") % {"n": most}, at="reason")
    return None


# What was there before ------------------------------------------------------------------------------------------


def changed(record: Team | Organisation, facts: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields in which the facts differ from the record, each with what stood there before and stands now."""
    return {
        name: [_plain(getattr(record, name)), _plain(value)]
        for name, value in facts.items()
        if getattr(record, name) != value
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def written_since(record: Team | Organisation, seen: int | None) -> Refusal | None:
    """Somebody has written a line after the last one that the person had before them."""
    last = record.lines.select_related("by").order_by("-pk").first()
    if seen is None or last is None or last.pk <= seen:
        return None
    words = {"person": last.by or gettext("系统"), "what": last.get_what_display()}
    message = gettext("您打开之后，%(person)s又办了“%(what)s”。下面是您填的，请对照现在的内容，再按一次。")
    return Refusal("stale", message % words)
