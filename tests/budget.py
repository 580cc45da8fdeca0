"""How many examples a randomised test draws: one knob for an ordinary run and for the long audit."""

from hypothesis import settings


def examples(n: int) -> int:
    """Return `n` for an ordinary run, a hundred times as many for the audit, a tenth for a quick look.

    For tests that need another number than the profile's: ``@settings(max_examples=examples(500))``. Loops over
    a seed use it too: ``for seed in range(examples(20))``.
    """
    return max(1, n * settings().max_examples // 100)


def drawn(n: int) -> int:
    """Return `n` journeys for an ordinary run, ten times as many for the audit, a tenth for a quick look.

    For tests that draw all their journeys at once and fix them by a seed.
    """
    return max(1, n * min(settings().max_examples, 1000) // 100)
