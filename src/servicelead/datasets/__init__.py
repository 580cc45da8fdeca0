"""Simulated businesses, for demos, tests and studies: nothing here is a real customer, and what is true is known."""

from servicelead.datasets.simulation import SimulatedBusiness, simulate_business
from servicelead.datasets.truth import Removal, Truth

__all__ = ["Removal", "SimulatedBusiness", "Truth", "simulate_business"]
