from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

import servicelead as sl
from servicelead.calculators import EventFate, ObservedDeflection
from servicelead.exceptions import InvalidValueError, UndefinedRateError, UnknownNameError
from servicelead.uncertainty import Rate
from tables.samples import Row, at, business

LAST_DAY = 60.0
QUESTIONS = ("succeeded", "intended_assisted", "needs_no_further_action")
YES: dict[str, Any] = dict.fromkeys(QUESTIONS, True)


def event(name: str, account: str = "a", day: float = 0.0, issue: str | None = "i", **more: Any) -> Row:
    """Return an event of an entitled customer, without answers."""
    return {
        "event_id": name, "account_id": account, "occurred_at": at(day), "entitled": True, "issue_key": issue,
    } | more  # fmt: skip


def case(name: str, account: str = "a", day: float = 0.0, issue: str | None = "i", **more: Any) -> Row:
    """Return a case of an entitled customer."""
    return {
        "case_id": name, "account_id": account, "opened_at": at(day), "entitled": True, "issue_key": issue,
    } | more  # fmt: skip


def observe(events: Sequence[Row], cases: Sequence[Row] = (), *, days: float = 7, **tables: Any) -> ObservedDeflection:
    """Return what was observed on the sixtieth day."""
    made = business(as_of=at(LAST_DAY), self_help_events=list(events), cases=list(cases), **tables)
    return ObservedDeflection.from_business(made, follow_up=timedelta(days=days))


def fates(observed: ObservedDeflection) -> dict[str, str]:
    """Return the fate of each event by its name."""
    names = observed.business.self_help_events.event_id.read().tolist()
    return {name: tuple(EventFate)[code].value for name, code in zip(names, observed.fates.tolist(), strict=True)}


def oracle(events: Sequence[Mapping[str, Any]], cases: Sequence[Mapping[str, Any]], days: float) -> dict[str, str]:
    """Follow each event with loops; days and answers are plain numbers and truth values."""
    issues = defaultdict(list)
    found = {}
    for row in events:
        if not row["entitled"]:
            found[row["event_id"]] = "not_entitled"
        else:
            issues[row["account_id"], row["issue_key"] or f"only {row['event_id']}"].append(row)
    for (account, issue), rows in issues.items():

        def standing(row: Mapping[str, Any]) -> tuple[Any, ...]:
            said = [row.get(question) for question in QUESTIONS]
            upto = said.index(False) + 1 if False in said else 3
            is_complete = None not in said[:upto]
            is_old = LAST_DAY - row["day"] >= days
            return is_old, is_complete, said[0] is not None, row["day"], row["event_id"]

        ordered = sorted(rows, key=standing)
        for row in ordered[:-1]:
            found[row["event_id"]] = "repeated"
        chosen = ordered[-1]
        followed = any(
            other["account_id"] == account and other["issue_key"] == issue and 0 <= other["day"] - row["day"] <= days
            for other in cases
            for row in rows
        )
        found[chosen["event_id"]] = _fate(chosen, followed=followed, is_old=LAST_DAY - chosen["day"] >= days)
    return found


def _fate(row: Mapping[str, Any], *, followed: bool, is_old: bool) -> str:
    if not is_old:
        return "censored"
    said = [row.get(question) for question in QUESTIONS]
    for answer, name in zip(said, ("not_successful", "not_intended", "further_action"), strict=True):
        if answer is False:
            return name
        if answer is None and followed and said[:2] == [True, True]:
            return "further_action"
        if answer is None:
            return "ruled_out" if followed or False in said else "unanswered"
    return "overridden" if followed else "deflected"


moments = st.sampled_from([0.0, 1.0, 3.5, 8.0, 20.0, 50.0, 52.999, 53.0, 53.001, 59.0, 60.0])
answers = st.sampled_from([True, True, False, None])
some_events = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from("ab"),
            "day": moments,
            "entitled": st.sampled_from([True, True, True, False]),
            "issue_key": st.sampled_from(["i", "j", None]),
            **dict.fromkeys(QUESTIONS, answers),
        }
    ),
    max_size=14,
)
some_cases = st.lists(
    st.fixed_dictionaries(
        {
            "account_id": st.sampled_from("abc"),
            "day": moments,
            "entitled": st.sampled_from([True, False, None]),
            "issue_key": st.sampled_from(["i", "j", "k", None]),
        }
    ),
    max_size=8,
)


def numbered(rows: Sequence[Mapping[str, Any]], name: str, time: str) -> list[dict[str, Any]]:
    """Return rows with names and moments as a file has them."""
    return [{**row, name: f"{n:03}", time: at(row["day"])} for n, row in enumerate(rows)]


@given(some_events, some_cases, st.sampled_from([1.0, 7.0, 30.0]))
def test_every_event_has_the_fate_a_loop_gives_it(
    drawn: list[dict[str, Any]], opened: list[dict[str, Any]], days: float
) -> None:
    """Entitlement, repeats, age, answers and later cases are judged as the rules say, event by event."""
    events, cases = numbered(drawn, "event_id", "occurred_at"), numbered(opened, "case_id", "opened_at")
    tables = [[{k: v for k, v in row.items() if k != "day"} for row in rows] for rows in (events, cases)]
    observed = observe(tables[0], tables[1], days=days)
    assert oracle(events, cases, days) == fates(observed)
    counted = dict(zip(observed.accounting["fate"].tolist(), observed.accounting["n"].tolist(), strict=True))
    assert Counter(fates(observed).values()) == Counter({name: n for name, n in counted.items() if n})
    assert len(cases) == int(np.sum(observed.case_accounting["n"]))


@given(some_events, some_cases)
def test_groups_add_up(drawn: list[dict[str, Any]], opened: list[dict[str, Any]]) -> None:
    """Events and cases of all months, and of all resources, are those of the whole."""
    events, cases = numbered(drawn, "event_id", "occurred_at"), numbered(opened, "case_id", "opened_at")
    for n, row in enumerate(events):
        row["resource"] = ("article", "bot", None)[n % 3]
    observed = observe(*([{k: v for k, v in r.items() if k != "day"} for r in rows] for rows in (events, cases)))
    months, resources = observed.by("month"), observed.by("resource")
    assert observed.n_events == int(np.sum(months["n_events"])) == int(np.sum(resources["n_events"]))
    assert observed.n_assisted_cases == int(np.sum(months["n_assisted_cases"]))


@given(some_events, some_cases)
def test_the_rate_lies_within_its_bounds(drawn: list[dict[str, Any]], opened: list[dict[str, Any]]) -> None:
    """Whatever was left unanswered, and whatever a case rules out, no rate is beyond what the silent could make it."""
    events, cases = numbered(drawn, "event_id", "occurred_at"), numbered(opened, "case_id", "opened_at")
    observed = observe(*([{k: v for k, v in r.items() if k != "day"} for r in rows] for rows in (events, cases)))
    rate = observed.event_deflection_rate().value
    if rate is not None:
        assert observed.non_response_lower - 1e-12 <= rate <= observed.non_response_upper + 1e-12


def test_a_case_answers_the_last_question() -> None:
    """Who succeeded, had meant to open a case and then opened it needed more, though nobody asked him."""
    said: dict[str, Any] = {"succeeded": True, "intended_assisted": True}
    observed = observe([event("e", **said), event("f", "b", **YES)], [case("c", day=2)])
    assert {"e": "further_action", "f": "deflected"} == fates(observed)
    assert [0, 1] == observed.answers[2].tolist()
    assert (0.5, 0.5, 0.5) == (
        observed.event_deflection_rate().value,
        observed.non_response_lower,
        observed.non_response_upper,
    )


def test_events_ruled_out_are_not_answers() -> None:
    """One deflection and three silent customers, one of whom opened a case: rate and upper bound speak for all."""
    rows = [event("e", **YES), *(event(name, name) for name in "bcd")]
    observed = observe(rows, [case("c", "b", day=2)])
    assert "ruled_out" == fates(observed)["b"]
    assert (0.25, 1.0, 1.0) == (
        observed.non_response_lower,
        observed.event_deflection_rate().value,
        observed.non_response_upper,
    )


def surveyed(counts: tuple[int, int, int, int], *, prefix: str = "", **more: Any) -> list[Row]:
    """Return one event per account with the answers of a single survey: asked, succeeded, intended, nothing more."""
    n, succeeded, intended, k = counts
    rows = []
    for row in range(n):
        said = [row < succeeded, row < intended, row < k]
        upto = said.index(False) + 1 if False in said else 3
        answered: dict[str, Any] = dict(zip(QUESTIONS[:upto], said, strict=False))
        rows.append(event(f"{prefix}{row}", f"{prefix}{row}", **answered, **more))
    return rows


def test_the_survey_of_the_definitions_from_tables() -> None:
    """200, 96, 58 and 46, one event per account: .23, Wilson [.177093, .293083]."""
    estimate = observe(surveyed((200, 96, 58, 46))).event_deflection_rate()
    assert (0.23, 0.177093, 0.293083) == pytest.approx((estimate.value, estimate.lower, estimate.upper), abs=5e-7)
    assert (200, "wilson, clustered by account") == (estimate.n, estimate.method)


def test_the_numbers_of_a_whole() -> None:
    """10 events of 20 counted, 4 assisted cases: cases, demand and money follow from the rate."""
    cases = [case(str(n), f"other {n}") for n in range(4)]
    observed = observe(surveyed((20, 10, 8, 6)), cases)
    deflection = observed.deflection(assisted_case_cost=45, self_help_event_cost=2.5)
    assert 6 == deflection.deflected_cases == observed.deflected_cases().value
    assert 0.6 == deflection.demand_deflection_rate == observed.demand_deflection_rate().value
    assert 6 * 45 - 20 * 2.5 == deflection.net_value
    demand, rate = observed.demand_deflection_rate(), observed.event_deflection_rate()
    assert rate.lower is not None
    assert 20 * rate.lower / (20 * rate.lower + 4) == demand.lower


def test_answers_of_one_account_are_not_independent() -> None:
    """Twenty accounts that answer ten times alike are worth twenty answers, not two hundred."""
    rows = [
        event(f"{n} {again}", f"account {n}", issue=f"i{again}", **(YES if n < 8 else {"succeeded": False}))
        for n in range(20)
        for again in range(10)
    ]
    clustered = observe(rows).event_deflection_rate()
    plain, honest = Rate(80, 200).interval(), Rate(8, 20).interval()
    assert clustered.value == plain.value
    assert None not in (clustered.lower, honest.lower, plain.lower)
    assert clustered.lower < honest.lower < plain.lower  # type: ignore[operator]  # none of them is None
    assert honest.lower == pytest.approx(clustered.lower, abs=0.02)


def test_stopping_half_way_is_not_a_no() -> None:
    """50 of 100 succeed and only 10 of them answer on, 6 yes: .5 x .6, not 6 of 60."""
    rows = [
        event(
            str(n),
            str(n),
            **(YES if n < 6 else {"succeeded": n < 50} | ({"intended_assisted": False} if n < 10 else {})),
        )
        for n in range(100)
    ]
    observed = observe(rows)
    assert 0.3 == pytest.approx(observed.event_deflection_rate().value)
    assert (0.06, 0.46) == (observed.non_response_lower, observed.non_response_upper)
    assert 60 == observed.by("month")["n_answered"][0]


def test_repeats_of_an_issue_count_once() -> None:
    """However often, and however far apart; another issue, or another account's, is another."""
    rows = [
        *(event(str(day), day=day, **YES) for day in (0, 1, 40)),
        event("else", issue="j", **YES),
        event("b", "b", **YES),
        event("x", "b", issue=None, **YES),
        event("y", "b", issue=None, **YES),
    ]
    observed = observe(rows)
    assert 5 == observed.n_events == observed.deflected_cases().value
    assert {"0": "repeated", "1": "repeated", "40": "deflected"}.items() <= fates(observed).items()
    assert 2 == observed.deflection().n_repeated_events
    assert "2 counted events have no issue key" in observed.warnings[0]


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (case("c", day=0), "overridden"),
        (case("c", day=7), "overridden"),
        (case("c", day=7.001), "deflected"),
        (case("c", day=-0.001), "deflected"),
        (case("c", day=3, issue="j"), "deflected"),
        (case("c", day=3, issue=None), "deflected"),
        (case("c", "b", day=3), "deflected"),
        (case("c", day=3, entitled=False), "overridden"),
    ],
)
def test_only_a_case_on_the_issue_inside_the_window_overrides(opened: Row, expected: str) -> None:
    """At the event, or up to seven days after it, of that account, on that issue."""
    assert expected == fates(observe([event("e", **YES)], [opened]))["e"]


def test_an_override_lowers_the_rate_and_keeps_the_event() -> None:
    """One of two deflections turned into a case: the rate is one half."""
    observed = observe([event("e", **YES), event("f", "b", **YES)], [case("c", "b", day=2)])
    assert 0.5 == observed.event_deflection_rate().value
    assert 0 == observed.answers[2][[name == "f" for name in fates(observed)].index(True)]


@pytest.mark.parametrize(("day", "expected"), [(53, "deflected"), (53.001, "censored"), (60, "censored")])
def test_young_events_are_censored(day: float, expected: str) -> None:
    """An event counts once its window has passed, to the microsecond."""
    assert expected == fates(observe([event("e", day=day, **YES)]))["e"]


def test_events_can_be_looked_up() -> None:
    """Each event with its fate, or those of one fate."""
    observed = observe([event("e", **YES), event("f", "b", day=59)], [case("c", day=2)])
    table = observed.events()
    assert fates(observed) == dict(zip(table["event_id"].tolist(), table["fate"].tolist(), strict=True))
    young = observed.events("censored").rows()
    assert [("f", "b", "i")] == [(row["event_id"], row["account_id"], row["issue_key"]) for row in young]
    assert [] == observed.events(EventFate.DEFLECTED).rows()
    with pytest.raises(UnknownNameError, match="choose among not_entitled"):
        observed.events("lost")


def test_which_cases_are_demand() -> None:
    """Of customers not known to be unentitled, in the time in which events count."""
    cases = [
        case("before", day=9), case("first", day=10), case("inside", day=30), case("unknown", day=31, entitled=None),
        case("unentitled", day=32, entitled=False), case("last", day=53), case("young", day=53.001),
    ]  # fmt: skip
    observed = observe([event("e", "x", day=10, **YES), event("u", "x", day=1, entitled=False)], cases)
    counts = dict(zip(observed.case_accounting["fate"].tolist(), observed.case_accounting["n"].tolist(), strict=True))
    assert {"not_entitled": 1, "earlier": 1, "censored": 1, "assisted": 4} == counts
    assert "1 assisted cases do not say" in observed.warnings[0]


def test_by_resource_and_month() -> None:
    """Each group has the rate of its own events; a month without events shows its cases."""
    rows = [
        *surveyed((10, 5, 4, 3), prefix="a", resource="article", day=5.0),
        *surveyed((20, 10, 10, 10), prefix="b", resource="bot", day=35.0),
        event("n", "n", day=35.0),
    ]
    observed = observe(rows, [case("c", "x", day=36), case("d", "x", day=5)])
    resources = observed.by("resource")
    assert ["article", "bot", None] == resources["resource"].tolist()
    assert [0.3, 0.5] == resources["event_deflection_rate"].tolist()[:2]
    assert "demand_deflection_rate" not in resources
    months = observed.by("month")
    assert (["2026-01", "2026-02"], [10, 21]) == (months["month"].tolist(), months["n_events"].tolist())
    assert 3 / 4 == pytest.approx(months["demand_deflection_rate"][0])
    wilson = Rate(3, 10).interval()
    bounds = (months["event_deflection_rate_lower"][0], months["event_deflection_rate_upper"][0])
    assert (wilson.lower, wilson.upper) == pytest.approx(bounds)


def test_by_segment_as_of_the_event() -> None:
    """An account is in the segment it was in when it helped itself; the rest are without a segment."""
    history = [
        {"account_id": "a", "valid_from": at(0), "seats": 5},
        {"account_id": "a", "valid_from": at(20), "seats": 50},
    ]
    size = sl.Segmentation(
        name="size",
        segments=[sl.Segment.at_most("seats", 9, name="small"), sl.Segment.at_least("seats", 10, name="large")],
    )
    rows = [event("1", day=1, **YES), event("2", day=30, issue="j", succeeded=False), event("3", "b", day=1, **YES)]
    table = observe(rows, [case("c", day=40)], account_history=history).by("segment", segmentation=size)
    assert ["small", "large", None] == table["segment"].tolist()
    assert [1, 1, 1] == table["n_events"].tolist()
    assert [0, 1, 0] == table["n_assisted_cases"].tolist()
    assert [1.0, 0.0] == table["event_deflection_rate"].tolist()[:2]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no self-help events"),
        ([event("e", entitled=False, **YES)], "entitled to assisted support"),
        ([event("e", day=59, **YES)], "older than the follow-up window"),
        ([event("e")], "no answers to succeeded"),
        ([event("e", succeeded=True)], "no answers to intended_assisted"),
        ([event("e", succeeded=True, intended_assisted=True)], "no answers to needs_no_further_action"),
    ],
)
def test_what_cannot_be_said_says_why(rows: list[Row], reason: str) -> None:
    """No events, none entitled, none old enough, no answers: undefined with the reason, never 0."""
    observed = observe(rows, [case("c", "z", day=1)])
    for estimate in (observed.event_deflection_rate(), observed.deflected_cases()):
        assert not estimate.is_defined
        assert reason in str(estimate.reason)
    assert not observed.demand_deflection_rate().is_defined
    with pytest.raises(UndefinedRateError, match=reason):
        observed.deflection()
    if not observed.n_events:
        with pytest.raises(UndefinedRateError, match="accounting"):
            _ = observed.non_response_lower
        assert 0 == len(observed.by("resource"))


def test_one_account_has_a_rate_without_bounds() -> None:
    """A single account says nothing of how accounts vary; without cases there is no demand to compare with."""
    observed = observe([event("1", **YES), event("2", issue="j", succeeded=False)])
    estimate = observed.event_deflection_rate()
    assert (0.5, None, None) == (estimate.value, estimate.lower, estimate.upper)
    assert "no assisted case" in str(observed.demand_deflection_rate().reason)


def test_silence_is_remarked_on() -> None:
    """When most events have no survey, the bounds of non-response are pointed at."""
    observed = observe([*surveyed((3, 2, 1, 1)), *(event(f"s{n}", f"s{n}") for n in range(4))])
    assert ["4 of 7 counted events have no survey: look at the bounds of non-response"] == list(observed.warnings)


def test_wrong_arguments_are_refused() -> None:
    """Windows, dimensions, segmentations and confidences are checked."""
    observed = observe([event("e", **YES)])
    for window in (timedelta(0), 7):
        with pytest.raises(InvalidValueError, match=r"follow_up must be a positive timedelta"):
            evolve(observed, follow_up=window)  # type: ignore[arg-type]  # one of them is wrong on purpose
    with pytest.raises(UnknownNameError, match="resource, segment, month"):
        observed.by("colour")
    with pytest.raises(InvalidValueError, match="segmentation must be a Segmentation"):
        observed.by("segment")
    for level in (0, 95):
        with pytest.raises(InvalidValueError, match=r"write \.95"):
            observed.by("month", confidence=level)
        with pytest.raises(InvalidValueError, match=r"write \.95"):
            observed.event_deflection_rate(level)


def test_a_window_longer_than_time_censors_everything() -> None:
    """No overflow: nothing is old enough."""
    assert "censored" == fates(observe([event("e", **YES)], days=999_999_999))["e"]


def test_order_of_rows_does_not_matter() -> None:
    """Shuffled files give the same figures to the bit."""
    made = sl.datasets.simulate_business(n_accounts=150, seed=5).business
    rows = {name: getattr(made, name).columns() for name in ("self_help_events", "cases")}
    rng = np.random.default_rng(0)
    shuffled = {
        name: {title: column[order] for title, column in table.items()}
        for name, table in rows.items()
        for order in [rng.permutation(len(table["account_id"]))]
    }
    one, two = (
        ObservedDeflection.from_business(sl.Business.from_frames(as_of=made.as_of, zone="UTC", **tables))
        for tables in (rows, shuffled)
    )
    for dimension in ("resource", "month"):
        assert str(one.by(dimension).to_dict()) == str(two.by(dimension).to_dict())
