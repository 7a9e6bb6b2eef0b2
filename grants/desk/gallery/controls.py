"""Buttons, states, icons; panels, callouts, what a page says when there is nothing to show; paper."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import find
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grants.desk.gallery.example import Example, component, pattern
from grants.desk.gallery.world import payment, project
from grants.desk.words import ICONS, TONES, pill_of
from workflow.lifecycle import MACHINES


def icons() -> dict[str, Any]:
    """The names of the sprite."""
    sprite = Path(str(find("vendor/icons.svg"))).read_text(encoding="utf-8")
    return {"names": sorted(re.findall(r'symbol id="([^"]+)"', sprite))}


def tones() -> dict[str, Any]:
    """The seven tones, each with what it means."""
    said = {
        "wait": gettext("等人办"),
        "doing": gettext("进行中"),
        "ok": gettext("通过、完成"),
        "back": gettext("退回、要补"),
        "bad": gettext("不通过、出错"),
        "hold": gettext("暂停"),
        "rest": gettext("未开始、已结束"),
    }
    return {"tones": [{"tone": tone, "icon": ICONS[tone], "label": label} for tone, label in said.items()]}


def states() -> dict[str, Any]:
    """Every state of every machine, as pages show it."""
    return {
        "machines": [
            (MACHINES[name].label, [pill_of(name, state, str(MACHINES[name].states(state).label)) for state in found])
            for name, found in TONES.items()
        ]
    }


def letter() -> dict[str, Any]:
    """What stands on a sheet."""
    return {"payment": payment(), "project": project()}


EXAMPLES: tuple[Example, ...] = (
    pattern(
        "buttons",
        _("一页只有一个红色按钮，就是这一页的主要动作；不能点的按钮仍能聚焦，旁边写明原因。"),
        '<a class="btn btn-primary"> btn-second  btn-quiet  btn-warn  aria-disabled="true" + .why',
    ),
    Example(
        "state",
        _("颜色、图标、文字三样齐全。七种语气，覆盖全部状态。"),
        '{% include "components/state.html" with tone=one.tone icon=one.icon label=one.label size="l" %}',
        tones,
        around='<p class="row-line">{% for one in tones %}{} {% endfor %}</p>',
    ),
    pattern("states", _("六台状态机的每一个状态。"), "{% state record %}", states),
    pattern("chips", _("筛选和分页签；选中的一个写 aria-current。"), '<ul class="chips"><li><a aria-current="page">'),
    component(
        "copy",
        _("复制微信消息：打开就复制，没有脚本时长按选中。"),
        lambda: {"message": said()},
        more='message=message look="second"',
    ),
    pattern("icons", _("图标表里的全部名字；只收用到的。"), '{% icon "name" %}   {% icon "name" "xl" %}', icons),
)
SURFACES: tuple[Example, ...] = (
    pattern(
        "panel", _("一块内容；.panel-now 是现在要办的那一块。"), '<section class="panel panel-now"><h2>…<dl class="kv">'
    ),
    pattern(
        "callout", _("一句提示，七种语气任选。"), '<div class="callout is-wait">{% icon "…" %}<div><h3>…<p>…', tones
    ),
    pattern("empty", _("没有内容时：一个事实，一个下一步。"), '<div class="empty">{% icon "inbox" "xl" %}<p><strong>…'),
    pattern("a4", _("正式文书：仿宋、A4，打印时只剩纸面。"), '<article class="a4" lang="zh-Hans">', letter),
)


def said() -> str:
    """What somebody pastes into WeChat."""
    told = gettext("【情暖浙江】您有一件事要办：%(what)s“%(about)s”。%(until)s打开 %(url)s 登录后就能办理。")
    return told % {"what": gettext("审阅并推荐"), "about": project(), "until": "", "url": "https://…/projects/1/"}
