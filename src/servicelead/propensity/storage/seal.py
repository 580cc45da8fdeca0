"""A keyed seal: who does not know the key can neither write it nor change what it is on."""

import hmac
from typing import Any

from servicelead._fields import kind_of
from servicelead.exceptions import IngestError, InvalidValueError

__all__ = ["check_seal", "require_key", "seal"]

_SHORTEST = 16


def require_key(key: Any) -> None:
    """Refuse a key that is no bytes, or so few that it could be guessed."""
    if not isinstance(key, bytes) or len(key) < _SHORTEST:
        got = f"{len(key)} bytes" if isinstance(key, bytes) else kind_of(key)
        raise InvalidValueError(
            f"key must be at least {_SHORTEST} bytes; got {got}; make one with secrets.token_bytes(32)"
        )


def seal(content: bytes, key: bytes) -> bytes:
    """Return the HMAC-SHA256 of some content, as hexadecimal text."""
    return hmac.digest(key, content, "sha256").hex().encode()


def check_seal(content: bytes, sealed: bytes | None, key: bytes) -> None:
    """Refuse content that has no seal, or another one than the key gives.

    Raises
    ------
    IngestError
        When the seal is missing or wrong.
    """
    if sealed is None:
        raise IngestError(
            "the file has no seal, and a key was given; save the model with that key, or get the sealed file",
            reason="unsealed",
        )
    if not hmac.compare_digest(sealed, seal(content, key)):
        raise IngestError(
            "the seal of the file is not that of the key: it was changed, or sealed with another key; do not use it",
            reason="wrong_seal",
        )
