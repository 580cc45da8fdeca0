"""Models in files that cannot run code."""
