"""What a bank says in ISO 20022: statements (camt.052, .053, .054) and answers (pain.002) as one table. For the helper.

Source: ISO 20022 message definitions BankToCustomerStatement, BankToCustomerDebitCreditNotification and
CustomerPaymentStatusReport; the elements looked for are those that all of their versions share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from storage.content.flaws import UNKNOWN, XML_DEEP, Flaw
from storage.content.texts import MAX_DEPTH, parse, strict_parser, text_of

HEADINGS: Final = (
    "reference",
    "endtoendid",
    "booking date",
    "amount",
    "direction",
    "status",
    "counterparty",
    "account",
    "summary",
    "reason",
)
ROOTS: Final = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn", "CstmrPmtStsRpt")
ROWS: Final = ("Ntry", "TxInfAndSts")
MOST_OF_ONE: Final = 1_000
Rows = list[list[str]]


class Node:
    """One element: its name without the namespace, its text, what is inside."""

    __slots__ = ("inside", "name", "text")

    def __init__(self, name: str) -> None:
        self.name = name
        self.text = ""
        self.inside: list[Node] = []

    def all(self, name: str) -> list[Node]:
        """The children of that name."""
        return [one for one in self.inside if one.name == name]

    def at(self, *ways: str) -> str:
        """The text at the first of the ways (A/B/C) that leads to one."""
        for way in ways:
            here: list[Node] = [self]
            for name in way.split("/"):
                here = [one for each in here for one in each.all(name)]
            if said := " ".join(one.text.strip() for one in here if one.text.strip()):
                return said[:MOST_OF_ONE]
        return ""


def entries(file: BinaryIO, most_rows: int) -> tuple[Rows, bool]:
    """The headings and one row for each transaction, and whether there are more than wanted. Raise `Flaw`."""
    reader = _Reader(most_rows)
    parser = strict_parser(" ")
    parser.StartElementHandler = reader.enter
    parser.EndElementHandler = reader.leave
    parser.CharacterDataHandler = reader.say
    parse(parser, (text.encode(errors="replace") for text in text_of(file)))
    if reader.root not in ROOTS:
        raise Flaw(UNKNOWN)
    return [list(HEADINGS), *reader.rows[:most_rows]], len(reader.rows) > most_rows


class _Reader:
    """Keeps the way down to where the parser is, and lets go of every transaction once it is a row."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.way: list[Node] = []
        self.rows: Rows = []
        self.root = ""
        self.made = ""

    def enter(self, name: str, _attributes: object) -> None:
        """An element begins."""
        if len(self.way) > MAX_DEPTH:
            raise Flaw(XML_DEEP)
        node = Node(name.rpartition(" ")[2])
        if len(self.way) == 1:
            self.root = node.name
        if self.way:
            self.way[-1].inside.append(node)
        self.way.append(node)

    def say(self, text: str) -> None:
        """Text inside it."""
        if self.way and len(self.way[-1].text) < MOST_OF_ONE:
            self.way[-1].text += text

    def leave(self, _name: str) -> None:
        """An element ends; a transaction becomes its rows."""
        node = self.way.pop()
        if node.name == "GrpHdr":
            self.made = node.at("CreDtTm", "CreDt")[:10]
        if node.name in ROWS and len(self.rows) <= self.most:
            self.rows += _entry(node) if node.name == "Ntry" else [_answer(node, self.made)]
            self.way[-1].inside.remove(node)


def _entry(entry: Node) -> Iterator[list[str]]:
    """One entry of the account; where the bank books several payments in one, a row for each."""
    deep = [one for details in entry.all("NtryDtls") for one in details.all("TxDtls")]
    own = entry.at("AcctSvcrRef", "NtryRef")
    day = entry.at("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10]
    for number, one in enumerate(deep or [entry], start=1):
        mark = entry.at("CdtDbtInd") if one is entry else one.at("CdtDbtInd") or entry.at("CdtDbtInd")
        whole = one is entry or len(deep) == 1
        money = one.at("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt") or (entry.at("Amt") if whole else "")
        reference = one.at("Refs/AcctSvcrRef") or (own if whole else f"{own}/{number}" if own else "")
        other, at = ("Cdtr", "CdtrAcct") if mark == "DBIT" else ("Dbtr", "DbtrAcct")
        back = entry.at("RvslInd").lower() in {"true", "1"}
        yield [
            reference,
            one.at("Refs/EndToEndId"),
            day,
            money,
            mark,
            "reversal" if back else "returned" if one.all("RtrInf") else "",
            one.at(f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm"),
            one.at(f"RltdPties/{at}/Id/Othr/Id", f"RltdPties/{at}/Id/IBAN"),
            one.at("RmtInf/Ustrd") or entry.at("AddtlNtryInf"),
            one.at("RtrInf/AddtlInf", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"),
        ]


def _answer(one: Node, day: str) -> list[str]:
    """The bank's answer to one instruction."""
    told = "OrgnlTxRef"
    return [
        one.at("AcctSvcrRef", "StsId"),
        one.at("OrgnlEndToEndId"),
        one.at("AccptncDtTm")[:10] or day,
        one.at(f"{told}/Amt/InstdAmt", f"{told}/Amt/EqvtAmt/Amt", f"{told}/IntrBkSttlmAmt"),
        "DBIT",
        one.at("TxSts"),
        one.at(f"{told}/Cdtr/Nm", f"{told}/Cdtr/Pty/Nm"),
        one.at(f"{told}/CdtrAcct/Id/Othr/Id", f"{told}/CdtrAcct/Id/IBAN"),
        one.at(f"{told}/RmtInf/Ustrd"),
        one.at("StsRsnInf/AddtlInf", "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry"),
    ]
