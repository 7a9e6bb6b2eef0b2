"""The configuration of a round as one immutable, checked value, read from YAML."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from hashlib import sha256
from importlib.resources import files
from operator import itemgetter
from typing import Any, Final

from grants.programmes.profile.basics import (
    APPEAL,
    ApplicationProfile,
    Checklist,
    Deadlines,
    Eligibility,
    FieldOfService,
    Midterm,
    Programme,
    Retention,
    RoundPlan,
    Sanctions,
    Slot,
)
from grants.programmes.profile.checks import CHECKS, check_lists
from grants.programmes.profile.form import plain
from grants.programmes.profile.money import BudgetRules, Disbursement
from grants.programmes.profile.reader import UNREAD, Fault, ProfileError, Reader
from grants.programmes.profile.retired import put_back, retired
from grants.programmes.profile.scoring import AcceptanceRule, Panel, Rubric, Sight
from workflow.lifecycle import Role

__all__ = ("Fault", "Profile", "ProfileError", "load_profile", "profile_text")


@dataclass(frozen=True)
class Profile:
    """Everything a round decides: its size, conditions, rubric, money, deadlines, documents, duties kept apart.

    `retired` is what an earlier text says that no longer decides anything: by place, only for its digest.
    """

    programme: Programme
    round: RoundPlan
    eligibility: Eligibility
    fields_of_service: tuple[FieldOfService, ...]
    incompatible_roles: tuple[tuple[Role, Role], ...]
    rubric: Rubric
    budget: BudgetRules
    disbursement: Disbursement
    midterm: Midterm
    acceptance: AcceptanceRule
    application_profile: ApplicationProfile
    deadlines: Deadlines
    sanctions: Sanctions
    retention: Retention
    checklist: Checklist
    retired: tuple[tuple[str, Any], ...] = field(default=(), metadata={UNREAD: True})

    @classmethod
    def parse(cls, text: str) -> Profile:
        """The profile a YAML (or canonical JSON) text holds. Raises ProfileError with every fault, line by line."""
        reader = Reader(CHECKS, retired)
        sections = reader.sections(text, cls)
        check_lists(sections, reader.fault)
        if reader.faults:
            raise ProfileError(reader.faults)
        return cls(**sections, retired=tuple(sorted(reader.dropped, key=itemgetter(0))))

    def canonical(self) -> str:
        """The same text for the same content, whatever its YAML looked like: JSON with sorted keys.

        What slots and forms came to say later is left out where nothing is said, and what an older version said that
        was retired since stands where it stood: older versions keep their digest.
        """
        content = asdict(self)
        for path, value in content.pop("retired"):
            put_back(content, path, value)
        lists = content["checklist"]
        content["checklist"] = {
            name: [_said(slot) for slot in slots] if name != "room" else slots
            for name, slots in lists.items()
            if name != "room" or slots
        }
        form = self.application_profile.form
        content["application_profile"]["form"] = plain(form) if form else None
        for later in ("fields", "form"):
            if not content["application_profile"][later]:
                del content["application_profile"][later]
        _review_said(content["rubric"])
        if self.deadlines.appeal == APPEAL:
            del content["deadlines"]["appeal"]
        _money_said(content["disbursement"])
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """SHA-256 of the canonical text, in hex: what a round's version is known by."""
        return sha256(self.canonical().encode()).hexdigest()


def _money_said(rules: dict[str, Any]) -> None:
    """Leave out what tranches came to say later, where nothing is said."""
    for scheme in rules["schemes"]:
        for tranche in scheme["tranches"]:
            if tranche["fen"] is None:
                del tranche["fen"]
            if not tranche["after_d"]:
                del tranche["after_d"]


def _review_said(rubric: dict[str, Any]) -> None:
    """Leave out what rubrics came to say later, where nothing is said."""
    if rubric["sight"] == asdict(Sight()):
        del rubric["sight"]
    if rubric["panel"] == asdict(Panel()):
        del rubric["panel"]
    if rubric["method"]["straddle_trigger"] is None:
        del rubric["method"]["straddle_trigger"]
    if not rubric["method"]["third_reviewer"]:
        del rubric["method"]["third_reviewer"]
    if not rubric["method"]["sample"]:
        del rubric["method"]["sample"]
    if rubric["method"]["draw"]:
        del rubric["method"]["draw"]
    if not rubric["method"]["by_sub"]:
        del rubric["method"]["by_sub"]
    for criterion in rubric["criteria"]:
        if not criterion["anchors"]:
            del criterion["anchors"]


LATER: Final = ("takes", "most", "max_mb", "seen_by", "team", "hint", "hint_en")
"""What a slot may say since checklists name kinds, sizes and readers."""


def _said(slot: dict[str, Any]) -> dict[str, Any]:
    unsaid = {part.name: part.default for part in fields(Slot) if part.name in LATER}
    return {name: value for name, value in slot.items() if name not in unsaid or value != unsaid[name]}


@cache
def load_profile(name: str) -> Profile:
    """A profile shipped with the package, such as 'qingnuan'. Raises FileNotFoundError for any other name."""
    return Profile.parse(profile_text(name))


def profile_text(name: str) -> str:
    """The YAML of a shipped profile, comments included: what an officer starts from."""
    shipped = {path.name: path for path in files("grants.programmes").joinpath("profiles").iterdir()}
    try:
        return shipped[f"{name}.yaml"].read_text(encoding="utf-8")
    except KeyError:
        raise FileNotFoundError(name) from None
