"""Signs that tables do not say what they should: deals of nobody, amounts of lost deals, stages out of order."""

from typing import ClassVar

import numpy as np
from attrs import frozen

from servicelead._typing import MISSING
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import DAY
from servicelead.domain.leads import LeadStage
from servicelead.domain.stage_moves import StageMoves
from servicelead.refinery.progress import PROGRESS
from servicelead.tables.base import major_units
from servicelead.tables.business import Business
from servicelead.tables.lead_stages import stage_stays
from servicelead.tables.opportunities import LOST

__all__ = ["DealsWithoutAccount", "LostWithAmount", "MovesAfterClose", "StagesBackwards"]


@frozen(kw_only=True)
class DealsWithoutAccount:
    """Opportunities that name no account: nothing can be attributed to them, so they were refused when read.

    They are missing from every figure. Where they are open deals, as they tend to be, times to close look shorter
    than they are.
    """

    name: ClassVar[str] = "deals_without_account"
    sign: ClassVar[str] = "quality"
    says: ClassVar[str] = "opportunities without an account, refused when read"

    def find(self, business: Business) -> ResultTable:
        """Return where they stand in the source: ``file, record, line``."""
        table = business.rejects
        where = {"table": "opportunities", "column": "account_id", "code": "missing_value"}
        chosen = table.take(np.all([table[name] == word for name, word in where.items()], axis=0))
        return ResultTable({name: chosen[name] for name in ("file", "record", "line")}, backend=business.backend)


@frozen(kw_only=True)
class LostWithAmount:
    """Lost deals that carry an amount: a sum of amounts over closed deals would count it as revenue."""

    name: ClassVar[str] = "lost_with_amount"
    sign: ClassVar[str] = "quality"
    says: ClassVar[str] = "lost deals that carry an amount"

    def find(self, business: Business) -> ResultTable:
        """Return them: ``opportunity_id, owner, amount``."""
        deals = business.opportunities
        amount = major_units(deals.amount, business.currency)
        rows = np.flatnonzero((deals.outcome == LOST) & (np.nan_to_num(amount) > 0))
        return ResultTable(
            {
                "opportunity_id": deals.vocabulary("opportunity_id").decode(deals.opportunity_id[rows]),
                "owner": deals.vocabulary("owner").decode(deals.owner[rows]),
                "amount": amount[rows],
            },
            backend=business.backend,
        )


@frozen(kw_only=True)
class StagesBackwards:
    """Leads that went back to an earlier stage unrecycled; what happened at one moment is read in order."""

    name: ClassVar[str] = "stages_backwards"
    sign: ClassVar[str] = "quality"
    says: ClassVar[str] = "leads that went back to an earlier stage without being recycled"

    def find(self, business: Business) -> ResultTable:
        """Return each such move: ``lead_id, from_stage, to_stage, entered_at``."""
        stays, stages = stage_stays(business, StageMoves()), list(LeadStage)
        # What was recycled is behind every stage when it leaves, and ahead of none when it comes.
        leaving = np.array([PROGRESS.get(stage, -1) for stage in stages])
        coming = np.array([PROGRESS.get(stage, len(stages)) for stage in stages])
        moves = np.flatnonzero((stays.before >= 0) & (coming[stays.stage] < leaving[stays.before]))
        leads = business.leads
        names = np.array([stage.value for stage in stages], dtype=object)
        return ResultTable(
            {
                "lead_id": leads.vocabulary("lead_id").decode(leads.lead_id[stays.lead[moves]]),
                "from_stage": names[stays.before[moves]],
                "to_stage": names[stays.stage[moves]],
                "entered_at": stays.entered_at[moves].astype("datetime64[us]"),
            },
            backend=business.backend,
        )


@frozen(kw_only=True)
class MovesAfterClose:
    """Stage moves of opportunities on a day after their close."""

    name: ClassVar[str] = "moves_after_close"
    sign: ClassVar[str] = "quality"
    says: ClassVar[str] = "opportunities whose stage moved after they had closed"

    def find(self, business: Business) -> ResultTable:
        """Return each such move: ``opportunity_id, stage, entered_at, closed_at``."""
        history, deals = business.opportunity_stage_history, business.opportunities
        close = np.append(deals.closed_at, MISSING)[deals.row_of("opportunity_id")[history.opportunity_id]]
        day, last = (business.zone.to_local(each) // DAY for each in (history.entered_at, close))
        late = np.flatnonzero((close != MISSING) & (day > last))
        return ResultTable(
            {
                "opportunity_id": history.vocabulary("opportunity_id").decode(history.opportunity_id[late]),
                "stage": history.vocabulary("stage").decode(history.stage[late]),
                "entered_at": history.entered_at[late].astype("datetime64[us]"),
                "closed_at": close[late].astype("datetime64[us]"),
            },
            backend=business.backend,
        )
