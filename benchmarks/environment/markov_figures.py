"""What do the peers' Markov chains make of the marketing paths? Writes the figures that tests/attribution reads.

Run it in the peers' own environment, with the folder of the reference data:

    make bench-env
    benchmarks/environment/.venv/bin/python benchmarks/environment/markov_figures.py DATA_FOLDER
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ChannelAttribution
import pandas as pd
from do_attribution import MarkovAttribution

OUT = Path(__file__).parents[2] / "tests" / "attribution" / "marketing_paths_markov.json"
NOTE = (
    "do-attribution's MarkovAttribution(removal_strategy='redirect_to_null') is exact, and ours to the letter: visits "
    "to states that hold the channel become non-conversions. Each path is given twice, converted with its conversions "
    "as weight and not converted with its non-conversions. ChannelAttribution's markov_model simulates; its figures "
    "are its removal effects at its default tolerance (seed 0) and show how far simulation is from the answer."
)


def do_attribution(paths: pd.DataFrame, order: int) -> dict[str, Any]:
    """Return probability of conversion and removal effects, exact."""
    twice = pd.concat([paths, paths], ignore_index=True)
    converted = [1] * len(paths) + [0] * len(paths)
    weights = pd.concat([paths["total_conversions"], paths["total_null"]], ignore_index=True)
    kept = (weights > 0).to_numpy()
    model = MarkovAttribution(order=order, removal_strategy="redirect_to_null")
    found = model.fit(
        twice["path"][kept].tolist(), [c for c, k in zip(converted, kept, strict=True) if k], weights[kept].tolist()
    )
    return {
        "conversion_probability": float(found["total_conversion_probability"]),
        "removal_effect": {name: float(effect) for name, effect in sorted(found["removal_effects"].items())},
    }


def channel_attribution(paths: pd.DataFrame, order: int) -> dict[str, float]:
    """Return removal effects, simulated."""
    found = ChannelAttribution.markov_model(
        paths,
        "path",
        "total_conversions",
        var_value="total_conversion_value",
        var_null="total_null",
        order=order,
        out_more=True,
        sep=">",
        verbose=False,
        flg_pro=False,
    )
    table = found["removal_effects"].set_index("channel_name")
    effects = table[next(name for name in table.columns if name.startswith("removal_effect"))]
    return {name: float(effect) for name, effect in sorted(effects.items())}


def main(folder: str) -> None:
    """Run both peers and write their figures."""
    paths = pd.read_csv(Path(folder) / "marketing_paths" / "paths.csv")
    figures = {
        "made_by": "benchmarks/environment/markov_figures.py",
        "versions": {name: version(name) for name in ("ChannelAttribution", "do-attribution", "pandas", "numpy")},
        "note": NOTE,
        "do-attribution": {str(order): do_attribution(paths, order) for order in (1, 2)},
        "ChannelAttribution": {str(order): channel_attribution(paths, order) for order in (1, 2)},
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {OUT}")


if __name__ == "__main__":
    main(sys.argv[1])
