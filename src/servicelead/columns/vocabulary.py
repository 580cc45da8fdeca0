"""Labels and their codes: the only place where text meets numbers."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import repeat

import numpy as np

from servicelead._typing import Array, Codes, ObjectArray
from servicelead.exceptions import UnknownNameError

__all__ = ["Vocabulary"]


class Vocabulary:
    """Distinct labels in a fixed order; a label's position is its code.

    A simplified implementation::

        class Vocabulary:
            def __init__(self, labels): self.labels = tuple(labels)
            def code(self, label): return self.labels.index(label)
            def decode(self, codes): return [None if c < 0 else self.labels[c] for c in codes]

    Parameters
    ----------
    labels
        Distinct texts. Their order is kept.

    Examples
    --------
    >>> channels = Vocabulary(["call", "email"])
    >>> channels.code("email")
    1
    >>> channels.decode([1, -1, 0]).tolist()
    ['email', None, 'call']
    """

    labels: ObjectArray

    def __init__(self, labels: Iterable[str]) -> None:
        values = labels if isinstance(labels, np.ndarray) else list(labels)
        array = np.empty(len(values), dtype=object)
        array[:] = values
        array.flags.writeable = False
        self.labels = array

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {label: code for code, label in enumerate(self.labels.tolist())}

    def __len__(self) -> int:
        return len(self.labels)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vocabulary):
            return NotImplemented
        return self is other or (len(self) == len(other) and bool((self.labels == other.labels).all()))

    __hash__ = None  # type: ignore[assignment]  # equal by content, which is too large to hash

    def __repr__(self) -> str:
        return f"Vocabulary of {len(self)} labels"

    def __contains__(self, label: object) -> bool:
        return label in self._positions

    def code(self, label: str) -> int:
        """Return the code of one label; `UnknownNameError` when it is not here."""
        try:
            return self._positions[label]
        except KeyError:
            raise UnknownNameError(
                f"no such label among the {len(self):,} of this vocabulary; see .labels for what there is"
            ) from None

    def get(self, label: str) -> int:
        """Return the code of one label, -1 when it is not here."""
        return self._positions.get(label, -1)

    def codes_of(self, labels: Iterable[str]) -> Codes:
        """Return the codes of many labels, -1 for those that are not here."""
        return np.fromiter(map(self._positions.get, labels, repeat(-1)), dtype=np.int32)

    def decode(self, codes: Array | Sequence[int]) -> ObjectArray:
        """Return the label of each code; None for -1."""
        where = np.asarray(codes)
        out = np.empty(where.shape, dtype=object)
        known = where >= 0
        out[known] = self.labels[where[known]]
        return out
