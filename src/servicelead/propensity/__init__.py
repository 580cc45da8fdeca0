"""Expansion propensity: which existing accounts will buy more, how likely, why, and whether to believe it."""

from servicelead.propensity.estimators.classifier import ExpansionClassifier, Training
from servicelead.propensity.estimators.scorecard import ScoreCard
from servicelead.propensity.evaluation.evaluation import Evaluation
from servicelead.propensity.evaluation.judging import evaluate
from servicelead.propensity.evaluation.leaks import LeakReport, detect_leaks
from servicelead.propensity.evaluation.promotion import Check, Decision, PromotionGate
from servicelead.propensity.evaluation.splits import AccountTimeSplit
from servicelead.propensity.evaluation.thresholds import Choice, choose_accounts
from servicelead.propensity.reasons.explanation import Explanation, explain
from servicelead.propensity.reasons.ranked import rank_accounts
from servicelead.propensity.reasons.reasons import Reason
from servicelead.propensity.reasons.score_change import ScoreChange, score_change
from servicelead.propensity.snapshots.feature import Feature, Known
from servicelead.propensity.snapshots.snapshot_builder import SnapshotBuilder
from servicelead.propensity.snapshots.snapshots import Snapshots
from servicelead.propensity.storage.artifact import load_model, read_model_card, save_model
from servicelead.propensity.storage.joblib_export import export_joblib
from servicelead.propensity.storage.model_card import CardFeature, ModelCard

__all__ = [
    "AccountTimeSplit",
    "CardFeature",
    "Check",
    "Choice",
    "Decision",
    "Evaluation",
    "ExpansionClassifier",
    "Explanation",
    "Feature",
    "Known",
    "LeakReport",
    "ModelCard",
    "PromotionGate",
    "Reason",
    "ScoreCard",
    "ScoreChange",
    "SnapshotBuilder",
    "Snapshots",
    "Training",
    "choose_accounts",
    "detect_leaks",
    "evaluate",
    "explain",
    "export_joblib",
    "load_model",
    "rank_accounts",
    "read_model_card",
    "save_model",
    "score_change",
]
