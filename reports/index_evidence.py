"""What an ablation found of each index."""

from dataclasses import dataclass

from b2bench.findings import Finding
from reports.index_catalogue import Kind
from reports.index_cost import WriteCost
from reports.index_use import Cell, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEvidence:
    """One index: what it is, what it costs, and what it is there for beside queries.

    Args:
        foreign_keys: by which it finds the rows that refer to a changed parent.
        alone_for: those of them that no other index serves.
        leaning: foreign keys that refer to what it makes unique, and are lost with it.
        redundant_to: an index that answers all that it answers; empty where there is none.
        is_spare: whether nothing misses it, even when all that are spare are dropped at once.
    """

    name: str
    table: str
    table_rows: int
    definition: str
    method: str
    kind: Kind
    constraint: str
    is_valid: bool
    size_bytes: int
    foreign_keys: tuple[str, ...]
    alone_for: tuple[str, ...]
    leaning: tuple[str, ...]
    redundant_to: str
    is_spare: bool
    cost: WriteCost


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of the work, and how long it took."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """Who misses which index.

    Args:
        indexes: ordered by table, constraints first.
        queries: names of the classes that were executed.
        cases: number of their cases of arguments together.
        cells: where a class scans an index, or its loss changes anything.
        unread: classes that could not be executed with all indexes.
        executions: number of executions without some index.
    """

    indexes: tuple[IndexEvidence, ...]
    queries: tuple[str, ...]
    cases: int
    cells: tuple[Cell, ...]
    unread: tuple[Unread, ...]
    findings: tuple[Finding, ...]
    executions: int
    phases: tuple[Phase, ...]

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(phase.seconds for phase in self.phases)
