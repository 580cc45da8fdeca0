"""How fast are single kernels: ordering an event log, finding windows, moments of clusters?

Run alone: ``python benchmarks/kernels.py [n_journeys]``. Ratios are best of several interleaved rounds: to one
``np.bincount(int32 codes, float64 weights)``, or to one ``np.argsort`` of a packed int64 key.
"""

from functools import partial

import numpy as np
from _measure import best_of, report, size

from servicelead._typing import Array
from servicelead.kernels.clusters import cluster_squares
from servicelead.kernels.ordering import order_events
from servicelead.kernels.segments import segment_ids
from servicelead.kernels.totals import exact_label_totals
from servicelead.kernels.windows import bisect_ranges

N_CHANNELS = 12
DAY = 86_400_000_000


def clusters(n_rows: int, rounds: int) -> dict[str, float]:
    """What an interval's moments and an exact total cost, in bincounts."""
    rng = np.random.default_rng(7)
    label = rng.integers(0, N_CHANNELS, n_rows).astype(np.int32)
    cluster = np.sort(rng.integers(0, n_rows // 5, n_rows)).astype(np.int32)
    weights, amounts = rng.random(n_rows), rng.integers(0, 10**9, n_rows)
    seconds = best_of(
        {
            "bincount": lambda: np.bincount(label, weights=weights, minlength=N_CHANNELS),
            "squares": lambda: cluster_squares(cluster, label, weights, np.full(N_CHANNELS, 1 / N_CHANNELS)),
            "exact": lambda: exact_label_totals(label, amounts, N_CHANNELS),
        },
        rounds,
    )
    return {
        "cluster squares, in bincounts": seconds["squares"] / seconds["bincount"],
        "exact label totals, in bincounts": seconds["exact"] / seconds["bincount"],
    }


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
    n = size(1_000_000)
    figures = {**clusters(5 * n, 5), **ordering(5 * n, 5), **windows(n, 5)}
    report(__file__, figures, {"order_events at 2% ties, in argsorts": 1.3})


if __name__ == "__main__":
    main()
