"""The only writers of the books: every function joins the step `done` that it belongs to, which proves its entry.

Lock order: project, round, sources and tranches, entry. Amounts are fen.
"""

from __future__ import annotations

from grants.funds.commands.bank import divide_line, enter_statement, join_lines, make_files, note_line
from grants.funds.commands.closing import close, name_subjects, reopen
from grants.funds.commands.envelope import add_source, carry_over, commit, reallocate, withdraw_source
from grants.funds.commands.grant import oblige, release
from grants.funds.commands.payments import disburse, pay, take_back, use_line
from grants.funds.commands.posting import post, reverse
from grants.funds.commands.spending import add_interest, keep, receive_refund, spend, unspend, write_off

__all__ = [
    "add_interest",
    "add_source",
    "carry_over",
    "close",
    "commit",
    "disburse",
    "divide_line",
    "enter_statement",
    "join_lines",
    "keep",
    "make_files",
    "name_subjects",
    "note_line",
    "oblige",
    "pay",
    "post",
    "reallocate",
    "receive_refund",
    "release",
    "reopen",
    "reverse",
    "spend",
    "take_back",
    "unspend",
    "use_line",
    "withdraw_source",
    "write_off",
]
