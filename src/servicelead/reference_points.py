"""Published figures to compare one's own with; never a default of anything.

A figure of unknown origin says so: its source is the definitions that quote it, and its date is None.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen
from attrs.validators import instance_of, optional

from servicelead._fields import number, text
from servicelead.exceptions import UnknownNameError

__all__ = ["REFERENCE_POINTS", "ReferencePoint", "reference_point"]

_QUOTED = "published; the publication is not named here, so check it before you quote the figure"
_SIMULATED = "the project's study of simulated businesses with known effects (2,000 accounts, 104 weeks, 20 seeds each)"


@frozen(kw_only=True)
class ReferencePoint:
    """A published figure with where it comes from and how it is meant.

    Attributes
    ----------
    name
        Identifier of the figure.
    value
        The figure, in `unit`.
    unit
        What one of it is.
    source
        Who published it.
    date
        When; None if the source gives none.
    sense
        How the figure is meant: a bound, an average, a rule's threshold; of what exactly.
    """

    name: str = field(validator=text())
    value: float = field(validator=number())
    unit: str = field(validator=text())
    source: str = field(validator=text())
    date: dt.date | None = field(default=None, validator=optional(instance_of(dt.date)))
    sense: str = field(validator=text())


def _point(name: str, value: float, unit: str, sense: str, source: str = _QUOTED) -> ReferencePoint:
    return ReferencePoint(name=name, value=value, unit=unit, source=source, sense=sense)


_TOUCHES = "services touches per sales touch"
_LIST_SHARE = "share of list price per year"
_USERS = "users of an account"
_MISPLACED = "share of credit"
_POINTS = "points"
_MARKETO = 'how Marketo scored its own leads, in A. Ross and M. Tyler, "Predictable Revenue" (2011)'

#: Every reference point, by name; read-only.
REFERENCE_POINTS: Mapping[str, ReferencePoint] = MappingProxyType(
    {
        point.name: point
        for point in (
            _point("touch_ratio_low", 5, _TOUCHES, "low end of the usual range"),
            _point("touch_ratio_high", 15, _TOUCHES, "high end of the usual range"),
            _point(
                "demand_deflection_rate",
                0.23,
                "proportion",
                "industry average of deflected / (deflected + assisted); not the rate per self-help event",
            ),
            _point("support_price_basic", 0.156, _LIST_SHARE, "the cheapest tier"),
            _point("support_price_premium", 0.26, _LIST_SHARE, "the dearest tier costs more than this"),
            _point("win_rate_qualified_too_hard", 0.5, "proportion", "above it, leads are qualified too hard"),
            _point("specialist_core_time_share", 0.6, "share of working time", "what goes to core channels"),
            _point("revenue_per_salary", 10, "ratio", "revenue a high-touch team has to bring, over its salaries"),
            _point("low_touch_users", 3, _USERS, "up to here touch is low"),
            _point("hybrid_touch_users", 10, _USERS, "up to here touch is a hybrid, above it high"),
            _point("lead_accept_rate", 0.55, "proportion", "share of raw leads that is accepted"),
            _point("accepted_win_rate_low", 0.2, "proportion", "low end of the share of accepted leads that is won"),
            _point("accepted_win_rate_high", 0.3, "proportion", "high end of the share of accepted leads that is won"),
            _point("raw_lead_win_rate_low", 0.11, "proportion", "accepted times low end won: share of raw leads won"),
            _point(
                "raw_lead_win_rate_high", 0.165, "proportion", "accepted times high end won: share of raw leads won"
            ),
            _point("lead_points_page_or_mail", 1, _POINTS, "for a page visited or a mail opened", _MARKETO),
            _point("lead_points_webinar", 5, _POINTS, "for attending; registering gives as many again", _MARKETO),
            _point("lead_points_pricing_page", 5, _POINTS, "for a visit", _MARKETO),
            _point("lead_points_careers_page", -10, _POINTS, "for a visit: somebody looks for work", _MARKETO),
            _point(
                "lead_score_threshold",
                100,
                _POINTS,
                "where most teams begin, to be adjusted after 60 to 90 days of their own pipeline",
                "4Thought Marketing's lead scoring framework, which cites Adobe's guide to lead scoring",
            ),
            _point("cost_per_services_lead", 6.8, "USD per lead", "what one lead from services cost"),
            _point("outbound_call_lead_rate", 0.02, "proportion", "share of outbound calls that give a lead"),
            _point("outbound_mail_lead_rate", 0.04, "proportion", "share of outbound mails that give a lead"),
            _point("sales_cycle_speed_gain", 0.43, "ratio", '"43% faster", a ratio of speeds: 30% less time'),
            _point("misallocated_credit_low", 0.4, _MISPLACED, "least on the wrong touch type", _SIMULATED),
            _point("misallocated_credit_high", 0.59, _MISPLACED, "most on the wrong touch type", _SIMULATED),
        )
    },
)


def reference_point(name: str) -> ReferencePoint:
    """Return a published figure by its name.

    Parameters
    ----------
    name
        A key of `REFERENCE_POINTS`.

    Returns
    -------
    ReferencePoint

    Raises
    ------
    UnknownNameError
        There is no such figure.

    Examples
    --------
    >>> reference_point("touch_ratio_low").value
    5
    """
    if name not in REFERENCE_POINTS:
        known = ", ".join(sorted(REFERENCE_POINTS))
        raise UnknownNameError(f"reference_point: name must be one of {known}; got another name; pick one of these")
    return REFERENCE_POINTS[name]
