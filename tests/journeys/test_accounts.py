"""A voucher from a phone to finance's screen, and the accounts to their end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from grants.settlement.models import Voucher
from tests.factories import PDF, on
from tests.grants.running import World, build
from tests.grants.settlement.acts import digits
from tests.journeys.person import DESK, PHONE, Person
from tests.journeys.site import Site
from workflow.lifecycle import ProjectState as S


@pytest.fixture(scope="module")
def world(site: Site) -> World:
    """A project under agreement, its first tranche paid."""
    with on(2026, 7, 20):
        made = build()
    with on(2026, 8, 10):
        made.is_paid()
    made.is_in(S.IN_PROGRESS)
    site.is_at(dt.date(2026, 9, 1))
    return made


def test_a_voucher_goes_from_the_phone_to_the_statement(browser: Browser, site: Site, world: World, tmp_path: Path):
    """Entered at 390 px by the payee, decided on at 1280 px by finance, then in the statement that foots."""
    photo, faults = tmp_path / "fapiao.pdf", []
    photo.write_bytes(PDF + b"% a voucher\n")
    said = {"claimed_fen": "1,200.00", "category": "ACT_MATERIAL", "issued_on": "2026-08-20", "seller": "文化用品公司"}
    with Person(browser, site, width=PHONE) as payee:
        payee.is_(world.payee_officer).opens(f"/projects/{world.project.pk}/vouchers/new/")
        payee.types(photo=str(photo), **said, content="训练耗材", voucher_no=digits())
        payee.page.keyboard.press("Tab")
        payee.sees("这个号码没有登记过。")
        faults += payee.faults()
        payee.picture("voucher")
        payee.presses("保存", exact=True)
        payee.sees("1 · 训练耗材")
        faults += payee.faults()
        payee.picture("money")
    with site.moment():
        world.is_in(S.FINAL_ACCOUNTS)
    with Person(browser, site, width=DESK) as finance:
        finance.is_(world.finance_officer).opens(f"/projects/{world.project.pk}/vouchers/1/")
        faults += finance.faults()
        finance.types(accepted_fen="1,000.00", cut_reason="超出市场价")
        finance.presses("审核凭证")
        finance.sees("超出市场价")
        finance.opens(f"/projects/{world.project.pk}/accounts/")
        finance.sees("分毫不差", "核减了什么，为什么")
        faults += finance.faults()
        finance.picture("accounts")
    assert Voucher.objects.get().accepted_fen == 100_000
    assert not faults, "\n".join(faults)
