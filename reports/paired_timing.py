"""Time query classes on two databases of one server in turn: the gate's second opinion."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from random import Random

import psycopg

from b2bench.arguments import ArgumentSource
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import Progress
from b2bench.queries import QueryClass, by_name
from b2bench.target import Target
from reports.capture import pinned_session, take_role
from reports.gate_policy import Policy
from reports.paired_execution import clean, execution_ms, one_transaction, warm_up
from reports.paired_statistics import Direction
from reports.refusal import refusal
from reports.timed_case import Pass, TimedCase, timed_cases
from reports.timing import Timing

_CONFIRMATIONS = 2
# what takes less than a slice of the processor's time is interrupted or not, and the best of a few
# executions is not; what takes longer is always interrupted
_SLICE_MS = 4
_BEST_OF = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long timing looks, and how sure it is to be.

    Args:
        rounds: at most so many, each in fresh sessions.
        round_ms: of executions on both sides together, for each case in each round; a case that
            takes longer is executed all the same, `least_pairs` times.
        least_pairs: in each round; an even number, so that all rounds together come to
            `LEAST_PAIRS` or more.
        most_pairs: in each round; an even number.
        timeout_ms: of a statement; what is stopped has taken as long as that.
        level: how often an interval may miss the truth.
        unstable: a class in which not even this ratio would have been found is unstable.
    """

    rounds: int = 4
    round_ms: float = 60
    least_pairs: int = 2
    most_pairs: int = 16
    timeout_ms: float = 10_000
    level: float = 0.01
    unstable: float = 2.0


THOROUGH = Effort()
QUICK = Effort(rounds=3, round_ms=40)


def time_pairs(
    baseline: Target,
    candidate: Target,
    queries: Sequence[QueryClass],
    source: ArgumentSource,
    *,
    seed: int,
    progress: Progress,
    policy: Policy | None = None,
    effort: Effort = THOROUGH,
    clone: bool = False,
    baseline_queries: Sequence[QueryClass] | None = None,
    roles: Mapping[str, str] | None = None,
) -> tuple[Timing, ...]:
    """Execute every class on both sides in turn, and say where the candidate is slower.

    The order within a pair is random, each side comes first equally often, and each round has
    sessions of its own. What looks slower or faster is timed twice more, with more pairs, and has
    to look the same again both times. Whatever an execution changes is rolled back.

    Args:
        baseline: a database of the same server as the candidate.
        candidate: the database that is judged.
        queries: the candidate's classes.
        source: of their arguments, the same ones for both sides.
        seed: of arguments, orders and resampling.
        progress: told of each round.
        policy: the floors of time by class.
        effort: how long it may take.
        clone: whether data may be changed in both, and nobody else works in them; without it
            classes that change data are not timed.
        baseline_queries: the classes as the baseline has them; a class that is not among them is
            left out.
        roles: database role by the role that a query file names.

    Raises:
        BadInput: the two are not databases of one server.
        ServerUnreachable: no session could be opened.
    """
    require_same_server(baseline, candidate)
    timed = [
        case
        for query in queries
        if (before := _baseline_query(query, baseline_queries)) is not None
        for case in timed_cases((before, query), source, seed, policy or Policy())
    ]
    timing = _Timing(
        targets=(baseline, candidate),
        random=Random(seed),  # noqa: S311 (an order, not a secret)
        progress=progress,
        clone=clone,
        roles=roles or {},
    )
    timing.time(timed, effort)
    return tuple(case.timing(effort.level, effort.unstable) for case in timed)


def require_same_server(baseline: Target, candidate: Target) -> None:
    """Check that two databases share one running server, so that its troubles cancel.

    The moment of its start tells servers apart, a standby from its primary too.

    Raises:
        BadInput: they do not.
    """
    starts = list[object]()
    for target in (baseline, candidate):
        with connect(replace(target, role=None)) as connection:
            row = connection.execute("SELECT pg_postmaster_start_time()").fetchone()
            starts.append(row and row[0])
    if starts[0] != starts[1]:
        raise BadInput(
            f"{baseline} and {candidate} are on different servers, whose times cannot be compared: "
            "name a baseline database on the candidate's server"
        )


def _baseline_query(
    query: QueryClass, baseline_queries: Sequence[QueryClass] | None
) -> QueryClass | None:
    return query if baseline_queries is None else by_name(baseline_queries).get(query.name)


Sessions = tuple[psycopg.Connection, psycopg.Connection]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timing:
    """Passes over cases, round by round, in sessions of their own."""

    targets: tuple[Target, Target]
    random: Random
    progress: Progress
    clone: bool
    roles: Mapping[str, str]

    def time(self, cases: Sequence[TimedCase], effort: Effort) -> None:
        """Time all of them, and what looks slower or faster again."""
        reading = [case for case in cases if not case.writes]
        writing = [case for case in cases if case.writes]
        if not self.clone:
            for case in writing:
                case.said = "changes data, so it is timed on copies only"
        # nothing that reads meets what a rolled-back change has left
        for some in (reading, writing):
            self._confirmed(some, effort)

    def _confirmed(self, cases: Sequence[TimedCase], effort: Effort) -> None:
        self._pass("time", cases, effort)
        longer = replace(
            effort,
            round_ms=2 * effort.round_ms,
            least_pairs=2 * effort.least_pairs,
            most_pairs=2 * effort.most_pairs,
        )
        for number in range(_CONFIRMATIONS):
            suspected = [case for case in cases if _needs_confirmation(case)]
            self._pass(f"confirm {number + 1} of {_CONFIRMATIONS}", suspected, longer)

    def _pass(self, what: str, cases: Sequence[TimedCase], effort: Effort) -> None:
        left = [case for case in cases if not case.said]
        for case in left:
            case.passes.append(Pass())
            case.directions.append(Direction.OPEN)
        for number in range(effort.rounds):
            if not left:
                return
            self._round(f"{what}, round {number + 1}", left, effort)
            left = [case for case in left if not case.said and self._is_open(case, effort)]

    def _is_open(self, case: TimedCase, effort: Effort) -> bool:
        case.directions[-1] = case.look(effort.level)
        return case.directions[-1] is Direction.OPEN

    def _round(self, what: str, cases: Sequence[TimedCase], effort: Effort) -> None:
        with self._sessions(effort) as sessions:
            order = self.random.sample(cases, len(cases))
            for done, case in enumerate(order):
                self.progress(f"{what}: {case.query.name}", done=done, total=len(order))
                self._pairs(sessions, case, effort)

    @contextmanager
    def _sessions(self, effort: Effort) -> Iterator[Sessions]:
        with ExitStack() as stack:
            opened = dict[int, psycopg.Connection]()
            for side in self._order():
                target = replace(self.targets[side], role=None)
                session = stack.enter_context(pinned_session(target, may_write=self.clone))
                session.execute(
                    "SELECT set_config('statement_timeout', %s, false)",
                    (f"{effort.timeout_ms:.0f}",),
                )
                opened[side] = session
            yield opened[0], opened[1]

    def _order(self) -> tuple[int, int]:
        return (0, 1) if self.random.random() < 0.5 else (1, 0)  # noqa: PLR2004 (a coin)

    def _pairs(self, sessions: Sessions, case: TimedCase, effort: Effort) -> None:
        for session, target, query in zip(sessions, self.targets, case.queries, strict=True):
            _take(session, self.roles.get(query.role, target.role), query)
        try:
            self._take_pairs(sessions, case, effort)
        except BadInput as error:
            case.said = str(error)
        except psycopg.Error as error:
            if any(session.closed for session in sessions):
                raise
            case.said = refusal(error, [step.sql for step in case.query.steps])

    def _take_pairs(self, sessions: Sessions, case: TimedCase, effort: Effort) -> None:
        # the first execution fills the session's caches
        changes = [
            warm_up(session, query, case.arguments)
            for session, query in zip(sessions, case.queries, strict=True)
        ]
        with ExitStack() as stack:
            for session in sessions:
                if not any(each.any for each in changes):
                    stack.enter_context(one_transaction(session))
            self._take_warm_pairs(sessions, case, effort)
        for session, each in zip(sessions, changes, strict=True):
            clean(session, each.tables)

    def _take_warm_pairs(self, sessions: Sessions, case: TimedCase, effort: Effort) -> None:
        warm_ms = [
            execution_ms(session, query, case.arguments)
            for session, query in zip(sessions, case.queries, strict=True)
        ]
        best_of = _BEST_OF if max(warm_ms) < _SLICE_MS else 1
        times = case.passes[-1]
        for order in self._orders(_pairs_in(effort, best_of * sum(warm_ms))):
            taken = self._pair(sessions, case, order, best_of)
            times.baseline.append(taken[0])
            times.candidate.append(taken[1])

    def _pair(
        self, sessions: Sessions, case: TimedCase, order: tuple[int, int], best_of: int
    ) -> tuple[float, float]:
        best_ms = [math.inf, math.inf]
        for _ in range(best_of):
            for side in order:
                taken_ms = execution_ms(sessions[side], case.queries[side], case.arguments)
                best_ms[side] = min(best_ms[side], taken_ms)
        return best_ms[0], best_ms[1]

    def _orders(self, pairs: int) -> list[tuple[int, int]]:
        """Return who comes first in each pair: either side in half of them."""
        return self.random.sample([(0, 1), (1, 0)] * (pairs // 2), pairs)


def _needs_confirmation(case: TimedCase) -> bool:
    is_certain = case.directions[:1] in ([Direction.SLOWER], [Direction.FASTER])
    return is_certain and len(set(case.directions)) == 1 and not case.said


def _pairs_in(effort: Effort, pair_ms: float) -> int:
    """Return how many pairs fit into a round, an even number."""
    fitting = int(effort.round_ms / pair_ms) // 2 * 2
    return min(max(fitting, effort.least_pairs), effort.most_pairs)


def _take(session: psycopg.Connection, role: str | None, query: QueryClass) -> None:
    session.execute("RESET ROLE")
    take_role(session, role)
    level = query.isolation.upper().replace(" ", "_") if query.isolation else None
    session.isolation_level = psycopg.IsolationLevel[level] if level else None
