"""From scores to leads that are ready: thresholds, the need rule, and who may qualify."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import field, frozen

from servicelead._fields import flag, number, recognised, refuse
from servicelead._typing import Array, BoolArray, FloatArray, ObjectArray
from servicelead.columns.table import ResultTable
from servicelead.columns.vocabulary import Vocabulary
from servicelead.domain import LeadStage, OrgLevel, StageMoves, Team
from servicelead.kernels.points import STEP
from servicelead.qualification.scores import LeadScores
from servicelead.qualification.tabular import Tabular
from servicelead.tables.base import frozen_array
from servicelead.tables.lead_stages import stage_stays

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["QualificationPolicy", "QualifiedLeads"]

_SERVICES = list(Team).index(Team.SERVICES)
_STAGES = list(LeadStage)
#: Stages of leads on which somebody has decided; who was recycled is to be decided on again.
_DECIDED = (LeadStage.ACCEPTED, LeadStage.REJECTED, LeadStage.OPPORTUNITY, LeadStage.WON, LeadStage.LOST)


def _as_levels(value: Iterable[OrgLevel | str]) -> Any:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return tuple(recognised(OrgLevel, level) for level in value)


@frozen(kw_only=True)
class QualificationPolicy:
    """Which leads are ready: a score, a level and, for services leads, the need the offer would meet.

    A lead of services is *services-qualified*, a lead of any other team *marketing-qualified*, while its score is at
    least the threshold. Helping sells: what services people hear is a lead because the customer has a need, so a
    services lead should carry it. Whether it must is the policy's choice, and results show both sides of it.

    Attributes
    ----------
    services_threshold, marketing_threshold
        Least score of leads of services, and of all other teams.
    require_need
        Whether a services lead without a `need` is not qualified.
    levels
        `OrgLevel` or names of the levels that may qualify; all by default, the unknown one included.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> from servicelead.qualification import PointsModel, TouchRule
    >>> model = PointsModel(engagement=[TouchRule(points=10)])
    >>> policy = QualificationPolicy(services_threshold=20, marketing_threshold=30)
    >>> leads = policy.qualify(model.score(simulate_business(50, seed=1).business))
    >>> bool((leads.services_qualified & leads.marketing_qualified).any())
    False
    """

    services_threshold: float = field(validator=number())
    marketing_threshold: float = field(validator=number())
    require_need: bool = field(default=True, validator=flag())
    levels: tuple[OrgLevel, ...] = field(default=tuple(OrgLevel), converter=_as_levels)

    @levels.validator
    def _are_levels(self, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, tuple) or not value or not all(isinstance(level, OrgLevel) for level in value):
            rule = f"at least one of {', '.join(OrgLevel)}"
            refuse(self, attribute, rule, "another name, or none", 'write e.g. ["executive", "director"]')

    def qualify(self, scores: LeadScores) -> "QualifiedLeads":
        """Return which of the scored leads are ready at the moment of their scores."""
        return QualifiedLeads(policy=self, scores=scores)


@frozen(kw_only=True, eq=False)
class QualifiedLeads(Tabular):
    """Which leads are ready, and which would be under the other choice about needs.

    Columns are in the order of the scores. As a table (``rows``, ``to_dict``, ``to_frame``) it is its `table`.

    Attributes
    ----------
    policy, scores
        What they were made of.
    """

    policy: QualificationPolicy
    scores: LeadScores

    @cached_property
    def is_services(self) -> BoolArray:
        """Whether the lead is one of services: bool (n,)."""
        return frozen_array(self._column("team") == _SERVICES)

    @cached_property
    def threshold(self) -> FloatArray:
        """The least score of each lead, in whole steps as scores are: float64 (n,)."""
        given = np.where(self.is_services, self.policy.services_threshold, self.policy.marketing_threshold)
        return frozen_array(np.rint(given / STEP) * STEP)

    @cached_property
    def has_need(self) -> BoolArray:
        """Whether the lead says which need of the customer the offer would meet: bool (n,)."""
        return frozen_array(self._column("need") >= 0)

    @cached_property
    def reached(self) -> BoolArray:
        """Whether score and organisational level suffice, whatever is known of the need: bool (n,)."""
        allowed = [list(OrgLevel).index(level) for level in self.policy.levels]
        return frozen_array((self.scores.score >= self.threshold) & np.isin(self.scores.scoring.lead_levels, allowed))

    @cached_property
    def marketing_qualified(self) -> BoolArray:
        """Whether a lead of any team but services is ready: bool (n,)."""
        return frozen_array(self.reached & ~self.is_services)

    @cached_property
    def services_qualified(self) -> BoolArray:
        """Whether a lead of services is ready, by the policy's choice about needs: bool (n,)."""
        return self.services_qualified_with_need if self.policy.require_need else self.services_qualified_any_need

    @cached_property
    def services_qualified_with_need(self) -> BoolArray:
        """Whether a lead of services is ready where a need is required: bool (n,)."""
        return frozen_array(self.services_qualified_any_need & self.has_need)

    @cached_property
    def services_qualified_any_need(self) -> BoolArray:
        """Whether a lead of services is ready where no need is required: bool (n,)."""
        return frozen_array(self.reached & self.is_services)

    @cached_property
    def first_crossing(self) -> Array:
        """When each score first reached its threshold, or not-a-time: datetime64[us] (n,); it may have faded since."""
        return frozen_array(self.scores.first_crossing(self.threshold))

    @cached_property
    def stage(self) -> ObjectArray:
        """The `LeadStage` each lead is in at the moment of the scores, None where nothing says it: objects (n,).

        As ``leads.stage`` says, where the scores are as of the tables' own moment; else that of the last entry.
        """
        return frozen_array(Vocabulary(_STAGES).decode(self._stage_codes))

    @cached_property
    def is_open(self) -> BoolArray:
        """Whether nobody has decided on the lead: neither accepted, rejected, an opportunity, won nor lost: bool (n,).

        A lead of an unknown stage is open, and so is one that was recycled.
        """
        return frozen_array(~np.isin(self._stage_codes, [_STAGES.index(stage) for stage in _DECIDED]))

    @cached_property
    def _stage_codes(self) -> Array:
        scoring = self.scores.scoring
        stays = stage_stays(scoring.business, StageMoves())
        begun = stays.entered_at <= scoring.as_of
        last = np.full(len(scoring.business.leads), -1, dtype=np.int8)
        last[stays.lead[begun]] = stays.stage[begun]  # in the order of time: the last one stays
        entered, stated = last[scoring.leads], self._column("stage")
        return np.where((stated >= 0) & (scoring.as_of == scoring.business.as_of), stated, entered)

    @cached_property
    def table(self) -> ResultTable:
        """One row per lead: stage, scores, threshold, qualifications, the need rule's two sides, first crossing."""
        columns: dict[str, Any] = {
            "lead_id": self.scores.lead_id,
            "team": Vocabulary(list(Team)).decode(self._column("team")),
            "org_level": Vocabulary(list(OrgLevel)).decode(self.scores.scoring.lead_levels),
            "stage": self.stage,
            "engagement": self.scores.engagement,
            "fit": self.scores.fit,
            "score": self.scores.score,
            "threshold": self.threshold,
            "has_need": self.has_need,
            "marketing_qualified": self.marketing_qualified,
            "services_qualified": self.services_qualified,
            "services_qualified_with_need": self.services_qualified_with_need,
            "services_qualified_any_need": self.services_qualified_any_need,
            "first_crossing": self.first_crossing,
        }
        return ResultTable(columns, backend=self.scores.business.backend)

    @cached_property
    def by_team(self) -> ResultTable:
        """Per team: leads, those over the threshold, those qualified, and how many with and without the need rule."""
        team = self._column("team")
        qualified = self.marketing_qualified | self.services_qualified
        with_need = self.marketing_qualified | self.services_qualified_with_need
        any_need = self.marketing_qualified | self.services_qualified_any_need

        def count(chosen: BoolArray) -> Array:
            return np.bincount(team[chosen], minlength=len(Team))

        columns: dict[str, Any] = {
            "team": list(Team),
            "n_leads": np.bincount(team, minlength=len(Team)),
            "n_over_threshold": count(self.scores.score >= self.threshold),
            "n_qualified": count(qualified),
            "n_qualified_with_need_rule": count(with_need),
            "n_qualified_without_need_rule": count(any_need),
        }
        table = ResultTable(columns, backend=self.scores.business.backend)
        return table.take(table["n_leads"] > 0)

    def _column(self, name: str) -> Array:
        column: Array = getattr(self.scores.business.leads, name)
        return column[self.scores.scoring.leads]

    def __len__(self) -> int:
        return len(self.scores)

    def __str__(self) -> str:
        return str(self.table)

    def __repr__(self) -> str:
        ready = int(np.count_nonzero(self.marketing_qualified | self.services_qualified))
        return f"QualifiedLeads: {ready:,} of {len(self):,} as of {self.scores.as_of} UTC"

    def _as_table(self) -> ResultTable:
        return self.table
