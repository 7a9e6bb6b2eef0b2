"""ISO 20022 customer credit transfer initiation: pain.001.001.03 and .09, one payment information for the batch.

Source: ISO 20022 message definitions, CustomerCreditTransferInitiationV03 and V09; elements in the order of the schema.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from django.utils.translation import gettext

from workflow.refusals import Refusal, Refused

if TYPE_CHECKING:
    from grants.funds.banking.shapes import Payer
    from grants.funds.banking.writing import About, PayLine

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:{}"
MOST_NAME, MOST_ID, MOST_WORDS = 140, 35, 140
FORBIDDEN: Final = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def message(version: str, payer: Payer, lines: Sequence[PayLine], about: About) -> bytes:
    """The message as UTF-8. Raises Refused without a payer, or for an identifier longer than the standard allows."""
    if not payer.account or not (payer.name or about.payer) or not (payer.cnaps or payer.bank):
        said = gettext("这种格式要写我方的户名、账号和开户行：请复制一份模板，填好 payer，再用它。")
        raise Refused([Refusal("no_payer", said, at="template")])
    root = ET.Element("Document", {"xmlns": NAMESPACE.format(version)})
    body = ET.SubElement(root, "CstmrCdtTrfInitn")
    moment = dt.datetime.combine(about.day, dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=8)))
    total = _yuan(sum(line.fen for line in lines))
    head = ET.SubElement(body, "GrpHdr")
    _leaf(head, "MsgId", _id(about.batch))
    _leaf(head, "CreDtTm", moment.isoformat())
    _leaf(head, "NbOfTxs", str(len(lines)))
    _leaf(head, "CtrlSum", total)
    _named(head, "InitgPty", payer.name or about.payer)
    info = ET.SubElement(body, "PmtInf")
    _leaf(info, "PmtInfId", _id(about.batch))
    _leaf(info, "PmtMtd", "TRF")
    _leaf(info, "NbOfTxs", str(len(lines)))
    _leaf(info, "CtrlSum", total)
    _day(info, version, about.day)
    _named(info, "Dbtr", payer.name or about.payer)
    _account(info, "DbtrAcct", payer.account)
    _agent(info, "DbtrAgt", payer.cnaps, payer.bank)
    for line in lines:
        _transfer(info, line)
    ET.indent(root)
    declared = b'<?xml version="1.0" encoding="UTF-8"?>\n'
    return declared + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _day(info: ET.Element, version: str, day: dt.date) -> None:
    """Version 09 has a choice of day or moment where version 03 has a day."""
    if version.endswith(".09"):
        _leaf(ET.SubElement(info, "ReqdExctnDt"), "Dt", day.isoformat())
    else:
        _leaf(info, "ReqdExctnDt", day.isoformat())


def _transfer(info: ET.Element, line: PayLine) -> None:
    made = ET.SubElement(info, "CdtTrfTxInf")
    _leaf(ET.SubElement(made, "PmtId"), "EndToEndId", _id(line.end_to_end))
    amount = ET.SubElement(ET.SubElement(made, "Amt"), "InstdAmt", {"Ccy": "CNY"})
    amount.text = _yuan(line.fen)
    _agent(made, "CdtrAgt", line.cnaps, line.bank)
    _named(made, "Cdtr", line.holder)
    _account(made, "CdtrAcct", line.account_no)
    _leaf(ET.SubElement(made, "RmtInf"), "Ustrd", line.purpose[:MOST_WORDS])


def _agent(parent: ET.Element, tag: str, cnaps: str, bank: str) -> None:
    """The bank by its 12 figures of the national clearing system, and by its name."""
    inside = ET.SubElement(ET.SubElement(parent, tag), "FinInstnId")
    if cnaps:
        member = ET.SubElement(inside, "ClrSysMmbId")
        _leaf(ET.SubElement(member, "ClrSysId"), "Cd", "CNAPS")
        _leaf(member, "MmbId", cnaps)
    if bank:
        _leaf(inside, "Nm", bank[:MOST_NAME])


def _account(parent: ET.Element, tag: str, number: str) -> None:
    other = ET.SubElement(ET.SubElement(ET.SubElement(parent, tag), "Id"), "Othr")
    _leaf(other, "Id", number)


def _named(parent: ET.Element, tag: str, name: str) -> None:
    _leaf(ET.SubElement(parent, tag), "Nm", name[:MOST_NAME])


def _leaf(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = FORBIDDEN.sub("", text)


def _id(text: str) -> str:
    if len(text) > MOST_ID:
        said = gettext("编号“%(text)s”超过 %(n)s 个字，标准不允许。") % {"text": text, "n": MOST_ID}
        raise Refused([Refusal("id_too_long", said, at="template")])
    return text


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
