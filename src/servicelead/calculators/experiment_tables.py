"""From the tables of a business to what each account of an experiment bought."""

from datetime import date
from typing import Any

import numpy as np

from servicelead._typing import MISSING
from servicelead.columns import parse
from servicelead.columns.frames import read_columns
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import InvalidValueError
from servicelead.kernels.totals import label_totals
from servicelead.tables.base import major_units
from servicelead.tables.business import Business
from servicelead.tables.opportunities import WON
from servicelead.tables.segmentation import segments_at

__all__ = ["experiment_accounts"]


def experiment_accounts(business: Business, segmentation: Segmentation, *, since: date, until: date) -> ResultTable:
    """Return what each account in a segment bought during an experiment, for ``TouchExperiment.from_accounts``.

    Parameters
    ----------
    business
        The tables.
    segmentation
        One segment per arm. The arm of an account is its segment when the experiment began.
    since, until
        From when, and until when (exclusive), a deal must have closed to count: datetimes, or dates, which begin at
        00:00 in the zone of the business.

    Returns
    -------
    ResultTable
        ``account_id, arm, value, volume``: the amounts of the deals it won, in major units, and how many they are. An
        account that bought nothing has 0 of both. Accounts created after `since`, merged into another, or in no segment
        are left out.

    Raises
    ------
    InvalidValueError
        Moments that are none, in the wrong order, or after ``as_of``.
    SegmentationError
        An account in two segments.
    UnknownNameError
        An attribute that no account has.

    Examples
    --------
    >>> from datetime import date
    >>> from servicelead import Segment, Segmentation
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=300, seed=4).business
    >>> sizes = [Segment.at_most("seats", 50, name="small"), Segment.at_least("seats", 51, name="large")]
    >>> arms = Segmentation(name="arms", segments=sizes)
    >>> table = experiment_accounts(business, arms, since=date(2025, 7, 1), until=date(2026, 1, 1))
    >>> table.names, sorted(set(table["arm"]))
    (('account_id', 'arm', 'value', 'volume'), ['large', 'small'])
    """
    begin, end = _instants(business, since, until)
    accounts, deals = business.accounts, business.opportunities
    there = (accounts.merged_into < 0) & ((accounts.created_at == MISSING) | (accounts.created_at <= begin))
    codes = accounts.account_id[there]
    segment = segments_at(business, segmentation, codes, np.full(len(codes), begin))
    codes, segment = codes[segment >= 0], segment[segment >= 0]
    counted = (deals.outcome == WON) & (deals.closed_at >= begin) & (deals.closed_at < end)
    bought = deals.account_id[counted]
    amounts = np.nan_to_num(major_units(deals.amount[counted], business.currency))
    n_accounts = len(accounts.vocabularies["account_id"])
    names = np.array([each.name for each in segmentation.segments], dtype=object)
    return ResultTable(
        {
            "account_id": accounts.vocabularies["account_id"].decode(codes),
            "arm": names[segment],
            "value": label_totals(bought, amounts, n_accounts)[codes],
            "volume": np.bincount(bought, minlength=n_accounts)[codes],
        },
        backend=business.backend,
    )


def _instants(business: Business, since: Any, until: Any) -> tuple[int, int]:
    columns, _ = read_columns({"since": [since], "until": [until]})
    begin, end = (int(parse.instants(columns[name], business.zone).values[0]) for name in ("since", "until"))
    if MISSING in {begin, end} or not begin < end <= business.as_of + 1:
        raise InvalidValueError(
            "experiment_accounts: since must be a date or datetime before until, and until not after as_of; "
            "got something else; end the experiment before the tables do",
        )
    return begin, end
