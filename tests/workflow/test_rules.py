"""Named rules: registered once, asked in the order of the table, in the person's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.toy.models import BOX, Box
from workflow.refusals import Refusal, Refused
from workflow.rules import Ask, asks_of, refusals, registered, rule
from workflow.table import Move


def heavy(box: Any, actor: Any) -> Refusal | None:
    """A box must be heavy.

    More than a kilogram.
    """
    return None if box.weight > 1000 else Refusal("light", "太轻了")


def signed(box: Any, actor: Any, given: Any) -> Refusal | None:
    """A box must be signed."""
    return None if given.get("name") else Refusal("unsigned", "请签名", at="name")


rule(name="toy_heavy")(heavy)
rule(name="toy_signed", asks=(Ask("name", "姓名"),))(signed)
rule(name="toy_measured", asks=lambda box: tuple(Ask(f"side_{n}", "边长", "number") for n in range(box.looks)))(signed)


def test_reasons_come_in_the_order_of_the_table() -> None:
    found = refusals(("toy_signed", "nobody_wrote_this", "toy_heavy"), Box(weight=1), None, {})

    assert [reason.code for reason in found] == ["unsigned", "rule_missing", "light"]
    assert refusals(("toy_signed", "toy_heavy"), Box(weight=2000), None, {"name": "王"}) == []


def test_what_the_form_of_the_move_asks_for_is_told_apart() -> None:
    unsigned, light = refusals(("toy_signed", "toy_heavy"), Box(weight=1), None, {})

    assert (unsigned.asked, light.asked) == (True, False)


def test_a_rule_says_what_it_is_for() -> None:
    assert registered()["toy_heavy"].purpose == "A box must be heavy."


def test_a_rule_may_be_named_after_its_function() -> None:
    @rule
    def toy_round(box: Any, actor: Any) -> Refusal | None:
        return None

    assert (registered()["toy_round"].check, registered()["toy_round"].purpose) == (toy_round, "")


def test_a_second_rule_of_a_name_is_a_mistake() -> None:
    def impostor(box: Any, actor: Any) -> Refusal | None:
        return None

    impostor.__module__ = "grants.somewhere.rules"
    with pytest.raises(ValueError, match="Two rules are called toy_heavy"):
        rule(name="toy_heavy")(impostor)
    rule(name="toy_heavy")(heavy)  # a module loaded again is no second rule


def test_a_rule_takes_only_what_it_is_handed() -> None:
    def greedy(box: Any, actor: Any, given: Any, deed: Any, more: Any) -> Refusal | None:
        return None

    with pytest.raises(ValueError, match="The rule greedy takes"):
        rule(greedy)
    with pytest.raises(ValueError, match="The rule lonely takes"):
        rule(name="lonely")(lambda: None)


def test_a_kind_that_no_form_knows_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"slip is asked for as 'dokument'; a kind is one of: text, .*document"):
        Ask("slip", "回单", "dokument")


def test_a_form_asks_for_each_thing_once_and_by_the_records_own_measure() -> None:
    names = ("toy_signed", "toy_measured", "nobody_wrote_this", "toy_signed")
    deed = Move("sign", ("open",), "packed", by=("team_leader",), label="签收", rules=names)

    assert [ask.name for ask in asks_of(deed, Box(looks=2))] == ["name", "side_0", "side_1"]
    assert asks_of(deed, Box(looks=0), by_paper=True) == asks_of(deed, Box(looks=0))
    assert [ask.name for ask in asks_of(BOX.deeds["ship"], Box(), by_paper=True)] == ["slip", "signer"]


def test_a_refusal_reads_as_one_sentence() -> None:
    refused = Refused([Refusal("a", "太轻了"), Refusal("b", "没签名")])

    assert (str(refused), refused.codes) == ("太轻了；没签名", ("a", "b"))


def test_a_rule_may_ask_which_deed_it_guards() -> None:
    def only_sealing(box: Any, actor: Any, given: Any, deed: Any) -> Refusal | None:
        return None if deed.name == "seal" else Refusal("not_sealing", "这条规则只管封箱")

    rule(name="toy_only_sealing")(only_sealing)

    told = [refusals(("toy_only_sealing",), Box(), None, {}, BOX.deeds[name]) for name in ("seal", "pack")]
    assert [[reason.code for reason in reasons] for reasons in told] == [[], ["not_sealing"]]
