"""How fast are Markov chains, by order, number of channels and number of journeys, beside two peers?

Run alone: ``python benchmarks/attribution_models.py [n_journeys]``. Journeys have five touches on average, over 12
channels, some far commoner than others; three in ten are won. A fit is the summary of encoded journeys and its
solution with every channel's removal. With the peers' environment (``make bench-env``), ChannelAttribution
(simulated, at its default tolerance; by conversions and by value, as we then do) and do-attribution (exact, by
conversions) run on the same paths. All times are processor
seconds on one thread, ours and theirs, so that other work on the machine does not count. Cost with channels, orders and
journeys is drawn into ``benchmarks/results/attribution_models.svg``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is there to read it

import numpy as np
import pandas as pd
from _measure import draw, extra_megabytes, report, size

import servicelead as sl
from servicelead.attribution import MarkovChain
from servicelead.tables import Journeys

PEERS = Path(__file__).parent / "environment" / ".venv" / "bin" / "python"
CHANNEL_ATTRIBUTION = """
import json, sys, time
import pandas as pd
from ChannelAttribution import markov_model
frame = pd.read_csv(sys.argv[1])
quiet = {"verbose": False, "flg_pro": False}
begun = time.process_time()
markov_model(frame, "path", "conversions", var_value="value", var_null="lost", order=int(sys.argv[2]), **quiet)
print(json.dumps(time.process_time() - begun))
"""
DO_ATTRIBUTION = """
import json, sys, time
import pandas as pd
from do_attribution import MarkovAttribution
frame = pd.read_csv(sys.argv[1])
model = MarkovAttribution(order=int(sys.argv[2]), removal_strategy="redirect_to_null")
begun = time.process_time()
model.fit(frame["path"], frame["conversions"])
print(json.dumps(time.process_time() - begun))
"""


class Race(NamedTuple):
    """A peer, how it is run, the order, and how many times as fast we mean to be."""

    peer: str
    script: str
    order: int
    goal: int


RACES = (
    Race("ChannelAttribution", CHANNEL_ATTRIBUTION, 1, 100),
    Race("do-attribution", DO_ATTRIBUTION, 1, 200),
    Race("ChannelAttribution", CHANNEL_ATTRIBUTION, 2, 60),
    Race("ChannelAttribution", CHANNEL_ATTRIBUTION, 4, 60),
)


def make_paths(n: int, n_channels: int = 12) -> pd.DataFrame:
    """Draw `n` paths."""
    rng = np.random.default_rng(n_channels)
    counts = np.minimum(rng.geometric(0.2, n), 60)
    odds = np.arange(n_channels, 0, -1.0)
    steps = rng.choice(n_channels, counts.sum(), p=odds / odds.sum())
    labels = np.array([f"channel {i:02}" for i in range(n_channels)], dtype=object)[steps].tolist()
    ends = np.append(0, np.cumsum(counts)).tolist()
    won = (rng.random(n) < 0.3).astype(np.int64)
    paths = [" > ".join(labels[a:b]) for a, b in pairwise(ends)]
    value = won * rng.integers(1, 10**6, n) / 100
    return pd.DataFrame({"path": paths, "conversions": won, "lost": 1 - won, "value": value})


def read(frame: pd.DataFrame) -> Journeys:
    """Encode the paths."""
    journeys = Journeys.from_paths(
        frame, path="path", conversions="conversions", nonconversions="lost", value="value", currency="USD"
    )
    journeys.codes("channel")
    return journeys


def fit(journeys: Journeys, **parameters: object) -> None:
    """Fit a chain, every channel's removal included."""
    MarkovChain(**parameters).fit(journeys)


def fit_both(journeys: Journeys, order: int) -> None:
    """Fit by conversions and by value, as ChannelAttribution does."""
    MarkovChain(order=order).fit(journeys).paying("value")


def best(task: Callable[[], object], rounds: int = 5) -> float:
    """Processor seconds of a task: the best of several rounds."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        task()
        found.append(time.process_time() - begun)
    return min(found)


def peer_seconds(frame: pd.DataFrame, race: Race) -> float | None:
    """How long a peer takes; None where it is not installed."""
    if not PEERS.exists():
        print(f"{race.peer} is not installed (make bench-env): our side alone")
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paths.csv"
        frame.to_csv(file, index=False)
        printed = subprocess.run(
            [PEERS, "-W", "ignore", "-c", race.script, file, str(race.order)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    return float(json.loads(printed[-1]))


def panels(figures: dict[str, float], n: int) -> dict[str, dict[str, dict[float, float]]]:
    """Return the cost with channels, orders and journeys as lines to draw."""
    at = {order: figures[f"Markov order {order}, seconds"] for order in (1, 2, 3, 4)}
    by_channels = {
        f"order {order}": {12: at[order]}
        | {k: figures[f"Markov order {order}, {k} channels, seconds"] for k in (8, 16, 32, 64)}
        for order in (1, 2)
    }
    by_journeys = {
        f"order {order}": {n: at[order]}
        | {k: figures[f"Markov order {order}, {k:,} journeys, seconds"] for k in (n // 10, 10 * n)}
        for order in (1, 4)
    }
    return {
        "channels": {name: dict(sorted(line.items())) for name, line in by_channels.items()},
        "order": {"12 channels": {float(order): seconds for order, seconds in at.items()}},
        "journeys": {name: dict(sorted(line.items())) for name, line in by_journeys.items()},
    }


def main() -> None:
    """Measure, print, draw and write."""
    n = size(100_000)
    frame = make_paths(n)
    journeys = read(frame)
    orders = {order: partial(fit, journeys, order=order) for order in (1, 2, 3, 4)}
    figures: dict[str, float] = {"journeys": float(n), "placements": float(journeys.n_placements)}
    figures |= {f"Markov order {order}, seconds": best(task) for order, task in orders.items()}
    figures["Markov order 2, redistribute, seconds"] = best(partial(fit, journeys, order=2, removal="redistribute"))
    for race in RACES:
        theirs = peer_seconds(frame, race)
        if theirs is not None:
            figures[f"{race.peer} order {race.order}, seconds"] = theirs
            both = race.script == CHANNEL_ATTRIBUTION
            ours = best(partial(fit_both, journeys, race.order) if both else orders[race.order])
            figures[f"times faster than {race.peer}, order {race.order} (goal {race.goal})"] = theirs / ours
    for channels in (8, 16, 32, 64):
        others = read(make_paths(n, channels))
        for order in (1, 2):
            figures[f"Markov order {order}, {channels} channels, seconds"] = best(partial(fit, others, order=order), 2)
    for more in (n // 10, 10 * n):
        others = read(make_paths(more))
        for order in (1, 4):
            task = partial(fit, others, order=order)
            figures[f"Markov order {order}, {more:,} journeys, seconds"] = best(task, 3)
        figures[f"Markov order 4, {more:,} journeys, extra MB"] = extra_megabytes(task)
    goals = {f"Markov order 4, {10 * n:,} journeys, extra MB": 500.0} if n == 100_000 else {}
    goals |= {f"Markov order 4, {10 * n:,} journeys, seconds": 1.0} if n == 100_000 else {}
    report(__file__, figures, goals)
    draw(__file__, panels(figures, n))
    assert sl.attribute(journeys, MarkovChain()).share.size == journeys.n_placements


if __name__ == "__main__":
    sys.exit(main())
