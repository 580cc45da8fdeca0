"""What do the peers make of the marketing paths? Writes the figures that tests/attribution compares us with.

Run it in the peers' own environment, with the folder of the reference data:

    make bench-env
    benchmarks/environment/.venv/bin/python benchmarks/environment/peer_figures.py DATA_FOLDER
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ChannelAttribution
import pandas as pd
from mta.mta import MTA

OUT = Path(__file__).parents[2] / "tests" / "attribution" / "marketing_paths_peers.json"
NOTE = (
    "ChannelAttribution's heuristic_models gives conversions and value of first, last and linear touch; its linear "
    "touch counts every repeat of a channel, as ours does. mta knows conversions only: its totals of value are its "
    "conversions with the value column in their place. mta's position_based gives the first touch first_weight %, the "
    "last last_weight %, the touches between them the rest equally, all to a single touch, and rescales the two ends "
    "of a path of two: our PositionBased to the letter. mta's linear is compared with share='proportional'; its "
    "default, share='same', splits equally over distinct channels, which is another model."
)


def channel_attribution(paths: pd.DataFrame) -> dict[str, Any]:
    """Return channel totals of first, last and linear touch."""
    found = ChannelAttribution.heuristic_models(
        paths, "path", "total_conversions", var_value="total_conversion_value", sep=">", flg_pro=False
    )
    table = found.set_index("channel_name")
    models = {"first": "first_touch", "last": "last_touch", "linear": "linear_touch"}
    return {
        ours: {
            kind: table[f"{theirs}_{suffix}"].to_dict()
            for kind, suffix in (("conversions", "conversions"), ("value", "value"))
        }
        for ours, theirs in models.items()
    }


def mta(paths: pd.DataFrame) -> dict[str, Any]:
    """Return channel totals of first, last, linear, position-based (40-20-40, and 70-20-10) and the sum game."""
    totals: dict[str, Any] = {}
    for kind, column in (("conversions", "total_conversions"), ("value", "total_conversion_value")):
        data = paths.assign(total_conversions=paths[column])
        model = MTA(data, sep=">", allow_loops=True, add_timepoints=False, normalize_by_default=False)
        runs = {
            "first": ("first_touch", model.first_touch, {}),
            "last": ("last_touch", model.last_touch, {}),
            "linear": ("linear", model.linear, {"share": "proportional"}),
            "position": ("pos_based", model.position_based, {}),
            "position_70_10": ("pos_based", model.position_based, {"first_weight": 70, "last_weight": 10}),
            "shapley": ("shapley", model.shapley, {}),
        }
        for name, (key, run, arguments) in runs.items():
            run(normalize=False, **arguments)
            figures = {channel: float(total) for channel, total in sorted(model.attribution[key].items())}
            totals.setdefault(name, {})[kind] = figures
    return totals


def main(folder: str) -> None:
    """Run both peers and write their figures."""
    paths = pd.read_csv(Path(folder) / "marketing_paths" / "paths.csv")
    figures = {
        "made_by": "benchmarks/environment/peer_figures.py",
        "versions": {name: version(name) for name in ("ChannelAttribution", "mta", "pandas", "numpy")},
        "note": NOTE,
        "ChannelAttribution": channel_attribution(paths),
        "mta": mta(paths),
    }
    OUT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {OUT}")


if __name__ == "__main__":
    main(sys.argv[1])
