"""Signs that the tables are not to be trusted as they are, each with its rows."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from attrs import field, frozen

from servicelead._fields import read_only
from servicelead.columns.table import ResultTable
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery.bulk_edits import Bursts, PeriodEndEdits
from servicelead.refinery.gaming import DuplicatedLeads, LeadsAfterClose
from servicelead.refinery.judgement import Judgement
from servicelead.refinery.near_labels import NearLabels
from servicelead.refinery.one_or_more import as_tuple, require_each
from servicelead.refinery.quality import DealsWithoutAccount, LostWithAmount, MovesAfterClose, StagesBackwards
from servicelead.tables.business import Business
from servicelead.uncertainty import Verdict, VerdictStatus

__all__ = ["Audit", "Check", "SignsOfGaming", "all_checks", "audit"]


@runtime_checkable
class Check(Protocol):
    """Anything that finds rows of one kind; those of this package are frozen values whose fields are thresholds."""

    @property
    def name(self) -> str:
        """Under which an audit holds its rows."""
        ...

    @property
    def sign(self) -> str:
        """What it is a sign of: ``"gaming"`` or ``"quality"``."""
        ...

    @property
    def says(self) -> str:
        """What it finds, in words."""
        ...

    def find(self, business: Business) -> ResultTable:
        """Return the rows it finds."""
        ...


@frozen(kw_only=True, eq=False)
class Audit:
    """What each check found.

    Attributes
    ----------
    checks
        What was looked for.
    found
        Rows by name of check; read-only.
    """

    checks: tuple[Check, ...]
    found: Mapping[str, ResultTable] = field(repr=False, converter=read_only)

    @property
    def table(self) -> ResultTable:
        """One row per check: ``check, sign, n_found, says``."""
        return ResultTable(
            {
                "check": np.array([check.name for check in self.checks], dtype=object),
                "sign": np.array([check.sign for check in self.checks], dtype=object),
                "n_found": np.array([len(self.found[check.name]) for check in self.checks], dtype=np.int64),
                "says": np.array([check.says for check in self.checks], dtype=object),
            }
        )

    def __getitem__(self, name: str) -> ResultTable:
        if name not in self.found:
            raise UnknownNameError(f"Audit has no check of that name; it has {', '.join(self.found)}")
        return self.found[name]

    def __str__(self) -> str:
        return str(self.table)


def audit(business: Business, checks: Check | Sequence[Check] | None = None) -> Audit:
    """Look for signs of gaming and of poor data, and return the rows behind each.

    A sign is no proof: a month-end close may be honest, and two leads alike may be two needs. Each check is a small
    object whose fields are its thresholds; `all_checks` has each with the thresholds it starts from.

    Parameters
    ----------
    business
        The tables.
    checks
        What to look for, one or more, each under a name of its own; by default `all_checks`.

    Returns
    -------
    Audit
        Rows are named by their identifiers, or by file and record where they were refused.

    Raises
    ------
    InvalidValueError
        For what is no check, or two of one name.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> audited = audit(simulate_business(n_accounts=200, seed=1).business)
    >>> len(audited["leads_after_close"])
    0
    """
    given = all_checks() if checks is None else checks
    chosen = require_each("audit: checks", given, Check, "give one or more with name, sign, says and find(business)")
    if len({check.name for check in chosen}) < len(chosen):
        raise InvalidValueError("audit: checks must have different names; got two of one; audit twice to compare them")
    return Audit(checks=chosen, found={check.name: check.find(business) for check in chosen})


def all_checks() -> tuple[Check, ...]:
    """Return every check with the thresholds it starts from, signs of gaming first."""
    return (
        LeadsAfterClose(),
        DuplicatedLeads(),
        PeriodEndEdits(),
        Bursts(),
        NearLabels(),
        DealsWithoutAccount(),
        LostWithAmount(),
        StagesBackwards(),
        MovesAfterClose(),
    )


def _gaming_checks() -> tuple[Check, ...]:
    return tuple(check for check in all_checks() if check.sign == "gaming")


@frozen(kw_only=True)
class SignsOfGaming:
    """Any row that a check for gaming finds says that figures may have been made rather than earned.

    A rule for `diagnose`.

    Attributes
    ----------
    checks
        What to look for; by default those of `all_checks` that are signs of gaming.
    """

    checks: tuple[Check, ...] = field(factory=_gaming_checks, converter=as_tuple)

    def judge(self, business: Business, confidence: float) -> Judgement:  # noqa: ARG002 - what is found is there
        """Judge by what the checks find."""
        found = {name: len(rows) for name, rows in audit(business, self.checks).found.items()}
        says = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in found.items() if n) or "nothing of the kind"
        status = VerdictStatus.FIRES if any(found.values()) else VerdictStatus.DOES_NOT_FIRE
        return Judgement(
            name="signs_of_gaming",
            question="Are there signs that figures were made rather than earned?",
            verdict=Verdict(status=status, evidence=found),
            finding=f"{says[0].upper()}{says[1:]} found.",
            action="Look at the rows with their owners before anybody is paid by these figures.",
        )
