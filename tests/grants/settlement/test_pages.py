"""The pages of a project's money: vouchers one by one, the statement that foots, the file and the certificate."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.desk.commands import act
from grants.settlement.models import Voucher
from storage.models import Sheet
from tests.factories import PDF
from tests.grants.desk.test_photos import a_photo
from tests.grants.desk.visiting import Visitor, text
from tests.grants.running import FIRST, World, made, world
from tests.grants.settlement.acts import confirm, decide, digits, file
from workflow.lifecycle import ProjectState as S
from workflow.models import Step

__all__ = ["made", "world"]


def typed(**changed: Any) -> dict[str, Any]:
    """A voucher as it is typed on a phone: picture, amount, category, day, from whom, what, number."""
    photo = SimpleUploadedFile("发票.pdf", PDF + digits().encode(), "application/pdf")
    said = {"photo": photo, "claimed_fen": "320.50", "category": "ACT_MATERIAL", "issued_on": "2026-08-20"}
    said |= {"seller": "杭州某某文化用品有限公司", "content": "训练耗材", "kind": "digital", "voucher_no": digits()}
    return said | changed


def test_a_voucher_is_entered_with_a_phone_and_the_next_one_asked_for(world: World):
    world.is_in(S.IN_PROGRESS)
    visitor = Visitor(world.payee_officer)
    answer = visitor.send("new_voucher", world.project.pk, **typed(), again="1")
    assert answer.url.endswith("/vouchers/new/")
    row = Voucher.objects.get()
    assert (row.claimed_fen, row.invoice.gross_fen) == (32_050, 32_050)
    assert "已登记1张" in visitor.open("new_voucher", world.project.pk)


def test_a_voucher_sent_twice_is_one(world: World):
    world.is_in(S.IN_PROGRESS)
    visitor = Visitor(world.payee_officer)
    form, said = visitor.hidden("new_voucher", world.project.pk), typed()
    for _twice in range(2):
        said["photo"].seek(0)
        visitor.post("new_voucher", world.project.pk, **(form | said))
    assert Voucher.objects.count() == 1


def test_a_number_that_was_used_before_is_explained_at_once_and_on_saving(world: World):
    world.is_in(S.IN_PROGRESS)
    number = digits()
    file(world, voucher_no=number)
    visitor = Visitor(world.payee_officer)
    told = text(visitor.post("voucher_known", world.project.pk, status=200, kind="digital", voucher_no=number))
    assert "这张票据已经登记过，是第 1 号凭证。" in told
    assert "没有登记过" in text(
        visitor.post("voucher_known", world.project.pk, status=200, kind="digital", voucher_no=digits())
    )
    page = text(visitor.send("new_voucher", world.project.pk, status=422, **typed(voucher_no=number)))
    assert "是第 1 号凭证" in page
    assert 'value="320.50"' in page


def test_finance_goes_from_one_voucher_to_the_next(world: World):
    world.is_paid()
    for fen in (100_000, 60_000):
        file(world, fen)
    world.is_in(S.FINAL_ACCOUNTS)
    visitor = Visitor(world.finance_officer)
    page = visitor.open("voucher", world.project.pk, 1)
    for words in ("第1张，共2张", "还有2张没有审核", 'value="1,000.00"', "票据照片"):
        assert words in page, words
    refused = text(visitor.send("voucher", world.project.pk, 1, status=422, accepted_fen="800.00", cut_reason=""))
    assert "请写明核减原因" in refused
    answer = visitor.send("voucher", world.project.pk, 1, accepted_fen="800.00", cut_reason="超出标准")
    assert answer.url.endswith("/vouchers/2/")
    visitor.send("voucher", world.project.pk, 2, accepted_fen="600.00")
    money = visitor.open("project_money", world.project.pk)
    for words in ("超出标准", "全部认可", "1,600.00", "1,400.00", "两边都平"):
        assert words in money, words


def test_nobody_else_decides_on_a_voucher(world: World):
    world.is_paid()
    file(world)
    world.is_in(S.FINAL_ACCOUNTS)
    page = Visitor(world.payee_officer).open("voucher", world.project.pk, 1)
    assert "认可多少" not in page
    form: dict[str, Any] = {"deed": "decide_voucher", "accepted_fen": "1000.00"}
    Visitor(world.payee_officer).post("voucher", world.project.pk, 1, status=422, **form)
    assert Voucher.objects.get().accepted_fen is None


def settled(world: World, spent: int = FIRST) -> None:
    """So much of the first tranche is spent and accepted, the accounts confirmed."""
    world.is_paid()
    voucher = file(world, spent, category="ACT_MATERIAL")
    world.is_in(S.FINAL_ACCOUNTS)
    decide(world, voucher)
    confirm(world)


def test_the_statement_foots_and_says_what_is_left(world: World):
    settled(world, 1_500_000)
    page = Visitor(world.finance_officer).open("project_accounts", world.project.pk)
    for words in ("分毫不差", "17,500.00", "15,000.00", "2,500.00", "两边都平", "财务确认", "收款单位手中还有结余"):
        assert words in page, words


def test_what_became_of_the_surplus_is_told_with_its_days(world: World):
    settled(world, 1_500_000)
    visitor = Visitor(world.finance_officer)
    visitor.send("project_accounts", world.project.pk, deed="ask_refund")
    page = visitor.open("project_accounts", world.project.pk)
    for words in ("通知退回结余", "2,500.00 元", "2026年9月1日", "已通知、还没退回"):
        assert words in page, words


def test_what_is_not_paid_any_more_goes_back_on_the_same_page(world: World):
    settled(world)
    visitor = Visitor(world.finance_officer)
    form: dict[str, Any] = {"deed": "release_undrawn", "version": str(world.project.version), "key": "release-1"}
    world.project.refresh_from_db()
    form["version"] = str(world.project.version)
    for _twice in range(2):
        visitor.post("project_accounts", world.project.pk, **form)
    assert Step.objects.filter(move="release_undrawn").count() == 1
    assert "释放未拨资金" in visitor.open("project_accounts", world.project.pk)


def test_the_printed_statement_is_chinese_and_carries_both_equations(world: World):
    settled(world, 1_500_000)
    page = Visitor(world.payee_officer).open("accounts_sheet", world.project.pk)
    for words in ("情暖浙江项目经费决算表", "批准 25,000.00 ＝ 已拨 17,500.00", "持有 2,500.00", "执行率"):
        assert words in page, words


def test_the_file_lists_every_digest_and_what_is_missing(world: World):
    settled(world)
    act(world.project, "release_undrawn", actor=world.finance_officer)
    world.is_in(S.CLOSED)
    page = Visitor(world.officer).open("project_archive", world.project.pk)
    digest = Voucher.objects.get().document.sha256  # type: ignore[union-attr]
    for words in (digest, "缺", "打印结项证明"):
        assert words in page, words


def test_a_trail_that_was_altered_is_named(world: World):
    """The tests put the project into its states past the trail, so the chain does not hold, and the page says so."""
    settled(world)
    world.is_in(S.CLOSED)
    assert "留痕对不上" in Visitor(world.officer).open("project_archive", world.project.pk)


def test_there_is_a_certificate_only_when_the_project_is_closed(world: World):
    Visitor(world.officer).open("certificate", world.project.pk, status=404)
    settled(world)
    world.is_in(S.CLOSED)
    page = Visitor(world.team_leader).open("certificate", world.project.pk)
    for words in ("结项证明", "准予结项", "人民币壹万柒仟伍佰元整"):
        assert words in page, words


def test_a_stranger_finds_none_of_these_pages(world: World):
    stranger = Visitor(world.cast.stranger)
    for name in ("project_money", "new_voucher", "project_accounts", "accounts_sheet", "project_archive"):
        stranger.open(name, world.project.pk, status=404)


def test_the_two_sides_of_a_receipt_are_one_voucher(world: World):
    world.is_in(S.IN_PROGRESS)
    both = [a_photo("正面.jpg", grey=40), a_photo("反面.jpg", grey=80)]
    Visitor(world.payee_officer).send("new_voucher", world.project.pk, **typed(photo=both))
    document = Voucher.objects.get().document
    assert document
    assert document.media_type == "application/pdf"
    assert [one.photo.name for one in Sheet.objects.filter(document=document)] == ["正面.jpg", "反面.jpg"]
