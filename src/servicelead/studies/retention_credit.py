"""Who was there while customers stayed and grew: kept money shared over touches, to the cent."""

from datetime import timedelta
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from servicelead._typing import MISSING, Array, IntArray
from servicelead.attribution import Attribution, Strategy, attribute
from servicelead.columns.table import ResultTable
from servicelead.domain.opportunities import OpportunityKind
from servicelead.exceptions import CurrencyError, InvalidValueError
from servicelead.retention import MovementLedger
from servicelead.tables import Business, Journeys, JourneyWindow
from servicelead.tables.base import frozen_array
from servicelead.tables.opportunities import LOST, WON, Opportunities
from servicelead.uncertainty import DEFAULT_CONFIDENCE

__all__ = ["RetentionCredit", "retention_credit"]


@frozen(kw_only=True, eq=False)
class RetentionCredit:
    """Retained and expanded money of the accounts that were active at a start, shared over their touches since.

    It says who was there, never what would have been lost without them: support is busiest where accounts are in
    trouble, and has the smaller credit for it.

    Attributes
    ----------
    ledger
        Whose money it is.
    start, end
        Labels of the periods whose closes are compared.
    retained
        The credit of what was kept of each account's amount; accounts that left are lost journeys.
    expanded
        The credit of what was added to it; accounts that did not grow are lost journeys.
    """

    ledger: MovementLedger = field(repr=False)
    start: str
    end: str
    retained: Attribution = field(repr=False)
    expanded: Attribution = field(repr=False)

    def by(
        self, *dimensions: str, intervals: bool = True, confidence: float = DEFAULT_CONFIDENCE, **options: Any
    ) -> dict[str, ResultTable]:
        """Return ``Attribution.by`` of both, under ``"retained"`` and ``"expanded"``.

        Parameters
        ----------
        *dimensions, intervals, confidence, **options
            As for `Attribution.by`; amounts are major units a year.
        """
        return {
            name: credit.by(*dimensions, intervals=intervals, confidence=confidence, **options)
            for name, credit in (("retained", self.retained), ("expanded", self.expanded))
        }

    def reconcile(self) -> ResultTable:
        """Prove that touches and the money without touches add up to the ledger, in minor units a year.

        Returns
        -------
        ResultTable
            ``money`` (retained, expanded), ``attributed``, ``unattributed`` (of accounts without touches in the
            window), ``ledger`` and ``difference``, which is 0.
        """
        both = (self.retained, self.expanded)
        owed = np.array([int(np.sum(amount)) for amount in _moved(self.ledger, self.start, self.end)[1:]])
        attributed = np.array([int(np.sum(credit.minor_units)) for credit in both])
        alone = np.array([int(np.sum(credit.unattributed["minor_units"], dtype=np.int64)) for credit in both])
        return ResultTable(
            {
                "money": ["retained", "expanded"],
                "attributed": attributed,
                "unattributed": alone,
                "ledger": owed,
                "difference": owed - attributed - alone,
            }
        )


def retention_credit(
    ledger: MovementLedger,
    strategy: Strategy,
    start: str,
    end: str,
    *,
    window: JourneyWindow | None = None,
) -> RetentionCredit:
    r"""Share the money that accounts kept and added between two closes over their touches, by any attribution strategy.

    With :math:`m_0 > 0` what an account had at the close of `start` and :math:`m_1` what it has at that of `end`,
    :math:`\min(m_0, m_1)` is retained and :math:`\max(m_1 - m_0, 0)` expanded. Over all accounts the first is the
    numerator of the gross revenue retention ratio (endpoint), and both together that of the net one. Each account is
    one journey, which ends at the close of `end`; new customers are in neither.

    Parameters
    ----------
    ledger
        Made from a business.
    strategy
        What shares it: ``Linear()``, ``TimeDecay(...)``, ``MarkovChain()`` ...
    start, end
        Labels of its periods.
    window
        Of the touches that count, back from the close; by default those since the close of `start`.

    Returns
    -------
    RetentionCredit
        Retained and expanded money, each split in whole minor units a year. Money of accounts without touches in the
        window is unattributed.

    Raises
    ------
    InvalidValueError
        When the ledger was made of a table of movements, or the end is not after the start.
    CurrencyError
        When the money of all accounts together is beyond 2^62 minor units.
    UnknownNameError
        For a period that the ledger does not have.

    Examples
    --------
    >>> from servicelead.attribution import Linear
    >>> from servicelead.datasets import simulate_business
    >>> ledger = MovementLedger.from_business(simulate_business(n_accounts=60, seed=1).business, grain="quarter")
    >>> credit = retention_credit(ledger, Linear(), ledger.periods.labels[-5], ledger.periods.labels[-1])
    >>> credit.reconcile()["difference"].tolist()
    [0, 0]
    """
    if ledger.business is None:
        raise InvalidValueError("retention_credit: ledger must be made from a business, whose touches are credited")
    first, last = ledger.periods.position(start), ledger.periods.position(end)
    if last <= first:
        raise InvalidValueError("retention_credit: end must be a later period than start; swap them")
    begins, ends = ledger.periods.closes[[first, last]].tolist()
    account, kept, added = _moved(ledger, start, end)
    if float(np.sum(kept.astype(np.float64)) + np.sum(added.astype(np.float64))) >= 2.0**62:
        raise CurrencyError("retention_credit: the money of all accounts must stay below 2^62 minor units")
    view = JourneyWindow(lookback=timedelta(microseconds=ends - begins)) if window is None else window
    retained, expanded = (
        attribute(_journeys(_deals(ledger.business, account, amount, kind, (begins, ends)), account, view), strategy)
        for kind, amount in ((OpportunityKind.RENEWAL, kept), (OpportunityKind.UPSELL, added))
    )
    return RetentionCredit(ledger=ledger, start=start, end=end, retained=retained, expanded=expanded)


def _moved(ledger: MovementLedger, start: str, end: str) -> tuple[IntArray, IntArray, IntArray]:
    """Return the accounts that were active at the start, and what each kept and added."""
    then, now = ledger.balances(start), np.maximum(ledger.balances(end), 0)
    account = np.flatnonzero(then > 0)
    then, now = then[account], now[account]
    return account, np.minimum(then, now), np.maximum(now - then, 0)


def _deals(
    business: Business, account: IntArray, amount: IntArray, kind: OpportunityKind, span: tuple[int, int]
) -> Business:
    """Return the business with one deal per account in place of its own: won with the amount, lost without."""
    begins, ends = span
    n, deals = len(account), business.opportunities
    none = np.full(n, -1, dtype=np.int32)
    columns: dict[str, Array] = {
        "opportunity_id": account.astype(np.int32),
        "account_id": account.astype(np.int32),
        "lead_id": none,
        "created_at": np.full(n, begins, dtype=np.int64),
        "closed_at": np.full(n, ends, dtype=np.int64),
        "outcome": np.where(amount > 0, WON, LOST).astype(np.int8),
        "amount": amount,
        "kind": np.full(n, list(OpportunityKind).index(kind), dtype=np.int8),
        "handed_off_at": np.full(n, MISSING, dtype=np.int64),
        "owner": none,
    }
    names = {name: deals.vocabularies[name] for name in ("account_id", "lead_id", "owner")}
    table: Opportunities = evolve(
        deals,
        n_rows=n,
        vocabularies={**names, "opportunity_id": business.accounts.vocabularies["account_id"]},
        attributes={},
        **{name: frozen_array(column) for name, column in columns.items()},  # type: ignore[arg-type]  # all are arrays
    )
    return evolve(business, opportunities=table, as_of=ends)


def _journeys(business: Business, account: IntArray, window: JourneyWindow) -> Journeys:
    """Return the journeys of those deals; touches of other accounts lead to no such money, neither won nor lost."""
    population = np.zeros(len(business.accounts.vocabularies["account_id"]), dtype=bool)
    population[account] = True
    return Journeys.from_business(business, window).of_accounts(population)
