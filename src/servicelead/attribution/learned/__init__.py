"""Models that learn from won and lost journeys, and the summaries they learn from."""
