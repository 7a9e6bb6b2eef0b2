"""Modules say what they are for, migrations carry no triggers, and one django_fsm is installed, not two."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions

from tests.architecture.source import PACKAGES, ROOT, modules, tree

TRIGGER = re.compile(r"(create|replace|drop|alter)\s+trigger|guards_sql", re.IGNORECASE)


def test_every_module_says_what_it_is_for():
    assert [
        str(path.relative_to(ROOT)) for path in modules(*PACKAGES, "tests") if not ast.get_docstring(tree(path))
    ] == []


def test_no_migration_touches_triggers():
    migrations = [path for package in PACKAGES for path in (ROOT / package).rglob("migrations/*.py")]
    assert TRIGGER.search('RunSQL("""CREATE OR REPLACE\n TRIGGER t …""")')
    assert [path.name for path in migrations if TRIGGER.search(path.read_text(encoding="utf-8"))] == []


def test_one_engine_stands_behind_django_fsm():
    assert len(set(packages_distributions()["django_fsm"])) == 1


def test_only_the_engine_of_viewflow_is_installed(settings):
    assert "viewflow.workflow" in settings.INSTALLED_APPS
    assert "viewflow" not in settings.INSTALLED_APPS
