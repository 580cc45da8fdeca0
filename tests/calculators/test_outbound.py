import pytest

from servicelead.calculators import OutboundProgramme
from servicelead.exceptions import UndefinedRateError


def test_the_published_number() -> None:
    """100 attempts, half calls at .02 and half mails at .04, give 3 leads."""
    outbound = OutboundProgramme(n_attempts=100, call_share=0.5, call_lead_rate=0.02, mail_lead_rate=0.04)
    assert 3.0 == outbound.expected_leads


def test_the_cost_of_a_lead_is_that_of_its_attempts() -> None:
    """100 attempts of 7.50 for 3 leads: 250 each."""
    outbound = OutboundProgramme(n_attempts=100, call_lead_rate=0.02, mail_lead_rate=0.04, cost_per_attempt=7.5)
    assert (750.0, 250.0) == (outbound.outbound_cost, outbound.cost_per_lead)


def test_leads_that_never_come_have_no_cost() -> None:
    """Undefined, not infinite."""
    with pytest.raises(UndefinedRateError, match="cost_per_lead"):
        _ = OutboundProgramme(n_attempts=100, call_lead_rate=0, mail_lead_rate=0).cost_per_lead
