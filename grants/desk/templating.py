"""What templates may write: icons, amounts, states. Built into every template by the settings."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from grants.desk.tables.reasons import told
from grants.desk.words import pill
from grants.kernel.money import format_fen
from grants.kernel.qr import code_of
from grants.kernel.scoring import format_points, format_score
from grants.programmes.asking import field_name, in_yuan
from workflow.machine import Stateful
from workflow.phrases import in_the_name_of
from workflow.ports import domain
from workflow.refusals import Refusal

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite beside a word; it says nothing by itself."""
    return format_html(
        '<svg class="i{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" i-{size}" if size else "",
        static("vendor/icons.svg"),
        name,
    )


@register.filter
def yuan(fen: int | None) -> str:
    """An amount of fen in yuan, 25,833.00; a dash for none."""
    return "—" if fen is None else format_fen(fen)


@register.filter
def service_field(chinese: str) -> str:
    """A field of service, kept in Chinese, in the reader's language."""
    return field_name(chinese)


@register.filter
def points(hundredths: int | None) -> str:
    """Hundredths of a point as points, 84.33."""
    return "—" if hundredths is None else gettext("%(points)s分") % {"points": format_score(hundredths)}


@register.filter
def score(hundredths: int) -> str:
    """Hundredths of a point as a bare figure with one decimal or two, 84.5."""
    return format_score(hundredths).removesuffix("0")


@register.filter
def half(value: Any) -> str:
    """Half points as points, 7.5; what was typed stays as typed."""
    return format_points(value) if isinstance(value, int) else str(value or "")


@register.filter
def money(fen: int | None) -> str:
    """An amount of fen with its unit, 25,833.00 元."""
    return "—" if fen is None else in_yuan(fen)


@register.inclusion_tag("components/state.html")
def state(record: Stateful, size: str = "") -> dict[str, Any]:
    """The state of a record: colour, icon and word."""
    return {**pill(record), "size": size}


@register.inclusion_tag("components/reason.html", takes_context=True)
def reason(context: Any, one: Any, of: Any = None, here: str = "") -> dict[str, Any]:
    """A reason with its way out: where it is mended, or who does. `of` is the record it is about, else the page's.

    `here` names fields that stand on the page outside its form.
    """
    known = (of, *(context.get(name) for name in ("record", "project", "round")))
    record = next((found for found in known if isinstance(found, Stateful)), None)
    actor, form = getattr(context.get("request"), "user", None), context.get("form")
    signed_in = record is not None and actor is not None and actor.is_authenticated
    roles = domain().roles(actor, record) if signed_in and record else frozenset()
    said = one if isinstance(one, Refusal) else Refusal("", str(one))
    return {"told": told(said, record, roles, {*here.split(), *getattr(form, "fields", ())})}


@register.filter
def mobile(number: str) -> str:
    """A number as people write it: one of the mainland without its country."""
    return number.removeprefix("+86")


@register.inclusion_tag("components/qr.html")
def qr(text: str, told: str) -> dict[str, Any]:
    """A QR code of the text, with what it is for those who do not see it."""
    return {"code": code_of(text), "told": told}


@register.filter
def hand(record: Any, column: str) -> str:
    """Who did something to a record, and for whom: 徐丽华代周敏; nothing where nobody has yet."""
    return in_the_name_of(getattr(record, column) or "", getattr(record, f"{column}_behalf"))


@register.filter
def grid(bound: BoundField) -> list[list[dict[str, Any]]]:
    """The cells of a table to fill in."""
    field: Any = bound.field
    cells: list[list[dict[str, Any]]] = field.grid(bound)
    return cells
