"""Signs that stages were moved in bulk: at the end of a period, or many in one second."""

from typing import ClassVar, Literal, NamedTuple

import numpy as np
from attrs import field, frozen

from servicelead._fields import proportion, whole, word
from servicelead._typing import BoolArray, Codes, FloatArray, IntArray
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.tables.business import Business
from servicelead.tables.entities import unite

__all__ = ["Bursts", "PeriodEndEdits"]

_MONTHS = {"month": 1, "quarter": 3}


class _Moves(NamedTuple):
    """Every move of a lead or an opportunity; owners with a code of their own for none, the last."""

    when: IntArray
    owner: Codes
    names: list[str | None]


@frozen(kw_only=True)
class PeriodEndEdits:
    r"""Owners whose stage moves pile up on the last days of months or quarters.

    With n moves of an owner, k of them on the last days, and p the share expected there,

    .. math:: P(X \ge k), \qquad X \sim \mathrm{Binomial}(n, p)

    times the number of owners (Bonferroni) must be at most `level`. p counts the days between the first and the last
    move of all, each weekday as busy as it is in all moves, so that idle weekends tell nothing. Fiscal years are the
    business's.

    Attributes
    ----------
    period
        ``"month"`` or ``"quarter"``.
    days
        How many of its days are its end, at least 1.
    level
        Chance of a sign by accident, for all owners together, between 0 and 1.
    """

    name: ClassVar[str] = "period_end_edits"
    sign: ClassVar[str] = "gaming"
    says: ClassVar[str] = "owners whose stage moves pile up at the end of periods"

    period: Literal["month", "quarter"] = field(default="quarter", validator=word(*_MONTHS))
    days: int = field(default=3, validator=whole(1))
    level: float = field(default=0.01, validator=proportion())

    def find(self, business: Business) -> ResultTable:
        """Return those owners: ``owner, n_moves, n_at_end, end_share, expected_share, p_value``, surest first."""
        from scipy.stats import binom  # noqa: PLC0415 - heavy, loaded on first use

        moves = _moves(business)
        day = business.zone.to_local(moves.when) // DAY
        expected = self._expected(day, business.fiscal_year_start) if len(day) else 0.0
        is_end = self._is_end(day, business.fiscal_year_start)
        n = np.bincount(moves.owner, minlength=len(moves.names))
        k = np.bincount(moves.owner[is_end], minlength=len(moves.names))
        p = np.minimum(binom.sf(k - 1, n, expected) * max(int(np.count_nonzero(n)), 1), 1.0)
        found = np.flatnonzero((n > 0) & (p <= self.level) & (k > n * expected))
        found = found[np.argsort(p[found], kind="stable")]
        return ResultTable(
            {
                "owner": np.array(moves.names, dtype=object)[found],
                "n_moves": n[found],
                "n_at_end": k[found],
                "end_share": k[found] / n[found],
                "expected_share": np.full(len(found), expected),
                "p_value": p[found],
            },
            backend=business.backend,
        )

    def _is_end(self, day: IntArray, fiscal_year_start: int) -> BoolArray:
        length = _MONTHS[self.period]
        ahead = (day + self.days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        month = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        shift = fiscal_year_start - 1
        crosses: BoolArray = (ahead - shift) // length > (month - shift) // length
        return crosses

    def _expected(self, day: IntArray, fiscal_year_start: int) -> float:
        every = np.arange(day.min(), day.max() + 1)
        moves_on = np.bincount(day % 7, minlength=7)
        weight: FloatArray = moves_on / np.maximum(np.bincount(every % 7, minlength=7), 1)
        busy = weight[every % 7]
        return float(np.sum(busy[self._is_end(every, fiscal_year_start)]) / np.sum(busy))


@frozen(kw_only=True)
class Bursts:
    """Many stage moves of one owner within one second: nobody thinks so fast, but an import or a bulk edit does.

    Attributes
    ----------
    moves
        How many in one second are a burst, at least 2.
    """

    name: ClassVar[str] = "bursts"
    sign: ClassVar[str] = "gaming"
    says: ClassVar[str] = "many stage moves of one owner within one second"

    moves: int = field(default=10, validator=whole(2))

    def find(self, business: Business) -> ResultTable:
        """Return each burst, the largest first: ``owner, at, n_moves``."""
        moves = _moves(business)
        pairs = np.stack([moves.owner.astype(np.int64), moves.when // 1_000_000])
        (owner, second), n = np.unique(pairs, axis=1, return_counts=True)
        found = np.flatnonzero(n >= self.moves)
        found = found[np.argsort(-n[found], kind="stable")]
        return ResultTable(
            {
                "owner": np.array(moves.names, dtype=object)[owner[found]],
                "at": (second[found] * 1_000_000).astype("datetime64[us]"),
                "n_moves": n[found],
            },
            backend=business.backend,
        )


def _moves(business: Business) -> _Moves:
    """Return the moves of leads and opportunities, creations of leads (``new``) left out, with their owners."""
    leads, deals = business.leads, business.opportunities
    of_leads, of_deals = business.stage_history, business.opportunity_stage_history
    moved = of_leads.stage != 0
    owners = [
        np.append(table.owner, np.int32(-1))[table.row_of(key)[entity]]
        for table, key, entity in (
            (leads, "lead_id", of_leads.lead_id[moved]),
            (deals, "opportunity_id", of_deals.opportunity_id),
        )
    ]
    parts = [table.vocabulary("owner").labels for table in (leads, deals)]
    codes, names = unite(list(zip(owners, parts, strict=True)))
    owner = np.concatenate(codes)
    when = np.concatenate([of_leads.entered_at[moved], of_deals.entered_at])
    return _Moves(when, np.where(owner < 0, len(names), owner), [*names.labels.tolist(), None])
