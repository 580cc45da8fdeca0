"""Calculators: what a lead, a deflected case or a touch is worth, from numbers anyone can bring to a meeting.

A calculator is one frozen class: its fields are inputs with unit and range, its properties are outputs with their
formula. Money in gives `Money` out; plain numbers give floats.
"""

from servicelead.calculators.adoption import Adoption
from servicelead.calculators.automation import AutomationReadiness, compare_readiness
from servicelead.calculators.break_even import BreakEven, break_even
from servicelead.calculators.contract import Input, Output, inputs_of, outputs_of
from servicelead.calculators.cost_ladder import LeadSource, cost_ladder
from servicelead.calculators.deflection import Deflection
from servicelead.calculators.deflection_events import EventFate
from servicelead.calculators.deflection_figures import deflection_interval, overstated_deflection
from servicelead.calculators.deflection_observed import ObservedDeflection
from servicelead.calculators.deflection_survey import DeflectionSurvey
from servicelead.calculators.distributions import Beta, Distribution, Normal, Triangular, Uniform
from servicelead.calculators.expansion import ExpansionEconomics
from servicelead.calculators.experiment_tables import experiment_accounts
from servicelead.calculators.high_touch import HighTouchPackage
from servicelead.calculators.lead_economics import LeadEconomics
from servicelead.calculators.lead_programme import LeadProgramme
from servicelead.calculators.lead_tables import lead_sources
from servicelead.calculators.market_moves import MoveDownMarket, MoveUpMarket
from servicelead.calculators.mean_difference import MeanDifference
from servicelead.calculators.monte_carlo import MonteCarlo, monte_carlo
from servicelead.calculators.outbound import OutboundProgramme
from servicelead.calculators.perception import Perception
from servicelead.calculators.practices import Practices
from servicelead.calculators.programme_checklist import ProgrammeChecklist
from servicelead.calculators.sales_cycle import SalesCycle
from servicelead.calculators.scenarios import compare_scenarios
from servicelead.calculators.staffing import StaffingPlan
from servicelead.calculators.success import Milestone, SuccessPlan
from servicelead.calculators.support_pricing import SupportPrice
from servicelead.calculators.tornado import Tornado, tornado
from servicelead.calculators.touch_experiment import TouchExperiment
from servicelead.calculators.touch_model import SalesModel, TouchLevel, TouchModel

__all__ = [
    "Adoption",
    "AutomationReadiness",
    "Beta",
    "BreakEven",
    "Deflection",
    "DeflectionSurvey",
    "Distribution",
    "EventFate",
    "ExpansionEconomics",
    "HighTouchPackage",
    "Input",
    "LeadEconomics",
    "LeadProgramme",
    "LeadSource",
    "MeanDifference",
    "Milestone",
    "MonteCarlo",
    "MoveDownMarket",
    "MoveUpMarket",
    "Normal",
    "ObservedDeflection",
    "OutboundProgramme",
    "Output",
    "Perception",
    "Practices",
    "ProgrammeChecklist",
    "SalesCycle",
    "SalesModel",
    "StaffingPlan",
    "SuccessPlan",
    "SupportPrice",
    "Tornado",
    "TouchExperiment",
    "TouchLevel",
    "TouchModel",
    "Triangular",
    "Uniform",
    "break_even",
    "compare_readiness",
    "compare_scenarios",
    "cost_ladder",
    "deflection_interval",
    "experiment_accounts",
    "inputs_of",
    "lead_sources",
    "monte_carlo",
    "outputs_of",
    "overstated_deflection",
    "tornado",
]
