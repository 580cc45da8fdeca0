"""What self-service deflected, as far as the tables of the business say."""

from attrs import frozen

from servicelead.calculators import ObservedDeflection
from servicelead.tables import Business
from servicelead.uncertainty import Estimate

__all__ = ["Fate", "SelfService", "self_service"]


@frozen(kw_only=True)
class Fate:
    """What became of some self-help events, or what some cases count as."""

    name: str
    n: int
    meaning: str


@frozen(kw_only=True)
class SelfService:
    """Deflection with what it rests on.

    Attributes
    ----------
    deflected, event_rate, demand_rate
        Cases deflected, their share of the events counted, and of all demand.
    lowest, highest
        Share of events if nobody, or everybody, who did not answer would have said yes; None where undefined.
    n_events, n_assisted
        Events counted, and assisted cases beside them.
    fates
        What became of every event.
    warnings
        What the figures rest on that may not hold.
    """

    deflected: Estimate
    event_rate: Estimate
    demand_rate: Estimate
    lowest: float | None
    highest: float | None
    n_events: int
    n_assisted: int
    fates: tuple[Fate, ...]
    warnings: tuple[str, ...]


def self_service(business: Business) -> SelfService | None:
    """Return what self-service deflected; None for a business without self-help events."""
    if not len(business.self_help_events):
        return None
    observed = ObservedDeflection.from_business(business)
    counted = observed.n_events > 0
    return SelfService(
        deflected=observed.deflected_cases(),
        event_rate=observed.event_deflection_rate(),
        demand_rate=observed.demand_deflection_rate(),
        lowest=observed.non_response_lower if counted else None,
        highest=observed.non_response_upper if counted else None,
        n_events=observed.n_events,
        n_assisted=observed.n_assisted_cases,
        fates=tuple(
            Fate(name=str(row["fate"]).replace("_", " "), n=row["n"], meaning=row["meaning"])
            for row in observed.accounting.rows()
        ),
        warnings=observed.warnings,
    )
