"""The whole proof: trail, triggers, documents and books recomputed from their rows, each fault named."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.translation import gettext

from grants.applications.models import Application, FormVersion
from grants.awards.models import DecisionPaper
from grants.funds.verify import faults as faults_of_the_books
from grants.programmes.models import Configuration
from grants.programmes.queries import parsed
from grants.reviews.figures import faults as faults_of_figures
from storage import access
from storage import verify as files
from storage.models import Document
from workflow import chain
from workflow import verify as trail
from workflow.machine import Stateful
from workflow.models import Step
from workflow.trail import steps_of
from workflow.verify import Fault


def faults() -> Iterator[Fault]:
    """Every fault of the database, in the order trail, documents, books; none in an untouched one."""
    yield from trail.faults()
    for fault in files.verify():
        yield Fault(fault.subject, fault.message)
    for fault in access.faults():
        yield Fault(fault.subject, fault.message)
    yield from unproven_documents()
    yield from changed_texts()
    yield from faults_of_figures()
    yield from faults_of_the_books()


def unproven_documents() -> Iterator[Fault]:
    """Steps that rest on a document which no longer exists with that digest."""
    there = set(Document.objects.values_list("sha256", flat=True).distinct())
    for ref, payload in Step.objects.order_by("pk").values_list("pk", "payload").iterator(2000):
        for slot, digest in json.loads(payload).get("docs", []):
            if digest not in there:
                yield Fault(f"step {ref}", gettext("依据的材料“%(slot)s”已不是当时的文件") % {"slot": slot})


def changed_texts() -> Iterator[Fault]:
    """Applications, forms, papers for a meeting and configurations that are not the text whose digest was kept."""
    for row in Application.objects.select_related("project").order_by("pk").iterator(500):
        kept = chain.digest(row.answers) == row.digest
        if not kept or not proven(row.project, "application", f"v{row.number}", row.digest):
            yield Fault(f"grants.Application {row.pk}", gettext("申报书内容与提交时不符"))
    for form in FormVersion.objects.order_by("pk"):
        if chain.digest(form.text) != form.digest:
            yield Fault(f"grants.FormVersion {form.pk}", gettext("申报书的问题与当时的不符"))
    for paper in DecisionPaper.objects.order_by("pk"):
        if chain.digest(paper.text) != paper.digest:
            yield Fault(f"grants.DecisionPaper {paper.pk}", gettext("审定参考内容与保存时不符"))
    for version in Configuration.objects.select_related("round").order_by("pk"):
        kept = parsed(version.text).digest() == version.digest
        if not kept or not proven(version.round, "configuration", f"v{version.number}", version.digest):
            yield Fault(f"grants.Configuration {version.pk}", gettext("轮次配置与登记时不符"))


def proven(record: Stateful, kind: str, name: str, digest: str) -> bool:
    """Whether a step of the record proved this fact."""
    fact = chain.canonical([kind, name, digest])
    return steps_of(record).filter(payload__contains=fact).exists()
