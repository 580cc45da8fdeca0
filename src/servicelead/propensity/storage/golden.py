"""Golden rows: rows made up from what a model asks, and the scores it gave when it was saved.

A model that is read back must give the same scores, through its encoder and to the last place, before anyone relies
on it. No row is a customer's: numbers lie at the model's own thresholds, categories are drawn.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from servicelead._typing import FloatArray
from servicelead.exceptions import IngestError

if TYPE_CHECKING:
    from servicelead.propensity.estimators.encoding import FrameEncoder

__all__ = ["check_golden", "golden_rows"]

_N_ROWS: Final = 32
_TOLERANCE: Final = 1e-12


def golden_rows(model: Any, thresholds: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Return made-up rows and their logits, as JSON's own types.

    Parameters
    ----------
    model
        A fitted estimator with an ``encoder_`` and a ``decision_function``.
    thresholds
        Per column the numbers at which the model divides it; not read for categories.
    """
    encoder: FrameEncoder = model.encoder_
    generator = np.random.default_rng(0)
    columns: list[FloatArray] = []
    for labels, at in zip(encoder.categories, thresholds, strict=True):
        answers = (
            np.arange(len(labels), dtype=np.float64)
            if labels is not None
            else np.array([value for edge in at for value in (edge, np.nextafter(edge, math.inf))] or [0.0])
        )
        columns.append(np.asarray(generator.choice(np.r_[answers, np.nan], _N_ROWS), dtype=np.float64))
    rows: FloatArray = np.stack(columns, axis=1)
    cells = [[None if math.isnan(cell) else cell for cell in row] for row in rows.tolist()]
    return {"rows": cells, "logits": _logits(model, rows).tolist()}


def check_golden(model: Any, golden: Mapping[str, Any]) -> None:
    """Refuse a model that scores its golden rows otherwise than when it was saved.

    Raises
    ------
    IngestError
        When a score differs by more than one part in 10^12.
    """
    rows = np.array(golden["rows"], dtype=np.float64)
    expected = np.array(golden["logits"], dtype=np.float64)
    close = rows.shape == (_N_ROWS, len(model.encoder_.names)) and expected.shape == (_N_ROWS,)
    if close:
        with np.errstate(all="ignore"):  # a forged model may overflow, and is then refused here
            close = np.allclose(_logits(model, rows), expected, rtol=_TOLERANCE, atol=_TOLERANCE)
    if not close:
        raise IngestError(
            "the model does not score its golden rows as it did when it was saved: the file was changed, or this "
            "installation computes otherwise; do not use it, train it again",
            reason="golden",
        )


def _logits(model: Any, rows: FloatArray) -> FloatArray:
    """Return the logits of encoded rows, by way of the columns they stand for."""
    encoder: FrameEncoder = model.encoder_
    columns = {
        name: values if labels is None else np.array([_label(labels, code) for code in values], dtype=object)
        for name, labels, values in zip(encoder.names, encoder.categories, rows.T, strict=True)
    }
    logits: FloatArray = model.decision_function(columns if encoder.named else np.stack([*columns.values()], axis=1))
    return logits


def _label(labels: Sequence[str], code: float) -> str | None:
    return labels[int(code)] if 0 <= code < len(labels) else None
