"""What the database itself refuses of a panel: a broken seal, marks by who may not, an agenda that changes."""

from __future__ import annotations

from grants.reviews.panel.models import (
    PanelClosing,
    PanelConsent,
    PanelDisclosure,
    PanelDraw,
    PanelDrop,
    PanelItem,
    PanelLook,
    PanelMark,
    PanelMember,
    PanelMinutes,
    PanelOut,
    PanelPresence,
    PanelRoll,
    PanelSession,
    PanelStage,
)
from workflow.guards_sql import Guard, guard

MODELS = (
    *(PanelSession, PanelMember, PanelPresence, PanelItem, PanelDrop, PanelDraw, PanelStage, PanelRoll, PanelOut),
    *(PanelMark, PanelClosing, PanelMinutes, PanelDisclosure, PanelConsent, PanelLook),
)
SHOWN = "h.stage = 'shown'"
T = {model.__name__.removeprefix("Panel").lower(): model._meta.db_table for model in MODELS}
DROPPED = f"{T['drop']} o"


def _there(tables: str, condition: str) -> str:
    """That there is such a row."""
    return f"EXISTS (SELECT 1 FROM {tables} WHERE {condition})"  # noqa: S608 -- names of ours


def _none(tables: str, condition: str) -> str:
    return f"NOT {_there(tables, condition)}"


def _at(stage: str, item: str) -> str:
    """That a project has come to this part."""
    return _there(f"{T['stage']} g", f"g.item_id = {item} AND g.stage = '{stage}'")


def guard_panels() -> None:
    """From now on these guards belong to the expected set."""
    _guard_agenda()
    _guard_meeting()
    _guard_marks()
    _guard_disclosure()


def _guard_agenda() -> None:
    draws, minutes, sessions = T["draw"], T["minutes"], T["session"]
    drawn = _there(f"{draws} d", "d.session_id = NEW.session_id")
    over = _there(f"{minutes} m", "m.session_id = NEW.session_id")
    open_one = _there(
        f"{sessions} s LEFT JOIN {minutes} m ON m.session_id = s.id", "s.round_id = NEW.round_id AND m.id IS NULL"
    )
    live = f"{T['item']} i LEFT JOIN {T['drop']} o ON o.item_id = i.id"
    twice = _there(live, "i.session_id = NEW.session_id AND i.project_id = NEW.project_id AND o.id IS NULL")
    shown = _at("shown", "NEW.item_id")
    guard(
        Guard(sessions, "one_at_a_time", "INSERT", open_one, "one panel of a round at a time"),
        Guard(T["member"], "before_draw", "INSERT", f"{drawn} OR {over}", "the panel is fixed before the draw"),
        Guard(T["item"], "before_draw", "INSERT", f"{drawn} OR {over}", "the agenda is fixed by the draw"),
        Guard(T["item"], "once", "INSERT", twice, "a project is on the agenda once"),
        Guard(T["drop"], "before_shown", "INSERT", shown, "what has been shown stays on the agenda"),
    )


def _guard_meeting() -> None:
    items, stages, rolls = T["item"], T["stage"], T["roll"]
    drawn = _there(f"{items} i JOIN {T['draw']} d ON d.session_id = i.session_id", "i.id = NEW.item_id")
    dropped = _there(DROPPED, "o.item_id = NEW.item_id")
    other = (
        f"{items} i JOIN {items} n ON n.session_id = i.session_id AND n.id <> i.id JOIN {stages} g ON g.item_id = n.id"
    )
    unfinished = (
        f"i.id = NEW.item_id AND {_none(f'{stages} h', 'h.item_id = n.id AND ' + SHOWN)}"
        f" AND {_none(DROPPED, 'o.item_id = n.id')}"
    )
    order = " OR ".join(
        f"(NEW.stage = '{later}' AND NOT {_at(sooner, 'NEW.item_id')})"
        for sooner, later in (("presenting", "asking"), ("asking", "scoring"), ("scoring", "shown"))
    )
    busy = f"NEW.stage = 'presenting' AND {_there(other, unfinished)}"
    live = f"{items} i LEFT JOIN {T['drop']} o ON o.item_id = i.id"
    left = f"i.session_id = NEW.session_id AND o.id IS NULL AND {_none(f'{stages} h', 'h.item_id = i.id AND ' + SHOWN)}"
    last = f"SELECT p.arrived FROM {T['presence']} p WHERE p.member_id = NEW.member_id ORDER BY p.id DESC LIMIT 1"  # noqa: S608
    same = f"(NEW.arrived AND COALESCE(({last}), 1 = 0)) OR (NOT NEW.arrived AND NOT COALESCE(({last}), 1 = 0))"
    over = _there(f"{T['member']} e JOIN {T['minutes']} m ON m.session_id = e.session_id", "e.id = NEW.member_id")
    foreign = _none(
        f"{items} i JOIN {T['member']} e ON e.session_id = i.session_id", "i.id = NEW.item_id AND e.id = NEW.member_id"
    )
    guard(
        Guard(stages, "drawn", "INSERT", f"NOT {drawn} OR {dropped}", "only what was drawn is gone through"),
        Guard(stages, "in_order", "INSERT", order, "presenting, asking, scoring, shown"),
        Guard(stages, "one_at_a_time", "INSERT", busy, "one project at a time"),
        Guard(rolls, "foreign", "INSERT", foreign, "the roll is that of the panel"),
        Guard(rolls, "before_marks", "INSERT", _at("asking", "NEW.item_id"), "the roll is called first"),
        Guard(T["presence"], "changes", "INSERT", same, "somebody comes who is away, or goes who is there"),
        Guard(T["presence"], "over", "INSERT", over, "the meeting is over"),
        Guard(T["minutes"], "all_done", "INSERT", _there(live, left), "the agenda is not finished"),
    )


def _guard_marks() -> None:
    """Nothing is shown before everybody who marks has locked, unless two people close; nothing is marked afterwards."""
    rolls, marks, outs = T["roll"], T["mark"], T["out"]
    waited = (
        "r.item_id = NEW.item_id AND r.standing = 'votes'"
        f" AND {_none(f'{marks} k', 'k.roll_id = r.id AND k.locked')} AND {_none(f'{outs} u', 'u.roll_id = r.id')}"
    )
    agreed = _there(f"{T['closing']} c", "c.item_id = NEW.item_id AND c.by_id <> NEW.by_id")
    sealed = f"NEW.stage = 'shown' AND {_there(f'{rolls} r', waited)} AND NOT {agreed}"
    voter = (
        f"r.id = NEW.roll_id AND r.standing = 'votes'"
        f" AND {_at('scoring', 'r.item_id')} AND NOT {_at('shown', 'r.item_id')}"
        f" AND {_none(f'{outs} u', 'u.roll_id = r.id')} AND {_none(DROPPED, 'o.item_id = r.item_id')}"
    )
    before = f"SELECT COUNT(*) FROM {marks} k WHERE k.roll_id = NEW.roll_id"  # noqa: S608 -- names of ours
    locked = _there(f"{marks} k", "k.roll_id = NEW.roll_id AND k.locked")
    gone = _there(f"{rolls} r", f"r.id = NEW.roll_id AND ({_at('shown', 'r.item_id')} OR r.standing <> 'votes')")
    chair = f"{T['item']} i JOIN {T['session']} s ON s.id = i.session_id"
    not_chair = _none(chair, "i.id = NEW.item_id AND s.chair_id = NEW.by_id")
    running = f"NOT {_at('scoring', 'NEW.item_id')} OR {_at('shown', 'NEW.item_id')}"
    guard(
        Guard(T["stage"], "sealed", "INSERT", sealed, "marks are sealed until all have locked"),
        Guard(marks, "voter", "INSERT", _none(f"{rolls} r", voter), "only who is on the roll marks, while it runs"),
        Guard(marks, "locked", "INSERT", locked, "what is locked stays"),
        Guard(marks, "in_turn", "INSERT", f"NEW.number <> 1 + ({before})", "versions follow one another"),
        Guard(outs, "before_shown", "INSERT", gone, "nobody leaves what has been shown"),
        Guard(T["closing"], "by_chair", "INSERT", f"{not_chair} OR {running}", "the chair closes the scoring"),
    )


def _guard_disclosure() -> None:
    asked = f"{T['disclosure']} d"
    own = _there(asked, "d.id = NEW.disclosure_id AND d.by_id = NEW.by_id")
    shown = _at("shown", "NEW.item_id")
    open_ = _there(
        f"{asked} JOIN {T['consent']} c ON c.disclosure_id = d.id",
        "d.id = NEW.disclosure_id AND d.by_id = NEW.by_id",
    )
    guard(
        Guard(T["disclosure"], "shown", "INSERT", f"NOT {shown}", "nothing is disclosed before it is shown"),
        Guard(T["consent"], "two_people", "INSERT", own, "a disclosure takes two people"),
        Guard(T["look"], "agreed", "INSERT", f"NOT {open_}", "nobody looks before another agreed"),
    )
