"""Simulated businesses, for demos, tests and studies: nothing here is a real customer."""

from servicelead.datasets.simulation import SimulatedBusiness, simulate_business

__all__ = ["SimulatedBusiness", "simulate_business"]
