"""The models the page compares, rules and one that learns, and how far they disagree."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType

from attrs import frozen

from servicelead.attribution import (
    Attribution,
    FirstTouch,
    FullPath,
    LastTouch,
    Linear,
    MarkovChain,
    PositionBased,
    Strategy,
    TimeDecay,
    WShaped,
    attribute,
)
from servicelead.attribution.comparing.wording import meaning
from servicelead.domain import Team
from servicelead.exceptions import InvalidValueError
from servicelead.plots.palette import leading_teams
from servicelead.report.words import defined
from servicelead.tables import Journeys

__all__ = ["DEFAULT_STRATEGIES", "Compared", "Comparison", "attribute_all", "compare_rules"]

#: The models of the page by the names it shows; the first is the one its figures follow.
DEFAULT_STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "Position-based 40/20/40": PositionBased(),
        "First touch": FirstTouch(),
        "Last touch": LastTouch(),
        "Linear": Linear(),
        "Time decay, 7 days": TimeDecay(),
        "W-shaped": WShaped(),
        "Full path": FullPath(),
        "Markov chain": MarkovChain(),
    }
)


@frozen(kw_only=True)
class Compared:
    """The share of credited value one label has under each model; None where nothing is credited."""

    label: str | None
    team: Team | None
    shares: tuple[float | None, ...]

    @property
    def lowest(self) -> float | None:
        """The least any model gives."""
        return min((share for share in self.shares if share is not None), default=None)

    @property
    def highest(self) -> float | None:
        """The most any model gives."""
        return max((share for share in self.shares if share is not None), default=None)

    @property
    def spread(self) -> float:
        """How far the models lie apart."""
        return self.highest - self.lowest if self.highest is not None and self.lowest is not None else 0.0


@frozen(kw_only=True)
class Comparison:
    """All models side by side: their names, what each does, what each warns of, and the shares they give."""

    rules: tuple[str, ...]
    meanings: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...]
    teams: tuple[Compared, ...]
    channels: tuple[Compared, ...]

    @property
    def widest(self) -> Compared | None:
        """The team on which the models disagree most; None without teams."""
        return max(self.teams, key=lambda compared: compared.spread, default=None)

    @property
    def same_order(self) -> bool:
        """Whether every model puts the teams in the same order, ties in any."""
        return all(
            (a or 0.0) >= (b or 0.0)
            for above, below in combinations(self.teams, 2)
            for a, b in zip(above.shares, below.shares, strict=True)
        )

    def of_team(self, team: Team) -> Compared | None:
        """Return the shares of one team; None when it has no touches in any window."""
        return next((compared for compared in self.teams if compared.label == team), None)


def attribute_all(journeys: Journeys, strategies: Mapping[str, Strategy] | None) -> dict[str, Attribution]:
    """Return the attribution by every model, in order."""
    chosen = DEFAULT_STRATEGIES if strategies is None else strategies
    if not isinstance(chosen, Mapping) or not chosen:  # type: ignore[redundant-expr]  # callers need not be typed
        raise InvalidValueError(
            f"report: strategies must map a name to a strategy, at least one, got {type(chosen).__name__}; "
            'write e.g. {"Linear": Linear(), "First touch": FirstTouch()}'
        )
    return {name: attribute(journeys, strategy) for name, strategy in chosen.items()}


def compare_rules(attributions: Mapping[str, Attribution], channels: Sequence[str | None]) -> Comparison:
    """Return the shares every model gives each team and each of the channels named."""
    return Comparison(
        rules=tuple(attributions),
        meanings=tuple(meaning(a.fitted_by or a.strategy) for a in attributions.values()),
        warnings=tuple((name, words) for name, a in attributions.items() for words in a.warnings),
        teams=_compared(attributions, "team", None),
        channels=_compared(attributions, "channel", channels),
    )


def _compared(
    attributions: Mapping[str, Attribution], dimension: str, labels: Sequence[str | None] | None
) -> tuple[Compared, ...]:
    shares: list[dict[str | None, float | None]] = []
    for attribution in attributions.values():
        table = attribution.by(dimension, intervals=False)
        shares.append(dict(zip(table[dimension].tolist(), map(defined, table["share"].tolist()), strict=True)))
    owners = leading_teams(next(iter(attributions.values())).journeys, dimension)
    return tuple(
        Compared(label=label, team=owners.get(label), shares=tuple(of_rule.get(label) for of_rule in shares))
        for label in (shares[0] if labels is None else labels)
    )
