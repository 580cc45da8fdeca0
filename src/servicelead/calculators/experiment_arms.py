"""From a table of accounts to the size, mean and spread of each arm of an experiment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen

from servicelead._typing import Array, FloatArray
from servicelead.calculators.mean_difference import MeanDifference
from servicelead.columns import parse
from servicelead.columns.frames import RawColumn, read_columns
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, SegmentationError, UnknownNameError
from servicelead.kernels.totals import label_totals

__all__ = ["ARMS", "Arm", "read_arms"]

#: The arms an experiment may have; the first two it must.
ARMS = ("treated", "control", "low_treated", "low_control")
_WHO = "TouchExperiment.from_accounts"


@frozen(kw_only=True, eq=False)
class Arm:
    """What each account of one arm was worth, and ordered."""

    values: FloatArray
    volumes: FloatArray

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.values)

    @property
    def value_mean(self) -> float:
        """Mean value of an account."""
        return float(np.mean(self.values))

    @property
    def value_sd(self) -> float:
        """Standard deviation of it, divided by n - 1."""
        return float(np.std(self.values, ddof=1))

    def value_against(self, control: "Arm") -> MeanDifference:
        """Return this arm's values compared with another's."""
        return _compared(self.values, control.values)

    def volume_against(self, control: "Arm") -> MeanDifference:
        """Return this arm's volumes compared with another's."""
        return _compared(self.volumes, control.volumes)


def read_arms(
    rows: Any, arms: Mapping[str, str], *, account: str, arm: str, value: str, volume: str | None
) -> dict[str, Arm]:
    """Return each arm by its name; rows of one account are added up."""
    _require_arms(arms)
    columns, _ = read_columns(rows.to_dict() if isinstance(rows, ResultTable) else rows)
    accounts, _ = parse.labels(_column(columns, account))
    codes, labels = parse.labels(_column(columns, arm))
    place = {label: i for i, label in enumerate(labels.tolist())}
    measures = [_numbers(columns, name) for name in (value, volume) if name]
    wanted = np.isin(codes, [place[label] for label in arms.values() if label in place])
    if (accounts[wanted] < 0).any():
        raise InvalidValueError(f"{_WHO}: {account} must be given in every row; got a blank one; name the account")
    pairs = np.unique(np.stack([accounts[wanted], codes[wanted]]), axis=1)
    n_twice = int(np.count_nonzero(np.bincount(pairs[0]) > 1))
    if n_twice:
        raise SegmentationError(
            f"{_WHO}: an account must be in one arm only; got {n_twice} in two or more; "
            "leave them out, or keep the arm each was assigned to first",
        )
    out = {}
    for name, label in arms.items():
        mine = codes == place.get(label, -2)
        who, of_row = np.unique(accounts[mine], return_inverse=True)
        if len(who) < 2:
            raise InvalidValueError(
                f"{_WHO}: each arm must have at least 2 accounts; got {len(who)} in {name!r}; "
                "check that arms names your labels",
            )
        totals = [_totals(measure[mine], of_row, len(who)) for measure in measures]
        out[name] = Arm(values=totals[0], volumes=totals[-1])
    return out


def _require_arms(arms: Mapping[str, str]) -> None:
    if unknown := [name for name in arms if name not in ARMS]:
        raise UnknownNameError(f"{_WHO}: arms has no {unknown[0]!r}; its keys are {', '.join(ARMS)}")
    if tuple(name for name in ARMS if name in arms) not in {ARMS[:2], ARMS}:
        raise InvalidValueError(
            f"{_WHO}: arms must name treated and control, and both of low_treated and low_control or neither; "
            "got others; say which of your labels is which",
        )
    if len(set(arms.values())) < len(arms):
        raise SegmentationError(f"{_WHO}: arms must name a label of its own for each arm; got one twice; split them")


def _column(columns: Mapping[str, RawColumn], name: str) -> RawColumn:
    if name not in columns:
        raise UnknownNameError(f"{_WHO}: no such column {name!r}; say what yours is called")
    return columns[name]


def _numbers(columns: Mapping[str, RawColumn], name: str) -> FloatArray:
    values, problems = parse.numbers(_column(columns, name))
    if problems or np.isnan(values).any():
        raise InvalidValueError(
            f"{_WHO}: {name} must be a finite number in every row; got a blank or something else; "
            "an account without sales has 0",
        )
    return values


def _totals(values: FloatArray, of_row: Array, n: int) -> FloatArray:
    return label_totals(of_row.astype(np.int64), values, n)


def _compared(treated: FloatArray, control: FloatArray) -> MeanDifference:
    return MeanDifference(
        n_treated=len(treated),
        treated_mean=float(np.mean(treated)),
        treated_sd=float(np.std(treated, ddof=1)),
        n_control=len(control),
        control_mean=float(np.mean(control)),
        control_sd=float(np.std(control, ddof=1)),
    )
