"""Spend: cost that no single touch carries."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from servicelead._fields import Moment, attribute_names, choice, moment, not_before, read_only, text
from servicelead.domain._amounts import Amount, amount, as_amount, currency_beside, currency_of
from servicelead.domain.touchpoints import Team, as_team

__all__ = ["Spend"]


@frozen(kw_only=True)
class Spend:
    """What a team spent on a channel over ``[start, end)``.

    Attributes
    ----------
    channel
        Free text, as on touchpoints.
    team
        `Team` or its name.
    start
        Moment; a date means 00:00 in the business's zone.
    end
        Moment, not before `start`; a date means 00:00 of that day, which is no longer covered.
    amount
        `Money`, or a number in major units of `currency`.
    currency
        ISO 4217 code; taken from `amount` where that is `Money`.
    attributes
        Further columns, by name; read-only.
    """

    channel: str = field(validator=text())
    team: Team = field(converter=as_team, validator=choice(Team))
    start: Moment = field(validator=moment())
    end: Moment = field(validator=[moment(), not_before("start")])
    amount: Amount = field(converter=as_amount, validator=amount())
    currency: str | None = field(default=currency_of("amount"), validator=currency_beside("amount"))
    attributes: Mapping[str, Any] = field(
        factory=dict, converter=read_only, validator=attribute_names(), hash=False, repr=False
    )
