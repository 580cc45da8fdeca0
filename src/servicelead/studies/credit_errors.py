"""How far credit lies from what is true."""

from typing import NamedTuple

import numpy as np

from servicelead._typing import BoolArray, FloatArray
from servicelead.kernels.rank_correlation import rank_correlation

__all__ = ["CreditErrors", "credit_errors"]


class CreditErrors(NamedTuple):
    """How wrong one model's credit is, over the touch types or teams of one business.

    Attributes
    ----------
    credited_value, true_value
        Sum of the credit, and of the true effects, in major units.
    money_error
        Error A: of the credit as it stands.
    allocation_error
        Error B: of the credit scaled to the sum of the true effects.
    sign_errors, false_harms, n_negative
        Labels with a material effect of the other sign than the model states; those of them that help; labels with a
        material effect below 0.
    nil_share
        Share of the credit on what does nothing.
    harm_share
        What effects below 0 are of all, signs aside: the least error B of credit that is nowhere below 0.
    rank_correlation
        Of credit and true effects.
    """

    credited_value: float
    true_value: float
    money_error: float
    allocation_error: float
    sign_errors: int
    false_harms: int
    n_negative: int
    nil_share: float
    harm_share: float
    rank_correlation: float


def credit_errors(credit: FloatArray, truth: FloatArray, harmful: BoolArray, *, materiality: float) -> CreditErrors:
    r"""Hold credit c against true effects t, label by label.

    .. math::
        A = \frac{\tfrac12 \sum |c - t|}{\sum |t|}, \qquad
        B = \frac{\tfrac12 \sum |k c - t|}{\sum |t|}, \quad k = \frac{\sum t}{\sum c}

    Parameters
    ----------
    credit, truth : float64 (n,)
        Money by label; either may be negative.
    harmful : bool (n,)
        Labels to which the model states an effect below 0, beside their credit; of the others, it states the sign of
        their credit.
    materiality
        An effect counts for its sign where :math:`|t|` is at least this part of :math:`\sum |t|`.

    Returns
    -------
    CreditErrors
        Both errors and the harm share are NaN where there are no effects; error B, which cannot scale, also where
        credit or effects do not add up to more than 0, and so is the nil share where credit does not. The rank
        correlation is NaN of fewer than two labels, or where all credits or all effects are equal.
    """
    size, credited, whole = float(np.sum(np.abs(truth))), float(np.sum(credit)), float(np.sum(truth))
    nan = float("nan")
    stated = np.where(harmful, -1.0, np.sign(credit))
    can_scale = credited > 0 and whole > 0
    is_material = (truth != 0) & (np.abs(truth) >= materiality * size)
    return CreditErrors(
        credited_value=credited,
        true_value=whole,
        money_error=_distance(credit, truth) / size if size else nan,
        allocation_error=_distance(credit * (whole / credited), truth) / size if can_scale else nan,
        sign_errors=int(np.count_nonzero(is_material & (stated == -np.sign(truth)))),
        false_harms=int(np.count_nonzero(is_material & (truth > 0) & (stated < 0))),
        n_negative=int(np.count_nonzero(is_material & (truth < 0))),
        nil_share=float(np.sum(credit[truth == 0])) / credited if credited > 0 else nan,
        harm_share=float(np.sum(np.abs(truth[truth < 0]))) / size if size else nan,
        rank_correlation=rank_correlation(credit, truth),
    )


def _distance(credit: FloatArray, truth: FloatArray) -> float:
    return float(np.sum(np.abs(credit - truth))) / 2
