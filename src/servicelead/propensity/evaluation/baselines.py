"""What any model of expansion has to beat: the rate of the past, and a logistic regression of one-hot columns."""

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from servicelead._typing import BoolArray, FloatArray
from servicelead.propensity.estimators.encoding import FrameEncoder
from servicelead.propensity.estimators.threads import one_thread

__all__ = ["logistic_scores", "prior_scores"]


def prior_scores(is_event: BoolArray, n: int) -> FloatArray:
    """Return the rate of events in training for each of n rows."""
    return np.full(n, float(np.mean(is_event)))


def logistic_scores(train: Any, is_event: BoolArray, test: Any) -> FloatArray:
    """Return the probabilities of a ridge logistic regression: a column per category, numbers standardised.

    Missing categories are a category; missing numbers are the median, and a column says so.
    """
    encoder = FrameEncoder.learn(train)
    numbers = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    columns = ColumnTransformer(
        [
            ("categories", OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(encoder.is_categorical)),
            ("numbers", numbers, np.flatnonzero(~encoder.is_categorical)),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    with one_thread("blas"):
        model.fit(encoder.encode(train), is_event)
        scores: FloatArray = model.predict_proba(encoder.encode(test))[:, 1]
    return scores
