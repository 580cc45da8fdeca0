import numpy as np

from servicelead.datasets import simulate_business
from servicelead.propensity import SnapshotBuilder
from servicelead.propensity.snapshots.assumptions import assumed_constant, windows_of

BUSINESS = simulate_business(20, seed=1).business


def columns(builder: SnapshotBuilder) -> tuple[str, ...]:
    """Return the columns of a builder's snapshots."""
    return builder.build(BUSINESS, labelled=False).features.names


def test_what_was_assumed_shows_in_the_columns() -> None:
    """Built again with what is read from them, snapshots have the same columns in the same order."""
    for assumed in ((), ("industry",), ("contacts",), ("industry", "contacts")):
        expected = columns(SnapshotBuilder(assume_constant=assumed))
        found = assumed_constant(expected, BUSINESS)
        assert set(assumed) == set(found)
        assert expected == columns(SnapshotBuilder(assume_constant=found))


def test_an_attribute_with_a_history_is_not_assumed() -> None:
    """It is a column anyway, and so are columns of a model's own."""
    dated = tuple(BUSINESS.account_history.attributes)
    assert len(dated) > 0
    assert () == assumed_constant((*dated, "touches_90d", "height"), BUSINESS)


def test_windows_show_in_the_columns() -> None:
    """In ascending order, whatever the order of columns is."""
    rng = np.random.default_rng(0)
    for windows in ((30, 90, 365), (7,), (90, 1000)):
        names = columns(SnapshotBuilder(windows=windows))
        assert windows == windows_of(names)
        assert windows == windows_of(rng.permutation(names).tolist())


def test_columns_without_windows_tell_none() -> None:
    """Other names that end likewise are not counts of all touches."""
    assert None is windows_of(("account_age", "call_touches_30d", "touches_change_30d", "touches_0d", "my_touches_90d"))
