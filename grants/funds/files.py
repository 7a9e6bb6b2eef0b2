"""A file for the bank made again from what was fixed when its batch was frozen."""

from __future__ import annotations

import datetime as dt
import json

from django.utils.translation import gettext

from grants.funds.banking.shapes import PaymentShape, parse
from grants.funds.banking.writing import About, Written, read, render
from grants.funds.models import BatchFile
from grants.programmes.profile.reader import ProfileError
from workflow.refusals import Refusal, Refused


def bytes_of(file: BatchFile) -> bytes:
    """The very bytes that were fixed when the batch was frozen. Raises Refused when they cannot be made again."""
    text, name, code, day, payer = json.loads(file.shape)
    try:
        shape = parse(text)
        part = next(one for one in shape.files if one.name == name) if isinstance(shape, PaymentShape) else None
    except (ProfileError, StopIteration):
        part = None
    if part is None or not isinstance(shape, PaymentShape):
        raise Refused([_another(file)])
    about = About(code, dt.date.fromisoformat(day), payer)
    content = render(part, shape.payer, read(file.lines), about)
    if len(content) != file.size or Written(part, (), content).sha256 != file.sha256:
        raise Refused([_another(file)])
    return content


def _another(file: BatchFile) -> Refusal:
    said = gettext("“%(name)s”再做一遍和锁定时的不一样，没有给出。请联系管理员核对。")
    return Refusal("file_changed", said % {"name": file.name})
