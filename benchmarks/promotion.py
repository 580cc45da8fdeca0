"""How often does the gate publish nothing, and how often something?

Run alone: ``python benchmarks/promotion.py [n_sets]``. Draws sets of 500 to 2,000 accounts of which 10 to 50% expand,
from ten columns of which five foretell it, so that whoever knew the law would rank with an AUC of .75. The expansion
classifier is judged on each set, and on the same set with its labels shuffled. Then the two real sets: one that must be
published, and one that must not (they need ``SERVICELEAD_DATA``).
"""

import csv
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from _measure import report, size
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold, TimeSeriesSplit

from servicelead.kernels.concordance import concordance
from servicelead.propensity import Decision, ExpansionClassifier, PromotionGate, evaluate

AUC = 0.75
N_COLUMNS, N_USED = 10, 5
_CROWD = np.random.default_rng(0).normal(size=20_000)


def slope_of(prior: float) -> tuple[float, float]:
    """The intercept and slope of a logistic law with a rate of events and an AUC of .75."""

    def intercept(slope: float) -> float:
        return float(brentq(lambda at: expit(at + slope * _CROWD).mean() - prior, -20, 20))

    def excess(slope: float) -> float:
        chance = expit(intercept(slope) + slope * _CROWD)
        # Everyone is an event as often as the chance says, and a non-event otherwise.
        twice = np.tile(chance, 2)
        is_event = np.repeat([True, False], len(chance))
        weights = np.where(is_event, twice, 1 - twice)
        right = concordance(twice, is_event, weights)
        return float((right * weights)[is_event].sum() / (weights[is_event].sum() * weights[~is_event].sum())) - AUC

    slope = float(brentq(excess, 0.1, 5))
    return intercept(slope), slope


def simulated(seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Columns and outcomes of one set."""
    rng = np.random.default_rng(seed)
    n, prior = int(rng.integers(500, 2_001)), float(rng.uniform(0.1, 0.5))
    columns = rng.normal(size=(n, N_COLUMNS))
    intercept, slope = slope_of(prior)
    signal = columns[:, :N_USED].sum(axis=1) / np.sqrt(N_USED)
    return columns, rng.random(n) < expit(intercept + slope * signal)


def decided(columns: Any, outcome: NDArray[np.bool_], accounts: Any = None, cv: Any = None, **bars: Any) -> Decision:
    """What the gate says of the expansion classifier on one set."""
    return PromotionGate(**bars).decide(
        evaluate(
            ExpansionClassifier(),
            columns,
            outcome,
            accounts=np.arange(len(outcome)) if accounts is None else accounts,
            cv=StratifiedGroupKFold(5, shuffle=True, random_state=0) if cv is None else cv,
        )
    )


def salvirt(folder: Path) -> Decision:
    """Opportunities of a seller of software services, apart by identical row: there is something to know."""
    with (folder / "salvirt_b2b" / "Salvirt_B2B_ML_dataset.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    won = np.array([row.pop("Status") == "Won" for row in rows])
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return decided(columns, won, ["|".join(row.values()) for row in rows])


def crm(folder: Path) -> Decision:
    """Closed opportunities of a CRM, walked forward in time: there is nothing to know, even of accounts met before."""
    with (folder / "crm_opportunities" / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["deal_stage"] in {"Won", "Lost"}]
    rows.sort(key=lambda row: (row["engage_date"], row["opportunity_id"]))
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in ("sales_agent", "account")}
    columns["product"] = [row["product"].replace("GTXPro", "GTX Pro") for row in rows]
    columns["month"] = [date.fromisoformat(row["engage_date"]).month for row in rows]
    won = np.array([row["deal_stage"] == "Won" for row in rows])
    # The same companies buy again and again, which alone would refuse it.
    return decided(columns, won, [row["account"] for row in rows], TimeSeriesSplit(5), max_acquainted_share=1.0)


def main() -> None:
    """Decide, count, print and write."""
    n_sets = size(200)
    begun = time.perf_counter()
    published = {"AUC .75": 0, "shuffled": 0}
    missed: dict[str, int] = {}
    for seed in range(n_sets):
        columns, outcome = simulated(seed)
        decision = decided(columns, outcome)
        published["AUC .75"] += decision.publish
        for check in decision.checks:
            missed[check.name] = missed.get(check.name, 0) + (not check.verdict.fires)
        shuffled = np.random.default_rng(seed).permutation(outcome)
        published["shuffled"] += decided(columns, shuffled).publish
    figures: dict[str, Any] = {f"published of {n_sets} sets, {name}": n for name, n in published.items()}
    figures |= {f"AUC .75 sets that missed the bar {name}": n for name, n in missed.items()}
    figures["seconds per set"] = (time.perf_counter() - begun) / n_sets / 2
    if "SERVICELEAD_DATA" in os.environ:
        folder = Path(os.environ["SERVICELEAD_DATA"])
        figures["salvirt_b2b is published"] = salvirt(folder).publish
        figures["crm_opportunities is published"] = crm(folder).publish
    report(__file__, figures, {f"published of {n_sets} sets, shuffled": 0.05 * n_sets})


if __name__ == "__main__":
    sys.exit(main())
