"""What is written of vouchers beside the one door: a better picture of one that finance has not judged yet."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from grants.applications.models import Project
from grants.settlement.models import Voucher
from grants.settlement.queries import judged_vouchers
from storage.models import Document
from workflow.actions import command
from workflow.refusals import Refusal, Refused


@command
def show_better_voucher(project: Project, old: Document, new: Document, *, actor: Any) -> int:
    """Every voucher of the locked project with the old picture shows the new one. -> how many.

    Raises Refused when finance has judged one of them by the old picture.
    """
    if judged_vouchers(project, old):
        raise Refused([Refusal("judged", gettext("这张凭证财务已经审核，照片不能再换。"))])
    return Voucher.objects.filter(project=project.pk, document=old.pk, accepted_fen__isnull=True).update(document=new)
