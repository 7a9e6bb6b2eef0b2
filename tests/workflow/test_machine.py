"""The state of a record: only moves change it, and the database may always speak."""

from __future__ import annotations

import pytest
from django.db import models

from grants.desk.commands import act
from tests.toy import play
from tests.toy.models import BOX, Box
from workflow.machine import StateField, apply
from workflow.table import Back

pytestmark = pytest.mark.django_db


def test_a_state_cannot_be_assigned(box: Box) -> None:
    with pytest.raises(AttributeError):
        box.state = "sent"


def test_a_record_read_again_shows_the_state_of_the_database(box: Box) -> None:
    seen = Box.objects.get(pk=box.pk)
    act(box, "pack", actor=play.person("team_leader"))

    seen.refresh_from_db(fields=["weight"])
    assert seen.state == "open"
    seen.refresh_from_db(fields=["state"])
    assert seen.state == "packed"


def test_a_record_without_its_state_fetches_it(box: Box) -> None:
    assert Box.objects.only("weight").get(pk=box.pk).state == "open"


def test_a_record_knows_its_state_in_words_and_whether_it_has_ended(box: Box) -> None:
    assert (box.label, box.is_final) == ("打开", False)
    assert play.scrapped().is_final


def test_a_state_that_is_led_back_to_is_remembered(box: Box) -> None:
    apply(box, BOX.deeds["hold"])

    assert (box.state, box.held_from) == ("held", "open")
    apply(box, BOX.deeds["go_on"])
    assert box.state == "open"


def test_a_deed_knows_where_it_leads_and_who_has_a_part_in_it() -> None:
    hold, back, look, ship = (BOX.deeds[name] for name in ("hold", "go_on", "look", "ship"))

    assert (hold.targets, back.targets, look.targets) == (("held",), ("open", "packed"), ())
    assert (look.stays, hold.stays, isinstance(back.target, Back)) == (True, False, True)
    assert ship.roles == ("county_leader", "county_officer", "city_officer")


def test_a_migration_names_the_field_and_nothing_of_the_machine() -> None:
    field = Box._meta.get_field("state")

    _name, path, _args, options = field.deconstruct()
    assert (path, "machine" in options, options["default"]) == ("workflow.machine.StateField", False, "open")


def test_in_a_migration_the_state_is_a_mere_column() -> None:
    class Old(models.Model):
        state = StateField(default="open")

        class Meta:
            app_label = "toy"
            managed = False

        def __str__(self) -> str:
            return "old"

    record = Old()
    record.state = "anything"
    assert (record.state, [name for name in dir(Old) if name.startswith("fsm_")]) == ("anything", [])
