"""How many threads gradient boosting may use: on a small table they only wait for one another."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, Final

from threadpoolctl import ThreadpoolController

__all__ = ["sparing_threads"]

#: Below, one tree takes less time than starting and joining threads; where other work keeps the processors busy,
#: waiting for them multiplies the time.
_SMALL: Final = 20_000


def sparing_threads(n_rows: int) -> AbstractContextManager[Any]:
    """Return a context in which boosting of a small table stays on the calling thread."""
    if n_rows > _SMALL:
        return nullcontext()
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="openmp")
    return limit


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through every loaded library, so once
