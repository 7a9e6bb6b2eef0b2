"""The province opens a round: its configuration, its rehearsal, the call, which the department stands behind."""

from __future__ import annotations

from grants.programmes.commands import create_programme
from grants.programmes.models import Round
from tests.journeys.crew import Crew
from workflow.ports import SYSTEM


def opens_the_round(crew: Crew) -> Round:
    """The officer sets up a round on its page, enters the rehearsal, registers the call and publishes it."""
    with crew.site.moment():
        create_programme("QNZJ", "情暖浙江·红十字志愿服务项目发展计划", actor=SYSTEM)
    officer = crew.window(crew.cast.officer)
    officer.goes_home()
    officer.goes_to("轮次")
    officer.follows("建立轮次")
    officer.hands_in("保存")
    round_ = Round.objects.get()
    assert round_.configuration
    officer = crew.at(crew.cast.officer, "配置、演练并发布申报通知", round_, "登记演练结果")
    officer.types(digest=round_.configuration.digest)  # `manage.py rehearse` prints it
    officer.hands_in()
    crew.announces("配置、演练并发布申报通知", round_, "发布申报通知", "call", "关于组织申报的通知")
    return round_
