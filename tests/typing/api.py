"""What the types of the public interface promise: read by mypy, never run."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import assert_type

import numpy as np

import servicelead as sl
from servicelead._typing import FloatArray, IntArray
from servicelead.calculators import Adoption, BreakEven, LeadEconomics, Tornado, break_even, tornado
from servicelead.datasets import Removal, Truth, simulate_business
from servicelead.propensity import AccountTimeSplit, Feature, SnapshotBuilder, Snapshots
from servicelead.qualification import (
    LeadLifecycle,
    LeadScores,
    PointsModel,
    QualificationPolicy,
    QualifiedLeads,
    SatisfactionGap,
    TouchRule,
    follow_up_promises,
    satisfaction_gap,
)
from servicelead.refinery import Funnel, touch_ratio
from servicelead.retention import (
    Lifetimes,
    LogRank,
    MovementLedger,
    Restatement,
    RetentionPolicy,
    RetentionRates,
    ShiftedBetaGeometric,
    kaplan_meier,
    log_rank,
    mix_and_rate,
    restatement,
)
from servicelead.studies import AttributionTruth, attribution_truth, retention_credit, services_effect


def values() -> None:
    """Objects a caller makes by hand keep their types."""
    assert_type(sl.Money.of("12.50", "EUR"), sl.Money)
    assert_type(sl.uncertainty.Rate(successes=8, trials=10), sl.uncertainty.Rate)


def sums() -> None:
    """Check what a calculator is given; its analysis keeps its type."""
    base = LeadEconomics(n_leads=12, close_rate=0.2, deal_value=sl.Money.of(15_000, "USD"))
    assert_type(base.expected_wins, float)
    assert_type(tornado(base, "revenue"), Tornado)
    assert_type(break_even(base, "close_rate", "net_value"), BreakEven)
    Adoption(n_sold=1)  # type: ignore[call-arg]  # every input without a default must be given


def main_job(folder: Path) -> None:
    """From a folder to credit: each step's result is what the next one takes."""
    business = sl.read_folder(folder)
    assert_type(business, sl.Business)
    journeys = sl.Journeys.from_business(business, window=sl.JourneyWindow())
    assert_type(journeys, sl.Journeys)
    attribution = sl.attribute(journeys, sl.attribution.Linear())
    assert_type(attribution, sl.attribution.Attribution)
    assert_type(attribution.share, FloatArray)
    assert_type(attribution.minor_units, IntArray)
    assert_type(attribution.by("team"), sl.columns.ResultTable)
    assert_type(attribution.explain("deal-1"), sl.columns.ResultTable)


def every_rule_is_a_strategy(journeys: sl.Journeys) -> None:
    """Whatever has the strategy's shape can be handed to `attribute`."""
    strategies: list[sl.attribution.Strategy] = [
        sl.attribution.FirstTouch(),
        sl.attribution.LastTouch(),
        sl.attribution.Linear(),
        sl.attribution.TimeDecay(),
        sl.attribution.PositionBased(),
        sl.attribution.WShaped(),
        sl.attribution.FullPath(),
        sl.attribution.LastNonDirect(ignore={"direct", "(none)"}),
        sl.attribution.Weighted(by="team", weights={"services": 2, "sales": 1.5}, other=0.5),
        sl.attribution.Custom(weigh=lambda found: found.lengths.repeat(found.lengths)),
    ]
    for strategy in strategies:
        assert_type(strategy.fit(journeys), sl.attribution.Attributor)
        sl.attribute(journeys, strategy)


def a_chain_says_what_it_learned(journeys: sl.Journeys, path: Path) -> None:
    """Check what a learned model gives, what it is kept as, and what can be asked of it."""
    model = sl.attribution.MarkovChain(order=2, removal="redistribute", by=("team", "channel"))
    chain = model.fit(journeys)
    assert_type(chain, sl.attribution.FittedMarkovChain)
    assert_type(chain.paying("value"), sl.attribution.FittedMarkovChain)
    assert_type(chain.removal_effect, sl.columns.ResultTable)
    assert_type(chain.effect_of(team="services"), float)
    summary = model.summarize(journeys)
    assert_type(summary + sl.attribution.load_summary(path), sl.attribution.Summary)
    learned: sl.attribution.Summarizable = model
    assert_type(learned.solve(summary), sl.attribution.Attributor)
    assert_type(sl.attribution.choose_order(journeys).order, int)
    sl.attribution.MarkovChain(removal="forget")  # type: ignore[arg-type]  # only two ways of removing are known
    assert_type(sl.attribution.TimeDecay(half_life=timedelta(days=7)).fit(journeys), sl.attribution.TimeDecay)


def learned_models_side_by_side(journeys: sl.Journeys) -> None:
    """Shapley values, comparison, cross-validation and calibration hand on what the next step takes."""
    shapley = sl.attribution.Shapley(game="rate", by="team")
    assert_type(shapley.fit(journeys), sl.attribution.FittedShapley)
    assert_type(shapley.fit(journeys).values, sl.columns.ResultTable)
    comparison = sl.attribution.compare(journeys, [shapley, sl.attribution.Linear(), shapley.fit(journeys)])
    assert_type(comparison, sl.attribution.Comparison)
    assert_type(comparison.by("team"), sl.columns.ResultTable)
    sl.attribution.compare(journeys, {"one": shapley, "other": sl.attribution.Linear()})
    assert_type(sl.attribution.cross_validate(journeys, [shapley]), sl.columns.ResultTable)
    test = sl.attribution.LiftTest(labels="email", effect=1.5, standard_error=2)
    calibrated = sl.attribution.calibrate(comparison.attributions["one"], [test])
    assert_type(calibrated, sl.attribution.Calibration)
    assert_type(calibrated.not_caused, float)


def models_against_the_truth() -> None:
    """Check that a study takes names or none, rules or models, and hands on a table."""
    study = attribution_truth({"mine": Outside(), "linear": sl.attribution.Linear()}, scenarios="default", seeds=[0])
    assert_type(study, AttributionTruth)
    assert_type(study.summary("money_error", "team"), sl.columns.ResultTable)
    assert_type(attribution_truth([sl.attribution.Shapley()], seeds=range(3)).runs, sl.columns.ResultTable)


class Outside:
    """A model of a caller's own: whatever attributes will do."""

    def attribute(self, journeys: sl.Journeys) -> sl.attribution.Attribution:
        """Give every placement the same, by shares worked out elsewhere."""
        return sl.attribution.Attribution.from_shares(journeys, np.ones(journeys.n_placements), strategy="mine")


def models_from_outside(journeys: sl.Journeys) -> None:
    """Anything with `attribute` is a model; a class in place of an instance, or a name, is not."""
    assert_type(sl.attribute(journeys, Outside()), sl.attribution.Attribution)
    sl.attribute(journeys, sl.attribution.Linear)  # type: ignore[arg-type]  # must not pass
    sl.attribute(journeys, "linear")  # type: ignore[arg-type]  # must not pass
    sl.attribution.PositionBased(0.4, 0.4)  # type: ignore[call-arg]  # must not pass


def everything_an_attribution_says(journeys: sl.Journeys, business: sl.Business) -> None:
    """Totals, parts, sums and the questions asked of whole deals."""
    attribution = sl.attribute(journeys, sl.attribution.WShaped(first=0.4, lead=0.2, opportunity=0.3))
    small = sl.Segment.at_most("seats", 10, name="small")
    segmentation = sl.Segmentation(name="size", segments=[small, (~small).named("large")])
    table = attribution.by(
        "channel", "segment", intervals=True, confidence=0.9, segmentation=segmentation, minor_units=True
    )
    assert_type(table, sl.columns.ResultTable)
    assert_type(attribution.value, FloatArray)
    assert_type(attribution.unattributed, sl.columns.ResultTable)
    assert_type(attribution.attributed_value, float)
    assert_type(attribution.warnings, tuple[str, ...])
    assert_type(attribution + attribution, sl.attribution.Attribution)
    assert_type(sl.attribution.sourced(journeys), sl.columns.ResultTable)
    assert_type(sl.attribution.influenced(journeys), sl.columns.ResultTable)
    assert_type(touch_ratio(business, of="services", to=sl.Team.SALES), sl.uncertainty.Estimate)


def known_truth() -> None:
    """Ask a simulated business what it truly won."""
    truth = simulate_business(10, scenario="no_confounding").truth
    assert_type(truth, Truth)
    assert_type(truth.by("touch_type"), sl.columns.ResultTable)
    assert_type(truth.without(channels="email", teams=["sales"]), Removal)


def what_was_kept(business: sl.Business) -> None:
    """Movements, rates, the proof, and why a figure changed."""
    policy = RetentionPolicy(churn_date="last_day", reactivation_window=timedelta(days=90))
    ledger = MovementLedger.from_business(business, policy, grain="quarter", parents=True)
    assert_type(ledger.statement("product", per="month"), sl.columns.ResultTable)
    assert_type(ledger.totals("2026-Q1").net_revenue_retention_ratio, sl.uncertainty.Estimate)
    rates = RetentionRates.between(ledger, "2025-Q1", "2026-Q1", by="cohort", confidence=0.9)
    assert_type(rates.customer_retention_rate, sl.uncertainty.Rate)
    assert_type(rates.estimate("quick_ratio", "2024-Q1"), sl.uncertainty.Estimate)
    assert_type(mix_and_rate(rates, rates), sl.columns.ResultTable)
    assert_type(restatement(ledger, ledger), Restatement)
    MovementLedger.from_business(business, grain="week")  # type: ignore[arg-type]  # must not pass
    RetentionPolicy(churn_date="never")  # type: ignore[arg-type]  # must not pass


def how_long_it_lasts(business: sl.Business) -> None:
    """Survival, its projection, and what services had to do with it."""
    curve = kaplan_meier(Lifetimes.from_subscriptions(business, "subscriptions"), weighted=True)
    assert_type(curve.at(365), sl.uncertainty.Estimate)
    assert_type(log_rank(Lifetimes(durations=[1, 2], events=[1, 0]), ["a", "b"]), LogRank)
    assert_type(ShiftedBetaGeometric.fit([10, 8, 7]).project(5), sl.columns.ResultTable)
    assert_type(services_effect(business, severity={"high": 1}).adjusted, sl.uncertainty.Estimate)
    ledger = MovementLedger.from_business(business)
    credit = retention_credit(ledger, sl.attribution.Linear(), "2025-01", "2026-01")
    assert_type(credit.retained, sl.attribution.Attribution)
    Lifetimes.from_subscriptions(business, "customers")  # type: ignore[arg-type]  # must not pass


def what_became_of_leads(business: sl.Business) -> None:
    """One lead's moves, all promises, and the funnel."""
    lead = LeadLifecycle(lead_id="l1").move("new", datetime(2026, 3, 1, tzinfo=UTC))
    assert_type(lead.move(sl.domain.LeadStage.WORKING, datetime(2026, 3, 2, tzinfo=UTC)), LeadLifecycle)
    promises = follow_up_promises(business)
    assert_type(promises.breach_rate, sl.uncertainty.Rate)
    assert_type(satisfaction_gap(promises, within=timedelta(days=30)), SatisfactionGap)
    funnel = Funnel.from_business(business, maturity=timedelta(days=90), stages=["new", "won"])
    assert_type(funnel.steps("team"), sl.columns.ResultTable)
    Funnel.from_business(business)  # type: ignore[call-arg]  # must not pass


def which_leads_are_ready(business: sl.Business) -> None:
    """Scores of all leads, who is ready, and why."""
    model = PointsModel(engagement=[TouchRule(points=10, team="services")], levels={"executive": 2}, cap=100)
    scores = model.score(business, datetime(2026, 3, 1, tzinfo=UTC))
    assert_type(scores, LeadScores)
    assert_type(scores.score, FloatArray)
    assert_type(scores.explain("l1").lines, sl.columns.ResultTable)
    assert_type(scores.explain_change("l1", since=scores).by_kind, sl.columns.ResultTable)
    assert_type(QualificationPolicy(services_threshold=40, marketing_threshold=60).qualify(scores), QualifiedLeads)
    QualificationPolicy(services_threshold=40)  # type: ignore[call-arg]  # must not pass


def what_was_known(business: sl.Business) -> None:
    """Snapshots, their columns, and a split of them."""
    early = Feature(name="early", unit="touches", sentence="Early touches.", compute=lambda known: known.account * 0.0)
    builder = SnapshotBuilder(every="quarter", gap=timedelta(days=14), kinds=("upsell",), own=[early])
    snapshots = builder.build(business, cutoffs=[date(2026, 3, 1)])
    assert_type(snapshots, Snapshots)
    assert_type(snapshots.features, sl.columns.ResultTable)
    assert_type(AccountTimeSplit.of(snapshots, n_splits=3), AccountTimeSplit)
    SnapshotBuilder(every="week")  # type: ignore[arg-type]  # must not pass


def what_a_classifier_learns(frame: object) -> None:
    """Fitting gives the classifier itself, and what it was trained on."""
    model = sl.propensity.ExpansionClassifier(monotone={"seats": 1}).fit(frame, [0, 1], groups=["a", "b"])
    assert_type(model, sl.propensity.ExpansionClassifier)
    assert_type(model.training_, sl.propensity.Training)
    sl.propensity.ExpansionClassifier(0.1)  # type: ignore[call-arg]  # must not pass: parameters are named


def what_is_kept_of_a_model(model: sl.propensity.ExpansionClassifier, path: Path) -> None:
    """Files of models, and their cards."""
    assert_type(sl.propensity.save_model(model, path, key=b"0123456789abcdef"), sl.propensity.ModelCard)
    assert_type(sl.propensity.load_model(path), sl.propensity.ExpansionClassifier | sl.propensity.ScoreCard)
    assert_type(sl.propensity.read_model_card(path).features, tuple[sl.propensity.CardFeature, ...])
    sl.propensity.save_model(model, path, key="0123456789abcdef")  # type: ignore[arg-type]  # must not pass


def why_it_says_so(model: sl.propensity.ExpansionClassifier, snapshots: Snapshots) -> None:
    """Reasons, changes, leaks and the ranked list."""
    why = sl.propensity.explain(model, snapshots.X, definitions=snapshots.definitions)
    assert_type(why.contributions, FloatArray)
    assert_type(why.reasons(0, top=3), tuple[sl.propensity.Reason, ...])
    change = sl.propensity.score_change(model, snapshots.X, snapshots.X)
    assert_type(change.logit_change, FloatArray)
    assert_type(sl.propensity.detect_leaks(snapshots.X, snapshots.y).columns, tuple[str, ...])
    assert_type(sl.propensity.rank_accounts(model, snapshots), sl.columns.ResultTable)
    assert_type(sl.propensity.ScoreCard().fit(snapshots.X, snapshots.y).points(snapshots.X), IntArray)
    why.reasons(top="3")  # type: ignore[arg-type]  # must not pass
