"""A simulated business: every canonical table, consistent, and the same for the same seed."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from servicelead._arguments import require_whole
from servicelead._files import replacing
from servicelead._typing import Array
from servicelead.datasets import (
    _accounts,
    _csv,
    _feedback,
    _leads,
    _opportunities,
    _outcomes,
    _spend,
    _subscriptions,
    _support,
    _touches,
)
from servicelead.datasets._expectation import World
from servicelead.datasets._recipe import Recipe
from servicelead.datasets._scenarios import find_scenario
from servicelead.datasets.truth import Truth, truth_of
from servicelead.exceptions import InvalidValueError

if TYPE_CHECKING:
    from servicelead.tables import Business


@attrs.frozen(kw_only=True)
class SimulatedBusiness:
    """A business that never was.

    Two are equal if they were made from the same arguments, which fix every table.

    Attributes
    ----------
    tables
        Canonical tables by name, each a read-only array per column: identifiers and labels as text (None where
        missing), instants as ``datetime64[us]`` in UTC, dates as ``datetime64[D]``, amounts in whole units.
    n_accounts, seed, scenario, weeks, as_of, zone, currency
        The arguments of `simulate_business`.
    """

    n_accounts: int
    seed: int
    scenario: str
    weeks: int
    as_of: dt.date
    zone: str
    currency: str
    tables: Mapping[str, Mapping[str, Array]] = attrs.field(eq=False, repr=False)

    @cached_property
    def business(self) -> "Business":
        """The tables as a `Business`, checked and encoded; built on first use."""
        from servicelead.tables import Business  # noqa: PLC0415 - heavy, loaded on first use

        frames: dict[str, Any] = {
            name: {key: _plain(values) for key, values in table.items()} for name, table in self.tables.items()
        }
        return Business.from_frames(**frames, as_of=self.as_of, zone=self.zone, currency=self.currency)

    @cached_property
    def truth(self) -> Truth:
        """What is expected with all touches and without some, exact because the hazard is known; found on first use."""
        recipe = self._recipe
        traits = _accounts.draw_traits(recipe)
        touches = _feedback.draw_all_touches(recipe, traits)
        return truth_of(World(recipe=recipe, traits=traits, touches=touches), self.currency)

    @property
    def _recipe(self) -> Recipe:
        return Recipe(
            n_accounts=self.n_accounts,
            seed=self.seed,
            scenario=find_scenario(self.scenario),
            weeks=self.weeks,
            as_of=self.as_of,
            zone=self.zone,
        )

    def write_csv(self, folder: str | Path) -> Path:
        """Write every table as a CSV file, and a ``servicelead.toml`` with the as-of date, zone and currency.

        Parameters
        ----------
        folder
            Where to; made if missing. Files of the same names are replaced, each at once.

        Returns
        -------
        Path
            The folder, ready for ``servicelead.read_folder``.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = simulate_business(10).write_csv(folder)
        ...     (written / "accounts.csv").read_text().splitlines()[0]
        'account_id,name,created_at,seats,industry,annual_recurring_revenue,parent_account_id'
        """
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            _csv.write_table(target / f"{name}.csv", table)
        settings = f'as_of = {self.as_of.isoformat()}\nzone = "{self.zone}"\ncurrency = "{self.currency}"\n'
        with replacing(target / "servicelead.toml") as file:
            file.write(settings)
        return target


def _plain(column: Array) -> Array:
    """Instants as integers: UTC whatever the business's zone, where a naive datetime would be local."""
    return column.view("int64") if column.dtype == "datetime64[us]" else column


def simulate_business(
    n_accounts: int = 2_000,
    seed: int = 0,
    *,
    scenario: str = "default",
    weeks: int = 104,
    as_of: dt.date = dt.date(2026, 6, 30),
    zone: str = "UTC",
    currency: str = "USD",
) -> SimulatedBusiness:
    """Simulate a business whose services people meet customers far more often than its salespeople do.

    Accounts are touched on eleven channels of three teams. Touches raise (or, where they left the customer unhappy,
    lower) the weekly hazard of an opportunity and its chance of being won: they saturate, wear off, and work together.
    One channel, ``email``, does nothing. Leads, subscriptions, payments, usage, cases, self-help and spend follow.
    What is true of each touch depends on the scenario and, within about a fifth, on the seed; ``.truth`` says it.

    ``default``
        Accounts whose size, industry and tier promise more are touched somewhat more, and do buy more.
    ``no_confounding``
        Nothing that makes an account buy has anything to do with how often it is touched, or with how it is left.
    ``observed_targeting``
        Sales and marketing seek out accounts by size, industry and tier, which make them buy anyway. All are on record.
    ``hidden_targeting``
        A hidden health that never changes makes accounts buy; healthy ones see more of sales, success and training,
        troubled ones call support.
    ``drifting_health``
        The same, and the hidden health drifts from quarter to quarter.
    ``strong_negatives``
        Bad support, visits and onboarding dissuade two to four times as strongly, and are more frequent.
    ``rare_channel``
        ``event`` is one touch in about 500, and does more than any other.
    ``services_heavy``
        About fifteen touches of services per touch of sales, very unequally spread over accounts.
    ``outcome_feedback``
        Deals draw touches: an open one calls and demos, a win onboarding, a loss e-mails. They act on later weeks only.
    ``visits_to_troubled``
        Customers in trouble open a critical case, are visited, and leave far more often; a visit makes them stay: for
        thirteen weeks it multiplies the odds of leaving by exp(-.8) = .45. Elsewhere no touch has a say in who leaves.

    Parameters
    ----------
    n_accounts
        Number of accounts, 0 or more. With none, every table is empty and valid.
    seed
        0 or more. The same arguments give the same bytes with the same numpy.
    scenario
        Name of the world simulated, one of those above; each after ``no_confounding`` adds one difficulty to that.
    weeks
        Length of the history, 1 to 1,040; it ends with ``as_of``.
    as_of
        Last day simulated, from 1970 to 2200; nothing recorded lies after it.
    zone
        Time zone of the business, an IANA name.
    currency
        ISO 4217 code of every amount. Amounts are whole units, so any currency holds them.

    Returns
    -------
    SimulatedBusiness

    Raises
    ------
    InvalidValueError
        An argument breaks its rule; the message names it and the remedy.

    Examples
    --------
    >>> simulated = simulate_business(200, seed=7)
    >>> sorted(set(simulated.tables["touchpoints"]["team"]))
    ['marketing', 'sales', 'services']
    >>> simulated == simulate_business(200, seed=7)
    True
    """
    recipe = Recipe(
        n_accounts=require_whole("simulate_business.n_accounts:", n_accounts, 0),
        seed=require_whole("simulate_business.seed:", seed, 0),
        scenario=find_scenario(scenario),
        weeks=require_whole("simulate_business.weeks:", weeks, 1, 1040),
        as_of=_day(as_of),
        zone=_zone(zone),
    )
    return SimulatedBusiness(
        n_accounts=n_accounts,
        seed=seed,
        scenario=scenario,
        weeks=weeks,
        as_of=as_of,
        zone=zone,
        currency=_currency(currency),
        tables=_frozen(_simulate(recipe)),
    )


def _simulate(recipe: Recipe) -> dict[str, dict[str, Array]]:
    """Touches first, then what they caused, then what was written down of it all."""
    traits = _accounts.draw_traits(recipe)
    contacts, levels = _accounts.draw_contacts(recipe, traits)
    touches = _feedback.draw_all_touches(recipe, traits)
    deals = _outcomes.draw_opportunities(recipe, traits, touches, np.arange(traits.n))
    leads = _leads.draw_leads(recipe, touches, deals, contacts)
    purchases = _subscriptions.draw_purchases(recipe, traits, touches, deals)
    subscriptions, revenue = _subscriptions.subscription_table(recipe, traits, purchases)
    lead_behind, handed_off_at = _leads.behind(leads, deals)
    return {
        "accounts": _accounts.account_table(recipe, traits, revenue),
        "account_history": _accounts.account_history_table(recipe, traits),
        "contacts": _accounts.contact_table(recipe, contacts, levels),
        "leads": _leads.lead_table(recipe, touches, deals, leads, levels),
        "stage_history": _leads.lead_stage_table(recipe, leads),
        "touchpoints": _touches.touch_table(recipe, touches, contacts, *_leads.filed_under(recipe, touches, leads)),
        "opportunities": _opportunities.opportunity_table(deals, lead_behind, handed_off_at),
        "opportunity_stage_history": _opportunities.opportunity_stage_table(recipe, deals),
        "activities": _opportunities.activity_table(recipe, deals),
        "subscriptions": subscriptions,
        "payments": _subscriptions.payment_table(recipe, traits, purchases),
        "usage": _subscriptions.usage_table(recipe, traits, purchases),
        **_support.support_tables(recipe, traits, touches, purchases),
        "spend": _spend.spend_table(recipe, touches),
    }


def _frozen(tables: dict[str, dict[str, Array]]) -> Mapping[str, Mapping[str, Array]]:
    for table in tables.values():
        for column in table.values():
            column.flags.writeable = False
    return MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()})


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise InvalidValueError(
            f"simulate_business.as_of: must be a date without a time, got {type(value).__name__}; "
            "give datetime.date(year, month, day)."
        )
    if not 1970 <= value.year <= 2200:
        raise InvalidValueError(
            "simulate_business.as_of: must be a date of the years 1970 to 2200, got one outside; give one inside."
        )
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, LookupError, TypeError) as error:
        raise InvalidValueError(
            'simulate_business.zone: must be the IANA name of a time zone, got something else; give one such as "UTC".'
        ) from error
    return value


def _currency(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch("[A-Z]{3}", value) is None:
        raise InvalidValueError(
            "simulate_business.currency: must be an ISO 4217 code of three capital letters, "
            f'got {type(value).__name__} of another form; give one such as "USD".'
        )
    return value
