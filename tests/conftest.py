"""What every test shares: the reference data, the budget of randomised tests, and reasons for what is skipped."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import servicelead

# One knob for every randomised test: tests that set their own number say `examples(n)` of budget.py.
# No deadlines: a shared machine stalls now and then, and that is not the library's fault.
settings.register_profile("commit", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("audit", settings.get_profile("commit"), max_examples=10_000)
settings.register_profile("quick", settings.get_profile("commit"), max_examples=10)
settings.load_profile("audit" if os.environ.get("SERVICELEAD_AUDIT") else "commit")

DATA = os.environ.get("SERVICELEAD_DATA")
NO_DATA = "needs the reference data: set SERVICELEAD_DATA to its folder"
NO_BROWSER = "needs a headless browser: install Chromium and its driver (Debian: chromium, chromium-driver)"


def pytest_configure() -> None:
    """Refuse to test another copy of the library than the one asked for."""
    wanted = os.environ.get("SERVICELEAD_INSTALLED_AT")
    if wanted and not Path(servicelead.__file__).is_relative_to(Path(wanted).resolve()):
        message = f"the copy under test should lie in {wanted}, but {servicelead.__file__} was imported"
        raise pytest.UsageError(message)
    if DATA and not Path(DATA).is_dir():
        message = f"SERVICELEAD_DATA names no folder: {DATA}; correct it, or unset it to skip the tests that need it"
        raise pytest.UsageError(message)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, and say what it lacks."""
    for item in items:
        if not DATA and item.get_closest_marker("data"):
            item.add_marker(pytest.mark.skip(reason=NO_DATA))
        if not shutil.which("chromedriver") and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of the reference data, or skip the test."""
    if not DATA:
        pytest.skip(NO_DATA)
    return Path(DATA)
