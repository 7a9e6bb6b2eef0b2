"""The file of one project: papers, steps and records beside it, whether its chains hold, and the seal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grants.applications.models import Project
from grants.closeout.models import Acceptance
from grants.closeout.queries import last_judgement
from grants.settlement.models import ArchivePackage
from storage.models import Attachment
from storage.queries import attachments_by_record
from workflow import chain
from workflow.models import Step
from workflow.trail import name_of
from workflow.verify import Fault, faults_of


@dataclass(frozen=True)
class File:
    """Everything that the archive keeps of a project."""

    project: Project
    records: list[Any]
    papers: list[tuple[Any, Attachment]]
    steps: list[Step]
    package: ArchivePackage | None
    acceptance: Acceptance | None


def file_of(project: Project) -> File:
    """The file as it stands."""
    beside: list[Any] = [*project.payments.order_by("pk"), *project.checks.order_by("pk")]
    beside += [*project.changes.order_by("pk"), *project.objections.order_by("pk")]
    records: list[Any] = [project, *beside]
    papers = [(record, paper) for record, found in attachments_by_record(records).items() for paper in found]
    steps = list(Step.objects.filter(subject=name_of(project)).select_related("actor", "behalf").order_by("at", "pk"))
    return File(
        project,
        records,
        papers,
        steps,
        ArchivePackage.objects.filter(project=project.pk).select_related("sealed_by").first(),
        last_judgement(project),
    )


def faults_in_file(file: File) -> list[Fault]:
    """What does not hold in the chains of the project and the records beside it; and a seal that was altered."""
    found = [fault for record in file.records for fault in faults_of(record, _of(file, record))]
    if file.package and chain.digest(file.package.manifest) != file.package.digest:
        found.append(Fault("archive", file.package.digest))
    return found


def _of(file: File, record: Any) -> list[Step]:
    """The steps of one record of the file, in their order."""
    name = record.machine().name
    mine = [step for step in file.steps if (step.machine, step.object_id) == (name, record.pk)]
    return sorted(mine, key=lambda step: step.seq)
