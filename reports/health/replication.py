"""Replication: standbys that fall behind, slots that hold WAL, this server's own replay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import age, size
from b2bench.findings import Finding, Severity
from reports.health.checks import Check, beyond, check
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds

_LOST = ("unreserved", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """A server that follows this one: how much and how long it is behind."""

    name: str
    state: str
    behind_bytes: int
    behind_s: float

    @property
    def shown(self) -> str:
        """How far behind it is."""
        return (
            f"{self.name} {self.state}, {size(self.behind_bytes)} and {age(self.behind_s)} behind"
        )


def standbys(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at who follows this server."""
    sight.require_statistics()
    yield judge_standbys(sight.rows("standbys", Standby), thresholds)


def judge_standbys(found: Sequence[Standby], thresholds: Thresholds) -> Check:
    """Judge standbys by what they have not replayed yet."""
    figure = "; ".join(each.shown for each in found) or "none"
    return check("standbys", figure, (_standby(each, thresholds) for each in found))


def _standby(seen: Standby, thresholds: Thresholds) -> Finding | None:
    words = {
        "code": "standby-behind",
        "subject": f"standby {seen.name}",
        "message": f"is {seen.state}, {size(seen.behind_bytes)} and {age(seen.behind_s)} behind",
        "mend": "look at its log, its disk, and what queries there hold replay up",
    }
    by_bytes = beyond(thresholds.standby_behind_bytes, seen.behind_bytes, **words)
    by_time = beyond(thresholds.standby_behind_s, seen.behind_s, **words)
    found = [each for each in (by_bytes, by_time) if each is not None]
    return min(found, key=lambda each: each.severity is not Severity.ERROR, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A replication slot; `wal_status` as PostgreSQL says it."""

    name: str
    is_active: bool
    wal_status: str
    held_bytes: int


def slots(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at replication slots."""
    yield judge_slots(sight.rows("slots", Slot), thresholds)


def judge_slots(found: Sequence[Slot], thresholds: Thresholds) -> Check:
    """Judge slots: one that lost its WAL is an error, an inactive one by what it holds."""
    inactive = sum(not each.is_active for each in found)
    held = max((each.held_bytes for each in found), default=0)
    figure = f"{len(found)}, {inactive} inactive, {size(held)} of WAL held" if found else "none"
    return check("replication slots", figure, (_slot(each, thresholds) for each in found))


def _slot(seen: Slot, thresholds: Thresholds) -> Finding | None:
    subject = f"slot {seen.name}"
    drop = f"SELECT pg_drop_replication_slot('{seen.name}')"
    if seen.wal_status in _LOST:
        return Finding(
            code="slot-lost",
            severity=Severity.ERROR,
            subject=subject,
            message=f"is {seen.wal_status}: WAL that its reader needs is gone or about to go",
            mend=f"copy the reader anew, then {drop}; raise max_slot_wal_keep_size",
        )
    if seen.is_active:
        return None
    return beyond(
        thresholds.inactive_slot_bytes,
        seen.held_bytes,
        code="slot-inactive",
        subject=subject,
        message=f"has no reader and holds {size(seen.held_bytes)} of WAL back",
        mend=f"start its reader, or {drop}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """How this server follows another, if it does; `last_s` is the age of what it replayed last."""

    is_standby: bool
    is_receiving: bool
    is_paused: bool
    behind_bytes: int
    last_s: float

    @property
    def behind_s(self) -> float:
        """How long it is behind; nothing is late where all that came is replayed."""
        return self.last_s if self.behind_bytes else 0


def replay(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at this server's own replay, if it is a standby."""
    for row in sight.rows("standby", Replay):
        if row.is_standby:
            yield judge_replay(row, thresholds)


def judge_replay(seen: Replay, thresholds: Thresholds) -> Check:
    """Judge a standby by whether it receives and replays, and how far behind it is."""
    figure = f"{size(seen.behind_bytes)} received but not replayed, {age(seen.behind_s)} behind"
    return check("own replay", figure, (*_stopped(seen), *_late(seen, thresholds)))


def _stopped(seen: Replay) -> Iterator[Finding]:
    if not seen.is_receiving:
        yield _replay_warning(
            "not-receiving",
            "no WAL is streamed to it",
            "look at primary_conninfo and its log, unless it lives from an archive",
        )
    if seen.is_paused:
        yield _replay_warning("replay-paused", "replay is paused", "SELECT pg_wal_replay_resume()")


def _replay_warning(code: str, message: str, mend: str) -> Finding:
    return Finding(
        code=code, severity=Severity.WARNING, subject="this standby", message=message, mend=mend
    )


def _late(seen: Replay, thresholds: Thresholds) -> Iterator[Finding | None]:
    for limit, figure, shown in (
        (thresholds.standby_behind_bytes, seen.behind_bytes, size(seen.behind_bytes)),
        (thresholds.standby_behind_s, seen.behind_s, age(seen.behind_s)),
    ):
        yield beyond(
            limit,
            figure,
            code="replay-behind",
            subject="this standby",
            message=f"is {shown} behind what it has received",
            mend="look at its disk, and what queries here hold replay up",
        )
