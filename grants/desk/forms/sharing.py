"""What is asked when somebody is invited to an application: whom, what they fill in, what they only look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.applications.enums import Access
from grants.applications.form_kept import definition_of
from grants.applications.models import Project
from grants.applications.together import shareable
from grants.desk.forms.application import chosen_from
from workflow.rules import Ask


def sharing_asks(project: Project) -> tuple[Ask, ...]:
    """The questions; the pages in the order of the application."""
    pages = chosen_from([(screen.code, screen.label) for screen in shareable(definition_of(project))])
    return (
        Ask("name", _("请谁一起填"), "text", help=_("写对方的姓名，您自己认得出就行。")),
        Ask("write", _("请对方填哪些部分"), "choices", required=False, choices=pages),
        Ask(
            "view",
            _("另外可以看哪些部分"),
            "choices",
            required=False,
            choices=pages,
            help=_("只能看、能写评论，不能改。没有勾的，对方看不到。"),
        ),
    )


def changing_asks(project: Project) -> tuple[Ask, ...]:
    """The same of somebody who was invited already."""
    return sharing_asks(project)[1:]


def as_asked(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """What was given, as the questions have it."""
    return {one.value: [code for code, how in pages.items() if how == one] for one in Access}


def pages_in(given: Mapping[str, Any]) -> dict[str, str]:
    """By page what was given: what is to be filled in is seen anyway."""
    looks = dict.fromkeys(given.get("view") or [], Access.VIEW.value)
    return looks | dict.fromkeys(given.get("write") or [], Access.WRITE.value)
