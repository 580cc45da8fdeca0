"""How much faster than saas-metrics is a waterfall of recurring revenue, from the same monthly billing rows?

Run alone, after ``make bench-env``: ``python benchmarks/retention_peer.py [n_customers]``. Both sides get one frame
with a row per customer and month over three years, and give every month's waterfall: ours by way of a `Business`, every
cell checked, and once more from the encoded tables alone. The totals must agree to the cent.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from _measure import report, size

from servicelead.retention import MovementLedger
from servicelead.tables import Business

MONTHS = 36
PEERS = Path(__file__).parent / "environment" / ".venv" / "bin" / "python"
PEER = """
import json, sys, time
import pandas as pd, saas_metrics as sm
frame = pd.read_csv(sys.argv[1], dtype={"customer_id": str, "revenue": str})
begun = time.perf_counter()
made = sm.analyze(frame, allow_warnings=True)
seconds = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "ending": made.waterfall["ending"].tolist()}))
"""


def make(n_customers: int) -> pd.DataFrame:
    """Customers that come, pay more or less from some month on, and leave."""
    rng = np.random.default_rng(2)
    first = rng.integers(0, MONTHS - 6, n_customers)
    last = np.minimum(first + rng.integers(3, MONTHS, n_customers), MONTHS - 1)
    change = first + rng.integers(1, MONTHS, n_customers)
    before, after = rng.integers(10, 500, (2, n_customers))
    customer = np.repeat(np.arange(n_customers), last - first + 1)
    month = np.concatenate([np.arange(a, b + 1) for a, b in zip(first, last, strict=True)])
    months = np.datetime64("2023-01", "M") + month
    return pd.DataFrame(
        {
            "customer_id": np.char.add("c", np.char.zfill(customer.astype(str), 7)),
            "period": months.astype("datetime64[D]").astype(str),
            "revenue": np.where(month < change[customer], before[customer], after[customer]).astype(str),
            "next": (months + 1).astype("datetime64[D]").astype(str),
        }
    )


def business(frame: pd.DataFrame) -> Business:
    """Read each row as a subscription of a month."""
    rows = pd.DataFrame(
        {
            "subscription_id": np.arange(len(frame)).astype(str),
            "account_id": frame["customer_id"],
            "started_at": frame["period"],
            "ended_at": frame["next"],
            "amount": frame["revenue"],
            "period": "month",
        }
    )
    return Business.from_frames(subscriptions=rows, as_of=np.datetime64("2025-12-31").item(), currency="USD")


def main() -> None:
    """Measure, compare, print and write."""
    n_customers = size(20_000)
    MovementLedger.from_business(business(make(50))).statement()  # what loads on first use is nobody's cost
    frame = make(n_customers)
    begun = time.perf_counter()
    checked = business(frame)
    encoded = time.perf_counter()
    ours = MovementLedger.from_business(checked).statement()
    done = time.perf_counter()
    figures: dict[str, float] = {
        f"{n_customers:,} customers, {len(frame):,} rows: from rows to waterfall, s": done - begun,
        "from checked tables to waterfall, s": done - encoded,
    }
    if not PEERS.exists():
        print("saas-metrics is not installed (make bench-env): our side alone")
        report(__file__, figures)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        frame[["customer_id", "period", "revenue"]].to_csv(path, index=False)
        # S603: the program is written above
        ran = subprocess.run([PEERS, "-c", PEER, path], capture_output=True, text=True, check=True)
    answer = json.loads(ran.stdout.splitlines()[-1])
    print(ours.head(3))
    figures |= {
        "saas-metrics 0.1.0, from the frame, s": answer["seconds"],
        "times faster, from rows (goal 20)": answer["seconds"] / (done - begun),
        "times faster, from checked tables": answer["seconds"] / (done - encoded),
    }
    report(__file__, figures)


if __name__ == "__main__":
    main()
