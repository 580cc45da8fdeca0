"""From the tables of a business to snapshots: who, when, what was known, and what happened next."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from attrs import Attribute, field, frozen
from attrs.validators import optional

from servicelead._fields import above, duration, refuse, word
from servicelead._typing import Array, BoolArray, Codes, IntArray
from servicelead.columns.table import ResultTable
from servicelead.domain.opportunities import OpportunityKind
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.snapshots.account_features import account_features, attributes_of
from servicelead.propensity.snapshots.cutoffs import Every, calendar_cutoffs, given_cutoffs
from servicelead.propensity.snapshots.eligibility import active
from servicelead.propensity.snapshots.feature import Column, Feature
from servicelead.propensity.snapshots.labels import labels_of, movements_up, won_deals
from servicelead.propensity.snapshots.own_features import own_features
from servicelead.propensity.snapshots.revenue_features import revenue_features
from servicelead.propensity.snapshots.sales_features import EXPANSIONS, sales_features
from servicelead.propensity.snapshots.scope import Scope
from servicelead.propensity.snapshots.settings import MOST_DAYS, as_kinds, as_tuple, day, each_is, whole_days
from servicelead.propensity.snapshots.snapshots import Snapshots
from servicelead.propensity.snapshots.support_features import support_features
from servicelead.propensity.snapshots.touch_features import touch_features
from servicelead.tables import Business
from servicelead.tables.base import frozen_array
from servicelead.tables.panel import Panel

__all__ = ["SnapshotBuilder"]

_GROUPS = (touch_features, support_features, revenue_features, sales_features, account_features)
_MICROSECOND = timedelta(microseconds=1)


@frozen(kw_only=True)
class SnapshotBuilder:
    r"""How snapshots are taken of a business: when, of whom, what is read, and what is foretold.

    A snapshot of an account at a cutoff reads only what was known **strictly before** the cutoff: whatever is added,
    or edited, at or after it changes no bit of a feature. Of the time after it there is the label, alone:

    .. math:: y = 1 \text{ if the account expands at some } t \in [\text{cutoff} + \text{gap},
              \text{cutoff} + \text{gap} + \text{horizon})

    An account is looked at if it was **active** just before the cutoff: a paid subscription had begun and was not known
    to have ended, or its latest payment lay no further back than `payment_gap`. Before anybody of the business
    subscribed or paid anything, active are the accounts with a deal won before.

    A touch that names only a lead counts from when the lead was created. The account that a lead names, and that two
    accounts, contacts or leads are one, is taken to have been known from the start: their tables do not say when.

    Attributes
    ----------
    every
        Cutoffs are 00:00 of the first day of each ``"month"``, ``"quarter"`` or ``"year"`` in the business's zone and
        fiscal year.
    since, until
        First and last day for a cutoff; by default the twelve latest whose label is known at the business's `as_of`.
    horizon, gap
        Length of the label's window and how long after the cutoff it begins, whole days of 24 hours, at most a century.
    kinds
        Kinds of opportunity whose win is an expansion, at least one.
    minimum_expansion
        With a number, an expansion is instead a moment at which the annualised amount of an active account rose by at
        least so much, in major units a year, as in a ledger of movements; `kinds` then says nothing.
    windows
        Lengths of the windows in which events are counted, days; at most a century.
    half_life
        Of counts that decay.
    channels, severities
        Labels of touches and of cases that are counted one by one; one that nothing has counts 0.
    attributes
        Attributes of accounts to read as ``account_history`` had them; by default all it has.
    assume_constant
        Attributes in ``accounts`` that are taken never to have changed, and are read too; ``"contacts"`` for the people
        of an account. Without a history what they say today may be what happened after the cutoff.
    payment_gap
        Payments recur while they are no further apart.
    own
        Features of your own, each with a function `compute`.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> business = simulate_business(n_accounts=200, seed=1).business
    >>> snapshots = SnapshotBuilder(assume_constant=("industry",)).build(business)
    >>> snapshots.features["touches_90d"].dtype, snapshots.label.dtype
    (dtype('float64'), dtype('int8'))
    >>> len(snapshots) == len(snapshots.label) == len(snapshots.X)
    True
    """

    every: Every = field(default="month", validator=word("month", "quarter", "year"))
    since: date | None = field(default=None, validator=optional(day()))
    until: date | None = field(default=None, validator=optional(day()))
    horizon: timedelta = field(default=timedelta(days=90), validator=whole_days(1))
    gap: timedelta = field(default=timedelta(0), validator=whole_days(0))
    kinds: tuple[OpportunityKind, ...] = field(
        default=EXPANSIONS, converter=as_kinds, validator=each_is(OpportunityKind, "kinds of opportunity")
    )
    minimum_expansion: float | Decimal | None = field(default=None, validator=optional(above(0)))
    windows: tuple[int, ...] = field(default=(30, 90, 365), converter=as_tuple, validator=each_is(int, "whole days"))
    half_life: timedelta = field(default=timedelta(days=30), validator=duration())
    channels: tuple[str, ...] = field(default=(), converter=as_tuple, validator=each_is(str, "labels"))
    severities: tuple[str, ...] = field(
        default=("low", "normal", "high", "critical"), converter=as_tuple, validator=each_is(str, "labels")
    )
    attributes: tuple[str, ...] | None = field(
        default=None, converter=as_tuple, validator=optional(each_is(str, "names"))
    )
    assume_constant: tuple[str, ...] = field(default=(), converter=as_tuple, validator=each_is(str, "names"))
    payment_gap: timedelta = field(default=timedelta(days=400), validator=duration())
    own: tuple[Feature, ...] = field(default=(), converter=as_tuple, validator=each_is(Feature, "features"))

    @until.validator
    def _follows(self, attribute: "Attribute[date | None]", value: date | None) -> None:
        if value is not None and self.since is not None and value < self.since:
            refuse(self, attribute, "not before since", "an earlier day", "swap the two")

    @kinds.validator
    def _some(self, attribute: "Attribute[tuple[OpportunityKind, ...]]", value: tuple[OpportunityKind, ...]) -> None:
        if not value:
            refuse(self, attribute, "at least one kind of opportunity", "none", "leave it out for upsells, cross-sells")

    @windows.validator
    def _grow(self, attribute: "Attribute[tuple[int, ...]]", value: tuple[int, ...]) -> None:
        if not value or value[0] < 1 or value[-1] > MOST_DAYS or list(value) != sorted(set(value)):
            rule = f"ascending whole days from 1 to {MOST_DAYS:,}"
            refuse(self, attribute, rule, "others", "write e.g. (30, 90, 365)")

    @own.validator
    def _compute(self, attribute: "Attribute[tuple[Feature, ...]]", value: tuple[Feature, ...]) -> None:
        if any(feature.compute is None for feature in value):
            refuse(self, attribute, "features with a function", "one without", "give it compute=")

    def build(self, business: Business, *, cutoffs: Iterable[Any] | None = None, labelled: bool = True) -> Snapshots:
        """Take the snapshots.

        Parameters
        ----------
        business
            With subscriptions, payments or deals: without them nobody is active.
        cutoffs
            Dates (00:00 in the zone), datetimes or UTC microseconds, instead of the calendar's.
        labelled
            False to score: labels are -1, nothing is dropped for its label's sake, and the default is one cutoff, the
            moment after `as_of`.

        Returns
        -------
        Snapshots
            A cutoff whose label window is not over at `as_of` has no rows; how many it would have had is counted in
            ``dropped``. Without accounts or cutoffs every column is there, and empty.

        Raises
        ------
        InvalidValueError
            For a cutoff, or a calendar's every cutoff, after `as_of`, an attribute without a history that is not
            assumed constant, two features of one name, or a function that does not return one finite value per account.
        UnknownNameError
            For an attribute that no table has.
        NoCurrencyError
            When `minimum_expansion` is asked of a business without a currency.
        """
        reach = (self.gap + self.horizon) // _MICROSECOND
        instants = self._instants(business, cutoffs, reach, labelled=labelled)
        n_accounts = len(business.accounts.vocabularies["account_id"])
        everywhere = Panel(n_accounts=n_accounts, instants=instants)
        eligible = active(business, everywhere, self.payment_gap)
        over = instants + reach <= business.as_of + 1 if labelled else np.ones(len(instants), dtype=bool)
        panel = Panel(n_accounts=n_accounts, instants=instants[over])
        place, account = np.nonzero(eligible[:, over].T)
        who: Codes = account.astype(np.int32)
        cutoff = panel.instants[place]
        where = place * n_accounts + account

        def picked(values: Array) -> Array:
            return values.T.reshape(-1).take(where)  # panels lie in memory cutoff by cutoff

        columns = [
            (feature, picked(values).astype(object if feature.kind == "category" else np.float64, copy=False))
            for feature, values in self._built_in(business, panel)
        ]
        columns += own_features(business, self.own, who, cutoff, self.assume_constant)
        definitions = tuple(feature for feature, _ in columns)
        _refuse_namesakes(definitions)
        label, value = self._labels(business, panel, labelled=labelled)
        return Snapshots(
            features=ResultTable({f.name: frozen_array(values) for f, values in columns}, backend=business.backend),
            definitions=definitions,
            label=frozen_array(picked(label)),
            value=frozen_array(picked(value)),
            account=frozen_array(who),
            cutoff=frozen_array(cutoff),
            accounts=business.accounts.vocabularies["account_id"],
            horizon=self.horizon,
            gap=self.gap,
            dropped=_dropped(eligible, over),
            currency=business.currency,
        )

    def _instants(self, business: Business, cutoffs: Iterable[Any] | None, reach: int, *, labelled: bool) -> IntArray:
        if cutoffs is not None:
            return given_cutoffs(business, cutoffs)
        if not labelled and self.since is None and self.until is None:
            return np.array([business.as_of + 1])
        return calendar_cutoffs(business, self.every, self.since, self.until, reach if labelled else 0)

    def _built_in(self, business: Business, panel: Panel) -> Iterator[Column]:
        scope = Scope(
            business=business,
            panel=panel,
            windows=self.windows,
            half_life=self.half_life // _MICROSECOND,
            channels=self.channels,
            severities=self.severities,
            attributes=attributes_of(business, self.attributes, self.assume_constant),
            with_levels="contacts" in self.assume_constant,
        )
        for group in _GROUPS:
            yield from group(scope)

    def _labels(self, business: Business, panel: Panel, *, labelled: bool) -> tuple[Array, Array]:
        if not labelled:
            shape = panel.n_accounts, len(panel.instants)
            return np.full(shape, -1, dtype=np.int8), np.zeros(shape, dtype=business.opportunities.amount.dtype)
        if self.minimum_expansion is None:
            expansions = won_deals(business, self.kinds)
        else:
            expansions = movements_up(business, Decimal(str(self.minimum_expansion)))
        return labels_of(panel, expansions, self.gap.days, self.horizon.days)


def _refuse_namesakes(features: Sequence[Feature]) -> None:
    names = [feature.name for feature in features]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidValueError(
            f"SnapshotBuilder: features must have names of their own; got two of {', '.join(twice)}; "
            "rename yours, or leave the attribute out of attributes"
        )


def _dropped(eligible: BoolArray, over: BoolArray) -> ResultTable:
    """Return how many pairs of an account and a cutoff are no row, and why."""
    counts = {
        "label_window_not_over": np.count_nonzero(eligible[:, ~over]),
        "not_active": np.count_nonzero(~eligible[:, over]),
    }
    return ResultTable({"reason": [*counts], "n_rows": [*counts.values()]}, title="dropped")
