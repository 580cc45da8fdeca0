"""What keeps a lead programme alive, and how much of it is in place."""

from attrs import field, frozen

from servicelead.calculators.amounts import Number
from servicelead.calculators.inputs import rate
from servicelead.calculators.practices import Practices

__all__ = ["ProgrammeChecklist"]


@frozen(kw_only=True)
class ProgrammeChecklist(Practices):
    """What keeps a lead programme alive, each in place to a degree.

    Attributes
    ----------
    documenting
        Reporting a lead is written down and easy, in [0, 1], as all that follow.
    routing
        Every lead reaches a named person.
    follow_up
        Promised follow-ups happen.
    feedback
        Whoever reported a lead hears what became of it.
    management_focus
        Managers ask for it.
    weights
        What each counts for, by its field; those not named count 1.

    Examples
    --------
    >>> checklist = ProgrammeChecklist(documenting=1, routing=1, follow_up=0.5, feedback=0, management_focus=0.5)
    >>> checklist.readiness_score, checklist.gaps()["practice"][0]
    (0.6, 'feedback')
    """

    documenting: Number = field(**rate("how far reporting a lead is written down and easy"))
    routing: Number = field(**rate("how far every lead reaches a named person"))
    follow_up: Number = field(**rate("how far promised follow-ups happen"))
    feedback: Number = field(**rate("how far reporters hear what became of their leads"))
    management_focus: Number = field(**rate("how far managers ask for it"))
