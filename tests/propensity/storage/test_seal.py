"""A keyed seal: who does not know the key can neither write it nor change what it is on."""

from typing import Any

import pytest

from servicelead.exceptions import IngestError, InvalidValueError
from servicelead.propensity.storage.seal import check_seal, require_key, seal

KEY = b"0123456789abcdef"


def test_a_published_value() -> None:
    """The seal is HMAC-SHA256: case 2 of RFC 4231."""
    expected = b"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert expected == seal(b"what do ya want for nothing?", b"Jefe")


def test_the_right_seal_is_accepted() -> None:
    """Content that was sealed with the key passes."""
    check_seal(b"content", seal(b"content", KEY), KEY)


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [
        (None, "unsealed"),
        (b"", "wrong_seal"),
        (seal(b"other content", KEY), "wrong_seal"),
        (seal(b"content", KEY[::-1]), "wrong_seal"),
        ("é".encode(), "wrong_seal"),
    ],
)
def test_any_other_seal_is_refused(sealed: bytes | None, reason: str) -> None:
    """No seal, or one of other content or of another key, is refused with its reason."""
    with pytest.raises(IngestError) as caught:
        check_seal(b"content", sealed, KEY)
    assert reason == caught.value.reason


@pytest.mark.parametrize("key", ["0123456789abcdef", b"short", None, 12])
def test_a_key_that_could_be_guessed_is_refused(key: Any) -> None:
    """A key is bytes, sixteen at least; the message says how to make one and never what was given."""
    with pytest.raises(InvalidValueError, match=r"secrets\.token_bytes"):
        require_key(key)
