"""Time query classes on two databases of one server in turn: the gate's second opinion."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random
from statistics import median

import psycopg
from psycopg import errors, sql

from b2bench.arguments import Arguments, ArgumentSource, Case, one_of_each_case
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import Progress
from b2bench.queries import QueryClass, by_name
from b2bench.target import Target
from reports.capture import pinned_session, take_role
from reports.gate_policy import Policy, TimeFloor
from reports.paired_statistics import LEAST_PAIRS, Direction, PairedRatio, paired_ratio
from reports.refusal import refusal
from reports.step_execution import execute_steps

_NS_PER_MS = 1_000_000
_CONFIRMATIONS = 2
# what takes less than a slice of the processor's time is interrupted or not, and the best of a few
# executions is not; what takes longer is always interrupted
_SLICE_MS = 4
_BEST_OF = 3
# whether the transaction changed or locked anything, and in which tables it may leave dead rows
_CHANGES = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
_CHANGED = """
SELECT DISTINCT n.nspname, c.relname
  FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation
  JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid = pg_backend_pid()
   AND l.mode = 'RowExclusiveLock'
   AND c.relkind = 'r'
   AND c.oid >= 16384
"""


class TimeVerdict(StrEnum):
    """What is to be said of a class: certain, nothing certain, or nothing at all.

    `UNSTABLE`: not even a doubling would have been found. `UNTIMED`: one side refuses it.
    """

    SLOWER = "slower"
    FASTER = "faster"
    NOT_CERTAIN = "~"
    UNSTABLE = "unstable"
    UNTIMED = "untimed"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One query class with one case of arguments, timed on both sides.

    Args:
        baseline_ms: the middle time of one execution; so is `candidate_ms`.
        ratio: candidate over baseline, with the interval's ends; of the confirmations, if there
            were any: what made them necessary was the extreme of many.
        pairs: from which it comes.
        smallest: the smallest ratio that would have been called slower, four in five times.
        confirmations: passes on fresh sessions that came to the same.
        suspected: what the first pass said; `~` where it gave no reason for a confirmation.
        said: why it could not be timed.
    """

    query: str
    case: Case
    verdict: TimeVerdict
    baseline_ms: float = 0.0
    candidate_ms: float = 0.0
    ratio: float = 1.0
    low: float = 1.0
    high: float = 1.0
    pairs: int = 0
    smallest: float = 1.0
    confirmations: int = 0
    suspected: TimeVerdict = TimeVerdict.NOT_CERTAIN
    said: str = ""

    @property
    def subject(self) -> str:
        """The class and its case, as the gate's other findings call them."""
        return f"{self.query} ({self.case})"

    @property
    def is_unconfirmed(self) -> bool:
        """Whether it looked otherwise at first."""
        return self.suspected is not TimeVerdict.NOT_CERTAIN and self.verdict is not self.suspected


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
        for case in _cases((before, query), source, seed, policy or Policy())
    ]
    timing = _Timing(
        targets=(baseline, candidate),
        random=Random(seed),  # noqa: S311 (an order, not a secret)
        progress=progress,
        clone=clone,
        roles=roles or {},
    )
    timing.time(timed, effort)
    return tuple(case.timing(effort) for case in timed)


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


@dataclass(slots=True, kw_only=True)
class _Pass:
    """The times of one pass in ms, pair by pair."""

    baseline: list[float] = field(default_factory=list)
    candidate: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class _TimedCase:
    """A class with a case of arguments on both sides, and the passes over it."""

    queries: tuple[QueryClass, QueryClass]
    arguments: Arguments
    floor: TimeFloor
    seed: int
    passes: list[_Pass] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)
    said: str = ""

    @property
    def query(self) -> QueryClass:
        """The candidate's."""
        return self.queries[1]

    @property
    def writes(self) -> bool:
        """Whether it changes data on either side."""
        return any(query.writes for query in self.queries)

    def floor_ratio(self, times: _Pass) -> float:
        """Return the ratio from which on a difference matters, by both floors."""
        faster_ms = min(median(times.baseline), median(times.candidate))
        return 1 + max(self.floor.relative, self.floor.absolute_ms / faster_ms)

    def ratio(self, times: _Pass, level: float) -> PairedRatio:
        return paired_ratio(times.baseline, times.candidate, level=level, seed=self.seed)

    def look(self, level: float) -> Direction:
        """Return what the last pass says so far."""
        times = self.passes[-1]
        if len(times.baseline) < LEAST_PAIRS:
            return Direction.OPEN
        return self.ratio(times, level).direction(self.floor_ratio(times))

    def timing(self, effort: Effort) -> Timing:
        if self.said or not self.passes:
            return self._as(TimeVerdict.UNTIMED, said=self.said)
        suspected = _VERDICTS[self.directions[0]]
        shown = _together(self.passes[1:] or self.passes)
        ratio, floor = self.ratio(shown, effort.level), self.floor_ratio(shown)
        smallest = ratio.smallest(floor)
        verdict = suspected if len(set(self.directions)) == 1 else TimeVerdict.NOT_CERTAIN
        if self.directions[-1] is Direction.OPEN and smallest > max(effort.unstable, floor**2):
            verdict = TimeVerdict.UNSTABLE
        return replace(
            self._as(verdict),
            baseline_ms=median(shown.baseline),
            candidate_ms=median(shown.candidate),
            ratio=ratio.ratio,
            low=ratio.low,
            high=ratio.high,
            pairs=ratio.pairs,
            smallest=smallest,
            confirmations=sum(each is self.directions[0] for each in self.directions[1:]),
            suspected=suspected,
        )

    def _as(self, verdict: TimeVerdict, *, said: str = "") -> Timing:
        return Timing(query=self.query.name, case=self.arguments.case, verdict=verdict, said=said)


_VERDICTS = {
    Direction.SLOWER: TimeVerdict.SLOWER,
    Direction.FASTER: TimeVerdict.FASTER,
    Direction.WITHIN: TimeVerdict.NOT_CERTAIN,
    Direction.OPEN: TimeVerdict.NOT_CERTAIN,
}


def _together(passes: Sequence[_Pass]) -> _Pass:
    return _Pass(
        baseline=[each for times in passes for each in times.baseline],
        candidate=[each for times in passes for each in times.candidate],
    )


def _cases(
    queries: tuple[QueryClass, QueryClass], source: ArgumentSource, seed: int, policy: Policy
) -> Iterator[_TimedCase]:
    floor = policy.rules(queries[1].name).time
    try:
        drawn = one_of_each_case(source, queries[1], seed=seed)
    except BadInput as error:
        yield _TimedCase(
            queries=queries, arguments=Arguments(values={}), floor=floor, seed=seed, said=str(error)
        )
        return
    for arguments in drawn.values():
        yield _TimedCase(queries=queries, arguments=arguments, floor=floor, seed=seed)


Sessions = tuple[psycopg.Connection, psycopg.Connection]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Timing:
    """Passes over cases, round by round, in sessions of their own."""

    targets: tuple[Target, Target]
    random: Random
    progress: Progress
    clone: bool
    roles: Mapping[str, str]

    def time(self, cases: Sequence[_TimedCase], effort: Effort) -> None:
        """Time all of them, and what looks slower or faster again."""
        reading = [case for case in cases if not case.writes]
        writing = [case for case in cases if case.writes]
        if not self.clone:
            for case in writing:
                case.said = "changes data, so it is timed on copies only"
        # nothing that reads meets what a rolled-back change has left
        for some in (reading, writing):
            self._confirmed(some, effort)

    def _confirmed(self, cases: Sequence[_TimedCase], effort: Effort) -> None:
        self._pass("time", cases, effort)
        longer = replace(effort, round_ms=2 * effort.round_ms, most_pairs=2 * effort.most_pairs)
        for number in range(_CONFIRMATIONS):
            suspected = [case for case in cases if _needs_confirmation(case)]
            self._pass(f"confirm {number + 1} of {_CONFIRMATIONS}", suspected, longer)

    def _pass(self, what: str, cases: Sequence[_TimedCase], effort: Effort) -> None:
        left = [case for case in cases if not case.said]
        for case in left:
            case.passes.append(_Pass())
            case.directions.append(Direction.OPEN)
        for number in range(effort.rounds):
            if not left:
                return
            self._round(f"{what}, round {number + 1}", left, effort)
            left = [case for case in left if not case.said and self._is_open(case, effort)]

    def _is_open(self, case: _TimedCase, effort: Effort) -> bool:
        case.directions[-1] = case.look(effort.level)
        return case.directions[-1] is Direction.OPEN

    def _round(self, what: str, cases: Sequence[_TimedCase], effort: Effort) -> None:
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

    def _pairs(self, sessions: Sessions, case: _TimedCase, effort: Effort) -> None:
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

    def _take_pairs(self, sessions: Sessions, case: _TimedCase, effort: Effort) -> None:
        # the first execution fills the session's caches
        changes = [
            _warm_up(session, query, case.arguments)
            for session, query in zip(sessions, case.queries, strict=True)
        ]
        with ExitStack() as stack:
            for session in sessions:
                if not any(each.any for each in changes):
                    stack.enter_context(_one_transaction(session))
            self._take_warm_pairs(sessions, case, effort)
        for session, each in zip(sessions, changes, strict=True):
            _clean(session, each.tables)

    def _take_warm_pairs(self, sessions: Sessions, case: _TimedCase, effort: Effort) -> None:
        warm_ms = [
            _execution_ms(session, query, case.arguments)
            for session, query in zip(sessions, case.queries, strict=True)
        ]
        best_of = _BEST_OF if max(warm_ms) < _SLICE_MS else 1
        times = case.passes[-1]
        for order in self._orders(_pairs_in(effort, best_of * sum(warm_ms))):
            taken = self._pair(sessions, case, order, best_of)
            times.baseline.append(taken[0])
            times.candidate.append(taken[1])

    def _pair(
        self, sessions: Sessions, case: _TimedCase, order: tuple[int, int], best_of: int
    ) -> tuple[float, float]:
        best_ms = [math.inf, math.inf]
        for _ in range(best_of):
            for side in order:
                taken_ms = _execution_ms(sessions[side], case.queries[side], case.arguments)
                best_ms[side] = min(best_ms[side], taken_ms)
        return best_ms[0], best_ms[1]

    def _orders(self, pairs: int) -> list[tuple[int, int]]:
        """Return who comes first in each pair: either side in half of them."""
        return self.random.sample([(0, 1), (1, 0)] * (pairs // 2), pairs)


def _needs_confirmation(case: _TimedCase) -> bool:
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


@dataclass(frozen=True, slots=True)
class _Changes:
    """Whether an execution changes or locks anything, and the tables in which it does."""

    any: bool = True
    tables: Sequence[tuple[str, str]] = ()


def _warm_up(session: psycopg.Connection, query: QueryClass, arguments: Arguments) -> _Changes:
    """Execute a class and undo it; return what it changes."""
    with suppress(errors.QueryCanceled), session.transaction(force_rollback=True):
        execute_steps(session, query, arguments)
        row = session.execute(_CHANGES).fetchone()
        if row and row[0]:
            return _Changes(tables=session.execute(_CHANGED).fetchall())
        return _Changes(any=False)
    return _Changes()


@contextmanager
def _one_transaction(session: psycopg.Connection) -> Iterator[None]:
    """Let executions that change nothing share a transaction, and say BEGIN once."""
    session.autocommit = False
    try:
        yield
    finally:
        if not session.closed:
            session.rollback()
            session.autocommit = True


def _clean(session: psycopg.Connection, tables: Sequence[tuple[str, str]]) -> None:
    """Remove the dead rows of changes that were undone.

    Otherwise they would slow down what comes next, and the server would see to it on one side
    before the other.
    """
    if not tables:
        return
    session.execute("RESET ROLE")
    names = sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
    with suppress(errors.QueryCanceled):
        session.execute(sql.SQL("VACUUM (INDEX_CLEANUP ON) {}").format(names))


def _execution_ms(session: psycopg.Connection, query: QueryClass, arguments: Arguments) -> float:
    """Execute a class and undo it; return how long it took, or until it was stopped."""
    own = session.transaction(force_rollback=True) if session.autocommit else nullcontext()
    begin_ns = end_ns = 0
    try:
        with own:
            begin_ns = time.perf_counter_ns()
            execute_steps(session, query, arguments)
            end_ns = time.perf_counter_ns()
    except errors.QueryCanceled:
        end_ns = time.perf_counter_ns()
        if not session.autocommit:
            session.rollback()
    return (end_ns - begin_ns) / _NS_PER_MS
