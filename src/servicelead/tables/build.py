"""Sources to tables: parse, encode, merge, check, settle duplicates, finish - in that order."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from servicelead.columns.zones import Zone
from servicelead.exceptions import UnknownNameError
from servicelead.tables import checks
from servicelead.tables.accounts import Accounts, Contacts
from servicelead.tables.base import Table
from servicelead.tables.conversion import convert_amounts
from servicelead.tables.draft import Draft, parse_source, settle_attributes
from servicelead.tables.duplicates import collapse_stages, settle_duplicates
from servicelead.tables.entities import encode_entities, resolve_merges
from servicelead.tables.events import Cases, SelfHelpEvents, Spend, Usage
from servicelead.tables.exchange import ExchangeRates, find_currency
from servicelead.tables.finish import finish
from servicelead.tables.history import AccountHistory
from servicelead.tables.leads import Leads, StageHistory
from servicelead.tables.links import accounts_of_touches, leads_of_opportunities
from servicelead.tables.opportunities import Activities, Opportunities, OpportunityStageHistory
from servicelead.tables.source import sources_of
from servicelead.tables.subscriptions import Payments, Subscriptions
from servicelead.tables.touches import TouchTable

__all__ = ["TABLES", "Built", "build"]

#: Every canonical table by its name.
TABLES: Mapping[str, type[Table]] = {
    table.title: table
    for table in (
        Accounts,
        AccountHistory,
        Contacts,
        Leads,
        StageHistory,
        TouchTable,
        Opportunities,
        OpportunityStageHistory,
        Activities,
        Subscriptions,
        Payments,
        Usage,
        SelfHelpEvents,
        Cases,
        Spend,
    )
}


class Built(NamedTuple):
    """Finished tables, the drafts they came from (for the accounting), the currency, and the frame library."""

    tables: dict[str, Table]
    drafts: dict[str, list[Draft]]
    currency: str | None
    backend: str | None


def build(
    inputs: Mapping[str, Any],
    *,
    as_of: int,
    zone: Zone,
    zone_named: bool,
    currency: str | None,
    exchange_rates: Any,
    columns: Mapping[str, Mapping[str, str]],
) -> Built:
    """Return every table, finished.

    Raises
    ------
    UnknownNameError
        When an input, or a table whose columns are renamed, is no canonical table.
    """
    unknown = [name for name in (*inputs, *columns) if name not in TABLES]
    if unknown:
        raise UnknownNameError(f"no table called {', '.join(unknown)}; tables: {', '.join(TABLES)}")
    drafts = {
        name: [
            parse_source(TABLES[name], source, zone, zone_named=zone_named, as_of=as_of, mapping=columns.get(name, {}))
            for source in sources_of(given)
        ]
        for name, given in inputs.items()
        if given is not None
    }
    every = [draft for group in drafts.values() for draft in group]
    rates = None if exchange_rates is None else ExchangeRates.from_frame(exchange_rates)
    unit = find_currency(every, currency, has_rates=rates is not None)
    for group in drafts.values():
        settle_attributes(group)
    for draft in every:
        convert_amounts(draft, unit, rates, zone, as_of)
    entities = encode_entities(every)
    resolve_merges(drafts, entities)
    for draft in drafts.get("touchpoints", ()):
        draft.reject(draft.missing("account_id") & draft.missing("lead_id"), "missing_account", "account_id")
    accounts_of_touches(drafts, len(entities["lead"]))
    leads_of_opportunities(drafts, len(entities["opportunity"]))
    checks.check(drafts, entities, as_of)
    for group in drafts.values():
        settle_duplicates(group)
    collapse_stages(drafts.get("opportunity_stage_history", []))
    backend = next((draft.backend for draft in every if draft.backend), None)
    tables = {name: finish(table, drafts.get(name, []), entities, unit, backend) for name, table in TABLES.items()}
    return Built(tables, drafts, unit, backend)
