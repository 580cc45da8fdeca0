import pytest

from servicelead.calculators import Adoption
from servicelead.exceptions import InvalidValueError, UndefinedRateError


def test_the_published_number() -> None:
    """380 of 500 licences are 76% used."""
    adoption = Adoption(n_sold=500, n_used=380)
    assert (0.76, 120.0, 0.0) == (adoption.licence_utilisation_ratio, adoption.n_unused, adoption.n_over_deployed)


def test_over_deployment_is_reported_and_not_clipped() -> None:
    """112 of 100 is 1.12."""
    adoption = Adoption(n_sold=100, n_used=112)
    assert (1.12, 12.0, 0.0) == (adoption.licence_utilisation_ratio, adoption.n_over_deployed, adoption.n_unused)


def test_basic_and_advanced_shares_are_of_active_users() -> None:
    """285 and 95 of 380."""
    adoption = Adoption(n_sold=500, n_used=380, n_basic=285, n_advanced=95)
    assert (0.75, 0.25) == (adoption.basic_share, adoption.advanced_share)


@pytest.mark.parametrize("output", ["licence_utilisation_ratio", "basic_share", "advanced_share"])
def test_a_share_of_nothing_is_undefined(output: str) -> None:
    """Not 0, NaN or infinite: an error that says what there is nothing of."""
    with pytest.raises(UndefinedRateError, match=output):
        getattr(Adoption(n_sold=0, n_used=0), output)


def test_a_negative_count_is_refused() -> None:
    """Licences count upwards from 0."""
    with pytest.raises(InvalidValueError, match=r"Adoption\.n_used must be a number of at least 0"):
        Adoption(n_sold=1, n_used=-1)
