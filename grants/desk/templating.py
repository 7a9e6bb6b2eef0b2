"""What templates may write: icons, amounts, states. Built into every template by the settings."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from grants.desk.words import pill
from grants.kernel.money import format_fen
from grants.kernel.scoring import format_score
from grants.programmes.asking import in_yuan
from workflow.machine import Stateful

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
def points(hundredths: int | None) -> str:
    """Hundredths of a point as points, 84.33."""
    return "—" if hundredths is None else gettext("%(points)s分") % {"points": format_score(hundredths)}


@register.filter
def money(fen: int | None) -> str:
    """An amount of fen with its unit, 25,833.00 元."""
    return "—" if fen is None else in_yuan(fen)


@register.inclusion_tag("components/state.html")
def state(record: Stateful, size: str = "") -> dict[str, Any]:
    """The state of a record: colour, icon and word."""
    return {**pill(record), "size": size}


@register.filter
def grid(bound: BoundField) -> list[list[dict[str, Any]]]:
    """The cells of a table to fill in."""
    field: Any = bound.field
    cells: list[list[dict[str, Any]]] = field.grid(bound)
    return cells
