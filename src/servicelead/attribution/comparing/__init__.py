"""Strategies held against one another, against held-out deals and against experiments."""
