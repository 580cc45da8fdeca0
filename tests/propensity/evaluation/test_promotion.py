import csv
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold, TimeSeriesSplit

from budget import examples
from propensity.rankings import evaluated, foreseeable
from servicelead.exceptions import IncompatibleError, InvalidValueError
from servicelead.propensity import Decision, Evaluation, ExpansionClassifier, PromotionGate, evaluate

AUC_75 = 1.1  # slope at which the law itself ranks with an AUC of .75
GOOD = evaluated(*foreseeable(800))


def missed(decision: Decision) -> list[str]:
    """Return the names of the bars that were not met."""
    return [check.name for check in decision.checks if not check.verdict.fires]


def with_scores(evaluation: Evaluation, scores: Any) -> Evaluation:
    """Return the evaluation of a model that said something else."""
    return evolve(evaluation, scores={**evaluation.scores, "model": np.asarray(scores, dtype=np.float64)})


def test_a_good_model_is_published_and_says_what_it_showed() -> None:
    """Every bar is met, and each reason begins with yes."""
    decision = PromotionGate().decide(GOOD)
    assert decision.publish
    assert ["yes"] * 6 == [reason.partition(":")[0] for reason in decision.reasons]
    assert str(decision).startswith("publish\n")


@pytest.mark.parametrize(
    ("bars", "name"),
    [
        ({"min_positives": 10_000}, "enough_data"),
        ({"min_negatives": 10_000}, "enough_data"),
        ({"ranking_margin": 0.45}, "ranks_better_than_prior"),
        ({"margin_over_prior": 0.9}, "lower_brier_than_prior"),
        ({"max_calibration_error": 0.0}, "calibrated"),
        ({"top_over_bottom": 1000}, "top_over_bottom"),
    ],
)
def test_each_bar_refuses_alone(bars: dict[str, Any], name: str) -> None:
    """And its reason is the only one that is given."""
    off = with_scores(GOOD, np.clip(GOOD.scores["model"] + 0.03, 0, 1)) if name == "calibrated" else GOOD
    decision = PromotionGate(**bars).decide(off)
    assert [name] == missed(decision)
    assert 1 == len(decision.reasons)
    assert not decision.publish
    assert str(decision).startswith("refuse\n")


def test_scores_that_rank_well_and_promise_too_much_are_refused() -> None:
    """Twice the odds are no longer probabilities."""
    odds = 8 * GOOD.scores["model"] / (1 - GOOD.scores["model"])
    assert {"calibrated"} <= set(missed(PromotionGate().decide(with_scores(GOOD, odds / (1 + odds)))))


def test_an_account_may_have_expanded_once_and_not_another_time() -> None:
    """It counts on both sides, and the reason says so."""
    columns, expanded = foreseeable(400)
    found = evaluate(LogisticRegression(), columns, expanded, accounts=np.arange(400) // 4, cv=StratifiedGroupKFold(4))
    sides = [len(set(np.flatnonzero(expanded == side) // 4)) for side in (True, False)]
    assert sum(sides) > 100
    words = f"of the 100 accounts judged {sides[0]} expanded at some time and {sides[1]} at some time did not; "
    assert words in PromotionGate().decide(found).checks[0].reason


def test_few_rows_are_no_proof() -> None:
    """A ranking that is right so far is not shown to be right."""
    few = evaluated(*foreseeable(120, slope=0.5))
    (check,) = (check for check in PromotionGate().decide(few).checks if check.name == "ranks_better_than_prior")
    assert "too_little_data" == check.verdict.status
    assert str(check).startswith("not shown: ")


def test_the_current_model_must_be_beaten_on_the_same_rows() -> None:
    """By an interval of the paired difference, in whatever order the rows were judged."""
    columns, expanded = foreseeable(800)
    current = evaluated(columns[:, 1:], expanded)
    assert "lower_brier_than_current" not in missed(PromotionGate().decide(GOOD, current))
    assert "lower_brier_than_current" in missed(PromotionGate().decide(GOOD, GOOD))
    assert "lower_brier_than_current" not in missed(PromotionGate(margin_over_current=-0.01).decide(GOOD, GOOD))
    order = np.random.default_rng(0).permutation(800)
    judged = evolve(
        current.judged, **{name: getattr(current.judged, name)[order] for name in ("is_event", "account", "fold")}
    )
    scores = {name: given[order] for name, given in current.scores.items()}
    shuffled = evolve(current, judged=judged, scores=scores, row=current.row[order])
    expected, actual = (PromotionGate().decide(GOOD, other).checks[3].verdict.evidence for other in (current, shuffled))
    assert expected["lower"] == pytest.approx(actual["lower"])


def test_models_judged_on_other_rows_cannot_be_compared() -> None:
    """Nor against other outcomes, nor where the current one was judged on more."""
    columns, expanded = foreseeable(800)
    part = evaluated(columns[:700], expanded[:700])
    for ours, theirs in ((part, GOOD), (GOOD, evaluated(columns, ~expanded))):
        with pytest.raises(IncompatibleError, match="same rows"):
            PromotionGate().decide(ours, theirs)


def test_the_current_model_may_be_judged_on_what_it_cannot_know() -> None:
    """The two are compared on those rows alone, as if no other had been judged; every other bar reads all rows."""
    columns, expanded = foreseeable(800)
    folds = list(KFold(5).split(columns))
    partly = [(train, test[test % 3 == 0]) for train, test in folds]
    ours = evaluated(columns, expanded, cv=folds)
    current = evaluated(columns[:, 1:], expanded, cv=partly)
    gate = PromotionGate()
    expected = gate.decide(evaluated(columns, expanded, cv=partly), current).checks[3]
    whole, actual = gate.decide(ours), gate.decide(ours, current)
    assert expected.verdict == actual.checks[3].verdict
    assert "the current model's" in actual.checks[3].reason
    assert "on the 267 rows of both" in actual.checks[3].reason
    assert whole.checks == actual.checks[:3] + actual.checks[4:]


def test_a_model_that_met_the_accounts_is_refused() -> None:
    """A random outcome per account is foretold almost perfectly by who has seen the account's other rows."""
    rng = np.random.default_rng(0)
    columns, expanded = np.repeat(rng.normal(size=(300, 5)), 4, axis=0), np.repeat(rng.random(300) < 0.5, 4)
    model = ExpansionClassifier(
        learning_rate=0.3, max_iter=200, min_samples_leaf=4, l2_regularization=0.0, calibrate=False
    )
    cv = StratifiedKFold(5, shuffle=True, random_state=0)
    found = evaluate(model, columns, expanded, accounts=np.arange(1200) // 4, cv=cv)
    decision = PromotionGate().decide(found)
    assert ["accounts_apart"] == missed(decision)
    words = f"no: of the 1,200 rows judged {found.n_acquainted:,} are of accounts that it learned from; asked for: none"
    assert (words,) == decision.reasons
    assert {"acquainted_share": found.n_acquainted / 1200} == decision.checks[-1].verdict.evidence


def test_so_many_acquaintances_may_be_meant() -> None:
    """A model of accounts that it learned from may meet them again: up to a share that somebody wrote down."""
    found = evolve(GOOD, n_acquainted=200)
    for most, names in ((0.2, ["accounts_apart"]), (0.25, []), (1.0, [])):
        assert names == missed(PromotionGate(max_acquainted_share=most).decide(found))
    reason = PromotionGate(max_acquainted_share=0.25).decide(found).reasons[-1]
    assert "yes: of the 800 rows judged 200 are of accounts that it learned from; asked for: at most 25.0%" == reason


def test_what_the_current_model_knows_is_another_matter() -> None:
    """A model in use is judged as it is: which rows are called training rows beside it says nothing of it."""
    current = evolve(evaluated(foreseeable(800)[0][:, 1:], foreseeable(800)[1]), n_acquainted=800)
    assert PromotionGate().decide(GOOD, current).publish


def test_one_outcome_only_is_refused_without_a_number() -> None:
    """An AUC that is undefined meets no bar, and nothing warns."""
    columns, expanded = foreseeable(400)
    rows = np.arange(400)
    none = evaluated(columns, expanded, cv=[(rows[:200], rows[200:][~expanded[200:]])])
    assert {"enough_data", "ranks_better_than_prior"} <= set(missed(PromotionGate().decide(none)))


def test_luck_is_not_published_and_skill_is() -> None:
    """Of sets with an AUC of .75, at least nine in ten; of the same sets with shuffled labels, at most one in twenty.

    A hundredth of two hundred sets in an ordinary run; of the expansion classifier in ``benchmarks/promotion.py``.
    """
    n_sets = examples(2)
    published = np.zeros(2)
    for seed in range(n_sets):
        columns, expanded = foreseeable(1000, seed, AUC_75)
        shuffled = np.random.default_rng(seed).permutation(expanded)
        for place, labels in enumerate((expanded, shuffled)):
            found = evaluate(
                LogisticRegression(), columns, labels, accounts=np.arange(1000), cv=StratifiedGroupKFold(4)
            )
            published[place] += PromotionGate().decide(found).publish
    assert published[0] >= 0.9 * n_sets
    assert published[1] <= 0.05 * n_sets


@pytest.mark.data
def test_a_real_set_with_something_to_know_is_published(data_folder: Path) -> None:
    """Opportunities of a seller of software services, split by identical row."""
    with (data_folder / "salvirt_b2b" / "Salvirt_B2B_ML_dataset.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    won = np.array([row.pop("Status") == "Won" for row in rows])
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    found = evaluate(
        ExpansionClassifier(),
        columns,
        won,
        accounts=["|".join(row.values()) for row in rows],
        cv=StratifiedGroupKFold(5, shuffle=True, random_state=0),
    )
    assert PromotionGate().decide(found).publish


@pytest.mark.data
def test_a_real_set_with_nothing_to_know_is_refused(data_folder: Path) -> None:
    """Closed opportunities of a CRM, walked forward in time."""
    with (data_folder / "crm_opportunities" / "sales_pipeline.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["deal_stage"] in {"Won", "Lost"}]
    rows.sort(key=lambda row: (row["engage_date"], row["opportunity_id"]))
    columns: dict[str, list[Any]] = {
        name: [row[name] for row in rows] for name in ("sales_agent", "account", "product")
    }
    columns["month"] = [date.fromisoformat(row["engage_date"]).month for row in rows]
    found = evaluate(
        ExpansionClassifier(calibrate=False),
        columns,
        np.array([row["deal_stage"] for row in rows]),
        accounts=columns["account"],
        cv=TimeSeriesSplit(3),
    )
    decision = PromotionGate().decide(found)
    assert {"ranks_better_than_prior", "top_over_bottom", "accounts_apart"} <= set(missed(decision))


@pytest.mark.parametrize(
    "bars",
    [
        {"min_positives": 0},
        {"ranking_margin": 0.6},
        {"confidence": 95},
        {"group": 0.7},
        {"top_over_bottom": 0.5},
        {"max_acquainted_share": -0.1},
    ],
)
def test_bars_out_of_range_are_refused(bars: dict[str, Any]) -> None:
    """By name."""
    with pytest.raises(InvalidValueError, match=f"PromotionGate.{next(iter(bars))}"):
        PromotionGate(**bars)
