"""Expansion propensity: which existing accounts will buy more, how likely, why, and whether to believe it."""

from servicelead.propensity.artifact import load_model, read_model_card, save_model
from servicelead.propensity.classifier import ExpansionClassifier, Training
from servicelead.propensity.evaluation import Evaluation
from servicelead.propensity.explanation import Explanation, explain
from servicelead.propensity.feature import Feature, Known
from servicelead.propensity.joblib_export import export_joblib
from servicelead.propensity.judging import evaluate
from servicelead.propensity.leaks import LeakReport, detect_leaks
from servicelead.propensity.model_card import CardFeature, ModelCard
from servicelead.propensity.promotion import Check, Decision, PromotionGate
from servicelead.propensity.ranked import rank_accounts
from servicelead.propensity.reasons import Reason
from servicelead.propensity.score_change import ScoreChange, score_change
from servicelead.propensity.scorecard import ScoreCard
from servicelead.propensity.snapshot_builder import SnapshotBuilder
from servicelead.propensity.snapshots import Snapshots
from servicelead.propensity.splits import AccountTimeSplit
from servicelead.propensity.thresholds import Choice, choose_accounts

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
