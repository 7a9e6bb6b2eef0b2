"""The solvers: the same optimum from all, no excluded pair ever, empty seats named, repairs that keep the rest."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from grants.reviews.assigning.solver import Judge, Problem, Solution, SolverMissing, Want, solver_named
from grants.reviews.assigning.solver.builtin import BuiltIn
from grants.reviews.assigning.solver.explaining import Changes, NotOptimal, comparable, joined
from grants.reviews.assigning.solver.joining import solve_joined
from grants.reviews.assigning.solver.problem import EMPTY, Pair

BUILTIN = BuiltIn()


def drawn(seed: int, *, kept: float = 0.05) -> Problem:
    """A small round by lot: holes in it, cities, least and most, some seats taken."""
    dice = random.Random(seed)
    wants = [Want(10 + a, dice.randint(0, 3)) for a in range(dice.randint(1, 8))]
    judges = []
    for j in range(dice.randint(1, 7)):
        least = dice.choice([0, 0, 1, 2])
        judges.append(Judge(100 + j, least, least + dice.randint(0, 4), dice.randint(0, 4)))
    pairs = [(want.project, judge.reviewer) for want in wants for judge in judges if dice.random() < 0.6]
    scores = {pair: dice.randint(0, 1000) if dice.random() < 0.7 else 500 for pair in pairs}
    seated = [pair for pair in scores if dice.random() < kept]
    return Problem.of(wants, judges, scores, kept=seated, balance=dice.choice([0, 20]), seed=dice.randint(1, 9))


def lawful(problem: Problem, found: Solution) -> None:
    """No excluded pair, nobody twice or over their most, one of a city, every seat filled or named."""
    new = [pair for pair in found.pairs if pair not in set(problem.kept)]
    city = {judge.reviewer: judge.city for judge in problem.judges}
    assert len(set(found.pairs)) == len(found.pairs)
    assert set(problem.kept) <= set(found.pairs)
    kept = Counter(pair.reviewer for pair in problem.kept)
    loads = Counter(pair.reviewer for pair in found.pairs)
    assert all(loads[judge.reviewer] <= max(judge.most, kept[judge.reviewer]) for judge in problem.judges)
    for a, j in new:
        assert problem.value(problem.project_at[a], problem.judge_at[j]) is not None
        assert all(city[other] != city[j] or not city[j] for b, other in found.pairs if b == a and other != j)
    holes = dict(found.empty)
    for a, want in enumerate(problem.wants):
        mine = sum(pair.project == want.project for pair in new)
        assert mine + holes.get(want.project, 0) == problem.open_seats(a)


def test_a_thousand_rounds_by_lot_have_the_same_optimum_in_both_solvers_and_nobody_where_they_must_not_be():
    flow = solver_named("flow")
    for seed in range(1000):
        problem = drawn(seed)
        mine, theirs = BUILTIN.solve(problem), flow.solve(problem)
        assert mine.objective == theirs.objective, seed
        lawful(problem, mine)
        lawful(problem, theirs)


def test_the_same_problem_has_the_same_answer_and_travels_as_text():
    problem = drawn(3)
    again = Problem.parse(problem.text())
    assert again == problem
    assert again.digest == problem.digest != drawn(4).digest
    found = BUILTIN.solve(problem)
    assert Solution.parse(found.text()) == found == BUILTIN.solve(again)


def test_seats_that_nobody_can_take_are_named():
    wants = [Want(1, 3), Want(2, 1)]
    judges = [Judge(7, 0, 5, 1), Judge(8, 0, 5, 1), Judge(9, 0, 5, 0)]
    scores = {(1, 7): 900, (1, 8): 800, (1, 9): 10}
    found = BUILTIN.solve(Problem.of(wants, judges, scores))
    assert found.pairs == ((1, 7), (1, 9))
    assert found.empty == ((1, 1), (2, 1))
    assert found.objective == 100 + 990 + 2 * EMPTY
    assert BUILTIN.solve(Problem.of([], [], {})).pairs == ()


def test_who_has_fewer_than_their_least_is_named_and_loads_are_even():
    scores = {(a, j): 500 for a in range(6) for j in (1, 2, 3)}
    even = BUILTIN.solve(Problem.of([Want(a, 1) for a in range(6)], [Judge(j, 0, 6, 0) for j in (1, 2, 3)], scores))
    assert Counter(pair.reviewer for pair in even.pairs) == {1: 2, 2: 2, 3: 2}
    least = BUILTIN.solve(Problem.of([Want(0, 1)], [Judge(1, 1, 2, 0), Judge(2, 2, 2, 0)], {(0, 1): 900, (0, 2): 0}))
    assert (least.pairs, least.short) == (((0, 1),), ((2, 2),))


def test_a_repair_after_a_decline_leaves_everybody_else_where_they_are():
    for seed in range(200):
        problem = drawn(seed, kept=0)
        first = BUILTIN.solve(problem)
        if not first.pairs:
            continue
        gone = random.Random(seed).choice(first.pairs)
        rest = tuple(pair for pair in first.pairs if pair != gone)
        scores = {
            (problem.wants[a].project, problem.judges[j].reviewer): 1000 - cost
            for a in range(len(problem.wants))
            for j, cost in problem.candidates(a)
        }
        del scores[gone]
        repaired = BUILTIN.solve(Problem.of(problem.wants, problem.judges, scores, kept=rest))
        assert set(rest) <= set(repaired.pairs)
        assert gone not in repaired.pairs


def test_why_not_another_is_answered_to_the_point():
    asked = 0
    for seed in range(150):
        problem = drawn(seed)
        found = BUILTIN.solve(problem)
        changes = Changes(problem, found)
        for a, want in enumerate(problem.wants):
            for other in changes.others(want.project) if problem.open_seats(a) else ():
                forced = replace(problem, kept=tuple(sorted((*problem.kept, Pair(want.project, other.reviewer)))))
                j = problem.judge_at[other.reviewer]
                if forced.kept_loads[j] > problem.judges[j].most:
                    assert other.more is None
                    continue
                assert other.more == BUILTIN.solve(forced).objective + 1000 - other.value - found.objective
                asked += 1
    assert asked > 200


def test_what_one_more_reviewer_gains_is_what_solving_anew_gains():
    for seed in range(150):
        problem = drawn(seed, kept=0)
        changes = Changes(problem, before := BUILTIN.solve(problem))
        scores = {
            (want.project, judge.reviewer): value
            for a, want in enumerate(problem.wants)
            for j, judge in enumerate(problem.judges)
            if (value := problem.value(a, j)) is not None
        }
        costs = [(want.project, 300) for want in problem.wants]
        more = scores | {(project, 999): 700 for project, _cost in costs}
        judges = [*problem.judges, Judge(999, 0, 1, 2)]
        after = BUILTIN.solve(Problem.of(problem.wants, judges, more, balance=problem.balance))
        assert changes.gain_of(2, costs) == before.objective - after.objective, seed


def test_an_answer_that_can_be_better_is_found_out():
    problem = Problem.of([Want(1, 1)], [Judge(1, 0, 1, 0), Judge(2, 0, 1, 0)], {(1, 1): 900, (1, 2): 100})
    worse = replace(BUILTIN.solve(problem), pairs=(Pair(1, 2),))
    with pytest.raises(NotOptimal):
        Changes(problem, worse)


def test_reviewers_who_would_not_be_comparable_are_joined_by_a_seat_or_two():
    scores = {(a, j): 900 if (a < 2) == (j < 2) else 300 for a in range(4) for j in range(4)}
    problem = Problem.of([Want(a, 2) for a in range(4)], [Judge(j, 0, 3, 0) for j in range(4)], scores)
    apart = BUILTIN.solve(problem)
    assert joined(apart) == [[0, 1], [2, 3]]
    assert not comparable(apart).connected
    together = solve_joined(BUILTIN, problem)
    assert len(joined(together)) == 1
    assert len(together.bridges) == 1
    assert together.score == apart.score - 600
    lawful(problem, together)


def test_bridges_never_break_a_rule():
    for seed in range(300):
        problem = drawn(seed)
        found = solve_joined(BUILTIN, problem)
        lawful(problem, found)
        assert found.objective >= BUILTIN.solve(problem).objective


def test_the_worst_project_comes_first_where_that_is_asked_for():
    scores = {(1, 1): 1000, (1, 2): 500, (2, 1): 600, (2, 2): 50}
    problem = Problem.of([Want(1, 1), Want(2, 1)], [Judge(1, 0, 1, 0), Judge(2, 0, 1, 0)], scores)
    assert BUILTIN.solve(problem).pairs == ((1, 2), (2, 1))
    scores = {(1, 1): 1000, (1, 2): 300, (2, 1): 600, (2, 2): 50}
    problem = Problem.of([Want(1, 1), Want(2, 1)], [Judge(1, 0, 1, 0), Judge(2, 0, 1, 0)], scores)
    assert BUILTIN.solve(problem).pairs == ((1, 1), (2, 2))
    fair = solver_named("exact-fair").solve(problem)
    assert (fair.pairs, fair.proven) == (((1, 2), (2, 1)), True)
    for seed in range(6):
        lawful(drawn(seed), solver_named("exact-fair").solve(drawn(seed)))


def test_a_solver_nobody_knows_is_missing_and_nonsense_is_no_problem():
    with pytest.raises(SolverMissing):
        solver_named("oracle")
    with pytest.raises(ValueError, match="0 and 1000"):
        Problem.of([Want(1, 1)], [Judge(1, 0, 1, 0)], {(1, 1): 1001})
    with pytest.raises(ValueError, match="least"):
        Problem.of([Want(1, 1)], [Judge(1, 2, 1, 0)], {})
    with pytest.raises(ValueError, match="format"):
        Problem.parse('{"format":99}')
