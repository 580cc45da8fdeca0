"""How wrong are the standard models of attribution, where the truth is known?

Run alone: ``python benchmarks/attribution_truth.py [seeds [accounts]]``. Every scenario of the simulator is simulated
with 20 seeds and 2,000 accounts, unless told otherwise, and every strategy is held against the true effects. Prints the
least and the greatest mean of the strategies by scenario, writes every run, and draws error B.
"""

import json
import sys
import time

from _measure import RESULTS, report, size

from servicelead.columns.table import ResultTable
from servicelead.plots import AttributionErrorDisplay
from servicelead.studies import AttributionTruth, attribution_truth

FIGURES = (
    "money_error",
    "allocation_error",
    "sign_errors",
    "false_harms",
    "n_negative",
    "nil_share",
    "rank_correlation",
)


def by_scenario(study: AttributionTruth, dimension: str) -> ResultTable:
    """Return the least and the greatest mean among the strategies, of every figure in every scenario."""
    found = {figure: study.summary(figure, dimension) for figure in (*FIGURES, "harm_share", "anyway_share")}
    scenario = found["money_error"]["scenario"]
    names = list(dict.fromkeys(scenario.tolist()))
    columns: dict[str, list[str]] = {"scenario": names}
    for figure, table in found.items():
        means = [table["mean"][scenario == name] for name in names]
        columns[figure] = [f"{part.min():.2f} .. {part.max():.2f}" for part in means]
    return ResultTable(columns, title=f"by {dimension}, least and greatest mean of the strategies")


def main() -> None:
    """Score, print, write and draw."""
    seeds = size(20)
    n_accounts = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    begun = time.perf_counter()
    study = attribution_truth(seeds=range(seeds), n_accounts=n_accounts)
    figures: dict[str, float] = {"seconds": time.perf_counter() - begun}
    print(study)
    for dimension in ("touch_type", "team"):
        print(f"\n{by_scenario(study, dimension)}")
        for figure in FIGURES:
            means = study.summary(figure, dimension)["mean"]
            figures |= {
                f"{figure} by {dimension}, least": means.min(),
                f"{figure} by {dimension}, greatest": means.max(),
            }
    print()
    report(__file__, {name: float(value) for name, value in figures.items()})
    (RESULTS / "attribution_truth_runs.json").write_text(json.dumps(study.runs.to_dict()) + "\n")
    display = AttributionErrorDisplay.from_summary(study.summary("allocation_error"))
    display.figure_.savefig(RESULTS / "attribution_truth.svg")


if __name__ == "__main__":
    sys.exit(main())
