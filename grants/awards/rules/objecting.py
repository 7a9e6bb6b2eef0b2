"""What an objection stops, what an upheld one allows, and what ends one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.applications.models import Project
from grants.awards import queries
from grants.awards.models import Objection
from grants.kernel.given import words
from grants.programmes.asking import no_document, no_text
from workflow.ports import Given
from workflow.refusals import Refusal
from workflow.rules import Ask, rule


@rule
def no_open_objection(project: Project, _actor: Any) -> Refusal | None:
    """No objection to the project waits for its finding, and none was found to be right."""
    if count := queries.holding_objections(project).count():
        return Refusal("objection_open", gettext("还有 %(n)s 件异议没有查清，查清以前不能立项。") % {"n": count})
    if queries.upheld_objections(project).exists():
        return Refusal("objection_upheld", gettext("对本项目的异议已认定成立，不能立项。"))
    return None


@rule
def objection_upheld(project: Project, _actor: Any) -> Refusal | None:
    """A proposed project is refused for an objection only when that was upheld."""
    if queries.upheld_objections(project).exists():
        return None
    return Refusal("not_upheld", gettext("对本项目还没有认定成立的异议。"))


@rule
def appeal_upheld(project: Project, _actor: Any) -> Refusal | None:
    """A refused project comes back when the team's appeal against this refusal was upheld."""
    if queries.appeal_upheld(project):
        return None
    return Refusal("no_appeal", gettext("没有认定成立的申诉，不能重新受理。"))


@rule(asks=(Ask("breach", _("违约情形"), "longtext", _("没有认定成立的异议时填写"), required=False),))
def objection_upheld_or_breach(project: Project, _actor: Any, given: Given) -> Refusal | None:
    """A grant is revoked because an objection was upheld, or for a breach that is put in words."""
    if queries.upheld_objections(project).exists() or words(given, "breach"):
        return None
    return Refusal("no_ground", gettext("没有认定成立的异议，请写明违约情形。"), at="breach")


FINDING = (
    Ask("finding", _("核查结论"), "longtext"),
    Ask("finding_document", _("核查报告（扫描件）"), "document"),
)


@rule(asks=FINDING)
def finding(_objection: Objection, _actor: Any, given: Given) -> Refusal | None:
    """An objection ends with a finding in words and the report it rests on."""
    return no_text(given, FINDING[0]) or no_document(given, FINDING[1])
