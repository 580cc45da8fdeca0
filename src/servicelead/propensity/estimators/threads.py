"""How many threads learning may use: where there is little to do they only wait for one another."""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, Final, Literal

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread", "sparing_threads"]

#: Below, one tree takes less time than starting and joining threads; where other work keeps the processors busy,
#: waiting for them multiplies the time.
_SMALL: Final = 20_000


def sparing_threads(n_rows: int) -> AbstractContextManager[Any]:
    """Return a context in which boosting of a small table stays on the calling thread."""
    return nullcontext() if n_rows > _SMALL else one_thread("openmp")


def one_thread(kind: Literal["blas", "openmp"]) -> AbstractContextManager[Any]:
    """Return a context in which linear algebra, or boosting, stays on the calling thread.

    A regression of a hundred columns is hundreds of small products, each of which would wait for every thread, and its
    last bits would depend on how many there are.
    """
    limit: AbstractContextManager[Any] = _controller().limit(limits=1, user_api=kind)
    return limit


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # looks through every loaded library, so once
