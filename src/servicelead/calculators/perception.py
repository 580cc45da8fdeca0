"""What customers say has become of them, and how many do not know."""

from typing import Annotated

import numpy as np
from attrs import field, frozen

from servicelead.calculators.inputs import whole
from servicelead.columns.table import ResultTable
from servicelead.uncertainty import DEFAULT_CONFIDENCE, Rate

__all__ = ["Perception"]


@frozen(kw_only=True)
class Perception:
    """Answers to "has it become better, worse or neither?".

    Whoever does not know is left out of the shares and counted beside them.

    Attributes
    ----------
    n_better, n_same, n_worse
        Answers of those who know, at least 0.
    n_dont_know
        The others, at least 0.

    Raises
    ------
    UndefinedRateError
        By a share of nobody.

    Examples
    --------
    >>> answers = Perception(n_better=45, n_same=30, n_worse=15, n_dont_know=10)
    >>> answers.better_share, answers.dont_know_share
    (0.5, 0.1)
    >>> print(answers.shares())
    answer  n   share   lower   upper
    better  45  0.5000  0.3988  0.6012
    same    30  0.3333  0.2445  0.4358
    worse   15  0.1667  0.1037  0.2569
    """

    n_better: int = field(**whole("answers: better", unit="answers"))
    n_same: int = field(**whole("answers: the same", unit="answers"))
    n_worse: int = field(**whole("answers: worse", unit="answers"))
    n_dont_know: int = field(default=0, **whole("answers: do not know", unit="answers"))

    @property
    def better_share(self) -> Annotated[float, "proportion"]:
        """``n_better / (n_better + n_same + n_worse)``."""
        return Rate(self.n_better, self.n_knowing).value

    @property
    def worse_share(self) -> Annotated[float, "proportion"]:
        """``n_worse / (n_better + n_same + n_worse)``."""
        return Rate(self.n_worse, self.n_knowing).value

    @property
    def dont_know_share(self) -> Annotated[float, "proportion"]:
        """``n_dont_know`` over all answers."""
        return Rate(self.n_dont_know, self.n_knowing + self.n_dont_know).value

    @property
    def n_knowing(self) -> Annotated[int, "answers"]:
        """``n_better + n_same + n_worse``."""
        return self.n_better + self.n_same + self.n_worse

    def shares(self, confidence: float = DEFAULT_CONFIDENCE) -> ResultTable:
        """Return each answer's share of those who know, with its Wilson interval; NaN if nobody knows.

        Parameters
        ----------
        confidence
            Of the intervals, strictly between 0 and 1.
        """
        answers = {"better": self.n_better, "same": self.n_same, "worse": self.n_worse}
        found = [Rate(n, self.n_knowing).interval(confidence) for n in answers.values()]
        table: dict[str, object] = {"answer": np.array(list(answers), dtype=object), "n": list(answers.values())}
        for name, values in (
            ("share", [each.value for each in found]),
            ("lower", [each.lower for each in found]),
            ("upper", [each.upper for each in found]),
        ):
            table[name] = np.array(values, dtype=np.float64)
        return ResultTable(table)
