"""How good the data is: what became of every row, and what to mend first."""

from collections import defaultdict

from attrs import frozen

from servicelead.report.places import TouchPlaces
from servicelead.tables import CODES, Business

__all__ = ["Counted", "Quality", "Rejected", "Remark", "data_quality"]

_EXAMPLES = 5


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
class Rejected:
    """Rows of one source refused for one reason."""

    file: str
    table: str
    column: str
    code: str
    n: int
    records: tuple[int, ...]

    @property
    def rule(self) -> str:
        """What should hold."""
        return CODES[self.code].rule

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return CODES[self.code].remedy


@frozen(kw_only=True)
class Remark:
    """What is odd about some rows that were kept."""

    file: str
    table: str
    code: str
    n: int
    first_records: str
    rule: str
    remedy: str


@frozen(kw_only=True)
class Quality:
    """Every source's counts, the rejects by reason, and the findings; most frequent first."""

    counts: tuple[Counted, ...]
    rejects: tuple[Rejected, ...]
    findings: tuple[Remark, ...]
    places: TouchPlaces

    @property
    def read(self) -> int:
        """Rows read from all sources."""
        return sum(source.read for source in self.counts)

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
    groups: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for reject in business.reject_list:
        groups[reject.file, reject.table, reject.column, reject.code].append(reject.record)
    rejects = [
        Rejected(file=file, table=table, column=column, code=code, n=len(records), records=tuple(records[:_EXAMPLES]))
        for (file, table, column, code), records in groups.items()
    ]
    return Quality(
        counts=tuple(Counted(**row) for row in business.counts.rows()),
        rejects=tuple(sorted(rejects, key=lambda reject: -reject.n)),
        findings=tuple(sorted((Remark(**row) for row in business.findings.rows()), key=lambda remark: -remark.n)),
        places=places,
    )
