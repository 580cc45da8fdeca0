"""Sets of accounts whose expansion is more or less foreseeable, and quick evaluations of them."""

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from servicelead._typing import BoolArray, FloatArray
from servicelead.propensity import Evaluation, evaluate

FOLDS = StratifiedGroupKFold(4, shuffle=True, random_state=0)


def foreseeable(n: int = 400, seed: int = 0, slope: float = 1.5) -> tuple[FloatArray, BoolArray]:
    """Return columns, the first of which foretells the outcome of about three rows in ten."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 3))
    return columns, rng.random(n) < 1 / (1 + np.exp(1 - slope * columns[:, 0]))


def evaluated(columns: Any, expanded: Any, **named: Any) -> Evaluation:
    """Evaluate a logistic regression, two rows per account."""
    settings = {"accounts": np.arange(len(expanded)) // 2, "cv": FOLDS} | named
    return evaluate(LogisticRegression(), columns, expanded, **settings)
