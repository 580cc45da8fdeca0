"""What does shap make of a small gradient boosting model? Writes the figures that tests/kernels reads.

Run it in the peers' own environment:

    make bench-env
    benchmarks/environment/.venv/bin/python benchmarks/environment/tree_shap_figures.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import shap
from sklearn.ensemble import HistGradientBoostingClassifier

OUT = Path(__file__).parents[2] / "tests" / "kernels" / "tree_shap.json"
NOTE = (
    "shap.TreeExplainer(model, feature_perturbation='tree_path_dependent').shap_values(rows) of a "
    "HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=8, learning_rate=.3, random_state=0) on 400 invented "
    "rows of 5 numbers, some missing. Null stands for a missing number."
)
FIELDS = ("value", "count", "feature_idx", "num_threshold", "missing_go_to_left", "left", "right", "is_leaf")


def main() -> None:
    """Fit, explain and write."""
    rng = np.random.default_rng(0)
    design = rng.normal(size=(400, 5)).round(2)
    outcome = design[:, 0] * design[:, 1] + design[:, 2] + rng.normal(size=400) > 0
    design[rng.random(design.shape) < 0.1] = np.nan
    model = HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=8, learning_rate=0.3, random_state=0)
    model.fit(design, outcome)
    rows = design[:12]
    explainer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    trees = [predictor.nodes for (predictor,) in model._predictors]  # noqa: SLF001 - the trees have no public name
    figures = {
        "made_by": "benchmarks/environment/tree_shap_figures.py",
        "versions": {name: version(name) for name in ("shap", "scikit-learn", "numpy")},
        "note": NOTE,
        "trees": [{name: nodes[name].tolist() for name in FIELDS} for nodes in trees],
        "baseline": float(model._baseline_prediction[0, 0]),  # noqa: SLF001 - nor has the mean they start from
        "rows": [[None if np.isnan(x) else x for x in row] for row in rows.tolist()],
        "contributions": explainer.shap_values(rows).tolist(),
        "expected": float(np.ravel(explainer.expected_value)[0]),
    }
    OUT.write_text(json.dumps(figures) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
