"""Accounts at cutoffs: what was known of each before, and what became of it."""
