"""The colour of each team, told apart in every common colour-blindness, and whose colour a label wears."""

from types import MappingProxyType

import numpy as np

from servicelead.domain import Team
from servicelead.tables import Journeys

__all__ = ["NO_TEAM_COLOUR", "TEAM_COLOURS", "leading_teams"]

#: Okabe and Ito's colour-blind-safe colours, one per team.
TEAM_COLOURS = MappingProxyType(
    {
        Team.MARKETING: "#d55e00",
        Team.SALES: "#0072b2",
        Team.SERVICES: "#009e73",
        Team.PRODUCT: "#cc79a7",
        Team.PARTNER: "#56b4e9",
    }
)
NO_TEAM_COLOUR = "#7f7f7f"
_TOUCH_LEVEL = ("channel", "group", "campaign")


def leading_teams(journeys: Journeys, dimension: str) -> dict[str | None, Team]:
    """Return, for each label of a dimension of touches, the team with most of its placements.

    Ties go to the first in the order of `Team`. Labels without a known team, dimensions that are not of touches, and
    aggregated paths, which know no teams, are left out.
    """
    teams = list(Team)
    if dimension == "team":
        return {str(team): team for team in teams}
    if dimension not in _TOUCH_LEVEL or journeys.business is None:
        return {}
    vocabulary = journeys.vocabulary(dimension)
    label, team = journeys.codes(dimension), journeys.codes("team")
    known = team >= 0
    # The last row of labels is for touches without one.
    cells = (label[known].astype(np.int64) % (len(vocabulary) + 1)) * len(teams) + team[known]
    counts = np.bincount(cells, minlength=(len(vocabulary) + 1) * len(teams)).reshape(-1, len(teams))
    labels: list[str | None] = [*vocabulary.labels.tolist(), None]
    leaders = zip(labels, counts.argmax(axis=1).tolist(), counts.max(axis=1).tolist(), strict=True)
    return {name: teams[leader] for name, leader, most in leaders if most}
