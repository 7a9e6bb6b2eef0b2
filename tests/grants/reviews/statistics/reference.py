"""Where the frozen figures of test_statistics.py come from: statsmodels' MixedLM on the same made scores.

python -m pip install statsmodels && python -m tests.grants.reviews.statistics.reference > …/reference.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from grants.reviews.statistics.ratings import Ratings, ratings_of

FROZEN = Path(__file__).with_name("reference.json")
CASES = {"usual": (24, 9, 5, 6.0, 4.0, 5.0), "lenient": (40, 12, 3, 7.0, 9.0, 3.0), "fair": (20, 8, 4, 6.0, 0.0, 5.0)}
"""Projects, reviewers, scores a project, and the spread in points of projects, reviewers and chance."""


def made(name: str) -> Ratings:
    """The scores of a case: half points, from a generator of its own that never changes."""
    projects, reviewers, each, *spread = CASES[name]
    state = sum(name.encode())

    def draw() -> float:
        nonlocal state
        total = 0.0
        for _time in range(12):
            state = (1_103_515_245 * state + 12_345) % 2**31
            total += state / 2**31
        return total - 6

    worth = [spread[0] * draw() for _one in range(projects)]
    hand = [spread[1] * draw() for _one in range(reviewers)]
    given = []
    for project in range(projects):
        for seat in range(each):
            reviewer = (project * 2 + seat * (1 + project % 2)) % reviewers
            points = 75 + worth[project] + hand[reviewer] + spread[2] * draw()
            given.append((project, reviewer, round(2 * min(100, max(0, points))) / 2))
    return ratings_of(given)


def by_statsmodels(ratings: Ratings) -> dict[str, Any]:
    """Variances and effects as statsmodels finds them by REML, in its most careful setting."""
    import pandas as pd  # noqa: PLC0415 -- nothing that runs needs it
    from statsmodels.regression.mixed_linear_model import MixedLM  # noqa: PLC0415

    rows = pd.DataFrame({"points": ratings.points, "project": ratings.project, "reviewer": ratings.reviewer})
    parts = {"project": "0 + C(project)", "reviewer": "0 + C(reviewer)"}
    model = MixedLM.from_formula("points ~ 1", rows, groups=np.ones(len(rows)), vc_formula=parts)
    found = model.fit(reml=True, method=["powell", "lbfgs", "bfgs"], gtol=1e-12, xtol=1e-12, ftol=1e-14, maxiter=5000)
    effects = found.random_effects[1.0]
    return {
        "mean": float(found.fe_params.iloc[0]),
        "variances": [float(found.scale), *(float(one) for one in found.vcomp)],
        "projects": [float(effects[f"project[C(project)[{n}]]"]) for n in range(len(ratings.projects))],
        "reviewers": [float(effects[f"reviewer[C(reviewer)[{n}]]"]) for n in range(len(ratings.reviewers))],
    }


if __name__ == "__main__":
    print(json.dumps({name: by_statsmodels(made(name)) for name in CASES}, indent=1))
