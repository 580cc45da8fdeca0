"""The public names that later versions may add to, and never rename or drop."""

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import servicelead

HEADLINE = [
    "Account",
    "Business",
    "JourneyWindow",
    "Journeys",
    "Lead",
    "Money",
    "Opportunity",
    "OrgLevel",
    "Segment",
    "Subscription",
    "Team",
    "Touchpoint",
    "attribute",
    "read_folder",
]
BY_PACKAGE = {
    "attribution": [
        "Custom",
        "FirstTouch",
        "FullPath",
        "LastNonDirect",
        "LastTouch",
        "Linear",
        "MarkovChain",
        "PositionBased",
        "Shapley",
        "Summary",
        "TimeDecay",
        "WShaped",
        "Weighted",
        "calibrate",
        "choose_order",
        "compare",
        "cross_validate",
        "load_summary",
    ],
    "calculators": [
        "Adoption",
        "AutomationReadiness",
        "Deflection",
        "DeflectionSurvey",
        "LeadEconomics",
        "LeadProgramme",
        "ObservedDeflection",
        "StaffingPlan",
        "SuccessPlan",
        "SupportPrice",
        "TouchExperiment",
        "TouchModel",
        "break_even",
        "compare_scenarios",
        "monte_carlo",
        "tornado",
    ],
    "datasets": ["Removal", "SimulatedBusiness", "Truth", "simulate_business"],
    "propensity": [
        "AccountTimeSplit",
        "Evaluation",
        "Feature",
        "ModelCard",
        "PromotionGate",
        "ScoreCard",
        "SnapshotBuilder",
        "Snapshots",
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
    ],
    "qualification": [
        "FitRule",
        "FollowUpPromise",
        "LeadLifecycle",
        "LifecycleAudit",
        "PointsModel",
        "QualificationPolicy",
        "RuleGroup",
        "TouchRule",
        "follow_up_promises",
        "satisfaction_gap",
    ],
    "studies": ["attribution_truth", "retention_credit", "services_effect"],
    "refinery": [
        "Funnel",
        "HandoffReadiness",
        "SlaReport",
        "activity_effects",
        "audit",
        "best_customers",
        "diagnose",
        "influence",
        "touch_ratio",
    ],
    "retention": [
        "Lifetimes",
        "MovementLedger",
        "RetentionPolicy",
        "RetentionRates",
        "ShiftedBetaGeometric",
        "kaplan_meier",
        "log_rank",
    ],
    "uncertainty": ["Estimate", "Rate", "Verdict"],
}
PROMISED = [(package, name) for package, names in BY_PACKAGE.items() for name in names]
PUBLIC = [info.name for info in pkgutil.iter_modules(servicelead.__path__) if not info.name.startswith("_")]


def exporting(module: ModuleType) -> list[str]:
    """Return the names a module says it exports."""
    return list(getattr(module, "__all__", []))


@pytest.mark.parametrize("name", HEADLINE)
def test_headline_names(name: str) -> None:
    """Every headline name can be reached from the package and is announced."""
    assert hasattr(servicelead, name)
    assert name in servicelead.__all__
    assert name in dir(servicelead)


@pytest.mark.parametrize(("package", "name"), PROMISED)
def test_names_of_sub_packages(package: str, name: str) -> None:
    """Every promised name is an attribute of its sub-package, which loads on first use, and is announced there."""
    sub_package = getattr(servicelead, package)
    assert hasattr(sub_package, name)
    assert name in sub_package.__all__


def test_version() -> None:
    """The version is text of at least two numbers."""
    assert servicelead.__version__.split(".")[:2] == [str(int(part)) for part in servicelead.__version__.split(".")[:2]]


@pytest.mark.parametrize("name", ["", *PUBLIC])
def test_exports_exist(name: str) -> None:
    """`__all__` of the package and of each part names nothing twice, and only what exists."""
    module = import_module(f"servicelead.{name}".rstrip("."))
    assert sorted(set(exporting(module))) == sorted(exporting(module))
    assert [] == [export for export in exporting(module) if not hasattr(module, export)]


def test_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails at once, as with any module."""
    misspelt = "Touchpiont"
    with pytest.raises(AttributeError, match=misspelt):
        getattr(servicelead, misspelt)
