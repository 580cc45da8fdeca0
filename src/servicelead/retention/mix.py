"""Why a ratio changed: because slices changed, or because there is more of some of them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from servicelead._typing import FloatArray
from servicelead.columns.table import ResultTable
from servicelead.exceptions import IncompatibleError, InvalidValueError
from servicelead.retention.rates import MEASURES, RetentionRates

__all__ = ["mix_and_rate"]

_CUSTOMERS = "customer_retention_rate"


class _Share(NamedTuple):
    above: int
    below: int

    @property
    def ratio(self) -> Fraction | None:
        """The slice's own ratio; None where there is nothing to divide by."""
        return Fraction(self.above, self.below) if self.below else None


class _Row(NamedTuple):
    before: Fraction | None
    after: Fraction | None
    mix: Fraction
    rate: Fraction


def mix_and_rate(
    before: RetentionRates, after: RetentionRates, measure: str = "net_revenue_retention_ratio"
) -> ResultTable:
    r"""Split the change of a rate or ratio, exactly, into what slices' mix and what their own rates contributed.

    With :math:`r_s` the ratio of slice s, :math:`w_s` its part of the denominator and :math:`R = \sum_s w_s r_s`, bars
    being the middle of before and after:

    .. math:: R' - R = \sum_s \underbrace{(w'_s - w_s)(\bar r_s - \bar R)}_{\text{mix}}
                     + \sum_s \underbrace{\bar w_s (r'_s - r_s)}_{\text{rate}}

    (symmetric: neither period's weights are preferred, and nothing is left over). A slice that has nothing to divide by
    in one of the two has the ratio of the other there, so that all it contributes is mix.

    Parameters
    ----------
    before, after
        Rates by the same slices.
    measure
        ``"customer_retention_rate"``, or a ratio that `RetentionRates.table` has.

    Returns
    -------
    ResultTable
        The slices, then the whole under None with ``is_total``: ``before``, ``after``, ``mix``, ``rate`` and
        ``change``, each a rounding of an exact fraction; NaN where a slice has no ratio.

    Raises
    ------
    IncompatibleError
        When the two are of different slices.
    InvalidValueError
        For an unknown measure, or where one of the two has nothing to divide by.

    Notes
    -----
    E. M. Kitagawa, "Components of a difference between two rates", Journal of the American Statistical Association
    50(272), 1955.
    """
    if before.by is None or before.by != after.by:
        raise IncompatibleError("mix_and_rate needs two RetentionRates by the same slices; pass the same by= to both")
    if measure not in MEASURES and measure != _CUSTOMERS:
        raise InvalidValueError(f"mix_and_rate(measure=) must be {_CUSTOMERS} or one of {', '.join(MEASURES)}")
    old, new = _shares(before, measure), _shares(after, measure)
    totals = [Fraction(sum(share.below for share in shares.values())) for shares in (old, new)]
    if not all(totals):
        raise InvalidValueError("mix_and_rate: both ratios must be defined; got one without anything to divide by")
    whole = [
        Fraction(sum(share.above for share in shares.values())) / total
        for shares, total in zip((old, new), totals, strict=True)
    ]
    middle = (whole[0] + whole[1]) / 2
    labels = [*dict.fromkeys([*old, *new])]
    rows: list[_Row] = []
    for label in labels:
        one, two = old.get(label, _Share(0, 0)), new.get(label, _Share(0, 0))
        first, second = one.ratio, two.ratio
        r0, r1 = (other if own is None else own for own, other in ((first, second), (second, first)))
        if r0 is None or r1 is None:  # nothing to divide by in either: no weight, no say
            rows.append(_Row(None, None, Fraction(0), Fraction(0)))
            continue
        w0, w1 = one.below / totals[0], two.below / totals[1]
        rows.append(_Row(first, second, (w1 - w0) * ((r0 + r1) / 2 - middle), (w0 + w1) / 2 * (r1 - r0)))
    mixes, rates = (sum(parts, Fraction(0)) for parts in ([row.mix for row in rows], [row.rate for row in rows]))
    rows.append(_Row(whole[0], whole[1], mixes, rates))
    return ResultTable(
        {
            before.by: np.array([*labels, None], dtype=object),
            "is_total": np.arange(len(rows)) == len(rows) - 1,
            "before": _floats([row.before for row in rows]),
            "after": _floats([row.after for row in rows]),
            "mix": _floats([row.mix for row in rows]),
            "rate": _floats([row.rate for row in rows]),
            "change": _floats([row.mix + row.rate for row in rows]),
        },
        backend=after.backend,
    )


def _shares(rates: RetentionRates, measure: str) -> dict[str | None, _Share]:
    if measure == _CUSTOMERS:
        pairs = zip(rates.n_kept.tolist(), rates.n_start.tolist(), strict=True)
    else:
        pairs = zip(rates.sums[measure].above.tolist(), rates.sums[measure].below.tolist(), strict=True)
    return {label: _Share(*pair) for label, pair in zip(rates.labels.tolist(), pairs, strict=True)}


def _floats(values: Sequence[Fraction | None]) -> FloatArray:
    return np.array([np.nan if value is None else float(value) for value in values])
