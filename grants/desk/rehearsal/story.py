"""The story from the call to the archive, scene by scene."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from grants.desk.rehearsal import awarding, bad_days, closing, opening, paying, recommending, reviewing, running
from grants.desk.rehearsal.cast import CROWD, gather
from grants.desk.rehearsal.fates import EARLY, REVIEW_LOTS, SMALLEST, deal
from grants.desk.rehearsal.play import Play
from grants.desk.rehearsal.world import World
from grants.people.enums import Level

START = dt.date(2025, 3, 3)


Watch = Callable[[str, World], None]
"""Told where the story has come to: "submitted", "at_cities", and the scenes of `child.SCENES`."""


def rehearse(projects: int, seed: int, text: str, *, bad_days: bool = False, watch: Watch | None = None) -> Play:
    """Play a whole round; afterwards every project is at an end and the round is archived.

    `watch` looks at the world between the scenes, at the time it is there; it changes nothing.
    Raises ValueError below the smallest round in which every ending has room, Refused where the rules of `text` refuse.
    """
    if projects < SMALLEST:
        message = f"演练至少需要 {SMALLEST} 个申报项目"
        raise ValueError(message)
    play = Play(seed, START)
    with play.running():
        looks = watch or _nobody_looks
        world = _until_recommended(play, projects, text, looks)
        looks("recommended", world)
        _until_signed(world, looks, misfortune=bad_days)
        looks("signed", world)
        _until_archived(world, looks, misfortune=bad_days)
        looks("archived", world)
    return play


def _nobody_looks(_scene: str, _world: World) -> None:
    """Nothing happens."""


def _until_recommended(play: Play, projects: int, text: str, looks: Watch) -> World:
    cast = gather(play, projects)
    at_level = {level: [n for n, team in enumerate(cast.teams) if team.guided_by.level == level] for level in Level}
    uncrowded = [number for number in at_level[Level.COUNTY] if number >= CROWD]
    eligible = {lot: uncrowded for lot, _per_hundred, _least in EARLY}
    eligible |= {lot: list(range(CROWD, projects)) for lot in REVIEW_LOTS}
    eligible |= dict.fromkeys(("direct_returns", "direct_declined"), at_level[Level.DIRECT])
    fates = deal(projects, play.dice, eligible=eligible)
    world = opening.set_up(play, cast, text)
    opening.cancel_another(world)
    opening.apply(world, fates)
    opening.extend(world)
    opening.close_call(world)
    opening.admit_late(world)
    looks("submitted", world)
    ranks = recommending.by_counties(world)
    looks("at_cities", world)
    recommending.by_cities(world, ranks)
    return world


def _until_signed(world: World, looks: Watch, *, misfortune: bool) -> None:
    reviewing.receive(world)
    reviewing.review(world)
    looks("reviewed", world)
    if misfortune:
        bad_days.before_notice(world)
    shortlist = awarding.deliberate(world)
    awarding.publish(world, shortlist)
    awarding.sign(world, shortlist)
    awarding.after_signing(world)
    awarding.sign(world, awarding.refill(world))
    awarding.settle_list(world)


def _until_archived(world: World, looks: Watch, *, misfortune: bool) -> None:
    cases = awarding.deal_late_lots(world)
    if misfortune:
        bad_days.deal_lots(cases)
    paying.pay_first(world, cases)
    running.begin(world)
    if misfortune:
        bad_days.in_the_first_weeks(world)
    running.run(world)
    looks("running", world)
    if misfortune:
        bad_days.half_way(world)
    running.period_ends(world)
    running.overdue_check(world)
    closing.close_out(world)
    closing.settle(world)
    world.round.refresh_from_db()
    closing.carry_on(world)
    world.play.do(world.round, "close_round", world.officer)
    closing.years_later(world)
