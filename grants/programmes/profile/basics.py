"""What a profile says about the round itself: its size, who may apply, times, documents, duties afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal

from django.utils.translation import get_language

from grants.kernel.periods import Unit
from grants.programmes.profile.form import Form
from grants.programmes.profile.kinds import Clock, Code, Count, Fen, FormField, Months, Percent, Record
from grants.programmes.profile.reader import Shape, Span
from grants.programmes.profile.words import Worded
from workflow.lifecycle import Stage


@dataclass(frozen=True)
class Programme:
    """The programme the rounds belong to."""

    code: Annotated[str, Shape(r"[A-Z]{2,8}")]
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class MonthRange:
    """Months of implementation a team may choose."""

    min: Months
    default: Months
    max: Months


City = Literal[
    "330100", "330200", "330300", "330400", "330500", "330600", "330700", "330800", "330900", "331000", "331100"
]
"""A prefecture of Zhejiang by its division code. Source: zhejiang_divisions.csv."""


@dataclass(frozen=True)
class OwnQuota:
    """A prefecture that has other places than its counties make."""

    city: City
    places: Count


@dataclass(frozen=True)
class Quota:
    """How many projects may be recommended; a prefecture has its counties' places and its direct ones, or its own."""

    scope: Literal["prefecture", "county"]
    per_county: Count
    prefecture_direct: Count
    university_pool: Count
    own: tuple[OwnQuota, ...] = ()


@dataclass(frozen=True)
class RoundPlan:
    """Size and money of one round."""

    planned_projects: Annotated[int, Span(1, 10_000)]
    envelope_fen: Fen
    grant_min_fen: Fen
    grant_max_fen: Fen
    implementation_months: MonthRange
    one_application_per_team: bool
    quota: Quota


@dataclass(frozen=True)
class Condition(Worded):
    """One condition of eligibility that a person confirms."""

    key: Code
    zh: str
    en: str = ""


@dataclass(frozen=True)
class Eligibility:
    """Who may apply: three figures the system checks itself, and conditions a person confirms."""

    min_members: Count
    core_members: Count
    operating_months: Count
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class FieldOfService(Worded):
    """A field of service to choose from."""

    code: Code
    zh: str
    group: str
    enabled: bool = True
    en: str = ""


@dataclass(frozen=True)
class OnSite:
    """When a mid-term check needs a visit: any one of these."""

    grant_above_fen: Fen
    months_above: Months
    flagged: bool
    sample_pct: Percent


@dataclass(frozen=True)
class Midterm:
    """The mid-term check: how much of the period has passed by then, and when it is on site."""

    at_pct: Percent
    on_site_when: OnSite


@dataclass(frozen=True)
class FormSize:
    """How much an application form may ask for; None where there is no limit."""

    max_activities: Count
    min_indicators: Count
    max_screens: Count | None = None
    max_required_inputs: Count | None = None


@dataclass(frozen=True)
class FieldRule:
    """What a round asks otherwise than the form as it is shipped: whether at all, whether it must be, how long.

    What says nothing of `required` or `most` is as shipped.
    """

    name: FormField
    shown: bool = True
    required: bool | None = None
    most: Annotated[int, Span(10, 3000)] | None = None


@dataclass(frozen=True)
class ApplicationProfile:
    """Which form a round takes and how much it may ask for: one that is shipped, or one of its own in `form`.

    `fields` is what earlier rounds asked otherwise than the shipped short form.
    """

    default: Literal["short", "full"]
    short: FormSize
    full: FormSize
    fields: tuple[FieldRule, ...] = ()
    form: Form | None = None

    @property
    def size(self) -> FormSize:
        """How much the form that the round takes may ask for."""
        return self.full if self.default == "full" else self.short


@dataclass(frozen=True)
class Deadline:
    """A time allowed, in working days (wd) or calendar days (d); `min` is the least anyone may set."""

    value: Annotated[int, Span(1, 730)]
    unit: Unit
    min: Count | None = None


@dataclass(frozen=True)
class PublicityPeriod(Deadline):
    """How long a decision is shown to the public before it stands."""


APPEAL = Deadline(10, "wd")
"""How long a team that was not funded may object, where a round says nothing of it."""


@dataclass(frozen=True)
class Deadlines:
    """Every time allowed in a round, from its event to closing time."""

    closing_time: Clock
    call_open: Deadline
    return_for_edit: Deadline
    county_recommend: Deadline
    city_recommend: Deadline
    eligibility: Deadline
    supplement: Deadline
    review: Deadline
    publicity: PublicityPeriod
    objection_finding: Deadline
    sign_agreement: Deadline
    receipt_after_payment: Deadline
    midterm_report: Deadline
    rectification: Deadline
    closeout_report: Deadline
    acceptance: Deadline
    final_accounts: Deadline
    refund: Deadline
    public_result: Deadline
    interim_public_update: Deadline
    interim_public_update_above_months: Months
    appeal: Deadline = APPEAL

    @property
    def closing(self) -> time:
        """Closing time in Shanghai."""
        return time.fromisoformat(self.closing_time)

    def named(self, name: str) -> Deadline:
        """The time allowed under a name such as 'supplement'. Raises KeyError for any other name."""
        found = getattr(self, name, None)
        if not isinstance(found, Deadline):
            raise KeyError(name)
        return found


@dataclass(frozen=True)
class Sanctions:
    """What a breach costs."""

    breach_ban_years: Count
    late_closeout_ban_rounds: Count


@dataclass(frozen=True)
class Retention:
    """How long records are kept."""

    accounting_vouchers_years: Count
    project_archive_years: Count
    application_not_funded_years: Count


Family = Literal["photo", "pdf", "ofd", "xml", "word", "excel", "zip", "text"]
"""A kind of file as an officer names it; `storage.slots.FAMILIES` knows the types behind it."""
Seen = Literal["everybody", "no_reviewers", "covered", "money", "office"]
"""Who sees the documents of a slot: all with a part in the record, all but reviewers, who handles money, officers.

`covered`: all, but reviewers get a version in which the officer has blackened who it is, or none yet.
"""


@dataclass(frozen=True)
class Slot(Worded):
    """A place for documents in a record's checklist: must it be filled before the stage is left, may it hold many.

    Nothing in `takes` means every kind that is accepted at all; no `most` or `max_mb` means what holds for every file.
    `team`: beside what the deeds of its stage ask for, the team may add papers here by itself.
    """

    slot: Code
    zh: str
    required: bool = False
    many: bool = False
    record: Record = "project"
    en: str = ""
    takes: tuple[Family, ...] = ()
    most: Annotated[int, Span(2, 200)] | None = None
    max_mb: Annotated[int, Span(1, 2000)] | None = None
    seen_by: Seen = "everybody"
    team: bool = False
    hint: str = ""
    hint_en: str = ""

    @property
    def advice(self) -> str:
        """What to mind, as the reader reads."""
        return self.hint_en if self.hint_en and (get_language() or "").startswith("en") else self.hint


@dataclass(frozen=True)
class Room:
    """How much one project's papers may take in all, and how many they may be."""

    project_mb: Annotated[int, Span(1, 100_000)]
    project_files: Annotated[int, Span(1, 100_000)]


@dataclass(frozen=True)
class Checklist:
    """The document slots of each stage."""

    applications: tuple[Slot, ...]
    reviews: tuple[Slot, ...]
    awards: tuple[Slot, ...]
    implementation: tuple[Slot, ...]
    closeout: tuple[Slot, ...]
    settlement: tuple[Slot, ...]
    room: Room | None = None

    def of(self, stage: Stage, record: Record = "project") -> tuple[Slot, ...]:
        """The slots of one kind of record in one stage, in the order of the profile."""
        slots: tuple[Slot, ...] = getattr(self, stage.value)
        return tuple(slot for slot in slots if slot.record == record)
