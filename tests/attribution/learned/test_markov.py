import math
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servicelead as sl
from attribution.hand import deal, journeys, touch
from attribution.walks import WALKS, journeys_of_walks
from budget import examples
from reference import markov
from reference.markov import Walk, effect
from servicelead.attribution import FittedMarkovChain, MarkovChain, Summary, attribute
from servicelead.exceptions import (
    InvalidValueError,
    MissingTimesError,
    UndefinedRateError,
    UnknownNameError,
)

Removal = Literal["to_null", "redistribute"]
ORDERS = st.integers(1, 4)
REMOVALS = st.sampled_from(["to_null", "redistribute"])
MEASURES = st.sampled_from(["conversions", "value"])


def walk(path: str, won: int = 0, lost: int = 0, value: int = 0) -> Walk:
    """Return a walk written ``a > b``."""
    return Walk(tuple(path.split(" > ")), won, Fraction(value), lost)


#: Half start at good, half at bad; good converts .4, bad goes on to good .1 and is lost otherwise.
GOOD_AND_BAD = [walk("good", 20, 30, 2000), walk("bad > good", 2, 3, 200), walk("bad", 0, 45)]


def fitted(walks: list[Walk], **parameters: Any) -> FittedMarkovChain:
    """Return the chain of some walks."""
    return MarkovChain(**parameters).fit(journeys_of_walks(walks))


def effects_of(chain: FittedMarkovChain) -> dict[str, float]:
    """Return each channel's removal effect."""
    table = chain.removal_effect
    return dict(zip(table["channel"].tolist(), table["removal_effect"].tolist(), strict=True))


def test_the_worked_example_to_null() -> None:
    """Without bad, .2 of .22 convert: it is worth .0909, and good everything."""
    chain = fitted(GOOD_AND_BAD)
    assert 0.22 == chain.conversion_probability
    assert {"good": 1.0, "bad": pytest.approx(1 - 0.2 / 0.22, rel=1e-14)} == effects_of(chain)
    table = chain.removal_effect
    assert ["good", "bad"] == table["channel"].tolist()
    assert [11 / 12, 1 / 12] == pytest.approx(table["channel_share"].tolist(), rel=1e-14)
    assert [0.0, 0.0] == table["drag"].tolist()


def test_the_worked_example_redistributed() -> None:
    """Without bad everyone starts at good, and .4 convert: bad is worth -.8182, and drags that part of the value."""
    chain = fitted(GOOD_AND_BAD, removal="redistribute")
    assert -0.8182 == pytest.approx(effects_of(chain)["bad"], abs=5e-5)
    table = chain.removal_effect
    assert [1.0, 0.0] == table["channel_share"].tolist()
    assert [0.0, 2200 * (0.4 / 0.22 - 1)] == pytest.approx(table["drag"].tolist(), rel=1e-14)


def test_credit_follows_the_effects_and_drag_is_not_netted() -> None:
    """In a journey of bad and good, to_null gives bad 1/12 and redistribute nothing; each shares out all of it."""
    journeys_given = journeys_of_walks(GOOD_AND_BAD)
    to_null = attribute(journeys_given, MarkovChain())
    assert [1 / 12, 11 / 12] == pytest.approx(to_null.share[2:4].tolist(), rel=1e-12)
    redistributed = attribute(journeys_given, MarkovChain(removal="redistribute"))
    assert [0.0, 1.0] == redistributed.share[2:4].tolist()
    for credit in (to_null, redistributed):
        assert 220_000 == credit.minor_units.sum()
        # The journey of bad alone is lost anyway; redistributed, it has nothing to go by.
        assert 1 == credit.share[-1]
    assert not to_null.warnings
    assert ("journeys whose weights are all 0, shared equally over their touches: 1",) == redistributed.warnings


@settings(max_examples=examples(50))
@given(walks=WALKS, order=ORDERS, removal=REMOVALS, measure=MEASURES)
def test_effects_are_those_of_rational_arithmetic(walks: list[Walk], order: int, removal: str, measure: str) -> None:
    """Every channel's removal, and that of every second one together, to 1e-12 of the whole; to_null, of itself."""
    chain = fitted(walks, order=order, removal=removal, measure=measure)
    labels = [label for (label,) in chain.summary.labels]
    for label, found in zip(labels, chain.effects.tolist(), strict=True):
        exact = effect(walks, [label], order=order, removal=removal, measure=measure)
        assert (exact is None) == math.isnan(found)
        if exact is not None:
            assert float(exact) == pytest.approx(found, rel=1e-12, abs=0.0 if removal == "to_null" else 1e-12)
    exact = effect(walks, labels[::2], order=order, removal=removal, measure=measure)
    if exact is None:
        with pytest.raises(UndefinedRateError):
            chain.effect_of(channel=labels[::2])
    else:
        assert float(exact) == pytest.approx(chain.effect_of(channel=labels[::2]), rel=1e-12, abs=1e-12)


@given(walks=WALKS, order=ORDERS)
def test_the_chain_converts_as_often_as_the_journeys(walks: list[Walk], order: int) -> None:
    """Conversions over conversions and non-conversions, at any order."""
    won, lost = sum(it.won for it in walks), sum(it.lost for it in walks)
    chain = fitted(walks, order=order)
    if won + lost:
        assert won / (won + lost) == pytest.approx(chain.conversion_probability, rel=1e-12)
        assert won / (won + lost) == pytest.approx(chain.solution.worth("conversions").states[0], rel=1e-12)
    else:
        with pytest.raises(UndefinedRateError):
            _ = chain.conversion_probability


@settings(max_examples=examples(50))
@given(walks=WALKS, removal=REMOVALS, order=ORDERS, seed=st.integers(0, 99))
def test_staying_changes_nothing(walks: list[Walk], removal: str, order: int, seed: int) -> None:
    """Journeys that stay where they are, in a state that remembers nothing else, are worth no more and no less."""
    n = order + seed % 4  # of one label: the state is then that label, as often as is remembered
    still = [Walk((it.labels[0],) * order, it.won, it.value, it.lost) for it in walks]
    longer = [Walk((it.labels[0],) * n, it.won, it.value, it.lost) for it in walks]
    one, other = (fitted([*walks, *extra], order=order, removal=removal) for extra in (still, longer))
    assert one.effects.tolist() == pytest.approx(other.effects.tolist(), rel=1e-12, abs=1e-12, nan_ok=True)


@given(walks=WALKS, order=ORDERS)
def test_to_null_lies_between_nothing_and_everything(walks: list[Walk], order: int) -> None:
    """An effect is in [0, 1]; that of all channels is 1, that of more channels no smaller."""
    chain = fitted(walks, order=order)
    if not chain.total:
        return
    labels = [label for (label,) in chain.summary.labels]
    growing = [chain.effect_of(channel=labels[:n]) for n in range(len(labels) + 1)]
    assert growing[0] == 0.0
    assert growing[-1] == pytest.approx(1.0, rel=1e-14)
    assert all(one <= other * (1 + 1e-14) for one, other in pairwise(growing))


@pytest.mark.parametrize("ratio", [10**3, 10**6, 10**9])
@pytest.mark.parametrize("removal", ["to_null", "redistribute"])
def test_journeys_that_go_round_and_round(ratio: int, removal: Removal) -> None:
    """With a billion steps to and fro for every end, effects keep twelve digits."""
    walks = [walk("a > b > c", 3, 2, 30), walk("b > d > a", 1, 5, 10), walk("c", 1, 1, 7), walk("d > b", 0, 3)]
    circle = ["a", "b", "c", "d"]
    model = MarkovChain(removal=removal)
    summary = model.summarize(journeys_of_walks(walks))
    codes = {label: code for code, (label,) in enumerate(summary.labels)}
    around = [[codes[one], codes[other]] for one in circle for other in circle if one != other]
    more = Summary.of(
        kind=summary.kind,
        parameters=summary.parameters,
        dimensions=summary.dimensions,
        labels=summary.labels,
        currency="EUR",
        keys=np.array(around, dtype=np.int32),
        counts={"n": np.full(len(around), ratio)},
        values={"value": np.zeros(len(around), dtype=np.int64)},
    )
    chain = model.solve(summary + more)
    # One walk that never ends tells the oracle of the same circle.
    tour = ["a", "b", "a", "c", "a", "d", "b", "c", "b", "d", "c", "d", "a"]
    assert len(around) == len(tour) - 1
    for label, found in zip(codes, chain.effects.tolist(), strict=True):
        exact = _with_tour(walks, tour, ratio, label, removal)
        assert float(exact) == pytest.approx(found, rel=1e-12, abs=0.0 if removal == "to_null" else 1e-12)


def _with_tour(walks: list[Walk], tour: list[str], times: int, label: str, removal: str) -> Fraction:
    """Return the effect when the steps of a round tour are added to those of the walks."""
    graph = markov.graph_of(walks, 1)
    steps = {state: dict(row) for state, row in graph.steps.items()}
    converts = dict(graph.converts)
    through = {(name,): sum(it.labels.count(name) * (it.won + it.lost) for it in walks) for name in "abcd"}
    for state, n in through.items():
        leaving = [to for one, to in pairwise(tour) if (one,) == state]
        total = n + times * len(leaving)
        steps[state] = {to: share * n / total for to, share in steps[state].items()}
        for to in leaving:
            steps[state][(to,)] = steps[state].get((to,), Fraction(0)) + Fraction(times, total)
        converts[state] = converts[state] * n / total
    whole = markov.Graph(steps, converts, graph.pays)
    rest = markov.without(whole, [label], removal)
    return 1 - markov.expected(rest, rest.converts) / markov.expected(whole, whole.converts)


def test_a_loop_that_a_removal_closes_never_converts() -> None:
    """Without c whoever is at a or b goes from one to the other for ever; those who start at d convert as before."""
    walks = [walk("a > b > a > c", 2, 1), walk("d", 1, 1), walk("b > a > c", 1, 1)]
    chain = fitted(walks, removal="redistribute")
    assert Fraction(3, 4) == effect(walks, ["c"], removal="redistribute")
    assert 0.75 == pytest.approx(effects_of(chain)["c"], rel=1e-14)


def test_a_channel_like_all_others_has_no_effect_at_all() -> None:
    """Where two of eleven convert everywhere, sending people elsewhere changes nothing, and rounding is no effect."""
    walks = [walk("d > b > d", 2, 9), walk("b > d > a > a", 6, 27), walk("c", 4, 18)]
    chain = fitted(walks, removal="redistribute")
    assert [0.0] * 4 == chain.effects.tolist()
    credit = chain.attribute(journeys_of_walks(walks))
    assert [1 / 3] * 3 == credit.share[:3].tolist()
    assert credit.warnings


def test_the_last_digits_of_an_effect_do_not_decide_over_money() -> None:
    """Two channels of the same part in the same journeys have the same credit, though they are computed one by one."""
    chain = fitted([walk("a > c > b > c", 3, 1), walk("c > a > b > a", 3, 1)])
    a, _, c = chain.effects.tolist()
    assert a == pytest.approx(c, rel=1e-15)
    assert a != c  # else this example no longer tells anything
    credit = chain.attribute(journeys_of_walks([walk("a > c", 1, 0, 1)]))
    assert [0.5, 0.5] == credit.share.tolist()


@given(walks=WALKS, order=ORDERS, removal=REMOVALS)
def test_the_other_measure_needs_no_other_fit(walks: list[Walk], order: int, removal: Removal) -> None:
    """What a fitted chain says of the other measure is what a chain fitted to it says, to the bit."""
    given_journeys = journeys_of_walks(walks)
    conversions, value = (
        MarkovChain(order=order, removal=removal, measure=measure).fit(given_journeys)
        for measure in ("conversions", "value")
    )
    for one, other in ((conversions.paying("value"), value), (value.paying("conversions"), conversions)):
        assert other == one
        assert other.effects.tobytes() == one.effects.tobytes()
        assert other.residual_bound == one.residual_bound
        assert other.total == one.total
    with pytest.raises(InvalidValueError, match=r"MarkovChain\.measure"):
        value.paying("money")


def test_teams_and_sets_are_removed_together() -> None:
    """The email of one team is another state than that of the other, and a team goes as a whole."""
    touches = [
        touch("t1", "05-01", "email", "marketing", "a"),
        touch("t2", "05-02", "email", "services", "a"),
        touch("t3", "05-01", "email", "marketing", "b"),
        touch("t4", "05-01", "case", "services", "c"),
        touch("t5", "05-01", "email", "services", "d"),
    ]
    deals = [
        deal("o1", "05-09", "10.00", "a"),
        deal("o2", "05-09", "20.00", "b"),
        deal("o3", "05-09", "30.00", "c"),
        deal("o4", "05-09", None, "d", outcome="lost"),
    ]
    given_journeys = journeys(touches, deals)
    chain = MarkovChain(by=("team", "channel")).fit(given_journeys)
    assert ["team", "channel", "removal_effect", "channel_share", "drag"] == list(chain.removal_effect.names)
    # Of 3 conversions, marketing's email has one to itself; services' email and case have one each.
    assert 2 / 3 == pytest.approx(chain.effect_of(team="services"), rel=1e-14)
    assert chain.effect_of(team=["services", "marketing"]) == 1.0
    assert chain.effect_of(team="services", channel="case") == pytest.approx(1 / 3, rel=1e-14)
    assert chain.effect_of(channel="email") == pytest.approx(2 / 3, rel=1e-14)
    assert chain.effect_of(team="marketing", channel="case") == 0.0
    assert chain.effect_of() == 0.0
    by_team = MarkovChain(by="team").fit(given_journeys)
    assert ["team", "removal_effect", "team_share", "drag"] == list(by_team.removal_effect.names)
    assert 60_00 == attribute(given_journeys, MarkovChain(by="team")).minor_units.sum()
    with pytest.raises(UnknownNameError, match="by="):
        by_team.effect_of(channel="email")
    with pytest.raises(UnknownNameError, match="no such team"):
        by_team.effect_of(team="sales")
    with pytest.raises(MissingTimesError):
        MarkovChain(by="team").fit(journeys_of_walks(GOOD_AND_BAD))


def test_the_reason_names_the_effect() -> None:
    """A touch's words say what it weighs, and what the model is."""
    touches = [touch("t", "05-01", "ad", "marketing"), touch("u", "05-02", "call")]
    credit = attribute(journeys(touches, [deal("o", "05-03", "1.00")]), MarkovChain())
    assert ["in proportion to the removal effect of its channel, 1.0000"] * 2 == credit.explain("o")["reason"].tolist()
    walks = [*GOOD_AND_BAD, walk("good > bad", 0, 1)]
    touches = [touch(str(day), f"05-0{day}", channel) for day, channel in enumerate(("good", "bad", "new"), 1)]
    redistributed = fitted(walks, removal="redistribute").attribute(journeys(touches, [deal("o", "05-09", "1")]))
    good, bad, new = redistributed.explain("o")["reason"].tolist()
    assert "in proportion to the removal effect of its channel, 1.0000" == good
    assert bad.startswith("in proportion to the removal effect of its channel, -0.")
    assert bad.endswith(", which weighs nothing")
    assert "in proportion to the removal effect of its channel, not known to the model, which weighs nothing" == new
    unknown = MarkovChain().fit(journeys_of_walks([walk("mail", 1)])).attribute(credit.journeys)
    assert ["no removal effect above 0: equal parts"] * 2 == unknown.explain("o")["reason"].tolist()
    assert "MarkovChain(order=1" in str(credit)


BAD_JOURNEYS = {
    "nothing": [],
    "no conversions": [walk("a > b", 0, 3), walk("b", 0, 1)],
    "all converted": [walk("a > b", 3, 0, 30), walk("b", 1, 0, 5)],
    "one channel": [walk("a > a", 1, 1, 10), walk("a", 0, 2)],
    "one journey": [walk("a > b", 1, 0, 10)],
    "no value": [walk("a > b", 2, 1), walk("b", 1, 1)],
    "a negative value": [walk("a > b", 2, 1, -10), walk("b", 1, 1, 5)],
    "values that cancel": [walk("a > b", 2, 1, -10), walk("b", 1, 1, 10)],
    "no touches": [Walk((), 3, Fraction(10), 2)],
}
UNDEFINED = {
    "conversions": {"nothing", "no conversions", "no touches"},
    "value": {"nothing", "no conversions", "no touches", "no value", "values that cancel"},
}


@pytest.mark.parametrize("removal", ["to_null", "redistribute"])
@pytest.mark.parametrize("measure", UNDEFINED)
@pytest.mark.parametrize("case", BAD_JOURNEYS)
def test_odd_journeys_have_defined_results(case: str, measure: str, removal: Removal) -> None:
    """Effects as in rational arithmetic, or none where there is nothing to lose; credit adds up all the same."""
    walks = BAD_JOURNEYS[case]
    given_journeys = journeys_of_walks(walks)
    model = MarkovChain(measure=measure, removal=removal)
    chain = model.fit(given_journeys)
    if case in UNDEFINED[measure]:
        assert np.isnan(chain.effects).all()
        assert np.isnan(chain.removal_effect["channel_share"]).all()
        assert not chain.removal_effect["drag"].any()
    else:
        exact = [effect(walks, [label], measure=measure, removal=removal) for (label,) in chain.summary.labels]
        assert [float(it or 0) for it in exact] == pytest.approx(chain.effects.tolist(), rel=1e-12, abs=1e-12)
    credit = attribute(given_journeys, model)
    assert given_journeys.minor_units is not None
    touched = given_journeys.lengths > 0
    assert given_journeys.minor_units[touched].sum() == credit.minor_units.sum()


@pytest.mark.parametrize(
    ("measure", "walks", "words"),
    [
        ("value", [walk("a > b", 2, 1)], 'the value won is 0, .* or fit MarkovChain\\(measure="conversions"'),
        ("conversions", [walk("a > b", 0, 1)], "nothing converted, .* fit journeys of which some were won"),
    ],
)
def test_nothing_to_lose_says_what_is_missing(measure: str, walks: list[Walk], words: str) -> None:
    """Values, or conversions."""
    with pytest.raises(UndefinedRateError, match=words):
        MarkovChain(measure=measure).fit(journeys_of_walks(walks)).effect_of(channel="a")


@pytest.mark.parametrize("value", [-30, 30])
@pytest.mark.parametrize("measure", ["conversions", "value"])
def test_drag_is_never_below_nothing(measure: str, value: int) -> None:
    """Where what converted is worth a debt, no value is lost; 0 is written without a sign."""
    walks = [walk("good", 4, 6, value), walk("bad > good", 1, 1, value), walk("bad", 0, 8), walk("idle", 1, 2, value)]
    chain = MarkovChain(removal="redistribute", measure=measure).fit(journeys_of_walks(walks))
    assert (chain.effects < 0).any()
    drag = chain.removal_effect["drag"]
    assert not np.signbit(drag).any()
    assert (value > 0) == drag.any()


@pytest.mark.parametrize("channel", [5, None, [5], ["a", None]])
def test_labels_to_remove_are_text(channel: Any) -> None:
    """One, or a collection of them; anything else is a typed error that names the dimension."""
    chain = MarkovChain().fit(journeys_of_walks([walk("a > b", 2, 1)]))
    with pytest.raises(InvalidValueError, match="effect_of: channel must be a label or several"):
        chain.effect_of(channel=channel)


@pytest.mark.parametrize("wrong", [None, "journeys", GOOD_AND_BAD])
def test_what_is_not_journeys_is_refused(wrong: Any) -> None:
    """A fitted chain says what it needs, whatever it is asked."""
    chain = fitted(GOOD_AND_BAD)
    for ask in (chain.attribute, chain.conversion_probability_of):
        with pytest.raises(InvalidValueError, match="needs Journeys; got"):
            ask(wrong)


def test_channels_the_chain_was_not_fitted_to_are_counted() -> None:
    """They weigh 0, which is said of their placements in won journeys, and of nothing else."""
    chain = fitted([walk("a", 1, 3), walk("a > b", 2, 1)])
    new = [walk("new > a > new", 2, 1, 1000), walk("other", 1, 0, 10), walk("b", 1, 1, 10), walk("lost", 0, 5)]
    credit = chain.attribute(journeys_of_walks(new))
    assert [0.0, 1.0, 0.0] == credit.share[:3].tolist()
    unmet = "placements in won journeys whose channel the model was not fitted to, which weigh 0: 3"
    assert unmet == credit.warnings[-1]
    assert not chain.attribute(journeys_of_walks([walk("a > b", 1), walk("lost", 0, 5)])).warnings[1:]
    by_team = MarkovChain(by=("team", "channel")).fit(journeys([touch("t", "05-01", "ad")], [deal("o", "05-02", "1")]))
    others = journeys([touch("t", "05-01", "ad", "sales")], [deal("o", "05-02", "1")])
    assert "whose team and channel the model was not fitted to" in by_team.attribute(others).warnings[-1]


def test_open_journeys_teach_nothing() -> None:
    """Only censored journeys are no journeys; counted as lost they are, and without touches they are not."""
    touches = [touch("t", "12-20", "call")]
    given_journeys = journeys(touches, [deal("o", None, "1.00", outcome="open")])
    assert 1 == given_journeys.n
    assert 0 == len(MarkovChain().fit(given_journeys).removal_effect)
    assert given_journeys.business is not None
    as_lost = sl.Journeys.from_business(given_journeys.business, sl.JourneyWindow(open_as="lost"))
    assert 0.0 == MarkovChain().fit(as_lost).conversion_probability


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"order": 0}, "order"),
        ({"order": 1.0}, "order"),
        ({"order": True}, "order"),
        ({"removal": "null"}, "removal"),
        ({"by": "campaign"}, "by must be channel, team, or both; got another name"),
        ({"by": ()}, "by must be channel, team, or both; got none"),
        ({"by": ("team", "team")}, "by must be channel, team, or both; got one twice"),
        ({"by": 3}, "by must be channel, team, or both; got an object of type int"),
        ({"by": [["team"]]}, "by must be channel, team, or both; got an object of type list"),
        ({"measure": "money"}, "measure"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    """The error names the class and the field."""
    with pytest.raises(InvalidValueError, match=rf"MarkovChain\.{named}"):
        MarkovChain(**changes)


@given(walks=WALKS, order=st.integers(1, 3))
def test_a_journey_converts_like_those_that_ended_alike(walks: list[Walk], order: int) -> None:
    """The chance of a journey is above 0 and below 1, and leans on those of shorter histories, counted one by one."""
    chain = fitted(walks, order=order)
    asked = [*walks, walk("d > d > a"), walk("never seen > b"), walk("never seen")]
    given_journeys = journeys_of_walks([Walk(it.labels, 1, Fraction(0), 0) for it in asked])
    found = chain.conversion_probability_of(given_journeys)
    m = len({label for it in walks if it.won + it.lost for label in it.labels}) + 3
    padded = [(it, ("",) * order + it.labels) for it in walks]
    for it, chance in zip(asked, found.tolist(), strict=True):
        won = lost = 1 / m
        for k in range(order + 1):
            last = (("",) * order + it.labels)[len(it.labels) + order - k :]
            # Steps taken after these last labels, and of them those that were ends of either kind.
            steps = sum(
                (other.won + other.lost) * [path[i : i + k] for i in range(order - k, len(path) - k + 1)].count(last)
                for other, path in padded
            )
            ended = [other for other, path in padded if path[len(path) - k :] == last]
            won = (sum(other.won for other in ended) + m * won) / (steps + m)
            lost = (sum(other.lost for other in ended) + m * lost) / (steps + m)
        assert won / (won + lost) == pytest.approx(chance, rel=1e-12)
        assert 0 < chance < 1
