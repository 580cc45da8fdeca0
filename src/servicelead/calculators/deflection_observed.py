"""Deflection measured on the tables of a business: its self-help events, their surveys, and the cases that followed."""

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

import numpy as np
from attrs import field, frozen

from servicelead._arguments import require_within
from servicelead._fields import duration
from servicelead._typing import Array, Codes, IntArray
from servicelead.calculators.amounts import Amount
from servicelead.calculators.deflection import Deflection
from servicelead.calculators.deflection_events import COUNTED, EventFate, fates_of
from servicelead.calculators.deflection_groups import ASSISTED, CASE_FATES, case_fates, labels_of
from servicelead.calculators.deflection_rates import METHOD, Rates, rates_of
from servicelead.calculators.deflection_words import undefined_because, warnings_of
from servicelead.columns.table import ResultTable
from servicelead.domain.segments import Segmentation
from servicelead.exceptions import UndefinedRateError, UnknownNameError
from servicelead.tables import Business
from servicelead.tables.base import frozen_array
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Estimate

__all__ = ["ObservedDeflection"]


@frozen(kw_only=True, eq=False)
class ObservedDeflection:
    r"""What self-service deflected, event by event.

    Counted are events of entitled customers, once for each issue of an account, however far apart and however many;
    the latest old enough to be judged, with complete answers if any has them, stands for the issue. An event younger
    than the follow-up window is censored. A case opened on the issue at, or within the window after, any of its events
    means that more was needed by a customer who succeeded and had meant to open one, whatever the answer to that. Any
    other missing answer is non-response, never a no.

    The event deflection rate is the product of three rates, each among those who said yes before and answered the
    question: k/n where everyone who began the survey finished it. Its interval is Wilson's, with the number of
    answers divided by the design effect of accounts, whose events resemble one another; with one event per account it
    is the Wilson interval of k/n. It takes the events answered for a fair sample of those counted;
    `non_response_lower` and `non_response_upper` do not, and the rate lies between them.

    Assisted cases for the demand rate are those of customers not known to be unentitled, opened from the first event
    of an entitled customer until the follow-up window before ``as_of``.

    Make one with `from_business`.

    Attributes
    ----------
    business
        The tables it was measured on.
    follow_up
        Time in which a case may follow; positive.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> observed = ObservedDeflection.from_business(simulate_business(n_accounts=300, seed=1).business)
    >>> int(observed.accounting["n"].sum()) == len(observed.business.self_help_events)
    True
    """

    business: Business = field(repr=False)
    follow_up: timedelta = field(validator=duration())

    @classmethod
    def from_business(cls, business: Business, *, follow_up: timedelta = timedelta(days=7)) -> Self:
        """Follow every self-help event to what became of it.

        Parameters
        ----------
        business
            With ``self_help_events`` and, for what followed them, ``cases``.
        follow_up
            Time in which a case on the same issue overrides an answer; positive.

        Returns
        -------
        ObservedDeflection
            Without events, or with none of entitled customers, its figures are undefined, with the reason.

        Raises
        ------
        InvalidValueError
            A window that is no positive time.
        """
        return cls(business=business, follow_up=follow_up)

    @property
    def fates(self) -> Array:
        """The fate of each event, int8: its place in `EventFate`."""
        return self._followed[0]

    @property
    def answers(self) -> Array:
        """The answers of each event, int8 (3, n_events): 1 yes, 0 no, -1 none; as corrected by cases that followed."""
        return self._followed[1]

    @cached_property
    def _followed(self) -> tuple[Array, Array]:
        fates, answers = fates_of(self.business, self.follow_up)
        return frozen_array(fates), frozen_array(answers)

    @property
    def accounting(self) -> ResultTable:
        """What became of every event read: ``fate, n, meaning``; the numbers add up to all events."""
        counts = np.bincount(self.fates, minlength=len(EventFate))
        meanings = [fate.meaning for fate in EventFate]
        return self._table({"fate": [str(fate) for fate in EventFate], "n": counts, "meaning": meanings})

    @property
    def case_accounting(self) -> ResultTable:
        """Which cases count as assisted demand: ``fate, n, meaning``; the numbers add up to all cases."""
        counts = np.bincount(case_fates(self.business, self.follow_up), minlength=len(CASE_FATES))
        return self._table({"fate": list(CASE_FATES), "n": counts, "meaning": list(CASE_FATES.values())})

    @property
    def n_events(self) -> int:
        """Events counted: of entitled customers, once per issue, old enough."""
        return int(np.count_nonzero(self.fates >= COUNTED))

    @property
    def n_assisted_cases(self) -> int:
        """Assisted cases of entitled customers in the time in which events are counted."""
        return len(self._assisted())

    @property
    def non_response_lower(self) -> float:
        """The rate if no event lacking answers deflected a case; `UndefinedRateError` without counted events."""
        return self._bound("non_response_lower")

    @property
    def non_response_upper(self) -> float:
        """The rate if every event lacking answers deflected one, those ruled out too: the rate speaks for them."""
        return self._bound("non_response_upper")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the figures rest on that may not hold, in words."""
        return warnings_of(self.business, self.fates, self.answers, self._assisted())

    def event_deflection_rate(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the share of counted events that deflected a case; n is the number of accounts that answered."""
        return self._estimate(lambda rate: rate, "proportion", confidence)

    def deflected_cases(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return the number of counted events times their deflection rate."""
        return self._estimate(lambda rate: rate * self.n_events, "cases", confidence)

    def demand_deflection_rate(self, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
        """Return deflected / (deflected + assisted) cases, the assisted ones taken as known; undefined without any."""
        if not self.n_assisted_cases:
            reason = "no assisted case of an entitled customer in the time in which events are counted"
            return Estimate.undefined(reason, method=METHOD, unit="proportion", confidence=confidence)
        return self._estimate(
            lambda rate: rate * self.n_events / (rate * self.n_events + self.n_assisted_cases), "proportion", confidence
        )

    def by(
        self, dimension: str, *, segmentation: Segmentation | None = None, confidence: float = DEFAULT_CONFIDENCE
    ) -> ResultTable:
        """Return the rates, and the cases deflected, by resource, segment or month.

        Parameters
        ----------
        dimension
            ``"resource"``, ``"segment"`` (as of the event), or ``"month"`` (of the event, in the business's zone).
        segmentation
            What the segments are.
        confidence
            Of the intervals, strictly between 0 and 1.

        Returns
        -------
        ResultTable
            One row per label that has a counted event or an assisted case, in the order of the dimension; None where
            there is no label. ``n_events`` are counted, ``n_answered`` have complete answers; the three rates of the
            questions; the event deflection rate, its interval and its bounds of non-response; the deflected cases;
            and, except by resource, which an assisted case does not have, the demand deflection rate. NaN where a
            figure is undefined.

        Raises
        ------
        UnknownNameError, InvalidValueError
            For an unknown dimension, for segments without a segmentation, for a confidence out of range.
        """
        require_within("ObservedDeflection.by: confidence", confidence)
        counted, assisted = np.flatnonzero(self.fates >= COUNTED), self._assisted()
        codes, labels = labels_of(self.business, dimension, segmentation, (counted, assisted))
        n, last = len(labels) + 1, np.int32(len(labels))
        codes = np.where(codes < 0, last, codes)
        events, cases = codes[: len(counted)], codes[len(counted) :]
        columns = self._rates(events, n, confidence).columns()
        shown = columns["n_events"] > 0
        if dimension != "resource":
            n_cases = np.bincount(cases, minlength=n)
            shown |= n_cases > 0
            columns["n_assisted_cases"] = n_cases
            for end in ("", "_lower", "_upper"):
                deflected = columns[f"deflected_cases{end}"]
                whole = np.where(n_cases > 0, deflected + n_cases, np.nan)
                columns[f"demand_deflection_rate{end}"] = deflected / whole
        names = labels.decode(np.append(np.arange(len(labels)), -1))
        return self._table({dimension: names, **columns}).take(np.flatnonzero(shown))

    def events(self, fate: EventFate | str | None = None) -> ResultTable:
        """Return the events one by one with their fates, to be looked up and argued about.

        Parameters
        ----------
        fate
            `EventFate` or its name: only the events that have it; all by default.

        Returns
        -------
        ResultTable
            ``event_id, account_id, occurred_at, issue_key, fate``, by account and time.

        Raises
        ------
        UnknownNameError
            There is no such fate.
        """
        names = [str(each) for each in EventFate]
        if fate is not None and fate not in names:
            raise UnknownNameError(f"ObservedDeflection.events: no such fate; choose among {', '.join(names)}")
        rows = np.arange(len(self.fates)) if fate is None else np.flatnonzero(self.fates == names.index(fate))
        columns = self.business.self_help_events.take(rows).columns()
        shown = {name: columns[name] for name in ("event_id", "account_id", "occurred_at", "issue_key")}
        return self._table(shown | {"fate": np.array(names, dtype=object)[self.fates[rows]]})

    def deflection(self, **others: Amount | None) -> Deflection:
        """Return the calculator with what was observed, for its money and its tables.

        Parameters
        ----------
        **others
            Further fields of `Deflection`: ``assisted_case_cost``, ``self_help_event_cost``, ``n_plausible_cases``.

        Returns
        -------
        Deflection
            With the observed events, rates and assisted cases. Events of entitled customers that stand for no issue
            of their own are its ``n_repeated_events``, those without entitlement its ``n_unentitled_events``. Without
            an assisted case there is no ``n_assisted_cases``.

        Raises
        ------
        UndefinedRateError
            Where the event deflection rate is undefined.
        """
        rates = self._overall(DEFAULT_CONFIDENCE)
        if np.isnan(rates.rate[0]):
            raise UndefinedRateError(
                f"ObservedDeflection.deflection must have an event deflection rate; got {self._why_not(rates)}; "
                "see accounting for what became of the events"
            )
        fates = dict(zip(EventFate, self.accounting["n"].tolist(), strict=True))
        stages = [
            Fraction(int(agreed), int(asked)) if asked else Fraction(0)
            for asked, agreed in zip(rates.asked[:, 0], rates.agreed[:, 0], strict=True)
        ]
        return Deflection(
            n_events=self.n_events,
            success_rate=stages[0],
            intent_given_success_rate=stages[1],
            no_further_action_given_intent_rate=stages[2],
            n_assisted_cases=self.n_assisted_cases or None,
            n_repeated_events=fates[EventFate.REPEATED],
            n_unentitled_events=fates[EventFate.NOT_ENTITLED],
            **others,  # type: ignore[arg-type]  # the fields' own validators judge them
        )

    def _rates(self, labels: Codes, n_labels: int, confidence: float) -> Rates:
        counted = np.flatnonzero(self.fates >= COUNTED)
        accounts = self.business.self_help_events.account_id[counted]
        return rates_of(
            self.fates[counted],
            self.answers[:, counted],
            accounts,
            labels=labels,
            n_labels=n_labels,
            confidence=confidence,
        )

    def _overall(self, confidence: float) -> Rates:
        return self._rates(np.zeros(self.n_events, dtype=np.int32), 1, confidence)

    def _estimate(self, figure: Callable[[float], float], unit: str, confidence: float) -> Estimate:
        require_within("ObservedDeflection: confidence", confidence)
        rates = self._overall(confidence)
        value, lower, upper = (float(end[0]) for end in (rates.rate, rates.lower, rates.upper))
        n = int(rates.n_accounts[0])
        if math.isnan(value):
            reason = self._why_not(rates)
            return Estimate.undefined(reason, method=METHOD, unit=unit, confidence=confidence, n=n)
        has_bounds = not math.isnan(lower)
        return Estimate(
            value=figure(value),
            lower=figure(lower) if has_bounds else None,
            upper=figure(upper) if has_bounds else None,
            confidence=confidence,
            method=METHOD,
            n=n,
            unit=unit,
            reason=None if has_bounds else "one account says nothing of how accounts vary",
        )

    def _why_not(self, rates: Rates) -> str:
        return undefined_because(self.business, self.n_events, rates.asked[:, 0])

    def _bound(self, name: str) -> float:
        bound = float(getattr(self._overall(DEFAULT_CONFIDENCE), name)[0])
        if math.isnan(bound):
            raise UndefinedRateError(
                f"ObservedDeflection.{name} must have counted events; got none; see accounting for what became of them"
            )
        return bound

    def _assisted(self) -> IntArray:
        return np.flatnonzero(case_fates(self.business, self.follow_up) == ASSISTED)

    def _table(self, columns: Mapping[str, Any]) -> ResultTable:
        return ResultTable(columns, backend=self.business.backend)
