"""Which versions must be the same for scores to be the same."""

import pytest

from servicelead.exceptions import IncompatibleError
from servicelead.propensity.storage.versions import require_same_versions, versions, word_of


def replaced(library: str, parts: int) -> dict[str, object]:
    """Return the installed versions, one of them with everything after its first parts changed."""
    kept = versions()[library].split(".")[:parts]
    return {**versions(), library: ".".join([*kept, *["99"] * (3 - parts)])}


def test_the_installed_versions_are_the_same() -> None:
    """A model saved here is loaded here."""
    require_same_versions(versions())


@pytest.mark.parametrize(("library", "parts"), [("servicelead", 2), ("scikit-learn", 2), ("numpy", 1), ("python", 0)])
def test_later_parts_may_differ(library: str, parts: int) -> None:
    """A bug-fix release of scikit-learn, a minor one of numpy and any Python score alike."""
    require_same_versions(replaced(library, parts))


@pytest.mark.parametrize(("library", "parts"), [("servicelead", 1), ("scikit-learn", 1), ("numpy", 0)])
def test_earlier_parts_may_not(library: str, parts: int) -> None:
    """A release that may compute otherwise is refused, naming both versions."""
    other = replaced(library, parts)
    with pytest.raises(IncompatibleError) as caught:
        require_same_versions(other)
    assert all(part in str(caught.value) for part in (library, str(other[library]), versions()[library]))


@pytest.mark.parametrize("version", ["1.2.3", "2.0.0rc1", "0"])
def test_versions_are_repeated(version: str) -> None:
    """What looks like a version is named."""
    assert version == word_of(version)


@pytest.mark.parametrize("version", [None, "Acme Rockets", "1" * 40, ["1.0"], "<b>"])
def test_other_things_are_not_repeated(version: object) -> None:
    """A message does not repeat what a file says in place of a version, but that None is none."""
    assert ("None" if version is None else "of an unknown version") == word_of(version)
