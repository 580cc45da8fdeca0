"""A model card: what a stored model is, what it was trained on and how good it was, for people and programs to read."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs

from servicelead._fields import is_number, read_only
from servicelead.exceptions import InvalidValueError
from servicelead.propensity.storage.stored import parameters_of
from servicelead.propensity.storage.versions import versions

if TYPE_CHECKING:
    from servicelead.propensity.evaluation.evaluation import Evaluation
    from servicelead.propensity.snapshots.snapshots import Snapshots

__all__ = ["CardFeature", "ModelCard", "model_card"]


@attrs.frozen(kw_only=True)
class CardFeature:
    """One column that a model reads.

    Attributes
    ----------
    name
        Of the column.
    kind
        ``"number"`` or ``"category"``.
    n_categories
        How many categories are known; None of a number. Which ones is the model's affair: they are customers' data.
    unit, sentence
        What the column means, where the training snapshots said it.
    """

    name: str
    kind: str
    n_categories: int | None = None
    unit: str | None = None
    sentence: str | None = None


@attrs.frozen(kw_only=True, unsafe_hash=False)
class ModelCard:
    """What a stored model is, what it was trained on, and how good it was.

    It names columns, figures and versions, never an account and never a value that a customer's record held.

    Attributes
    ----------
    model
        The class of the estimator.
    versions
        Of the library, scikit-learn, numpy and Python, when it was saved.
    parameters
        Those the estimator was made with.
    features
        The columns it reads, in the order of training.
    training
        Figures of its training rows: ``n_rows``, ``n_positives``, ``prior`` ...; with snapshots also ``n_accounts``,
        ``first_cutoff``, ``last_cutoff``, ``gap_days`` and ``horizon_days``.
    metrics
        One mapping per metric and model: ``metric``, ``model``, ``value``, ``lower``, ``upper``; None where undefined.
    """

    model: str
    versions: Mapping[str, str] = attrs.field(converter=read_only)
    parameters: Mapping[str, Any] = attrs.field(converter=read_only)
    features: tuple[CardFeature, ...]
    training: Mapping[str, Any] = attrs.field(converter=read_only)
    metrics: tuple[Mapping[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON's own types."""
        return {
            "model": self.model,
            "versions": dict(self.versions),
            "parameters": dict(self.parameters),
            "features": [attrs.asdict(feature) for feature in self.features],
            "training": dict(self.training),
            "metrics": [dict(row) for row in self.metrics],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "ModelCard":
        """Return the card that `to_dict` described; any error of a look-up, type or value says that none was."""
        _check_window(content["training"])
        features = tuple(CardFeature(**feature) for feature in content["features"])
        return cls(**{**content, "features": features, "metrics": tuple(content["metrics"])})

    def to_markdown(self) -> str:
        """Return the card as Markdown, with a table for each part that has something to say."""
        parts: dict[str, Sequence[Mapping[str, Any]]] = {
            "Training": _pairs(self.training),
            "How good it was on rows it had not seen": self.metrics,
            "Features": [attrs.asdict(feature) for feature in self.features],
            "Parameters": _pairs(self.parameters),
            "Versions": _pairs(self.versions),
        }
        told = [f"## {title}\n\n{_table(rows)}" for title, rows in parts.items() if rows]
        return "\n\n".join([f"# Model card: {self.model}", *told]) + "\n"


def model_card(model: Any, *, training: "Snapshots | None" = None, evaluation: "Evaluation | None" = None) -> ModelCard:
    """Return the card of a fitted estimator.

    Parameters
    ----------
    model
        A fitted `ExpansionClassifier` or `ScoreCard`.
    training
        The snapshots it was trained on; they give the training window, and units and meanings of columns.
    evaluation
        How good it was on rows it had not seen; whether on other accounts is for the split that was judged by.
    """
    meanings = {} if training is None else {feature.name: feature for feature in training.definitions}
    features = []
    for name, labels in zip(model.encoder_.names, model.encoder_.categories, strict=True):
        meaning = meanings.get(name)
        features.append(
            CardFeature(
                name=name,
                kind="number" if labels is None else "category",
                n_categories=None if labels is None else len(labels),
                unit=None if meaning is None else meaning.unit,
                sentence=None if meaning is None else meaning.sentence,
            )
        )
    return ModelCard(
        model=type(model).__name__,
        versions=versions(),
        parameters=parameters_of(model),
        features=tuple(features),
        training={**_summary(model), **({} if training is None else _window(training))},
        metrics=() if evaluation is None else tuple(map(_plain, evaluation.table.rows())),
    )


def _summary(model: Any) -> dict[str, Any]:
    """Return what an estimator itself remembers of its training rows."""
    return attrs.asdict(model.training_) if hasattr(model, "training_") else {}


def _window(training: "Snapshots") -> dict[str, Any]:
    cutoffs = training.cutoff
    ends = {"first_cutoff": cutoffs.min(), "last_cutoff": cutoffs.max()} if len(cutoffs) else {}
    days = {name: datetime.fromtimestamp(int(end) / 1e6, UTC).date().isoformat() for name, end in ends.items()}
    spans = {"gap_days": training.gap / timedelta(days=1), "horizon_days": training.horizon / timedelta(days=1)}
    return {"n_accounts": len(set(training.account.tolist())), **days, **spans}


def _check_window(training: Mapping[str, Any]) -> None:
    """Refuse what is no training window: dates and days are made of what a file says."""
    if "last_cutoff" in training:
        for name in ("first_cutoff", "last_cutoff"):
            date.fromisoformat(training[name])
    for name in ("n_accounts", "gap_days", "horizon_days"):
        if not is_number(training.get(name, 0)) or ("last_cutoff" in training and name not in training):
            raise InvalidValueError(f"ModelCard.training must have a number as {name}; got something else")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }


def _pairs(mapping: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"": name, "value": value} for name, value in mapping.items()]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a Markdown table; columns that say nothing are left out."""
    columns = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    lines = [columns, ["---"] * len(columns), *([_cell(row[name]) for name in columns] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
