"""Sessions that hold others up: long transactions, idle ones, locks that somebody waits for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from b2bench.figures.notation import age, counted
from b2bench.findings import Finding
from reports.health.checks import Check, beyond, check
from reports.health.sight import Sight
from reports.health.thresholds import Thresholds

_PREPARED_PID = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """An open transaction of a client; `idle_s` is how long it has been without work."""

    pid: int
    role: str
    database: str
    application: str
    queryid: int | None
    open_s: float
    idle_s: float | None

    @property
    def shown(self) -> str:
        """Who it is."""
        program = f" ({self.application})" if self.application else ""
        return f"pid {self.pid}, role {self.role}{program} in {self.database}"


def transactions(sight: Sight, thresholds: Thresholds) -> Iterable[Check]:
    """Look at transactions that are open."""
    sight.require_statistics()
    return judge_transactions(sight.rows("transactions", Transaction), thresholds)


def judge_transactions(opened: Sequence[Transaction], thresholds: Thresholds) -> Iterator[Check]:
    """Judge open transactions by their age, and by how long they have been idle."""
    longest = max(opened, key=lambda each: each.open_s, default=None)
    yield check(
        "open transactions",
        f"{len(opened)}, the oldest for {age(longest.open_s)}" if longest else "none",
        (_long(each, thresholds) for each in opened),
    )
    idle = [(each, each.idle_s) for each in opened if each.idle_s is not None]
    longest_s = max((idle_s for _, idle_s in idle), default=0)
    yield check(
        "idle in transaction",
        f"{len(idle)}, for up to {age(longest_s)}" if idle else "none",
        (_idle(each, idle_s, thresholds) for each, idle_s in idle),
    )


def _long(seen: Transaction, thresholds: Thresholds) -> Finding | None:
    statement = f", statement {seen.queryid}" if seen.queryid else ""
    return beyond(
        thresholds.transaction_s,
        seen.open_s,
        code="long-transaction",
        subject=seen.shown,
        message=f"its transaction has been open for {age(seen.open_s)}{statement}: VACUUM keeps "
        "every row that died since",
        mend=f"commit more often, or end it: SELECT pg_terminate_backend({seen.pid})",
    )


def _idle(seen: Transaction, idle_s: float, thresholds: Thresholds) -> Finding | None:
    return beyond(
        thresholds.idle_in_transaction_s,
        idle_s,
        code="idle-in-transaction",
        subject=seen.shown,
        message=f"has done nothing for {age(idle_s)} and keeps its transaction and locks",
        mend="let the program commit before it waits, and set "
        f"idle_in_transaction_session_timeout; end it: SELECT pg_terminate_backend({seen.pid})",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Transactions that wait for COMMIT PREPARED; `oldest` is the name of the oldest."""

    count: int
    oldest_s: float
    oldest: str


def prepared(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at prepared transactions."""
    yield from (judge_prepared(row, thresholds) for row in sight.rows("prepared", Prepared))


def judge_prepared(seen: Prepared, thresholds: Thresholds) -> Check:
    """Judge prepared transactions by the age of the oldest."""
    if not seen.count:
        return check("prepared transactions", "none")
    found = beyond(
        thresholds.prepared_transaction_s,
        seen.oldest_s,
        code="prepared-transaction",
        subject=f"prepared transaction {seen.oldest}",
        message=f"has waited for its end for {age(seen.oldest_s)}, also over restarts",
        mend="COMMIT PREPARED or ROLLBACK PREPARED it; its manager may have lost it",
    )
    figure = f"{seen.count}, the oldest for {age(seen.oldest_s)}"
    return check("prepared transactions", figure, [found])


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A session that waits for a lock; pid 0 among the blockers is a prepared transaction."""

    pid: int
    blockers: Sequence[int]
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who a session is; roles without pg_monitor see no more than its role."""

    pid: int
    role: str
    application: str
    state: str
    open_s: float | None

    @property
    def shown(self) -> str:
        """Who it is, and what it is at."""
        program = f" ({self.application})" if self.application else ""
        state = f", {self.state}" if self.state else ""
        since = f" for {age(self.open_s)}" if self.open_s else ""
        return f"pid {self.pid}, role {self.role}{program}{state}{since}"


def blocked(sight: Sight, thresholds: Thresholds) -> Iterator[Check]:
    """Look at who waits for a lock, and for whom in the end."""
    waiting = sight.rows("waiting", Waiting)
    pids = sorted({root for each in waiting for root in roots(each.pid, waiting)})
    sessions = sight.rows("sessions", Session, {"pids": pids}) if pids else []
    yield judge_blocked(waiting, {each.pid: each for each in sessions}, thresholds)


def judge_blocked(
    waiting: Sequence[Waiting], sessions: Mapping[int, Session], thresholds: Thresholds
) -> Check:
    """Judge whoever stands at the root of a chain by the longest wait behind it."""
    if not waiting:
        return check("blocked sessions", "none")
    behind = dict[int, list[Waiting]]()
    for each in waiting:
        for root in roots(each.pid, waiting):
            behind.setdefault(root, []).append(each)
    longest_s = max(each.waited_s for each in waiting)
    return check(
        "blocked sessions",
        f"{len(waiting)}, for up to {age(longest_s)}, behind {counted(len(behind), 'session')}",
        (_blocker(root, held, sessions, thresholds) for root, held in behind.items()),
    )


def _blocker(
    root: int, held: Sequence[Waiting], sessions: Mapping[int, Session], thresholds: Thresholds
) -> Finding | None:
    longest_s = max(each.waited_s for each in held)
    who = sessions[root].shown if root in sessions else f"pid {root}"
    is_prepared = root == _PREPARED_PID
    return beyond(
        thresholds.blocked_s,
        longest_s,
        code="blocked-sessions",
        subject="a prepared transaction" if is_prepared else who,
        message=f"blocks {counted(len(held), 'session')}, the longest for {age(longest_s)}",
        mend="COMMIT PREPARED or ROLLBACK PREPARED it, see pg_prepared_xacts"
        if is_prepared
        else f"let it end, or end it: SELECT pg_terminate_backend({root})",
    )


def roots(pid: int, waiting: Sequence[Waiting]) -> set[int]:
    """Return who a session waits for in the end: those who block it and wait for nobody.

    Nobody is found where all of them wait for each other: a deadlock, which the server is about
    to end.
    """
    blockers = {each.pid: each.blockers for each in waiting}
    found, to_do, seen = set[int](), [pid], set[int]()
    while to_do:
        at = to_do.pop()
        if at in seen:
            continue
        seen.add(at)
        if at in blockers:
            to_do.extend(blockers[at])
        else:
            found.add(at)
    return found
