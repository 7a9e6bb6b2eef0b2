"""Kinds of people, organisations and teams."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Where an organisation stands in the tree; a route to the province follows from it."""

    PROVINCE = "province", _("省级")
    PREFECTURE = "prefecture", _("设区市")
    COUNTY = "county", _("县(市、区)")
    GRASSROOTS = "grassroots", _("基层组织")
    DIRECT = "direct", _("省直与高校")


class Kind(TextChoices):
    """What an organisation is."""

    RED_CROSS = "red_cross", _("红十字会")
    UNIVERSITY = "university", _("高校红十字会")
    HOSPITAL = "hospital", _("医院红十字会")
    UNIT = "unit", _("直属单位")
    ASSOCIATION = "association", _("社会组织")


class LegalForm(TextChoices):
    """Whether a team can hold a bank account of its own."""

    TEAM = "team", _("志愿服务队(未登记)")
    REGISTERED = "registered", _("依法登记的志愿服务组织")
