"""scikit-learn's own battery of checks, run whole and counted."""

from typing import Any

import sklearn
from sklearn.utils.estimator_checks import check_estimator

#: The series of scikit-learn whose checks were counted, and what it cannot check without more libraries.
_SERIES, _SKIPPED = (1, 9), ["check_array_api_input"]
_FEWEST = 50  # of any series that we support; a tag that skips the battery leaves one


def assert_passes(estimator: Any, *, n_checks: int) -> None:
    """Assert that no check fails, and that there are as many as there should be, passed and skipped."""
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    names: dict[str, list[str]] = {"failed": [], "skipped": [], "passed": [], "xfail": []}
    for check in found:
        names[check["status"]].append(check["check_name"])
    assert [] == names["failed"], [(one["check_name"], one["exception"]) for one in found if one["status"] == "failed"]
    assert [] == names["xfail"]
    series = tuple(map(int, sklearn.__version__.split(".")[:2]))
    if series == _SERIES:
        assert (n_checks, _SKIPPED) == (len(names["passed"]), names["skipped"])
    else:
        assert (n_checks if series > _SERIES else _FEWEST) <= len(names["passed"])
