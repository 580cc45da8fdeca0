"""One instance of each calculator, in plain numbers, by its class."""

from typing import Any

from servicelead.calculators import (
    Adoption,
    AutomationReadiness,
    ExpansionEconomics,
    HighTouchPackage,
    LeadEconomics,
    LeadProgramme,
    LeadSource,
    MeanDifference,
    Milestone,
    MoveDownMarket,
    MoveUpMarket,
    OutboundProgramme,
    Perception,
    ProgrammeChecklist,
    SalesCycle,
    StaffingPlan,
    SuccessPlan,
    SupportPrice,
    TouchExperiment,
    TouchModel,
)
from servicelead.cli.calc_arguments import calculators_by_name

__all__ = ["EXAMPLES", "OURS"]

EXAMPLES: dict[type, Any] = {
    type(example): example
    for example in (
        Adoption(n_sold=500, n_used=380, n_basic=285, n_advanced=95),
        AutomationReadiness(
            processes_documented=1,
            level_chosen=0.5,
            technologies_evaluated=0.5,
            content_ready=0.25,
            success_measured=0,
            upkeep_ongoing=0.75,
            not_over_automated=1,
        ),
        ExpansionEconomics(
            acquisition_cost=150_000, acquisition_revenue=100_000, expansion_cost=30_000, expansion_revenue=100_000
        ),
        HighTouchPackage(price_value=6_000, n_hours=40, cost_per_hour=90, other_cost=400, n_packages=25),
        LeadEconomics(n_interactions=400, lead_rate=0.03, close_rate=0.2, deal_value=15_000, cost_per_lead=6.8),
        LeadProgramme(n_leads=144, n_reps=8, n_months=6, n_reporting=6),
        LeadSource(source_cost=680, n_leads=100, n_wins=25),
        MeanDifference(n_treated=40, treated_mean=6.1, treated_sd=2.0, n_control=30, control_mean=5.0, control_sd=1.5),
        MoveDownMarket(
            n_accounts=200,
            downgrade_rate=0.1,
            current_value=12_000,
            cheaper_value=4_000,
            n_priced_out=500,
            win_rate=0.1,
        ),
        MoveUpMarket(
            n_accounts=200,
            upgrade_rate=0.2,
            leave_rate=0.03,
            current_value=12_000,
            dearer_value=20_000,
            touch_cost=3_000,
        ),
        OutboundProgramme(n_attempts=100, call_lead_rate=0.02, mail_lead_rate=0.04, cost_per_attempt=7.5),
        Perception(n_better=45, n_same=30, n_worse=15, n_dont_know=10),
        ProgrammeChecklist(documenting=1, routing=1, follow_up=0.5, feedback=0, management_focus=0.5),
        SalesCycle(cycle_days=100, speed_gain_ratio=0.43),
        StaffingPlan(n_people=3, salary_cost=100_000, revenue_multiple_ratio=10, contract_value=10_000, core_share=0.6),
        SuccessPlan(
            benefit_value=180_000, plan_cost=120_000, milestones=[Milestone(name="live", is_done=True, weight=3)]
        ),
        SupportPrice(
            base_value=100_000,
            price_rate=0.156,
            escalator_ratio=0.05,
            n_years=4,
            add_on_value=1_000,
            delivery_cost=9_000,
        ),
        TouchExperiment(
            n_treated=40,
            treated_value=14_500,
            treated_value_sd=3_500,
            n_control=40,
            control_value=12_000,
            control_value_sd=3_000,
            touch_cost=1_500,
        ),
        TouchModel(n_users=7, price_value=24_000, price_threshold=10_000, complexity=0.8),
    )
}
#: The calculators that numbers alone can make and whose module is no matter of deflection, which has its own tests.
OURS = {each for each in calculators_by_name().values() if "deflection" not in each.__module__}
