"""How good the data is: what became of every row and line, and what to mend first."""

from collections.abc import Sequence

from attrs import frozen

from servicelead.report.places import TouchPlaces
from servicelead.tables import CODES, Business
from servicelead.tables.rejected_rows import RejectGroup

__all__ = ["Counted", "Lines", "Quality", "Remark", "data_quality"]


@frozen(kw_only=True)
class Counted:
    """What became of the rows of one source."""

    file: str
    table: str
    read: int
    kept: int
    rejected: int
    duplicates: int


@frozen(kw_only=True)
class Lines:
    """What became of the physical lines of one file."""

    file: str
    physical: int
    header: int
    blank: int
    kept: int
    rejected: int
    duplicates: int


@frozen(kw_only=True)
class Remark:
    """Why some rows of one source were refused, or what is odd about some that were kept."""

    file: str
    table: str
    column: str
    code: str
    n: int
    first_records: str
    rule: str
    remedy: str


@frozen(kw_only=True)
class Quality:
    """Every source's counts, the rejects by reason, and the findings; most frequent first."""

    counts: tuple[Counted, ...]
    lines: tuple[Lines, ...]
    rejects: tuple[Remark, ...]
    findings: tuple[Remark, ...]
    places: TouchPlaces

    @property
    def read(self) -> int:
        """Rows read from all sources."""
        return sum(source.read for source in self.counts)

    @property
    def touches_rejected(self) -> int:
        """Rows of touches refused."""
        return sum(source.rejected for source in self.counts if source.table == "touchpoints")

    @property
    def kept(self) -> int:
        """Rows kept."""
        return sum(source.kept for source in self.counts)

    @property
    def rejected(self) -> int:
        """Rows refused."""
        return sum(source.rejected for source in self.counts)

    @property
    def duplicates(self) -> int:
        """Rows that repeat another one exactly."""
        return sum(source.duplicates for source in self.counts)


def data_quality(business: Business, places: TouchPlaces) -> Quality:
    """Return what the business's tables say of the rows they were built from."""
    return Quality(
        counts=tuple(Counted(**row) for row in business.counts.rows()),
        lines=tuple(Lines(**row) for row in business.lines.rows()),
        rejects=_by_frequency([_refused(group) for group in business.reject_list.groups()]),
        findings=_by_frequency([Remark(**row) for row in business.findings.rows()]),
        places=places,
    )


def _refused(group: RejectGroup) -> Remark:
    records = ", ".join(map(str, group.records))
    return Remark(
        file=group.file,
        table=group.table,
        column=group.column,
        code=group.code,
        n=group.n,
        first_records=f"{records}, ..." if group.n > len(group.records) else records,
        rule=CODES[group.code].rule,
        remedy=CODES[group.code].remedy,
    )


def _by_frequency(remarks: Sequence[Remark]) -> tuple[Remark, ...]:
    return tuple(sorted(remarks, key=lambda remark: -remark.n))
