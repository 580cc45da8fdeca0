"""A model card says what a model is, in JSON's own types and in Markdown."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from propensity.model_files import trained
from servicelead.columns.table import ResultTable
from servicelead.propensity.storage.model_card import CardFeature, ModelCard, model_card

DAY = 86_400_000_000
SNAPSHOTS: Any = SimpleNamespace(
    definitions=[SimpleNamespace(name="cases", unit="cases", sentence="Support cases | opened.")],
    cutoff=np.array([19_000 * DAY, 19_090 * DAY, 19_090 * DAY]),
    account=np.array([0, 0, 4]),
    gap=timedelta(0),
    horizon=timedelta(days=90),
)
EVALUATION: Any = SimpleNamespace(
    table=ResultTable({"metric": ["auc"], "model": ["model"], "value": [0.75], "lower": [np.nan], "upper": [np.inf]})
)


def test_a_card_by_hand() -> None:
    """Training window, meanings and metrics are those of the snapshots and the evaluation; undefined is None."""
    model = trained("classifier")
    card = model_card(model, training=SNAPSHOTS, evaluation=EVALUATION)
    assert "ExpansionClassifier" == card.model
    assert (
        CardFeature(name="cases", kind="number", unit="cases", sentence="Support cases | opened.") == card.features[0]
    )
    assert CardFeature(name="plan", kind="category", n_categories=3) == card.features[1]
    assert {"metric": "auc", "model": "model", "value": 0.75, "lower": None, "upper": None} == card.metrics[0]
    window = {"n_accounts": 2, "first_cutoff": "2022-01-08", "last_cutoff": "2022-04-08", "horizon_days": 90.0}
    assert window.items() <= card.training.items()
    assert (400, model.training_.prior) == (card.training["n_rows"], card.training["prior"])
    assert model.get_params() == card.parameters


def test_a_card_survives_json() -> None:
    """What JSON makes of a card makes the same card."""
    card = model_card(trained("classifier"), training=SNAPSHOTS, evaluation=EVALUATION)
    assert card == ModelCard.from_dict(json.loads(json.dumps(card.to_dict(), allow_nan=False)))


@pytest.mark.parametrize(
    "forgery",
    [{"gap_days": "soon"}, {"horizon_days": None}, {"n_accounts": [1]}, {"last_cutoff": 7}, {"first_cutoff": "x"}],
)
def test_a_window_of_something_else_is_no_card(forgery: dict[str, Any]) -> None:
    """Whoever makes dates of a card's window can rely on it."""
    content = model_card(trained("classifier"), training=SNAPSHOTS).to_dict()
    content["training"] |= forgery
    with pytest.raises((TypeError, ValueError)):
        ModelCard.from_dict(content)


def test_markdown_keeps_its_tables() -> None:
    """Each part with something to say is a table; a bar in a sentence breaks no row; empty parts are left out."""
    text = model_card(trained("classifier"), training=SNAPSHOTS).to_markdown()
    assert r"| cases | number |  | cases | Support cases \| opened. |" in text
    assert "| first_cutoff | 2022-01-08 |" in text
    assert "How good" not in text
    assert "## Training" not in model_card(trained("scorecard")).to_markdown()


def test_no_rows_no_window() -> None:
    """Snapshots without a row have no first cutoff."""
    empty: Any = SimpleNamespace(**{**vars(SNAPSHOTS), "cutoff": np.zeros(0), "account": np.zeros(0)})
    training = model_card(trained("scorecard"), training=empty).training
    assert {"n_accounts": 0, "gap_days": 0.0, "horizon_days": 90.0} == training
