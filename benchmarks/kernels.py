"""Kernels against one bincount and one sort.

Run alone: ``python benchmarks/kernels.py [n_journeys]``. Every ratio is the best of several interleaved runs. The unit
of the attribution figures is one ``np.bincount(int32 codes, float64 weights)`` over all touches, that of the ordering
figures one ``np.argsort`` of a packed int64 key. The goals: totals of the five rules at most 15 bincounts, with every
share 22, minor units 25, linear ones 5, at most 8 MB above columns and output; ordering 1.3 sorts at 2% ties. Prints a
table and writes ``kernels.json`` beside this file.
"""

import itertools
import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.kernels.allocation import allocate, allocate_equally, share_weights
from servicelead.kernels.clusters import cluster_moments
from servicelead.kernels.decay import decay_shares, decay_weights
from servicelead.kernels.ordering import order_events
from servicelead.kernels.segments import block_edges, segment_ids, segment_sums
from servicelead.kernels.shares import position_shares, position_weights, uniform_shares
from servicelead.kernels.totals import credit_totals, exact_label_totals, label_totals
from servicelead.kernels.windows import bisect_ranges

N_CHANNELS = 12
DAY = 86_400_000_000
BLOCK = 1 << 17
RULES = ("first", "last", "linear", "decay", "position")


class Touches:
    """A million journeys of five touches on average, every one of them won."""

    def __init__(self, n_journeys: int) -> None:
        rng = np.random.default_rng(7)
        counts = np.minimum(rng.geometric(0.2, n_journeys), 60)
        self.offsets = np.concatenate([[0], np.cumsum(counts)])
        n_touches = int(self.offsets[-1])
        odds = np.arange(N_CHANNELS, 0, -1.0)
        self.codes: Codes = rng.choice(N_CHANNELS, n_touches, p=odds / odds.sum()).astype(np.int32)
        ages = rng.integers(0, 90 * DAY, n_touches)
        self.ages = ages[np.lexsort((-ages, segment_ids(self.offsets)))]
        self.minor_units = rng.integers(0, 10_000_000, n_journeys)
        self.amounts = np.stack([np.ones(n_journeys), self.minor_units / 100], axis=1)
        self.weights = rng.random(n_touches)

    def blocks(self) -> Iterator[tuple[slice, slice]]:
        """Journeys and placements of one block after another."""
        for start, stop in itertools.pairwise(block_edges(self.offsets, BLOCK).tolist()):
            yield slice(start, stop + 1), slice(int(self.offsets[start]), int(self.offsets[stop]))


def pick_totals(touches: Touches, positions: IntArray, amounts: FloatArray) -> FloatArray:
    """One touch has it all: nothing per touch is ever written."""
    codes = touches.codes[positions]
    return np.stack([label_totals(codes, column, N_CHANNELS) for column in amounts.T], axis=1)


def rule_totals(touches: Touches, rule: str) -> FloatArray:
    """Conversions and value per channel of one rule, block by block."""
    totals = np.zeros((N_CHANNELS, 2))
    ones = np.ones(2 * BLOCK)
    for journeys, span in touches.blocks():
        offsets = touches.offsets[journeys]
        amounts = touches.amounts[journeys.start : journeys.stop - 1]
        if rule == "first":
            totals += pick_totals(touches, offsets[:-1], amounts)
            continue
        if rule == "last":
            totals += pick_totals(touches, offsets[1:] - 1, amounts)
            continue
        if rule == "linear":
            weights = ones[: span.stop - span.start]
            amounts = amounts / np.diff(offsets)[:, None]
        elif rule == "decay":
            weights, sums = decay_weights(touches.ages[span], offsets, 7.0 * DAY)
            amounts = amounts / sums[:, None]
        else:
            weights = position_shares(offsets, 0.4, 0.4)
        totals += credit_totals(touches.codes[span], weights, offsets, amounts, N_CHANNELS)
    return totals


def rule_shares(touches: Touches, rule: str) -> tuple[FloatArray, FloatArray]:
    """Shares of every placement, materialised, and the totals made from them in the same sweep."""
    shares = np.zeros(len(touches.codes)) if rule in ("first", "last") else np.empty(len(touches.codes))
    totals = np.zeros((N_CHANNELS, 2))
    for journeys, span in touches.blocks():
        offsets = touches.offsets[journeys]
        amounts = touches.amounts[journeys.start : journeys.stop - 1]
        if rule in ("first", "last"):
            positions = offsets[:-1] if rule == "first" else offsets[1:] - 1
            shares[positions] = 1.0
            totals += pick_totals(touches, positions, amounts)
            continue
        if rule == "linear":
            block = uniform_shares(offsets)
        elif rule == "decay":
            block = decay_shares(touches.ages[span], offsets, 7.0 * DAY)
        else:
            block = position_shares(offsets, 0.4, 0.4)
        shares[span] = block
        totals += credit_totals(touches.codes[span], block, offsets, amounts, N_CHANNELS)
    return shares, totals


def rule_minor_units(touches: Touches, rule: str) -> IntArray:
    """Exact minor units of every placement of one rule, its shares made block by block."""
    if rule == "linear":
        return allocate_equally(touches.minor_units, touches.offsets)
    parts = np.empty(len(touches.codes), dtype=np.int64)
    for journeys, span in touches.blocks():
        offsets = touches.offsets[journeys]
        if rule == "decay":
            weights = share_weights(decay_shares(touches.ages[span], offsets, 7.0 * DAY))
        else:
            weights = position_weights(offsets, 2, 2, 1)
        parts[span] = allocate(touches.minor_units[journeys.start : journeys.stop - 1], weights, offsets)
    return parts


def best_of(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each task: the best of several rounds in which the tasks take turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


def extra_megabytes(task: Callable[[], object]) -> float:
    """Peak memory of a task above what was there before it (numpy reports its arrays to tracemalloc)."""
    tracemalloc.start()
    task()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def attribution(n_journeys: int, rounds: int) -> dict[str, float]:
    """Rule totals, shares and minor units, in bincounts."""
    touches = Touches(n_journeys)
    for rule in RULES:
        shares, totals = rule_shares(touches, rule)
        expected = np.bincount(touches.codes, weights=shares, minlength=N_CHANNELS)
        np.testing.assert_allclose(rule_totals(touches, rule)[:, 0], expected, rtol=1e-9)
        np.testing.assert_allclose(totals[:, 0], expected, rtol=1e-9)
    for rule in ("linear", "decay", "position"):
        parts = segment_sums(rule_minor_units(touches, rule), touches.offsets)
        assert np.array_equal(touches.minor_units, parts)
    tasks: dict[str, Callable[[], object]] = {
        "bincount": lambda: np.bincount(touches.codes, weights=touches.weights, minlength=N_CHANNELS),
        "exact label totals": lambda: exact_label_totals(touches.codes, touches.ages, N_CHANNELS),
        "cluster moments": lambda: cluster_moments(clusters, touches.codes, touches.weights, N_CHANNELS),
    }
    clusters = segment_ids(touches.offsets)
    for rule in RULES:
        tasks[f"totals {rule}"] = partial(rule_totals, touches, rule)
        tasks[f"shares {rule}"] = partial(rule_shares, touches, rule)
        if rule in ("linear", "decay", "position"):
            tasks[f"minor units {rule}"] = partial(rule_minor_units, touches, rule)
    seconds = best_of(tasks, rounds)
    ratios = {name: value / seconds["bincount"] for name, value in seconds.items()}
    for kind in ("totals", "shares"):
        ratios[f"{kind} of all five"] = sum(ratios[f"{kind} {rule}"] for rule in RULES)
    ratios["bincount, seconds"] = seconds["bincount"]
    ratios["totals, extra MB"] = max(extra_megabytes(partial(rule_totals, touches, rule)) for rule in RULES)
    output = len(touches.codes) * 8 / 1e6
    ratios["shares, extra MB beyond output"] = (
        max(extra_megabytes(partial(rule_shares, touches, rule)) for rule in RULES) - output
    )
    ratios["minor units, extra MB beyond output"] = (
        max(extra_megabytes(partial(rule_minor_units, touches, rule)) for rule in ("linear", "decay")) - output
    )
    return ratios


def ordering(n_rows: int, rounds: int) -> dict[str, float]:
    """Sorting an event log with 2% and 12% tied rows, in sorts of one packed key."""
    rng = np.random.default_rng(11)
    ratios = {}
    for tied in (0.02, 0.12):
        groups = rng.integers(0, n_rows // 8, n_rows).astype(np.int32)
        times = rng.integers(0, 1100 * DAY, n_rows)
        twins = rng.permutation(n_rows)[: int(n_rows * tied / 2)]
        others = (twins + 1 + rng.integers(0, n_rows // 2)) % n_rows
        groups[twins], times[twins] = groups[others], times[others]
        names: Array = np.char.add("touch-", rng.permutation(n_rows).astype("U8")).astype(object)
        packed = (groups.astype(np.int64) << 40) | (times >> 7)
        seconds = best_of(
            {
                "argsort": partial(np.argsort, packed),
                "order": partial(order_events, groups, times, names.__getitem__),
            },
            rounds,
        )
        ratios[f"order_events at {tied:.0%} ties, in argsorts"] = seconds["order"] / seconds["argsort"]
        ratios[f"argsort at {tied:.0%}, seconds"] = seconds["argsort"]
    return ratios


def windows(n_windows: int, rounds: int) -> dict[str, float]:
    """Both ends of every window, found in five times as many touches."""
    rng = np.random.default_rng(13)
    counts = rng.geometric(1 / 40, n_windows // 8)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    times = rng.integers(0, 1100 * DAY, int(offsets[-1]))
    times = times[np.lexsort((times, segment_ids(offsets)))]
    owners = np.sort(rng.integers(0, len(counts), n_windows))
    ends = rng.integers(0, 1100 * DAY, n_windows)
    starts, stops = offsets[owners], offsets[owners + 1]

    def both() -> None:
        bisect_ranges(times, starts, stops, ends, side="right")
        bisect_ranges(times, starts, stops, ends - 90 * DAY, side="right")

    return {f"{n_windows:,} windows into {len(times):,} rows, seconds": best_of({"both": both}, rounds)["both"]}


def main() -> None:
    """Measure, print and write."""
    n_journeys = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    figures = {
        **attribution(n_journeys, rounds=5),
        **ordering(5 * n_journeys, rounds=5),
        **windows(n_journeys, rounds=5),
    }
    for name, value in figures.items():
        print(f"{name:<48} {value:10.3f}")
    Path(__file__).with_suffix(".json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
