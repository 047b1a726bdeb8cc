"""The ground that work vectors stand on: two are comparable only on the same one."""

from dataclasses import dataclass

import psycopg

from b2bench.marker import DataSet


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSetId:
    """What tells one data set from another.

    Args:
        scale: a decimal number's text.
        changed_by: the last run that wrote into it in place; `None` while it is as generated.
    """

    profile: str
    scale: str
    seed: int
    generator_version: int
    sha256: str
    changed_by: str | None = None

    @property
    def shown(self) -> str:
        """The data set in a few words."""
        scale = "" if self.scale == "1" else f" ×{self.scale}"
        changed = f", changed in place by {self.changed_by}" if self.changed_by else ""
        return f"{self.profile}{scale}, seed {self.seed}, {self.sha256[:12]}{changed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Server, data and block size; `data_set` is `None` where b2bench loaded nothing."""

    server_major: int
    data_set: DataSetId | None
    block_size: int

    @property
    def shown(self) -> str:
        """The ground in a few words."""
        data = self.data_set.shown if self.data_set else "data of its own"
        return f"PostgreSQL {self.server_major}, {data}"


def ground_of(connection: psycopg.Connection, data_set: DataSet | None) -> Ground:
    """Return the ground of the session's database."""
    row = connection.execute("SELECT current_setting('block_size')::int").fetchone()
    return Ground(
        server_major=connection.info.server_version // 10_000,
        data_set=_id(data_set) if data_set else None,
        block_size=int(row[0]) if row else 0,
    )


def _id(data_set: DataSet) -> DataSetId:
    return DataSetId(
        profile=data_set.profile,
        scale=f"{data_set.scale.normalize():f}",
        seed=data_set.seed,
        generator_version=data_set.generator_version,
        sha256=data_set.sha256,
        changed_by=data_set.last_run,
    )


def ground_differences(baseline: Ground, candidate: Ground) -> tuple[str, ...]:
    """Return in words why two grounds are not the same; empty when they are."""
    found = list[str]()
    if baseline.server_major != candidate.server_major:
        found.append(
            f"baseline on PostgreSQL {baseline.server_major}, candidate on {candidate.server_major}"
        )
    if baseline.block_size != candidate.block_size:
        found.append(
            f"baseline with blocks of {baseline.block_size} bytes, candidate {candidate.block_size}"
        )
    if baseline.data_set != candidate.data_set:
        found.append(
            f"baseline of data set {_shown(baseline.data_set)}, "
            f"candidate of {_shown(candidate.data_set)}"
        )
    return tuple(found)


def _shown(data_set: DataSetId | None) -> str:
    return f"({data_set.shown})" if data_set else "(not b2bench's)"
