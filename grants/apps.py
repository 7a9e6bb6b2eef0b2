"""The grants package as a Django app: it plugs the domain into the engine and lets every stage register itself."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

STAGES = (
    "people",
    "programmes",
    "applications",
    "reviews",
    "awards",
    "funds",
    "implementation",
    "closeout",
    "settlement",
    "desk",
)


class GrantsConfig(AppConfig):
    """What a project is."""

    name = "grants"
    label = "grants"
    verbose_name = _("项目资助")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Rules, documents that are given, reactions in the order of the stages: a later stage reacts after an earlier.

        What reacts to a deed thus finds the documents given with it where they belong.
        """
        self._load("rules")
        import_module("grants.programmes.reactions").register_document_reactions()
        self._load("reactions")
        import_module("grants.desk.letters")
        self._plug()

    def _load(self, slot: str) -> None:
        for stage in STAGES:
            if find_spec(f"grants.{stage}.{slot}"):
                import_module(f"grants.{stage}.{slot}")

    def _plug(self) -> None:
        from grants.applications.guards import (  # noqa: PLC0415 -- models must be loaded first
            guard_recommending,
            guard_together,
        )
        from grants.awards.guards import guard_letters, guard_meetings, guard_schemes  # noqa: PLC0415 -- models must be loaded first
        from grants.desk.domain import Custody, Qingnuan, may_read  # noqa: PLC0415  models must be loaded first
        from grants.desk.filing import guard_documents  # noqa: PLC0415 -- models must be loaded first
        from grants.desk.reactions import tell_of_infection, tell_of_retake  # noqa: PLC0415 -- models must be loaded first
        from grants.desk.setup.guards import guard_rehearsals  # noqa: PLC0415 -- models must be loaded first
        from grants.funds.guards import guard_books  # noqa: PLC0415 -- models must be loaded first
        from grants.people.separation import guard_roles  # noqa: PLC0415 -- models must be loaded first
        from grants.programmes.freezing import guard_rounds  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.assigning.guards import guard_assigning  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.covering.guards import guard_covers  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.ledger import guard_scores  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.opinions.guards import guard_opinions  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.panel.guards import guard_panels  # noqa: PLC0415 -- models must be loaded first
        from grants.reviews.signing.guards import guard_signing  # noqa: PLC0415 -- models must be loaded first
        from storage.ports import plug as plug_reader  # noqa: PLC0415 -- models must be loaded first
        from storage.ports import plug_alarm, plug_custody, plug_retakes  # noqa: PLC0415 -- models must be loaded first
        from workflow import ports  # noqa: PLC0415 -- models must be loaded first

        ports.plug(Qingnuan())
        plug_reader(may_read)
        plug_custody(Custody())
        plug_alarm(tell_of_infection)
        plug_retakes(tell_of_retake)
        guard_documents()
        guard_roles()
        guard_rounds()
        guard_books()
        guard_together()
        guard_recommending()
        guard_rehearsals()
        guard_scores()
        guard_assigning()
        guard_meetings()
        guard_schemes()
        guard_opinions()
        guard_letters()
        guard_panels()
        guard_covers()
        guard_signing()
