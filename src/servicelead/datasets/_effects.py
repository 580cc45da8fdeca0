"""The effect each signed touch type truly has in one simulation: the scenario's, jittered by the seed."""

from collections.abc import Mapping

import attrs

from servicelead.datasets._recipe import Recipe
from servicelead.datasets._scenario import Channel

#: Standard deviation of the log of what the seed makes of each effect.
_JITTER = 0.2
_NEGATIVE = " (negative)"


@attrs.frozen(kw_only=True)
class Effects:
    """What touches do; a signed touch type is twice its channel's position, and one more if it is negative.

    Attributes
    ----------
    of_type
        Effect by signed touch type, those that do nothing left out.
    helpful
        The helpful ones among them, of each of the two teams that work together.
    synergy
        What these two teams do together.
    """

    of_type: Mapping[int, float]
    helpful: tuple[frozenset[int], frozenset[int]]
    synergy: float


def draw_effects(recipe: Recipe) -> Effects:
    """Draw a factor for every effect, each channel's from a stream of its own; signs stay, and so does nothing."""
    of_type: dict[int, float] = {}
    for position, channel in enumerate(recipe.scenario.channels):
        factors = recipe.stream("effects", channel.name).lognormal(0.0, _JITTER, 2)
        of_type[2 * position] = float(channel.effect * factors[0])
        of_type[2 * position + 1] = float(channel.negative_effect * factors[1])
    teams = [channel.team for channel in recipe.scenario.channels]
    sales, services = (
        frozenset(k for k, effect in of_type.items() if effect > 0.0 and teams[k // 2] == team)
        for team in ("sales", "services")
    )
    return Effects(
        of_type={k: effect for k, effect in of_type.items() if effect != 0.0},
        helpful=(sales, services),
        synergy=float(recipe.scenario.synergy * recipe.stream("effects").lognormal(0.0, _JITTER)),
    )


def touch_type_labels(channels: tuple[Channel, ...]) -> dict[int, str]:
    """Return the label of every signed touch type there can be, as `Journeys.split_by_sentiment` writes it."""
    labels = {}
    for position, channel in enumerate(channels):
        labels[2 * position] = channel.name
        if channel.mean_sentiment is not None:
            labels[2 * position + 1] = channel.name + _NEGATIVE
    return labels
