"""Measuring on a noisy machine: tasks take turns, the best of several rounds counts, ratios are of one run."""

import json
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def best_of(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of each task: the best of several rounds in which the tasks take turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


def extra_megabytes(task: Callable[[], object]) -> float:
    """Peak memory of a task above what was there before it (numpy reports its arrays to tracemalloc)."""
    tracemalloc.start()
    task()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def size(default: int) -> int:
    """The size named on the command line, else the default."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else default


def report(script: str, figures: Mapping[str, Any], goals: Mapping[str, float] | None = None) -> None:
    """Print the figures beside their goals and write them to ``benchmarks/results``."""
    goals = goals or {}
    for name, value in figures.items():
        shown = f"{value:12.3f}" if isinstance(value, float) else f"{value!s:>12}"
        goal = f"   goal: at most {goals[name]:g}" if name in goals else ""
        print(f"{name:<64} {shown}{goal}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{Path(script).stem}.json").write_text(
        json.dumps({"figures": figures, "goals": goals}, indent=2) + "\n"
    )


def draw(script: str, panels: Mapping[str, Mapping[str, Mapping[float, float]]]) -> None:
    """Draw seconds over a size on logarithmic axes, a panel per title and a line per name, into ``benchmarks/results``.

    A panel's title is what its size is; a straight line of slope 1 is linear growth.
    """
    import matplotlib as mpl  # noqa: PLC0415 - only for the picture

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(1, len(panels), figsize=(1 + 5 * len(panels), 4.5), layout="constrained", squeeze=False)
    for ax, (title, lines) in zip(axes[0], panels.items(), strict=True):
        for name, line in lines.items():
            ax.loglog(list(line), list(line.values()), marker="o", label=name)
        sizes = sorted({x for line in lines.values() for x in line})
        top = max(y for line in lines.values() for y in line.values())
        ax.loglog(sizes, [top * x / sizes[-1] for x in sizes], linestyle=":", color="grey", label="slope 1")
        ax.set(xlabel=title, ylabel="seconds", title=f"Cost with {title}")
        ax.legend()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / f"{Path(script).stem}.svg")
    plt.close(figure)
