"""What does ``import servicelead`` cost, against ``import numpy, attrs``? Fresh processes take turns; best counts."""

import subprocess
import sys
import time
from functools import partial

from _measure import best_of, report

STATEMENTS = {
    "import numpy, attrs": "import numpy, attrs",
    "import servicelead": "import servicelead",
    "and build journeys": "import servicelead as sl; sl.Business, sl.Journeys, sl.attribute",
}


def run(statement: str) -> None:
    """Run one statement in a fresh process."""
    subprocess.run([sys.executable, "-c", statement], check=True)


def main() -> None:
    """Measure, print and write."""
    begun = time.perf_counter()
    seconds = best_of({name: partial(run, text) for name, text in STATEMENTS.items()}, 9)
    figures = {f"{name}, seconds": value for name, value in seconds.items()}
    figures["import servicelead, against numpy and attrs"] = (
        seconds["import servicelead"] / seconds["import numpy, attrs"]
    )
    figures["with business, journeys and attribute, against numpy and attrs"] = (
        seconds["and build journeys"] / seconds["import numpy, attrs"]
    )
    figures["measured for, seconds"] = time.perf_counter() - begun
    report(__file__, figures, {"import servicelead, against numpy and attrs": 1.3})


if __name__ == "__main__":
    sys.exit(main())
