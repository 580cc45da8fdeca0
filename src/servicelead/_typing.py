"""Array aliases: what an annotation means when it says "a column of codes" or "a column of instants"."""

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
BoolArray: TypeAlias = NDArray[np.bool_]
FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
#: Codes of labels in a vocabulary; -1 is "no label".
Codes: TypeAlias = NDArray[np.int32]
ObjectArray: TypeAlias = NDArray[np.object_]

#: A missing instant or a missing amount of minor units.
MISSING: Final = int(np.iinfo(np.int64).min)
