import math
from typing import Any

import narwhals as nw
import numpy as np
import pytest

import servicelead as sl
from attribution.hand import deal, journeys, paths, touch
from servicelead.attribution import Attribution, FirstTouch, LastTouch, Linear, Weighted, attribute
from servicelead.exceptions import (
    InvalidValueError,
    MissingTimesError,
    NoCurrencyError,
    UnknownNameError,
)

TOUCHES = [
    touch("t1", "04-20", "ad", "marketing", campaign="spring"),
    touch("t2", "05-02", "support", group="field"),
    touch("t3", "05-09", "call", "sales", campaign="spring"),
    touch("t4", "05-20", "support"),
    touch("t5", "05-03", "support", account="bolt"),
    touch("t6", "05-04", "ad", "marketing", account="bolt"),
]
# acme: o1 holds t1 t2 t3, o2 (closed later) t1 t2 t3 t4. bolt: o3 lost, holds t5 t6. cone: o4 won without touches.
DEALS = [
    deal("o1", "05-10", "90.00"),
    deal("o2", "06-03", "10.01"),
    deal("o3", "05-10", "70.00", account="bolt", outcome="lost"),
    deal("o4", "05-11", "5.00", account="cone"),
]


@pytest.fixture
def credit() -> Attribution:
    """Linear credit of the hand-made business."""
    return attribute(journeys(TOUCHES, DEALS), Linear())


def column(table: Any, *names: str) -> list[Any]:
    """Return some columns of a table, row by row."""
    return [tuple(row[name] for name in names) for row in table.rows()]


def test_each_placement_has_its_share_value_and_cents(credit: Attribution) -> None:
    """90.00 over three, 10.01 over four (251, 250, 250, 250), nothing for the lost deal."""
    assert [1 / 3] * 3 + [1 / 4] * 4 + [1 / 2] * 2 == credit.share.tolist()
    assert [30.0] * 3 + [2.5025] * 4 + [0.0] * 2 == pytest.approx(credit.value.tolist())
    assert [3000] * 3 + [251, 250, 250, 250] + [0, 0] == credit.minor_units.tolist()
    for array in (credit.share, credit.value, credit.minor_units):
        assert not array.flags.writeable


def test_by_channel(credit: Attribution) -> None:
    """Distinct touches, placements, conversions, value and cents, the largest value first."""
    table = credit.by("channel", intervals=False, minor_units=True)
    names = ("channel", "n_touches", "n_placements", "conversions", "value", "minor_units", "share", "cost", "roi")
    assert names == table.names
    expected = [("support", 3, 4, 1 / 3 + 1 / 2), ("ad", 2, 3, 1 / 3 + 1 / 4), ("call", 1, 2, 1 / 3 + 1 / 4)]
    actual = column(table, "channel", "n_touches", "n_placements", "conversions")
    assert [row[:3] for row in expected] == [row[:3] for row in actual]
    assert [row[3] for row in expected] == pytest.approx([row[3] for row in actual])
    assert [35.005, 32.5025, 32.5025] == pytest.approx(table["value"].tolist())
    assert [3500, 3251, 3250] == table["minor_units"].tolist()
    assert [35.005 / 100.01, 32.5025 / 100.01, 32.5025 / 100.01] == pytest.approx(table["share"].tolist())


@pytest.mark.parametrize(
    ("dimensions", "expected"),
    [
        (("team",), {("services",): 3500, ("marketing",): 3251, ("sales",): 3250}),
        (("group",), {(None,): 6751, ("field",): 3250}),
        (("campaign",), {("spring",): 6501, (None,): 3500}),
        (("account",), {("acme",): 10001, ("bolt",): 0}),
        (("opportunity",), {("o1",): 9000, ("o2",): 1001, ("o3",): 0}),
        (("month",), {("2025-05",): 9000, ("2025-06",): 1001}),
        (("touch_month",), {("2025-05",): 6750, ("2025-04",): 3251}),
        (("lead",), {(None,): 10001}),
        (
            ("month", "touch_month"),
            {
                ("2025-05", "2025-05"): 6000,
                ("2025-05", "2025-04"): 3000,
                ("2025-06", "2025-05"): 750,
                ("2025-06", "2025-04"): 251,
            },
        ),
        (
            ("team", "group"),
            {
                ("services", "field"): 3250,
                ("services", None): 250,
                ("marketing", None): 3251,
                ("sales", None): 3250,
            },
        ),
        (("group", "campaign"), {(None, "spring"): 6501, ("field", None): 3250, (None, None): 250}),
    ],
)
def test_by_every_dimension(credit: Attribution, dimensions: tuple[str, ...], expected: dict[Any, int]) -> None:
    """Cents add up to 100.01 in each; touches without a label are under None."""
    table = credit.by(*dimensions, minor_units=True)
    assert expected == {row[:-1]: row[-1] for row in column(table, *dimensions, "minor_units")}
    assert sorted(table["value"].tolist(), reverse=True) == table["value"].tolist()


def test_by_segment_reads_attributes_as_of_the_close() -> None:
    """Five seats at the first close and fifty at the second: each deal's credit is in another segment."""
    history = [
        {"account_id": "acme", "valid_from": "2025-01-01T00:00:00Z", "seats": 5},
        {"account_id": "acme", "valid_from": "2025-06-01T00:00:00Z", "seats": 50},
    ]
    small = sl.Segment.at_most("seats", 10, name="small")
    segments = sl.Segmentation(name="size", segments=[small, sl.Segment.at_least("seats", 11, name="large")])
    credit = attribute(journeys(TOUCHES, DEALS, account_history=history), Linear())
    table = credit.by("segment", segmentation=segments, minor_units=True)
    assert {"small": 9000, "large": 1001, None: 0} == dict(column(table, "segment", "minor_units"))
    crossed = credit.by("team", "segment", segmentation=segments, minor_units=True)
    assert 10001 == crossed["minor_units"].sum()
    assert 3000 == crossed.row(team="sales", segment="small")["minor_units"]
    with pytest.raises(InvalidValueError, match="segmentation"):
        credit.by("segment")


def test_touches_are_counted_once_and_placements_as_often_as_they_are_placed(credit: Attribution) -> None:
    """In a dimension of journeys a touch in two windows is in two cells, once in each."""
    both = [touch("t1", "05-01", "ad"), touch("t2", "05-02", "ad")]
    found = attribute(journeys(both, [deal("o1", "05-01", "1.00"), deal("o2", "05-09", "1.00")]), Linear())
    assert [(2, 3)] == column(found.by("channel"), "n_touches", "n_placements")
    by_deal = found.by("opportunity", "channel")
    assert {("o1", 1, 1), ("o2", 2, 2)} == set(column(by_deal, "opportunity", "n_touches", "n_placements"))
    by_account = credit.by("account")
    assert {"acme": (4, 7), "bolt": (2, 2)} == {
        name: (n, p) for name, n, p in column(by_account, "account", "n_touches", "n_placements")
    }


def test_rows_of_equal_value_are_ordered_by_placements_then_label() -> None:
    """Ad and call have 1.00 each, call is placed more often; the rest is alphabetical."""
    found = paths(("call > call", 1, "1.00"), ("ad", 1, "1.00"), ("web", 1, "0"), ("box", 1, "0"))
    assert ["call", "ad", "box", "web"] == attribute(found, Linear()).by("channel")["channel"].tolist()


def test_paths_count_touches_as_often_as_they_were_walked() -> None:
    """Two conversions and three non-conversions of ad > call are five touches of each."""
    found = sl.Journeys.from_paths(
        {"path": ["ad > call > ad"], "won": [2], "lost": [3]}, path="path", conversions="won", nonconversions="lost"
    )
    table = attribute(found, Linear()).by("channel")
    assert [("ad", 10, 10), ("call", 5, 5)] == column(table, "channel", "n_touches", "n_placements")
    assert [4 / 3, 2 / 3] == pytest.approx(table["conversions"].tolist())
    assert np.isnan(table["share"]).all()
    assert np.isnan(table["cost"]).all()


def test_intervals_and_minor_units_come_when_asked_for(credit: Attribution) -> None:
    """Bounds by default, not without; cents only on request."""
    bounds = {"value_lower", "value_upper", "share_lower", "share_upper"}
    assert bounds <= set(credit.by("team").names)
    assert not bounds & set(credit.by("team", intervals=False).names)
    assert "minor_units" not in credit.by("team")


@pytest.mark.parametrize("confidence", [0, 1, -0.1, 95, math.nan])
def test_confidence_lies_between_0_and_1(credit: Attribution, confidence: float) -> None:
    """Anything else is refused by name."""
    with pytest.raises(InvalidValueError, match="confidence"):
        credit.by("team", confidence=confidence)


@pytest.mark.parametrize("dimensions", [("colour",), ("team", "colour"), (["channel"],), (None,)])
def test_an_unknown_dimension_is_refused(credit: Attribution, dimensions: Any) -> None:
    """The error lists what there is."""
    with pytest.raises(UnknownNameError, match="touch_month"):
        credit.by(*dimensions)


@pytest.mark.parametrize("dimensions", [(), ("team", "team")])
def test_dimensions_are_at_least_one_and_different(credit: Attribution, dimensions: tuple[str, ...]) -> None:
    """Nothing to total by, or the same twice, is refused."""
    with pytest.raises(InvalidValueError, match="different dimensions"):
        credit.by(*dimensions)


def test_minor_units_need_a_currency() -> None:
    """A measure without a currency is shared as a float, and cents of it are refused."""
    credit = attribute(paths(("ad > call", 1, "1.5"), currency=None), Linear())
    assert [0.75, 0.75] == credit.value.tolist()
    with pytest.raises(NoCurrencyError):
        _ = credit.minor_units
    with pytest.raises(NoCurrencyError):
        credit.by("channel", minor_units=True)
    assert "minor_units" not in credit.unattributed


def test_explain_tells_the_story_of_a_deal(credit: Attribution) -> None:
    """Position, id, time, age, channel, team, share, value, cents and the reason, per touch."""
    table = credit.explain("o1")
    assert ["t1", "t2", "t3"] == table["touchpoint_id"].tolist()
    assert [1, 2, 3] == table["position"].tolist()
    assert [21, 9, 2] == pytest.approx(table["age_days"].tolist(), abs=1e-9)
    assert ["ad", "support", "call"] == table["channel"].tolist()
    assert ["marketing", "services", "sales"] == table["team"].tolist()
    assert [1 / 3] * 3 == table["share"].tolist()
    assert [3000] * 3 == table["minor_units"].tolist()
    assert "2025-04-20T00:00:00" == str(table["occurred_at"][0].astype("datetime64[s]"))
    assert 0 == len(credit.explain("o4"))
    assert [0.0, 0.0] == credit.explain("o3")["value"].tolist()


@pytest.mark.parametrize("name", ["o5", "", None])
def test_explain_knows_only_deals_with_a_journey(credit: Attribution, name: Any) -> None:
    """Another id is an error that does not repeat it."""
    with pytest.raises(UnknownNameError, match="opportunity_ids"):
        credit.explain(name)


def test_paths_have_no_deals_to_explain() -> None:
    """Aggregated paths say so."""
    with pytest.raises(MissingTimesError):
        attribute(paths(("ad", 1, "1")), Linear()).explain("o1")


def test_what_no_touch_can_have_is_unattributed(credit: Attribution) -> None:
    """Cone's 5.00, the account having no touches; with it everything won is accounted for."""
    expected = {"reason": "account_without_touches", "n": 1, "value": 5.0, "minor_units": 500}
    assert [expected] == credit.unattributed.rows()
    assert 100.01 == pytest.approx(credit.attributed_value)


def test_unattributed_says_why() -> None:
    """No touch at all, none in the window, only negative ones; lost deals do not count."""
    touches = [
        touch("t1", "01-01", "ad", account="late"),
        touch("t2", "05-01", "ad", account="cross", sentiment=-1.0),
        touch("t3", "05-02", "ad", account="acme", sentiment=-1.0),
        touch("t4", "05-02", "ad", account="acme"),
    ]
    deals = [deal(f"o-{name}", "05-10", "1.00", account=name) for name in ("late", "cross", "acme", "none")]
    deals.append(deal("o-lost", "05-10", "1.00", account="lost", outcome="lost"))
    found = journeys(touches, deals).drop_negative(0.0)
    credit = attribute(found, Linear())
    reasons = ["account_without_touches", "no_touches_in_window", "only_negative_touches"]
    assert reasons == credit.unattributed["reason"].tolist()
    assert [1, 1, 1] == credit.unattributed["n"].tolist()
    assert 100 == credit.minor_units.sum()


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_to_frame_in_every_library(credit: Attribution, backend: str) -> None:
    """One row per placement, with its journey, labels and credit."""
    frame = credit.to_frame(backend)
    assert backend in type(frame).__module__
    columns = ["journey", "opportunity", "account", "team", "channel", "touchpoint_id", "occurred_at"]
    columns += ["share", "value", "minor_units"]
    assert columns == list(getattr(frame, "column_names", None) or frame.columns)
    assert credit.journeys.n_placements == len(frame)
    first = next(iter(nw.from_native(frame).iter_rows(named=True)))
    assert ("o1", "acme", "marketing", "ad", "t1", 3000) == tuple(
        first[name] for name in ("opportunity", "account", "team", "channel", "touchpoint_id", "minor_units")
    )


def test_a_frame_of_paths_has_channels_only() -> None:
    """Aggregated paths have no ids, teams or times."""
    frame = attribute(paths(("ad > call", 1, "1.00"), currency=None), Linear()).to_frame("pandas")
    assert ["journey", "channel", "share", "value"] == list(frame.columns)


def test_labels_are_escaped_in_html() -> None:
    """A channel called like a script is text."""
    hostile = "<script>alert(1)</script>"
    credit = attribute(paths((f"{hostile} > call", 1, "1.00")), Weighted(weights={hostile: 1}))
    html = credit._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<caption>Weighted: 1.00 EUR</caption>" in html


def test_printing_shows_the_recipe_and_the_totals(credit: Attribution) -> None:
    """By team where there are teams, by channel on paths."""
    assert str(credit).startswith("Linear(): 100.01 EUR credited over 9 placements\nteam")
    assert "channel" in str(attribute(paths(("ad", 1, "1"), currency=None), Linear()))
    assert "<td>services</td>" in credit._repr_html_()


def test_last_and_first_disagree_where_they_should(credit: Attribution) -> None:
    """One strategy's totals do not leak into the next's: cells are shared, credit is not."""
    found = credit.journeys
    assert {"marketing": 10001, "services": 0, "sales": 0} == dict(
        column(attribute(found, FirstTouch()).by("team", minor_units=True), "team", "minor_units")
    )
    assert {"sales": 9000, "services": 1001, "marketing": 0} == dict(
        column(attribute(found, LastTouch()).by("team", minor_units=True), "team", "minor_units")
    )
