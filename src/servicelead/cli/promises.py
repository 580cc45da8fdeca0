"""What became of promised follow-ups, and which accounts a broken one puts at risk."""

import numpy as np

from servicelead.cli import console
from servicelead.cli.figures import count, counts, days_of, intervals, labels, numbers, percents
from servicelead.qualification import FollowUpPromises

__all__ = ["show_at_risk", "show_promises"]


def show_promises(promises: FollowUpPromises, by: str | None, confidence: float) -> None:
    """Print how many promises were kept in time, late, broken, or are open."""
    if not len(promises):
        console.heading("NO PROMISES: no lead says when a follow-up was promised, or due.")
        return
    table = promises.by(by, confidence=confidence)
    console.heading(f"What became of {count(len(promises), 'promised follow-up')}")
    undated = table["n_no_due_date"]
    console.table(
        [
            *([] if by is None else [labels(by, table[by])]),
            counts("in time", table["n_in_time"]),
            counts("late", table["n_late"]),
            counts("broken", table["n_broken"]),
            counts("open", table["n_open"]),
            *([counts("without a date", undated, rank=1)] if np.any(undated) else []),
            percents("late or broken", table["breach_rate"]),
            intervals(
                f"{100 * confidence:g}% interval",
                table["breach_rate_lower"],
                table["breach_rate_upper"],
                percent=True,
                rank=2,
            ),
        ]
    )


def show_at_risk(promises: FollowUpPromises, top: int) -> None:
    """Print the accounts with a broken promise that need a call first; nothing where there is none."""
    accounts = promises.at_risk
    if not len(accounts):
        return
    shown = accounts.head(top)
    console.heading(f"{count(len(accounts), 'account')} at risk: promised a follow-up that has not happened")
    console.table(
        [
            labels("account", shown["account_id"]),
            counts("broken", shown["n_broken"]),
            labels("due", days_of(shown["oldest_due_at"], promises.business.zone)),
            numbers("days overdue", shown["days_overdue"], decimals=0),
        ]
    )
