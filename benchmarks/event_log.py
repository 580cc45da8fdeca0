"""How fast does a shuffled event log become a touch table, and a touch table journeys?

Run alone: ``python benchmarks/event_log.py [n_rows]``. The unit, per library, is that library's own factorising of the
account column plus one sort of a packed int64 key, measured in the same run. The touch table is built by the public
call without label sort and duplicate check, which are reported separately.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _measure import best_of, report, size

import servicelead as sl
from servicelead.columns.frames import Texts, read_columns
from servicelead.columns.vocabulary import Vocabulary
from servicelead.columns.zones import Zone
from servicelead.kernels.ordering import order_events
from servicelead.tables.draft import parse_source
from servicelead.tables.duplicates import settle_duplicates
from servicelead.tables.entities import encode_entities
from servicelead.tables.finish import finish
from servicelead.tables.source import Source
from servicelead.tables.touches import TouchTable

DAY = 86_400_000_000
CHANNELS = [f"channel {i:02}" for i in range(12)]
AS_OF = 3000 * DAY


def event_log(n: int, tied: float) -> dict[str, np.ndarray]:
    """Shuffled touches of n / 5 accounts, a given part of them at the same instant as another of their account."""
    rng = np.random.default_rng(11)
    account = rng.integers(0, max(n // 5, 1), n)
    at = rng.integers(0, 1000 * DAY, n)
    twins = rng.permutation(n)[: int(n * tied / 2)]
    others = (twins + 1 + rng.integers(0, max(n // 2, 1))) % n
    account[twins], at[twins] = account[others], at[others]
    names = np.array([f"account-{i:08}" for i in range(max(n // 5, 1))], dtype=object)
    return {
        "touchpoint_id": np.array([f"touch-{i:09}" for i in rng.permutation(n)], dtype=object),
        "account_id": names[account],
        "occurred_at": at,
        "team": np.array(["services", "sales", "marketing"], dtype=object)[rng.integers(0, 3, n)],
        "channel": np.array(CHANNELS, dtype=object)[rng.integers(0, len(CHANNELS), n)],
    }


def frames(log: dict[str, np.ndarray]) -> dict[str, Any]:
    """The same log in each library."""
    import pandas as pd  # noqa: PLC0415 - only here
    import polars as pl  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    lists = {name: values.tolist() if values.dtype == object else values for name, values in log.items()}
    return {"pandas": pd.DataFrame(log), "polars": pl.DataFrame(lists), "pyarrow": pa.table(lists)}


def touch_table(frame: Any) -> TouchTable:
    """Parse, encode, sort: what `Business.from_frames` does for touches, less label sort and duplicate check."""
    draft = parse_source(TouchTable, Source(frame=frame), Zone("UTC"), zone_named=True, as_of=AS_OF, mapping={})
    draft.columns["account_id"], labels = draft.texts.pop("account_id")
    vocabularies = {"account": Vocabulary(labels), "lead": Vocabulary([]), "contact": Vocabulary([])}
    return finish(TouchTable, [draft], vocabularies, None, None)  # type: ignore[return-value]


def sort_and_check(frame: Any) -> tuple[float, float]:
    """Seconds of the label sort and of the duplicate check."""
    draft = parse_source(TouchTable, Source(frame=frame), Zone("UTC"), zone_named=True, as_of=AS_OF, mapping={})
    begun = time.perf_counter()
    encode_entities([draft])
    encoded = time.perf_counter()
    settle_duplicates([draft])
    return encoded - begun, time.perf_counter() - encoded


def baseline(frame: Any, packed: np.ndarray) -> None:
    """That library's account factorise and one sort of packed keys."""
    column = read_columns(frame)[0]["account_id"]
    if not isinstance(column, Texts):
        raise TypeError("accounts are text")
    _ = column.encoded
    np.argsort(packed)


def journeys_of(n: int) -> tuple[float, float]:
    """Seconds to build journeys of `n` opportunities with overlapping windows, and to sort their touches."""
    log = event_log(5 * n, 0.02)
    rng = np.random.default_rng(3)
    close = rng.integers(100 * DAY, 1000 * DAY, n)
    business = sl.Business.from_frames(
        touchpoints=log,
        opportunities={
            "opportunity_id": np.array([f"o{i:08}" for i in range(n)], dtype=object),
            "account_id": np.array([f"account-{i:08}" for i in rng.integers(0, n, n)], dtype=object),
            "created_at": close - DAY,
            "closed_at": close,
            "outcome": np.array(["won", "lost"], dtype=object)[rng.integers(0, 2, n)],
            "amount": rng.integers(1, 1000, n),
        },
        as_of=AS_OF,
        currency="USD",
    )
    touches = business.touches
    order = rng.permutation(len(touches))
    account, at = touches.account_id[order], touches.occurred_at[order]
    names = log["touchpoint_id"]
    tasks: dict[str, Callable[[], object]] = {
        "journeys": lambda: sl.Journeys.from_business(business),
        "sort": lambda: order_events(account, at, names.__getitem__),
        "argsort": lambda: np.argsort((account.astype(np.int64) << 40) | (at >> 7)),
    }
    seconds = best_of(tasks, 3)
    return seconds["journeys"], seconds["argsort"]


def main() -> None:
    """Measure, print and write."""
    n = size(5_000_000)
    figures: dict[str, float] = {}
    goals = {}
    for tied, goal in ((0.02, 1.8), (0.12, 2.2)):
        log = event_log(n, tied)
        packed = (log["occurred_at"] >> 7) | (np.random.default_rng(5).integers(0, n // 5, n) << 40)
        for library, frame in frames(log).items():
            tasks: dict[str, Callable[[], object]] = {
                "baseline": partial(baseline, frame, packed),
                "table": partial(touch_table, frame),
            }
            seconds = best_of(tasks, 3)
            name = f"touch table from {library} at {tied:.0%} ties, ratio"
            figures[f"{library} factorise + sort at {tied:.0%} ties, seconds"] = seconds["baseline"]
            figures[name] = seconds["table"] / seconds["baseline"]
            goals[name] = goal
            if tied == 0.02:
                labels, duplicates = sort_and_check(frame)
                figures[f"label sort from {library}, seconds"] = labels
                figures[f"duplicate check from {library}, seconds"] = duplicates
    built, sort = journeys_of(n // 5)
    figures[f"journeys of {n // 5:,} opportunities, seconds"] = built
    figures["the sort of their touches, seconds"] = sort
    figures["journeys, in sorts"] = built / sort
    goals["journeys, in sorts"] = 1.0
    report(__file__, figures, goals)


if __name__ == "__main__":
    sys.exit(main())
