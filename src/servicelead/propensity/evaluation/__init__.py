"""How good a model is on what it has not seen, and whether to use it."""
