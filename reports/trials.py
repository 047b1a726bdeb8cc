"""Try what could mend a finding on a copy of the database, and believe only less work."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import psycopg
from psycopg import errors, sql

from b2bench.arguments import Arguments
from b2bench.errors import BadInput
from b2bench.figures.notation import number, significant
from b2bench.queries import QueryClass
from reports.advice import Advice
from reports.advice_estimates import worst_estimate
from reports.explaining import CaseCapture, StepCapture, explain_case
from reports.fixes import Fix, Kind
from reports.hypothetical import Hypothesis, suppose
from reports.observing import Observer
from reports.refusal import refusal
from reports.rewrites import Rewrite, with_step

_LONGEST_MS = 30_000
_LESS = 0.9
_LESS_LEAST = 8
_MORE = 1.1
_ESTIMATE_BETTER = 10
# what has to become less for a finding to be mended; work of every kind for the others
_DECISIVE = {
    "spilled-to-disk": ("temp_blocks",),
    "lossy-bitmap": ("tuples",),
    "function-per-row": ("function_calls", "blocks"),
    "deep-offset": ("tuples", "blocks"),
    "rewritten": ("tuples",),
}
# a new text or another type may ask for something else
_CHANGES_MEANING = frozenset((Kind.REWRITE, Kind.DEFINITION))
_ANY = ("blocks", "temp_blocks", "tuples")
_SAID = {
    "blocks": "blocks",
    "temp_blocks": "temporary blocks",
    "tuples": "tuples processed",
    "function_calls": "function calls",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a step did, with or without a fix.

    Args:
        blocks: shared blocks of the real execution, else of the plan.
        cost: what the planner expected, in its own unit.
        result: a checksum of the answer, as in the work vector.
    """

    blocks: int
    tuples: int
    temp_blocks: int
    function_calls: int
    execution_ms: float
    cost: float
    estimate_error: float
    rows: int
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A fix that was applied and taken back.

    Args:
        is_proven: whether the same answer took less work.
        why: in words, what became less, or why it is not proven.
        after: what was measured; `None` where the fix could not be applied.
        hypothesis: what HypoPG foresaw of an index.
        size_bytes: of a new index.
        build_ms: what applying the fix took.
    """

    fix: Fix
    is_proven: bool
    why: str
    after: Measured | None = None
    hypothesis: Hypothesis | None = None
    size_bytes: int | None = None
    build_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A step of a class with arguments, on which fixes are tried.

    Args:
        query: the class.
        step: the captured step.
        arguments: of the class, in the case that does most work.
        role: to execute it as; `None` for the session's own.
    """

    query: QueryClass
    step: StepCapture
    arguments: Arguments
    role: str | None


def try_fixes(
    connection: psycopg.Connection,
    observer: Observer | None,
    subject: Subject,
    advice: Advice,
    fixes: Iterable[Fix],
) -> tuple[Measured, tuple[Trial, ...]]:
    """Measure a step as it is, then with each fix; the proven ones first, the best of them ahead.

    Everything is rolled back, but for maintenance, which cannot be.

    Args:
        connection: to a copy that may be changed, outside a transaction.
        observer: of the same database.
        subject: what is measured.
        advice: what the fixes are for.
        fixes: what to try.

    Raises:
        psycopg.Error: the step cannot be executed as it is.
    """
    bench = _Bench(connection, observer, subject)
    before = bench.measure(None).measured
    trials = list[Trial]()
    for fix in fixes:
        enough = any(trial.is_proven and trial.fix.kind is Kind.SETTING for trial in trials)
        # no more memory than helps
        if not (fix.kind is Kind.SETTING and enough):
            trials.append(_try(bench, advice.finding.code, fix, before))
    return before, tuple(sorted(trials, key=_rank))


def known_arguments(step: StepCapture) -> tuple[Measured, Trial]:
    """Return what the plan for unknown arguments did, and the one for these arguments as its mend.

    Both were executed when the step was captured.
    """
    generic = step.generic
    after = measured(step)
    fix = Fix(
        kind=Kind.SETTING,
        shown="SET plan_cache_mode = 'force_custom_plan'",
        settings={"plan_cache_mode": "force_custom_plan"},
        note="for the role or the transaction; then each execution is planned anew",
    )
    if generic is None or generic.work is None:
        return after, Trial(fix=fix, is_proven=True, why="it ends", after=after)
    work = generic.work
    before = replace(
        after,
        blocks=work.shared_blocks,
        tuples=work.tuples,
        temp_blocks=work.temp_blocks,
        execution_ms=generic.execution_ms or 0.0,
        cost=generic.plan["Plan"].get("Total Cost", 0.0),
        estimate_error=worst_estimate(generic.plan),
    )
    is_proven, why = judge("generic-plan-worse", before, after)
    return before, Trial(fix=fix, is_proven=is_proven, why=why, after=after)


def _rank(trial: Trial) -> tuple[bool, bool, float]:
    work = trial.after.blocks + trial.after.temp_blocks if trial.after else float("inf")
    # what is stored is changed only where nothing gentler helps
    return (not trial.is_proven, bool(trial.fix.guard), work)


def _try(bench: "_Bench", code: str, fix: Fix, before: Measured) -> Trial:
    try:
        found = bench.measure(fix)
    except errors.QueryCanceled:
        return Trial(fix=fix, is_proven=False, why="stopped after 30 s")
    except psycopg.Error as error:
        return Trial(
            fix=fix, is_proven=False, why=f"cannot be applied: {refusal(error, _texts(fix))}"
        )
    except BadInput as error:
        return Trial(fix=fix, is_proven=False, why=f"cannot be applied: {error}")
    # rewriting a table takes its bloat away, so its blocks say nothing of the fix
    is_proven, why = judge("rewritten" if fix.guard else code, before, found.measured)
    if is_proven and fix.kind in _CHANGES_MEANING and not _is_telling(before, found.measured):
        is_proven, why = False, f"{why}, but there is no answer by which to tell that it is right"
    if is_proven and fix.provided:
        why = f"{why}; provided that {fix.provided}"
    return Trial(
        fix=fix,
        is_proven=is_proven,
        why=why,
        after=found.measured,
        hypothesis=found.hypothesis,
        size_bytes=found.size_bytes,
        build_ms=found.build_ms,
    )


def _texts(fix: Fix) -> tuple[str, ...]:
    rewrite = fix.rewrite
    return (*fix.statements, rewrite.step.sql, rewrite.boundary) if rewrite else fix.statements


def judge(code: str, before: Measured, after: Measured) -> tuple[bool, str]:
    """Return whether less work gave the same answer, and what to say of it."""
    if before.rows != after.rows or _differ(before.result, after.result):
        return False, "the answer is another one"
    less = [each for each in _DECISIVE.get(code, _ANY) if _is_less(before, after, each)]
    whole = before.blocks + before.temp_blocks, after.blocks + after.temp_blocks
    if less and whole[1] <= whole[0] * _MORE + _LESS_LEAST:
        return True, ", ".join(_moved(before, after, each) for each in less)
    if less:
        return False, f"{_moved(before, after, less[0])}, but {_moved(before, after, 'blocks')}"
    if before.estimate_error >= after.estimate_error * _ESTIMATE_BETTER:
        errors_ = f"×{significant(before.estimate_error)} → ×{significant(after.estimate_error)}"
        return False, f"the estimate comes nearer ({errors_}), the work stays the same"
    return False, f"the work stays the same ({_moved(before, after, 'blocks')})"


def _is_telling(before: Measured, after: Measured) -> bool:
    """Return whether there are rows, and their values could be compared."""
    return bool(before.rows and before.result and after.result)


def _differ(before: str, after: str) -> bool:
    return bool(before and after and before != after)


def _is_less(before: Measured, after: Measured, what: str) -> bool:
    was, is_ = getattr(before, what), getattr(after, what)
    return bool(is_ <= was * _LESS and was - is_ >= _LESS_LEAST)


def _moved(before: Measured, after: Measured, what: str) -> str:
    return f"{_SAID[what]} {number(getattr(before, what))} → {number(getattr(after, what))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    measured: Measured
    hypothesis: Hypothesis | None = None
    size_bytes: int | None = None
    build_ms: float | None = None


class _Bench:
    """Where a step is measured: one session, one transaction for each measurement."""

    def __init__(
        self, connection: psycopg.Connection, observer: Observer | None, subject: Subject
    ) -> None:
        self._connection = connection
        self._observer = observer
        self._subject = subject

    def measure(self, fix: Fix | None) -> _Found:
        """Apply a fix, measure the step, and take everything back."""
        if fix is not None and fix.kind is Kind.MAINTENANCE:
            for statement in fix.statements:
                _execute(self._connection, statement)
        with self._connection.transaction(force_rollback=True):
            self._connection.execute(
                "SELECT set_config('statement_timeout', %s, true)", (str(_LONGEST_MS),)
            )
            if fix is None or fix.kind is Kind.MAINTENANCE:
                return _Found(measured=self._measured(None))
            return self._applied(fix)

    def _applied(self, fix: Fix) -> _Found:
        subject = self._subject
        step = next(step for step in subject.query.steps if step.name == subject.step.step)
        supposed = suppose(self._connection, step, subject.arguments, fix)
        for name, value in fix.settings.items():
            self._connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        if fix.guard and self._connection.execute(fix.guard.encode()).fetchone() is not None:
            raise BadInput("it would change what is stored")
        begin = time.perf_counter()
        for statement in fix.statements:
            _execute(self._connection, statement)
        build_ms = (time.perf_counter() - begin) * 1000
        return _Found(
            measured=self._measured(fix.rewrite),
            hypothesis=supposed,
            size_bytes=_new_indexes(self._connection) if fix.kind is Kind.INDEX else None,
            build_ms=build_ms if fix.statements else None,
        )

    def _measured(self, rewrite: Rewrite | None) -> Measured:
        subject = self._subject
        query, arguments = subject.query, subject.arguments
        if subject.role:
            role = sql.Identifier(subject.role)
            self._connection.execute(sql.SQL("SET LOCAL ROLE {}").format(role))
        if rewrite is not None:
            query = with_step(query, rewrite.step)
            arguments = _with_boundary(self._connection, rewrite, arguments)
        case = explain_case(self._connection, query, arguments, observer=self._observer)
        if subject.role:
            self._connection.execute("RESET ROLE")
        return measured(_step_of(case, subject.step.step))


def measured(step: StepCapture) -> Measured:
    """Return what a captured step did."""
    work = step.work
    executed = work.executed_blocks
    return Measured(
        blocks=work.shared_blocks if executed is None else executed,
        tuples=work.tuples,
        temp_blocks=work.temp_blocks,
        function_calls=work.function_calls or 0,
        execution_ms=step.execution_ms,
        cost=step.plan["Plan"].get("Total Cost", 0.0),
        estimate_error=worst_estimate(step.plan),
        rows=step.rows,
        result=work.result,
    )


def _step_of(case: CaseCapture, name: str) -> StepCapture:
    found = next((step for step in case.steps if step.step == name), None)
    if found is None:
        raise BadInput("the step is not reached any more")
    return found


def _with_boundary(
    connection: psycopg.Connection, rewrite: Rewrite, arguments: Arguments
) -> Arguments:
    """Return arguments with those that a new text needs, read from the row before its page."""
    if not rewrite.boundary:
        return arguments
    texts = [
        value if value is None else value.decode()
        for value in arguments.encoded(rewrite.boundary_parameters)
    ]
    cursor = psycopg.RawCursor(connection)
    cursor.execute(rewrite.boundary, texts)
    result = cursor.pgresult
    if result is None or not result.ntuples:
        raise BadInput("there is no row before the page")
    values = [result.get_value(0, column) for column in range(result.nfields)]
    if None in values:
        raise BadInput("a key of the row before the page is NULL")
    found = {
        name: value.decode() if value else ""
        for name, value in zip(rewrite.new_parameters, values, strict=True)
    }
    return replace(arguments, values={**arguments.values, **found})


def _execute(connection: psycopg.Connection, statement: str) -> None:
    # made of names and expressions that the server itself has written
    connection.execute(statement.encode())


def _new_indexes(connection: psycopg.Connection) -> int | None:
    """Return the size of the indexes that the transaction made; a partition has its own."""
    row = connection.execute(
        "SELECT sum(pg_relation_size(indexrelid))::bigint FROM pg_index"
        " WHERE xmin = pg_current_xact_id()::xid"
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])
