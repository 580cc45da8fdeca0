"""The recipe of a lead score: points for touches, points for fit, and caps."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from attrs import field, frozen
from attrs.validators import optional

from servicelead._fields import ReadOnlyMapping, between, is_number, kind_of, refuse
from servicelead.domain import OrgLevel
from servicelead.qualification.rules import MOST_POINTS, FitRule, RuleGroup, TouchRule, as_tuple
from servicelead.qualification.scores import LeadScores
from servicelead.qualification.scoring import Scoring
from servicelead.tables import Business

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["PointsModel"]

_MOST_TIMES = 1000


def _as_groups(value: Iterable[Any]) -> tuple[RuleGroup, ...]:
    """Return rules and groups as groups: a bare rule is a group of its own, without a cap."""
    return tuple(
        RuleGroup(name=part.name, rules=[part]) if isinstance(part, TouchRule | FitRule) else part
        for part in as_tuple(value)
    )


def _as_levels(value: Any) -> Mapping[str, float]:
    """Return the multiplier of every level: 1 where none is named."""
    if not isinstance(value, Mapping) or not set(value) <= set(OrgLevel):
        return cast("Mapping[str, float]", value)
    return ReadOnlyMapping({level.value: value.get(level, 1.0) for level in OrgLevel})


@frozen(kw_only=True)
class PointsModel:
    r"""Lead scores by points: engagement that fades, fit that is looked up, and caps on rule, group and total.

    With touches i of a lead and rules r of group g, at time t:

    .. math:: E_r(t) = \sum_{i \in r,\ t_i \le t} p_r\, m_i\, 2^{-(t - t_i)/h_r}, \qquad
              S(t) = \Big[ \sum_g \big[ \sum_{r \in g} [E_r(t)] \big] + \sum_g \big[ \sum_{r \in g} F_r(t) \big] \Big]

    where :math:`[x]` keeps x within [-cap, cap], :math:`m_i` is the multiplier of the organisational level and
    :math:`F_r` the points of a fit rule that holds. A cap limits what is left after decay at the time of asking, and
    forgets nothing: old touches above a cap hold a sum there until what is left of them falls below it.

    Points are rounded, after decay, to whole steps of 2^-20 (about a millionth), so that contributions add up to the
    score exactly, in any order. There is no default: `servicelead.reference_points` has published figures to begin
    with.

    A score as of a moment reads only what was known by then, with one exception: **a merge counts as identity known
    for ever**. Tables hold no moment of a merge, and touches of a merged lead are the survivor's wherever they are
    read, so such touches count for the survivor also at moments before the merge, and before the merged lead was
    written down.

    Attributes
    ----------
    engagement
        `TouchRule`, or `RuleGroup` of them.
    fit
        `FitRule`, or `RuleGroup` of them.
    levels
        Multiplier, from 0 to 1000, of engagement points by `OrgLevel` or its name; 1 for levels that are not named.
        The level is that of the touch's contact, else of the lead, else of the lead's contact, else unknown.
    cap
        Largest size of the score; None for no cap.

    Examples
    --------
    >>> from datetime import timedelta
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.qualification import FitRule, RuleGroup, TouchRule
    >>> from servicelead import Segment
    >>> month = timedelta(days=30)
    >>> model = PointsModel(
    ...     engagement=[
    ...         RuleGroup(
    ...             name="services",
    ...             rules=[TouchRule(points=10, team="services", half_life=month, cap=40)],
    ...             cap=60,
    ...         ),
    ...         TouchRule(points=5, team="marketing", half_life=month),
    ...     ],
    ...     fit=[FitRule(points=15, segment=Segment.at_least("seats", 50))],
    ...     levels={"executive": 1.5, "director": 1.25},
    ...     cap=100,
    ... )
    >>> scores = model.score(simulate_business(50, seed=1).business)
    >>> bool((scores.score <= 100).all())
    True
    """

    engagement: tuple[RuleGroup, ...] = field(default=(), converter=_as_groups)
    fit: tuple[RuleGroup, ...] = field(default=(), converter=_as_groups)
    levels: Mapping[str, float] = field(factory=dict, converter=_as_levels, hash=False)
    cap: float | None = field(default=None, validator=optional(between(0, MOST_POINTS)))

    @engagement.validator
    def _are_touch_rules(self, attribute: "Attribute[Any]", value: Any) -> None:
        self._are_groups_of(TouchRule, attribute, value)
        self._are_named_apart(attribute, value)

    @fit.validator
    def _are_fit_rules(self, attribute: "Attribute[Any]", value: Any) -> None:
        self._are_groups_of(FitRule, attribute, value)
        self._are_named_apart(attribute, value)
        # Explanations name touch rules and fit rules in one column.
        self._are_named_apart(attribute, (*self.engagement, *value), "of other names than engagement has")

    @levels.validator
    def _are_multipliers(self, attribute: "Attribute[Any]", value: Any) -> None:
        rule, remedy = (
            "a mapping of organisational levels to multipliers from 0 to 1000",
            f"levels: {', '.join(OrgLevel)}",
        )
        if not isinstance(value, Mapping) or set(value) != set(OrgLevel):
            refuse(self, attribute, rule, "another name, or no mapping", remedy)
        for times in value.values():
            if not is_number(times) or not 0 <= times <= _MOST_TIMES:
                refuse(self, attribute, rule, f"{kind_of(times)}, or one outside", remedy)

    def _are_groups_of(self, kind: type, attribute: "Attribute[Any]", value: Any) -> None:
        fits = isinstance(value, tuple) and all(isinstance(part, RuleGroup) for part in value)
        if not fits or not all(isinstance(group.rules[0], kind) for group in value):
            rule = f"a sequence of {kind.__name__} or RuleGroup of them"
            refuse(self, attribute, rule, "something else", "put touch rules in engagement= and fit rules in fit=")

    def _are_named_apart(
        self, attribute: "Attribute[Any]", groups: tuple[RuleGroup, ...], rule: str = "of distinct names"
    ) -> None:
        for names in ([group.name for group in groups], [str(each.name) for group in groups for each in group.rules]):
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                refuse(self, attribute, rule, f"{twice!r} twice", "give one of them another name=")

    @property
    def touch_rules(self) -> tuple[TouchRule, ...]:
        """Every rule about touches, in order."""
        return tuple(chain.from_iterable(group.rules for group in self.engagement))

    @property
    def fit_rules(self) -> tuple[FitRule, ...]:
        """Every rule about attributes, in order."""
        return tuple(chain.from_iterable(group.rules for group in self.fit))

    def score(self, business: Business, as_of: Any = None) -> LeadScores:
        """Return the score of every lead, as known at a moment.

        A touch counts for the lead it names (of merged leads: the survivor), from its own time on, also where the
        lead was written down only afterwards; a touch that names no lead counts for none. Leads created later than
        the moment, and leads merged into others, have no score. A lead without touches has its fit points.

        Parameters
        ----------
        business
            The tables.
        as_of
            Aware datetime, date (its last microsecond in the business's zone) or UTC microseconds, not later than
            the business's own; that is the default.

        Returns
        -------
        LeadScores

        Raises
        ------
        InvalidValueError
            For a later moment, or where points are so many that they would no longer add exactly.
        UnknownNameError
            For a fit rule on an attribute that no table has.
        """
        return LeadScores.of(Scoring.of(self, business, as_of))
