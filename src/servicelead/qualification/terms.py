"""The sums that a points model keeps per lead, and which rules a touch meets: rules turned into arrays."""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from servicelead._typing import FloatArray, IntArray
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain import Team
from servicelead.kernels.points import STEP
from servicelead.qualification.rules import TouchRule
from servicelead.tables import TouchTable

if TYPE_CHECKING:
    from servicelead.qualification.points import PointsModel

__all__ = ["RuleTables", "Terms", "cap_steps"]

_MICROSECOND = 1e-6


def cap_steps(cap: float | None) -> float:
    """Return a cap in whole steps; infinite for none."""
    return float("inf") if cap is None else float(np.rint(cap / STEP))


@frozen(kw_only=True, eq=False)
class Terms:
    """The sums kept per lead: one per capped rule, and one per group and half-life for all its other rules.

    Attributes
    ----------
    points, rule_rates, term_of_rule
        Per touch rule: points of a fresh touch, halvings per microsecond, and the sum its points go into.
    rates, caps, groups
        Per sum: halvings per microsecond, cap in steps, and the group it belongs to.
    group_caps
        Per group of touch rules, in steps.
    """

    points: FloatArray
    rule_rates: FloatArray
    term_of_rule: IntArray
    rates: FloatArray
    caps: FloatArray
    groups: IntArray
    group_caps: FloatArray

    @classmethod
    def of(cls, model: "PointsModel") -> "Terms":
        """Return the sums of a model."""
        terms: dict[tuple[int, float, str], int] = {}
        term_of_rule = []
        for place, group in enumerate(model.engagement):
            for rule in group.rules:
                key = (place, _rate(rule), "" if rule.cap is None else rule.name)
                term_of_rule.append(terms.setdefault(key, len(terms)))
        rules = model.touch_rules
        caps = np.full(len(terms), np.inf)
        for rule, term in zip(rules, term_of_rule, strict=True):
            caps[term] = cap_steps(rule.cap)
        return cls(
            points=np.array([float(rule.points) for rule in rules]),
            rule_rates=np.array([_rate(rule) for rule in rules]),
            term_of_rule=np.array(term_of_rule, dtype=np.int64),
            rates=np.array([rate for _, rate, _ in terms]),
            caps=caps,
            groups=np.array([group for group, _, _ in terms], dtype=np.int64),
            group_caps=np.array([cap_steps(group.cap) for group in model.engagement]),
        )


def _rate(rule: TouchRule) -> float:
    return 0.0 if rule.half_life is None else _MICROSECOND / rule.half_life.total_seconds()


@frozen(kw_only=True, eq=False)
class RuleTables:
    """Which rules a touch meets, looked up by its team, group and channel.

    Labels that no rule names share one code, so the tables are as small as the rules are few. A touch's cell is the
    sum of its three codes; each layer holds one rule per cell, -1 for none, and a touch meets those of all layers.
    """

    team: IntArray
    group: IntArray
    channel: IntArray
    layers: tuple[IntArray, ...]

    @classmethod
    def of(cls, rules: tuple[TouchRule, ...], touches: TouchTable) -> "RuleTables":
        """Return the tables of some rules for the labels of a touch table."""
        teams: list[str | None] = [None, *dict.fromkeys(rule.team for rule in rules if rule.team is not None)]
        groups: list[str | None] = [None, *dict.fromkeys(rule.group for rule in rules if rule.group is not None)]
        channels: list[str | None] = [None, *dict.fromkeys(rule.channel for rule in rules if rule.channel is not None)]
        cells = [
            [
                place
                for place, rule in enumerate(rules)
                if rule.team in {None, team} and rule.group in {None, group} and rule.channel in {None, channel}
            ]
            for team, group, channel in product(teams, groups, channels)
        ]
        depth = max(1, *map(len, cells))
        table = np.array([met + [-1] * (depth - len(met)) for met in cells], dtype=np.int64).reshape(len(cells), depth)
        return cls(
            team=_codes(Vocabulary(list(Team)), teams) * (len(groups) * len(channels)),
            group=_codes(touches.vocabularies["group"], groups) * len(channels),
            channel=_codes(touches.vocabularies["channel"], channels),
            layers=tuple(np.ascontiguousarray(layer) for layer in table.T),
        )

    def cells(self, touches: TouchTable, rows: slice | IntArray) -> IntArray:
        """Return the cell of each touch."""
        cell = self.team.take(touches.team[rows])
        cell += self.group.take(touches.group[rows])
        cell += self.channel.take(touches.channel[rows])
        return cell


def _codes(labels: Vocabulary, named: list[str | None]) -> IntArray:
    """Return the small code of each label, and, last, of a touch without one: 0 unless a rule names it."""
    codes = np.zeros(len(labels) + 1, dtype=np.int64)
    for code, label in enumerate(named):
        if label is not None and label in labels:
            codes[labels.code(label)] = code
    return codes
