"""What importing a list asks for: the table, why teams that differ are corrected, and a word about codes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.desk.forms.asks import AskForm
from workflow.rules import Ask

LETTERS = 800_000
"""Of a table that is pasted: three thousand full rows fit."""
ASKS = (
    Ask(
        "table",
        _("名单"),
        "longtext",
        help=_("选了文件，内容会放到这里；也可以在 Excel 或 WPS 里选中几行（连同标题行）复制，粘贴到这里。"),
    ),
    Ask(
        "reason",
        _("更正原因"),
        required=False,
        help=_("表里有已经登记、但内容不同的，要按表更正才写，例如：换届后核对。会留在每一条记录里。"),
    ),
    Ask(
        "checked",
        _("可疑的信用代码怎样核对的"),
        required=False,
        help=_("表里有校验不符的信用代码、证书上却就是这样时才写，例如：逐一照登记证书原件核对。会留在记录里。"),
    ),
)


class ListForm(AskForm):
    """The table has more room than other long answers."""

    def field_of(self, ask: Ask) -> forms.Field:
        """The field of an ask, by its kind."""
        if ask.name == "table":
            common: dict[str, Any] = {"label": ask.label, "help_text": ask.help}
            area = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "wrap": "off"})
            return forms.CharField(max_length=LETTERS, strip=False, widget=area, **common)
        return super().field_of(ask)
