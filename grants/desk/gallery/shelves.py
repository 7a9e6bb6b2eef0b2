"""The shelves of the gallery in their order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grants.desk.gallery import controls, forms, frame, lists, money, papers, people, projects, together
from grants.desk.gallery.example import Shelf

SHELVES = (
    Shelf("controls", _("按钮、状态、图标"), controls.EXAMPLES),
    Shelf("surfaces", _("版面、提示、空白页"), controls.SURFACES),
    Shelf("forms", _("填表和错误"), forms.EXAMPLES),
    Shelf("together", _("两个人同时填"), together.EXAMPLES),
    Shelf("projects", _("项目：在谁手里、经过、材料"), projects.EXAMPLES),
    Shelf("papers", _("材料清单"), papers.EXAMPLES),
    Shelf("money", _("钱"), money.EXAMPLES),
    Shelf("lists", _("清单、表格、分页、图"), lists.EXAMPLES),
    Shelf("people", _("人员、身份、登录"), people.EXAMPLES),
    Shelf("frame", _("每一页的外框"), frame.EXAMPLES),
)
