"""What every group of features is worked out from: the tables, the panel, the windows and labels told apart."""

import numpy as np
from attrs import field, frozen

from servicelead._typing import Array, Codes, FloatArray, IntArray
from servicelead.propensity.snapshots.feature import Column, Feature
from servicelead.tables import Business
from servicelead.tables.base import major_units
from servicelead.tables.panel import Panel

__all__ = ["Scope", "number", "ratio"]


@frozen(kw_only=True, eq=False)
class Scope:
    """The ground of built-in features.

    Attributes
    ----------
    business
        Its whole tables: whoever reads them reads them through the panel.
    panel
        Accounts by cutoffs.
    windows
        Lengths in days, ascending.
    half_life
        Of decayed counts, microseconds.
    channels, severities
        Labels counted one by one.
    attributes
        Attributes of accounts.
    with_levels
        Whether the level of contacts is taken to be constant.
    """

    business: Business = field(repr=False)
    panel: Panel = field(repr=False)
    windows: tuple[int, ...]
    half_life: int
    channels: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    with_levels: bool = False

    @property
    def longest(self) -> int:
        """The longest window, in days."""
        return self.windows[-1]

    @property
    def money(self) -> str:
        """The unit of amounts."""
        return self.business.currency or "in the unit of amounts"

    def amounts(self, values: Array) -> FloatArray:
        """Return amounts in major units, 0 where missing."""
        major: FloatArray = np.nan_to_num(major_units(values, self.business.currency))
        return major

    def counts(
        self, name: str, unit: str, what: str, account: Codes, when: IntArray, *, change: bool = False
    ) -> list[Column]:
        """Return the number of events in each window, and how it differs from the window before."""
        reaches = {0, *self.windows, *(2 * days for days in self.windows if change)}
        seen = {days: self.panel.earlier(days).count(account, when) for days in reaches}
        out = []
        for days in self.windows:
            now = seen[0] - seen[days]
            out.append(number(f"{name}_{days}d", unit, f"{what} in the {days} days before the cutoff.", now))
            if change:
                sentence = f"{what} in the {days} days before the cutoff, less those of the {days} days before that."
                out.append(number(f"{name}_change_{days}d", unit, sentence, now - (seen[days] - seen[2 * days])))
        return out

    def since(self, what: str, sentence: str, account: Codes, when: IntArray) -> Column:
        """Return the days since the latest of some events; missing where there was none."""
        return number(f"days_since_{what}", "days", sentence, self.panel.days_since(self.panel.latest(account, when)))


def number(name: str, unit: str, sentence: str, values: Array) -> Column:
    """Return a feature that is a number."""
    return Feature(name=name, unit=unit, sentence=sentence), values


def ratio(above: Array, below: Array) -> FloatArray:
    """Return quotients, NaN where nothing is below the line."""
    out = np.full(below.shape, np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
