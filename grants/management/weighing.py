"""The page of what weighs: every decision and money move before which a person proves anew who they are."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from django_stubs_ext import StrOrPromise

from grants.people.proof import OURS, WEIGHTY, weighty_deeds
from workflow.lifecycle import Role

HEAD = """# 再次确认本人 · Proving again

由 `make docs` 生成，请勿手改 · written by `make docs`, do not edit.

下面的步骤是审批或动钱：办理前不久要输过一次密码（多少分钟：环境变量 `PROOF_MINUTES`），一次管一批。
这些身份还须有第二验证（演示除外），登录时间也短（`SESSION_HOURS_WEIGHTY`）：{roles_zh}。

These steps decide or move money: they want a password given not long ago (`PROOF_MINUTES`), once for a batch.
These roles need a second factor (not in a demonstration) and have short sessions (`SESSION_HOURS_WEIGHTY`): {roles_en}.

| 对象 · record | 步骤 · step | 谁办 · by | 谁会签 · endorsed by |
|---|---|---|---|
"""


def page() -> str:
    """The table as Markdown, from the one list in grants/people/proof.py and the lifecycle's table."""
    labels = {machine.name: machine.label for machine in OURS}
    roles = [role for role in Role if role in WEIGHTY]
    with translation.override("zh-hans"):
        head_zh = "、".join(str(role.label) for role in roles)
    with translation.override("en"):
        head_en = ", ".join(str(role.label) for role in roles)
    head = HEAD.format(roles_zh=head_zh, roles_en=head_en)
    rows = [
        f"| {_both(labels[name])} | {_both(deed.label)} | {_all(deed.by)} | {_all(deed.also)} |"
        for name, deed in weighty_deeds()
    ]
    return head + "\n".join(rows) + "\n"


def _both(label: StrOrPromise) -> str:
    with translation.override("zh-hans"):
        chinese = str(label)
    with translation.override("en"):
        return f"{chinese} · {label}"


def _all(roles: Iterable[str]) -> str:
    return "；".join(_both(Role(role).label) for role in roles)
