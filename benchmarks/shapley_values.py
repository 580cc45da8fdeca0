"""How fast are Shapley values, by game and number of channels, beside a peer's?

Run alone: ``python benchmarks/shapley_values.py [n_journeys]``. Journeys have five touches on average; one in five is
won. Everything goes through the public calls: a fit is the summary of encoded journeys and its solution. With the
peers' environment (``make bench-env``), do-attribution's Shapley, exact too and of another game, runs on the same paths
of 16 channels.
"""

import json
import subprocess
import sys
import tempfile
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from _measure import best_of, extra_megabytes, report, size

import servicelead as sl
from servicelead.attribution import Shapley
from servicelead.tables import Journeys

EXACT = (8, 12, 16, 20)
MANY = (64, 256)
SAMPLED = 40
PEERS = Path(__file__).parent / "environment" / ".venv" / "bin" / "python"
PEER_SCRIPT = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
from do_attribution import ShapleyAttribution
frame = pd.read_csv(sys.argv[1])
begun = time.perf_counter()
ShapleyAttribution().fit(frame["path"], frame["conversions"])
print(json.dumps(time.perf_counter() - begun))
"""


def make_paths(n: int, n_channels: int) -> pd.DataFrame:
    """Draw `n` paths, some channels far commoner than others."""
    rng = np.random.default_rng(n_channels)
    counts = np.minimum(rng.geometric(0.2, n), 60)
    odds = 1.0 / np.arange(1, n_channels + 1)
    steps = rng.choice(n_channels, counts.sum(), p=odds / odds.sum())
    labels = np.array([f"channel {i:03}" for i in range(n_channels)], dtype=object)[steps].tolist()
    ends = np.append(0, np.cumsum(counts)).tolist()
    won = (rng.random(n) < 0.2).astype(np.int64)
    paths = [" > ".join(labels[a:b]) for a, b in pairwise(ends)]
    return pd.DataFrame({"path": paths, "conversions": won, "lost": 1 - won, "value": won * rng.integers(1, 10**6, n)})


def read(frame: pd.DataFrame) -> Journeys:
    """Encode the paths."""
    journeys = Journeys.from_paths(
        frame, path="path", conversions="conversions", nonconversions="lost", value="value", currency="USD"
    )
    journeys.codes("channel")
    return journeys


def peer_seconds(frame: pd.DataFrame) -> float | None:
    """How long do-attribution takes; None where it is not installed."""
    if not PEERS.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paths.csv"
        frame.to_csv(file, index=False)
        printed = subprocess.run(
            [PEERS, "-c", PEER_SCRIPT, file], capture_output=True, text=True, check=True
        ).stdout.splitlines()
    return float(json.loads(printed[-1]))


def main() -> None:
    """Measure, print and write."""
    n = size(100_000)
    frames = {c: make_paths(n, c) for c in (*EXACT, SAMPLED, *MANY)}
    journeys = {c: read(frame) for c, frame in frames.items()}
    rate, sums, sampled = Shapley(game="rate"), Shapley(game="sum"), Shapley(game="rate", n_samples=100)
    tasks = {f"rate, {c} channels": partial(rate.fit, journeys[c]) for c in EXACT}
    tasks |= {f"sum, {c} channels": partial(sums.fit, journeys[c]) for c in (16, *MANY)}
    tasks[f"rate, {SAMPLED} channels, 100 orders"] = partial(sampled.fit, journeys[SAMPLED])
    codes, weights = journeys[16].codes("channel"), np.random.default_rng(1).random(journeys[16].n_placements)
    tasks["bincount"] = lambda: np.bincount(codes, weights=weights, minlength=16)
    tasks["totals"] = lambda: sl.attribute(journeys[16], sums.fit(journeys[16])).by("channel", intervals=False)
    tasks["minor units"] = lambda: sl.attribute(journeys[16], sums.fit(journeys[16])).minor_units
    seconds = best_of(tasks, 5)
    figures = {f"{name}, seconds": took for name, took in seconds.items() if "channels" in name}
    figures["sum, fit and totals of 16 channels, in bincounts"] = seconds["totals"] / seconds["bincount"]
    figures["sum, fit and minor units of 16 channels, in bincounts"] = seconds["minor units"] / seconds["bincount"]
    figures["rate, 20 channels, extra MB"] = extra_megabytes(partial(rate.fit, journeys[20]))
    peer = peer_seconds(frames[16])
    if peer is not None:
        strings = best_of({"ours": lambda: rate.fit(read(frames[16]))}, 3)["ours"]
        figures |= {
            "do-attribution, 16 channels, seconds": peer,
            "times faster than do-attribution, encoded (goal 100)": peer / seconds["rate, 16 channels"],
            "times faster than do-attribution, from path strings": peer / strings,
        }
    report(__file__, figures)


if __name__ == "__main__":
    sys.exit(main())
