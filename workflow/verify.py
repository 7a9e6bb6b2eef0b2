"""Recompute the trail from its rows: every hash, every link, every head, every state, every trigger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from workflow import chain, guards_sql, trail
from workflow.inbox import OPEN
from workflow.machine import Stateful, stateful_models
from workflow.models import Item, Step


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written: the row, and what is wrong with it."""

    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.row}: {self.what}"


def faults() -> Iterator[Fault]:
    """Everything in the trail that does not hold. An untouched database gives none."""
    yield from _guards()
    kinds = stateful_models()
    for model in kinds:
        yield from _records(model)
    known = [ContentType.objects.get_for_model(model).pk for model in kinds]
    for ref in Step.objects.exclude(content_type__in=known).values_list("pk", flat=True):
        yield Fault(f"step {ref}", gettext("所属的记录类别不存在"))


def head_of_all() -> str:
    """One digest of the heads of all chains: whoever keeps it elsewhere knows later whether the whole was replaced."""
    rows = sorted(
        [f"{model.machine().name}:{pk}", head]
        for model in stateful_models()
        for pk, head in model._base_manager.values_list("pk", "head")
    )
    return chain.digest(chain.canonical(rows))


def faults_of(record: Stateful, steps: list[Step]) -> Iterator[Fault]:
    """What does not hold in the chain of one record: `steps` are all of its own, in their order."""
    yield from _chain(steps)
    yield from _head(record, trail.name_of(record), steps)


def _guards() -> Iterator[Fault]:
    missing, unexpected = guards_sql.compare()
    for name in sorted(missing):
        yield Fault(f"trigger {name}", gettext("数据库触发器缺失"))
    for name in sorted(unexpected):
        yield Fault(f"trigger {name}", gettext("数据库中有不认识的触发器"))
    missing, unexpected = guards_sql.compare_edges()
    for edge in sorted(missing):
        yield Fault(f"edge {edge}", gettext("流程表里有这一步，数据库却不放行，请运行 manage.py migrate"))
    for edge in sorted(unexpected):
        yield Fault(f"edge {edge}", gettext("流程表里没有这一步，数据库却放行"))


def _records(model: type[Stateful]) -> Iterator[Fault]:
    """Every record of a kind with its steps, read in one pass each."""
    steps: dict[int, list[Step]] = {}
    kind = ContentType.objects.get_for_model(model)
    for step in Step.objects.filter(content_type=kind).order_by("object_id", "seq").iterator(2000):
        steps.setdefault(step.object_id, []).append(step)
    waiting = Item.objects.filter(process__content_type=kind, finished__isnull=True, status__in=OPEN)
    turns: dict[int, list[Any]] = {}
    for pk, node in waiting.filter(kind="turn").order_by("pk").values_list("process__object_id", "flow_task"):
        turns.setdefault(pk, []).append(node)
    for record in model._base_manager.order_by("pk").iterator(2000):
        name, mine = trail.name_of(record), steps.pop(record.pk, [])
        yield from _chain(mine)
        yield from _head(record, name, mine)
        yield from _turn(record, name, turns.get(record.pk, []))
    yield from _doubled(model, waiting.exclude(kind="turn"))
    for pk in sorted(steps):
        yield Fault(f"{model.machine().name}:{pk}", gettext("记录已不存在，留痕还在"))


def _chain(steps: list[Step]) -> Iterator[Fault]:
    previous, state = "", ""
    for number, step in enumerate(steps, start=1):
        row = f"step {step.ref}"
        if step.seq != number:
            yield Fault(row, gettext("序号不连续，前面有留痕被删除"))
            break
        if step.previous != previous or step.digest != chain.link(step.previous, step.payload):
            yield Fault(row, gettext("校验值与前一条对不上"))
        yield from _columns(step, row)
        if step.source != state:
            yield Fault(row, gettext("起始状态与前一条的结果不符"))
        previous, state = step.digest, step.target


def _columns(step: Step, row: str) -> Iterator[Fault]:
    """The columns of the row are what its payload says."""
    told: dict[str, Any] = json.loads(step.payload)
    sealed = told.pop("given", "")
    written = trail.body(step, docs=told.get("docs"), facts=told.get("facts"), endorsed=told.get("endorsed"))
    for field in sorted(set(written) | set(told)):
        if written.get(field) != told.get(field):
            yield Fault(row, gettext("“%(field)s”被改动") % {"field": field})
    erased = not step.given and not step.salt
    if not erased and chain.sealed(step.given, step.salt) != sealed:
        yield Fault(row, gettext("填写的内容被改动"))


def _head(record: Stateful, name: str, steps: list[Step]) -> Iterator[Fault]:
    last = steps[-1] if steps else None
    if record.steps != len(steps):
        words = {"told": record.steps, "found": len(steps)}
        yield Fault(name, gettext("应有 %(told)s 条留痕，现有 %(found)s 条") % words)
    if last and record.head != last.digest:
        yield Fault(name, gettext("最后一条留痕与记录上的校验值不符"))
    if last and str(record.state) != last.target:
        yield Fault(name, gettext("状态与最后一条留痕不符"))
    if last and record.version < last.version:
        yield Fault(name, gettext("版本低于最后一条留痕"))


def _turn(record: Stateful, name: str, nodes: list[Any]) -> Iterator[Fault]:
    if len(nodes) > 1:
        words = {"nodes": "、".join(node.name for node in nodes)}
        yield Fault(name, gettext("同时有几个待办：%(nodes)s") % words)
    elif [node.name for node in nodes] != ([] if record.is_final else [f"at_{record.state}"]):
        yield Fault(name, gettext("待办与状态不符"))


def _doubled(model: type[Stateful], sides: QuerySet[Item]) -> Iterator[Fault]:
    """A person, or a proposal, is waited for twice in one thing."""
    same = sides.order_by().values("process__object_id", "kind", "owner", "proposal")
    for row in same.annotate(items=Count("pk")).filter(items__gt=1).order_by("process__object_id", "kind"):
        words = {"kind": row["kind"], "n": row["items"]}
        name = f"{model.machine().name}:{row['process__object_id']}"
        yield Fault(name, gettext("同一件“%(kind)s”有 %(n)s 个待办") % words)
