"""The database's own guards: each refuses raw SQL, and one that is missing, altered or switched off is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models.signals import post_migrate, pre_migrate
from django.db.utils import DatabaseError

from grants.desk.commands import act
from tests.toy import play
from tests.toy.domain import playing
from tests.toy.models import Box
from workflow import guards_sql
from workflow.apps import install as install_after
from workflow.checks import guards_are_installed
from workflow.guards_sql import Guard, compare, compare_edges, expected, install, installed, lifted, remove
from workflow.lifecycle import MACHINES
from workflow.machine import AppendOnly
from workflow.models import Edge, Incompatible, Step
from workflow.verify import faults

pytestmark = pytest.mark.django_db
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows neither TRUNCATE nor switches")

People = Callable[..., Any]


def sql(statement: str, *values: Any) -> None:
    """Past Django and past the engine, straight to the database."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refuses(statement: str, *values: Any) -> bool:
    try:
        sql(statement, *values)
    except DatabaseError:
        return True
    return False


def legal(source: str, target: str) -> bool:
    return source == target or (source, target) in set(MACHINES["box"].edges())


@pytest.mark.parametrize("source", Box.machine().states.values)
@pytest.mark.parametrize("target", Box.machine().states.values)
def test_the_database_lets_pass_exactly_the_edges_of_the_table(box: Box, source: str, target: str) -> None:
    with lifted():
        sql("UPDATE toy_box SET state = %s", source)

    assert refuses("UPDATE toy_box SET state = %s, version = version + 1", target) is not legal(source, target)


def test_no_state_changes_under_the_version_that_people_see(box: Box) -> None:
    assert refuses("UPDATE toy_box SET state = 'packed'")
    assert refuses("UPDATE toy_box SET state = 'packed', version = version - 1")
    assert not refuses("UPDATE toy_box SET state = 'packed', version = version + 1")


def test_a_record_begins_where_its_life_begins(box: Box) -> None:
    with pytest.raises(DatabaseError, match="begins at open"), transaction.atomic():
        Box.objects.create(state="sealed")


@pytest.mark.parametrize("column", ["version", "steps"])
def test_neither_version_nor_trail_falls(box: Box, column: str) -> None:
    assert refuses(f"UPDATE toy_box SET {column} = {column} - 1")
    assert not refuses(f"UPDATE toy_box SET {column} = {column} + 1")


def test_a_record_with_a_trail_stays_and_one_without_may_go(box: Box) -> None:
    assert refuses("DELETE FROM toy_box WHERE id = %s", box.pk)

    stray = Box.objects.create()
    assert not refuses("DELETE FROM toy_box WHERE id = %s", stray.pk)


def test_nothing_that_is_written_once_can_be_changed_or_deleted(person: People) -> None:
    play.sealed()
    act(play.new_box(key="k"), "pack", actor=person("team_leader"), key="k2")

    for model in ("workflow_step", "workflow_key", "workflow_proposal", "workflow_endorsement"):
        name = "role" if model != "workflow_key" else "fingerprint"
        assert refuses(f"UPDATE {model} SET {name} = 'x'"), model
        assert refuses(f"DELETE FROM {model}"), model


@postgresql
@pytest.mark.parametrize("table", ["toy_box", "workflow_step", "workflow_key", "workflow_proposal"])
def test_no_table_with_a_trail_is_emptied(box: Box, table: str) -> None:
    assert refuses(f"TRUNCATE {table} CASCADE")


def test_every_model_that_is_written_once_is_guarded() -> None:
    guarded = {found.table for found in expected() if found.name == "no_update"}

    assert {model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)} <= guarded


def step_of(box: Box, actor: Any, role: str, ref: str = "box:x:1") -> None:
    Step.objects.create(
        ref=ref,
        content_type=ContentType.objects.get_for_model(box),
        object_id=box.pk + 5000,
        machine="box",
        subject=f"box:{box.pk}",
        seq=1,
        version=1,
        move="look",
        target="open",
        actor=actor,
        role=role,
        at=Step.objects.earliest("at").at,
        payload="{}",
        digest="0" * 64,
    )


def test_the_database_refuses_two_roles_that_exclude_each_other(box: Box, person: People) -> None:
    install()  # with the toy's pairs
    leader = person("team_leader")

    with pytest.raises(DatabaseError, match="incompatible roles"), transaction.atomic():
        step_of(box, leader, "county_officer")
    step_of(box, leader, "reviewer")


def test_the_database_refuses_an_actor_who_has_endorsed_in_a_role_that_excludes_it(person: People) -> None:
    box = play.sealed()
    with playing(("business_lead", "cashier")):
        install()

        with pytest.raises(DatabaseError, match="incompatible roles"), transaction.atomic():
            step_of(box, person("business_lead"), "cashier")


def test_the_system_may_act_in_any_company(box: Box) -> None:
    install()
    step_of(box, None, "system")


def test_an_untouched_database_has_exactly_the_expected_guards() -> None:
    assert compare() == (set(), set())
    assert guards_are_installed(databases=["default"]) == []


def test_every_guard_has_a_name_of_its_own_that_postgresql_keeps_whole() -> None:
    names = [f"{guards_sql.PREFIX}{found.table}_{found.name}" for found in expected()]

    assert len(set(names)) == len(names)
    assert [name for name in names if len(name) > 63] == []


def drop(name: str) -> str:
    return f"DROP TRIGGER {name}" + (" ON toy_box" if connection.vendor == "postgresql" else "")


def test_a_dropped_trigger_is_named_and_comes_back() -> None:
    sql(drop("qn_toy_box_edge"))

    assert compare() == ({"qn_toy_box_edge"}, set())
    assert [found.msg for found in guards_are_installed(databases=["default"])] == ["Guard qn_toy_box_edge is missing"]
    install()
    assert compare() == (set(), set())


def test_a_trigger_that_has_been_made_harmless_is_named_and_comes_back(box: Box) -> None:
    sql(drop("qn_toy_box_edge"))
    if connection.vendor == "postgresql":
        harmless = (
            "CREATE OR REPLACE FUNCTION qn_toy_box_edge() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
        )
        sql(harmless)
        sql("CREATE TRIGGER qn_toy_box_edge BEFORE UPDATE ON toy_box FOR EACH ROW EXECUTE FUNCTION qn_toy_box_edge()")
    else:
        sql("CREATE TRIGGER qn_toy_box_edge BEFORE UPDATE ON toy_box FOR EACH ROW WHEN 1 = 0 BEGIN SELECT 1; END")
    assert not refuses("UPDATE toy_box SET state = 'sent', version = version + 1")

    assert compare() == ({"qn_toy_box_edge"}, {"qn_toy_box_edge"})
    install()
    assert compare() == (set(), set())


@postgresql
def test_a_trigger_that_is_switched_off_is_named_and_comes_back() -> None:
    sql("ALTER TABLE toy_box DISABLE TRIGGER qn_toy_box_edge")

    assert compare() == ({"qn_toy_box_edge"}, {"qn_toy_box_edge"})
    install()
    assert compare() == (set(), set())


def test_a_foreign_trigger_with_our_mark_is_named_and_removed() -> None:
    stranger = Guard("toy_box", "stranger", "DELETE", "1 = 0", "never")
    for statement in guards_sql.statements(stranger):
        sql(statement)

    assert compare() == (set(), {"qn_toy_box_stranger"})
    assert [found.msg for found in guards_are_installed(databases=["default"])] == [
        "Guard qn_toy_box_stranger is foreign"
    ]
    install()
    assert compare() == (set(), set())


def test_without_guards_there_are_none_and_installing_twice_is_once() -> None:
    remove()
    assert (installed(), compare()[0]) == ({}, set(guards_sql.wanted()))

    install()
    install()
    assert compare() == (set(), set())


def test_guards_are_back_after_the_block_whatever_happened_in_it() -> None:
    with pytest.raises(ZeroDivisionError), lifted():
        _ = 1 // len(installed())

    assert compare() == (set(), set())


def test_the_table_lies_in_the_database_as_rows() -> None:
    rows = set(Edge.objects.values_list("machine", "source", "target"))

    assert rows == {(machine.name, *edge) for machine in MACHINES.values() for edge in machine.edges()}


def test_an_edge_that_the_table_does_not_have_or_that_the_database_does_not_is_named() -> None:
    Edge.objects.create(machine="box", source="sent", target="open")
    Edge.objects.filter(machine="box", source="open", target="packed").delete()

    assert compare_edges() == ({"box: open → packed"}, {"box: sent → open"})
    assert [found.msg for found in guards_are_installed(databases=["default"])] == [
        "Edge box: open → packed is missing",
        "Edge box: sent → open is foreign",
    ]
    assert {fault.row for fault in faults()} == {"edge box: open → packed", "edge box: sent → open"}


def test_edges_and_pairs_that_are_no_longer_in_the_table_go() -> None:
    Edge.objects.create(machine="box", source="sent", target="open")
    Incompatible.objects.create(left="auditor", right="sysadmin")

    install()

    assert not Edge.objects.filter(machine="box", source="sent").exists()
    assert list(Incompatible.objects.values_list("left", "right")) == [("team_leader", "county_officer")]


def test_guards_stand_aside_before_migrations_and_return_after_them() -> None:
    workflow, grants = apps.get_app_config("workflow"), apps.get_app_config("grants")
    told = {"using": "default", "verbosity": 0, "interactive": False}

    pre_migrate.send(sender=workflow, app_config=workflow, **told)
    assert installed() == {}
    post_migrate.send(sender=workflow, app_config=workflow, **told)
    assert installed() == {}, "not before every table is there"
    post_migrate.send(sender=grants, app_config=grants, **told)
    assert compare() == (set(), set())


def test_another_database_is_left_alone() -> None:
    workflow, grants = apps.get_app_config("workflow"), apps.get_app_config("grants")

    pre_migrate.send(sender=workflow, app_config=workflow, using="archive", verbosity=0)
    assert compare() == (set(), set())
    remove()
    install_after(grants, "archive")
    assert installed() == {}


def test_the_check_keeps_still_without_a_database_or_its_tables() -> None:
    assert guards_are_installed(databases=None) == []
    assert guards_are_installed(databases=["archive"]) == []
    with lifted():
        sql("ALTER TABLE toy_tag RENAME TO toy_label")
        assert guards_are_installed(databases=["default"]) == []
        sql("ALTER TABLE toy_label RENAME TO toy_tag")


def test_the_check_says_that_the_database_did_not_answer() -> None:
    with connection.execute_wrapper(_silence):
        found = guards_are_installed(databases=["default"])

    assert [problem.id for problem in found] == ["workflow.W001"]


def _silence(execute: Any, *args: Any) -> Any:
    raise DatabaseError("gone")
