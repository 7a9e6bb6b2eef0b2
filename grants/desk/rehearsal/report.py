"""What a rehearsal came to: counts, money and the verdict, read from the rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib.contenttypes.models import ContentType

from grants.applications.models import Project
from grants.desk.verify import faults
from grants.funds.queries import standings
from workflow.lifecycle import MACHINES, PROJECT, ProjectState, RoundState
from workflow.machine import stateful_models
from workflow.models import Step
from workflow.verify import head_of_all

MONEY = ("granted", "paid", "undrawn", "released", "spent", "interest", "returned", "kept", "held")


def told(projects: int, seed: int) -> dict[str, Any]:
    """Counts by state and stage, money in fen over projects that reached an agreement, steps, heads, verdict."""
    states = Counter(Project.objects.exclude(round__state=RoundState.CANCELLED).values_list("state", flat=True))
    kind = ContentType.objects.get_for_model(Project)
    signed = Step.objects.filter(content_type=kind, target=ProjectState.AGREEMENT_SIGNED, move="sign_agreement")
    granted = list(Project.objects.filter(pk__in=signed.values("object_id")).order_by("pk"))
    stories = standings(granted)
    found = [str(fault) for fault in faults()]
    return {
        "projects": projects,
        "seed": seed,
        "states": {state: states[state] for state in PROJECT.states.values if states[state]},
        "stages": dict(Counter(PROJECT.stage_of(state) for state in states.elements())),
        "granted": len(granted),
        **{f"{name}_fen": sum(getattr(stories[project.pk], name) for project in granted) for name in MONEY},
        "endings": endings(),
        "never_made": never_made(),
        "steps": Step.objects.count(),
        "heads": head_of_all(),
        "seconds": 0,
        "verify": found or "ok",
    }


def endings() -> dict[str, dict[str, int]]:
    """For every machine the final states that were reached, with how many records came to each."""
    reached = {}
    for name, machine in MACHINES.items():
        models: list[Any] = [model for model in stateful_models() if model.machine().name == name]
        counts = Counter(state for model in models for state in model._base_manager.values_list("state", flat=True))
        reached[name] = {state: counts[state] for state in machine.final}
    return reached


def never_made() -> list[str]:
    """Moves and acts of the table that nobody made in this round: what the rehearsal did not try."""
    made = set(Step.objects.order_by().values_list("machine", "move").distinct())
    named = {(name, deed) for name, machine in MACHINES.items() for deed in machine.deeds}
    return sorted(f"{machine}.{deed}" for machine, deed in named - made)
