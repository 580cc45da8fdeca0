from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.propensity import ExpansionClassifier, Feature, ScoreCard, explain

NAMES = ("cases", "plan", "seats", "region", "noise")


def accounts(n: int = 800, seed: int = 0) -> dict[str, Any]:
    """Return columns of numbers and categories, with missing values, in no order that suits anybody."""
    rng = np.random.default_rng(seed)
    columns = {
        "cases": rng.poisson(2, n).astype(np.float64),
        "plan": rng.choice(["basic", "pro", "free"], n).astype(object),
        "seats": rng.integers(5, 100, n).astype(np.float64),
        "region": rng.choice(["north", "south"], n).astype(object),
        "noise": rng.normal(size=n),
    }
    columns["plan"][rng.random(n) < 0.1] = None
    columns["seats"][rng.random(n) < 0.1] = np.nan
    return columns


def expanded(columns: dict[str, Any], seed: int = 1) -> Any:
    """Return outcomes that rest on seats and plan together, and on cases."""
    seats = np.nan_to_num(columns["seats"], nan=20.0)
    logit = seats / 25 * (columns["plan"] == "pro") - 0.5 * columns["cases"] - 0.5
    return np.random.default_rng(seed).random(len(seats)) < 1 / (1 + np.exp(-logit))


MODELS: dict[str, Any] = {
    "plain": ExpansionClassifier(max_iter=40, calibrate=False),
    "calibrated": ExpansionClassifier(max_iter=40, learning_rate=0.5, max_leaf_nodes=12, l2_regularization=0.0),
    "additive": ExpansionClassifier(additive=True, max_iter=40, calibrate=False),
    "monotone": ExpansionClassifier(monotone={"cases": -1}, max_iter=20, calibrate=False),
    "card": ScoreCard(),
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest) -> Any:
    """Each kind of model, fitted."""
    columns = accounts()
    return MODELS[request.param].fit(columns, expanded(columns))


def test_contributions_add_up_to_the_logit(model: Any) -> None:
    """With the intercept they make the decision function to 1e-9, on rows of training and on new ones."""
    for seed in (0, 5):
        rows = accounts(seed=seed)
        why = explain(model, rows)
        assert NAMES == why.names
        assert model.decision_function(rows) == pytest.approx(why.logit, abs=1e-9)


def test_calibration_scales_contributions() -> None:
    """An overconfident model's contributions are those of its trees times the slope."""
    columns = accounts()
    model = MODELS["calibrated"].fit(columns, expanded(columns))
    assert model.is_calibrated_
    bare = ExpansionClassifier(**{**model.get_params(), "calibrate": False}).fit(columns, expanded(columns))
    assert model.slope_ * explain(bare, columns).contributions == pytest.approx(explain(model, columns).contributions)


def test_additive_contributions_depend_on_their_own_column() -> None:
    """Whatever the other columns hold, a column's contribution to an additive model follows from its own value."""
    columns = accounts()
    additive = ExpansionClassifier(additive=True, max_iter=40, calibrate=False).fit(columns, expanded(columns))
    rows, others = accounts(300, seed=2), accounts(300, seed=3)
    for place, name in enumerate(NAMES):
        swapped = others | {name: rows[name]}
        expected = explain(additive, rows).contributions[:, place]
        assert expected == pytest.approx(explain(additive, swapped).contributions[:, place], abs=1e-12)


def test_a_column_that_is_never_asked_contributes_nothing() -> None:
    """A constant column and one without any value are never the reason."""
    columns = accounts(400) | {"constant": np.ones(400), "empty": np.full(400, np.nan)}
    why = explain(ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns)), columns)
    assert not why.contributions[:, -2:].any()
    assert {"constant", "empty"} & {reason.feature for reason in why.reasons(0, top=99)} == set()


def test_any_frame_and_order_of_columns(model: Any) -> None:
    """pandas, polars and columns in another order say the same."""
    rows = accounts(50, seed=4)
    expected = explain(model, rows).contributions
    turned = {name: rows[name] for name in reversed(NAMES)}
    for frame in (pd.DataFrame(turned), pl.DataFrame(turned, nan_to_null=True)):
        assert np.array_equal(expected, explain(model, frame).contributions)


def test_reasons_in_words() -> None:
    """The greatest contributions first, in the words of the definitions, with value, unit and what is typical."""
    columns = accounts()
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns))
    definitions = [
        Feature(name="cases", unit="cases", sentence="Cases opened in the 90 days before the cutoff."),
        Feature(name="seats", unit="licences", sentence="Seats just before the cutoff."),
        Feature(name="plan", unit="label", sentence="The account's plan.", kind="category"),
    ]
    rows = {
        "cases": [0, 9],
        "plan": ["pro", "unheard of"],
        "seats": [95, None],
        "region": ["north"] * 2,
        "noise": [0, 0],
    }
    why = explain(model, rows, reference=columns, definitions=definitions)
    told = {reason.feature: str(reason) for row in (0, 1) for reason in why.reasons(row, top=5)[::-1]}
    high = {reason.feature: str(reason) for reason in why.reasons(0, top=5)}
    assert "Seats just before the cutoff: 95 licences (typical 29 to 77) raises the score" == high["seats"]
    assert "The account's plan: pro (most often pro) raises the score" == high["plan"]
    assert "Cases opened in the 90 days before the cutoff: 9 (typical 1 to 3) lowers the score" == told["cases"]
    assert told["seats"].startswith("Seats just before the cutoff: unknown (typical 29 to 77) ")
    sizes = [abs(reason.contribution) for reason in why.reasons(0, top=5)]
    assert sorted(sizes, reverse=True) == sizes
    table = why.table(0)
    assert sizes[0] == abs(table["contribution"][0])
    assert why.intercept + table["contribution"].sum() == pytest.approx(why.logit[0], abs=1e-12)


def test_few_rows_tell_nothing_of_what_is_typical() -> None:
    """Explaining one row by itself says its value alone."""
    columns = accounts()
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns))
    row = {name: values[:1] for name, values in columns.items()}
    assert all("(" not in reason.words for reason in explain(model, row).reasons(0, top=5))


def test_importance_is_the_mean_size() -> None:
    """Columns by the mean absolute contribution; without rows all are 0."""
    columns = accounts()
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns))
    why = explain(model, columns)
    table = why.importance
    assert set(NAMES) == set(table["feature"])
    assert (
        np.abs(why.contributions[:, NAMES.index(table["feature"][0])]).mean() == table["mean_absolute_contribution"][0]
    )
    assert [0.0] * 5 == explain(model, {name: values[:0] for name, values in columns.items()}).importance[
        "mean_absolute_contribution"
    ].tolist()


def test_the_callers_array_stays_writeable() -> None:
    """Results are read-only; what was given is left as it was."""
    matrix = np.random.default_rng(0).normal(size=(200, 2))
    why = explain(ExpansionClassifier(max_iter=40, calibrate=False).fit(matrix, matrix[:, 0] > 0), matrix)
    assert matrix.flags.writeable
    assert not why.contributions.flags.writeable


def test_other_models_are_refused() -> None:
    """The error says what can be explained."""
    with pytest.raises(InvalidValueError, match="ExpansionClassifier or a ScoreCard"):
        explain("a model", accounts(5))


def test_a_definition_of_no_column_is_refused() -> None:
    """A definition that belongs to no column of the model is a mistake."""
    columns = accounts(200)
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns))
    with pytest.raises(UnknownNameError, match="'visits'"):
        explain(model, columns, definitions=[Feature(name="visits", unit="visits", sentence="Visits.")])


@pytest.mark.parametrize(("row", "top"), [(-1, 3), (5, 3), (0, 0)])
def test_a_row_that_is_not_there_is_refused(row: int, top: int) -> None:
    """Rows count from 0, and at least one reason is asked for."""
    columns = accounts(200)
    model = ExpansionClassifier(max_iter=40, calibrate=False).fit(columns, expanded(columns))
    why = explain(model, {name: values[:5] for name, values in columns.items()})
    with pytest.raises(InvalidValueError, match="whole number"):
        why.reasons(row, top=top)
