"""Importing the library costs numpy and attrs, nothing more."""

import subprocess
import sys

import pytest

HEAVY = {
    "duckdb",
    "jinja2",
    "joblib",
    "matplotlib",
    "narwhals",
    "pandas",
    "polars",
    "pyarrow",
    "rich",
    "scipy",
    "sklearn",
}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules a fresh interpreter holds after one statement."""
    program = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    # S603: the program is written above
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_import_is_light() -> None:
    """`import servicelead` loads none of the heavy libraries."""
    assert set() == loaded_by("import servicelead") & HEAVY


@pytest.mark.parametrize("name", ["Touchpoint", "Money", "Business", "Journeys"])
def test_a_headline_name_is_light(name: str) -> None:
    """Reaching for an object or a table loads no frame library, no plots and no model."""
    unwanted = HEAVY - {"scipy", "narwhals"}
    assert set() == loaded_by(f"import servicelead; servicelead.{name}") & unwanted


def test_the_probe_can_fail() -> None:
    """The probe does see a heavy library that was imported."""
    assert "scipy" in loaded_by("import scipy")
