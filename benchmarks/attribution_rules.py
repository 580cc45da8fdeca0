"""How fast do the five basic rules total, share and split a million journeys?

Run alone: ``python benchmarks/attribution_rules.py [n_journeys]``. The unit is one
``np.bincount(int32 codes, float64 weights)`` over all placements (5 per journey, 12 channels), measured in the same
run; everything goes through the public calls. With the peers' environment (``make bench-env``), ChannelAttribution's
three rules run on the same paths.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from _measure import best_of, extra_megabytes, report, size

import servicelead as sl
from servicelead.attribution import FirstTouch, LastTouch, Linear, PositionBased, TimeDecay
from servicelead.attribution.results.result import Attribution
from servicelead.tables import Journeys

DAY = 86_400_000_000
CHANNELS = [f"channel {i:02}" for i in range(12)]
RULES = {
    "first": FirstTouch(),
    "last": LastTouch(),
    "linear": Linear(),
    "time decay": TimeDecay(half_life=timedelta(days=7)),
    "position based": PositionBased(),
}
GOALS = {
    "totals of the five rules, in bincounts": 15,
    "totals with every share, in bincounts": 22,
    "minor units, linear, in bincounts": 5,
    "minor units, time decay, in bincounts": 25,
    "minor units, position based, in bincounts": 25,
    "totals, extra MB": 8,
    "shares, extra MB beyond what they return": 8,
}
PEERS = Path(__file__).parent / "environment" / ".venv" / "bin" / "python"
PEER_SCRIPT = """
import json, sys, time
import pandas as pd
from ChannelAttribution import heuristic_models
frame = pd.read_csv(sys.argv[1])
best = 1e9
for _ in range(3):
    begun = time.perf_counter()
    heuristic_models(frame, "path", "conversions", var_value="value")
    best = min(best, time.perf_counter() - begun)
print(json.dumps(best))
"""


def make_journeys(n: int) -> Journeys:
    """Build `n` won journeys of one account each, five touches on average."""
    rng = np.random.default_rng(7)
    counts = np.minimum(rng.geometric(0.2, n), 60)
    owner = np.repeat(np.arange(n), counts)
    close = rng.integers(400 * DAY, 1000 * DAY, n)
    odds = np.arange(len(CHANNELS), 0, -1.0)
    accounts = np.array([f"a{i:07}" for i in range(n)], dtype=object)
    business = sl.Business.from_frames(
        touchpoints={
            "touchpoint_id": np.array([f"t{i:08}" for i in range(len(owner))], dtype=object),
            "account_id": accounts[owner],
            "occurred_at": close[owner] - rng.integers(0, 89 * DAY, len(owner)),
            "team": np.array(["services"], dtype=object)[np.zeros(len(owner), dtype=int)],
            "channel": np.array(CHANNELS, dtype=object)[rng.choice(len(CHANNELS), len(owner), p=odds / odds.sum())],
        },
        opportunities={
            "opportunity_id": np.array([f"o{i:07}" for i in range(n)], dtype=object),
            "account_id": accounts,
            "created_at": close - DAY,
            "closed_at": close,
            "outcome": np.array(["won"], dtype=object)[np.zeros(n, dtype=int)],
            "amount": rng.integers(1, 100_000, n),
        },
        as_of=2000 * DAY,
        currency="USD",
    )
    return Journeys.from_business(business)


def totals(journeys: Journeys, strategy: object) -> np.ndarray:
    """Conversions and value by channel."""
    return sl.attribute(journeys, strategy).by("channel", intervals=False)["value"]


def shares_and_totals(journeys: Journeys, strategy: object) -> Attribution:
    """The same, and every placement's share."""
    attribution = sl.attribute(journeys, strategy)
    _ = attribution.share
    attribution.by("channel", intervals=False)
    return attribution


def minor_units(journeys: Journeys, strategy: object) -> np.ndarray:
    """Every placement's exact minor units."""
    return sl.attribute(journeys, strategy).minor_units


def peer_figures(journeys: Journeys) -> dict[str, float]:
    """ChannelAttribution's first, last and linear on the same journeys, and ours from its path strings."""
    if not PEERS.exists():
        return {}
    import pandas as pd  # noqa: PLC0415 - only for this comparison

    labels = journeys.vocabulary("channel").labels[journeys.codes("channel")].tolist()
    ends = journeys.offsets.tolist()
    paths = [" > ".join(labels[a:b]) for a, b in pairwise(ends)]
    frame = pd.DataFrame({"path": paths, "conversions": 1, "value": journeys.value})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paths.csv"
        frame.to_csv(file, index=False)
        printed = subprocess.run(
            [PEERS, "-c", PEER_SCRIPT, file], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    peer = float(json.loads(printed[-1]))
    three = [FirstTouch(), LastTouch(), Linear()]
    encoded = best_of({"ours": lambda: [totals(journeys, rule) for rule in three]}, 3)["ours"]

    def from_strings() -> None:
        given = Journeys.from_paths(frame, path="path", conversions="conversions", value="value")
        for rule in three:
            totals(given, rule)

    strings = best_of({"ours": from_strings}, 3)["ours"]
    return {
        "ChannelAttribution's three rules, seconds": peer,
        "times faster than ChannelAttribution, encoded (goal 25)": peer / encoded,
        "times faster than ChannelAttribution, from path strings (goal 5)": peer / strings,
    }


def main() -> None:
    """Measure, print and write."""
    n = size(1_000_000)
    begun = time.perf_counter()
    journeys = make_journeys(n)
    codes, weights = journeys.codes("channel"), np.random.default_rng(1).random(journeys.n_placements)
    _ = journeys.ages
    built = time.perf_counter() - begun
    tasks = {"bincount": lambda: np.bincount(codes, weights=weights, minlength=len(CHANNELS))}
    tasks |= {f"totals {name}": partial(totals, journeys, rule) for name, rule in RULES.items()}
    tasks |= {f"shares {name}": partial(shares_and_totals, journeys, rule) for name, rule in RULES.items()}
    for name in ("linear", "time decay", "position based"):
        tasks[f"minor units {name}"] = partial(minor_units, journeys, RULES[name])
    seconds = best_of(tasks, 7)
    unit = seconds["bincount"]
    figures: dict[str, float] = {
        "placements": float(journeys.n_placements),
        "seconds to build business and journeys": built,
        "one bincount, milliseconds": unit * 1e3,
        "totals of the five rules, in bincounts": sum(seconds[f"totals {name}"] for name in RULES) / unit,
        "totals with every share, in bincounts": sum(seconds[f"shares {name}"] for name in RULES) / unit,
    }
    figures |= {f"totals, {name}, in bincounts": seconds[f"totals {name}"] / unit for name in RULES}
    for name in ("linear", "time decay", "position based"):
        figures[f"minor units, {name}, in bincounts"] = seconds[f"minor units {name}"] / unit
    figures["totals, extra MB"] = max(extra_megabytes(partial(totals, journeys, rule)) for rule in RULES.values())
    returned = journeys.n_placements * 8 / 1e6
    most = max(extra_megabytes(partial(shares_and_totals, journeys, rule)) for rule in RULES.values())
    figures["shares, extra MB beyond what they return"] = most - returned
    figures |= peer_figures(journeys)
    report(__file__, figures, GOALS)


if __name__ == "__main__":
    sys.exit(main())
