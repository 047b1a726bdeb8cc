"""Plant one regression in a copy of the user's data, and let the gate judge it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import sql

from b2bench.arguments import Arguments, ArgumentSource, ExampleSource, one_of_each_case
from b2bench.clones import clone
from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.progress import Progress, silent
from b2bench.queries import QueryClass
from b2bench.selftest.gate.effect import Effect, measure
from b2bench.selftest.gate.seeds import Seed, addressed
from b2bench.target import Target
from reports.attribution import Candidate, name_causes
from reports.baseline import record
from reports.capture import Capture, capture
from reports.cause import Cause
from reports.gate import Verdict, judge
from reports.gate_policy import Policy

# a predefined role that may read everything and is not above policies
ROLES: Mapping[str, str] = {"reader": "pg_read_all_data"}
_PURPOSE = "seed"
_REFUSED = "the server refuses it: {}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a seed.

    Args:
        absent: why it could not be planted on this server; empty where it was.
        effects: by case of arguments; a seed without a proof in any of them is not counted.
        before: the capture that the baseline was made of.
        after: the candidate's.
        verdict: with the causes that experiments found.
    """

    seed: Seed
    absent: str = ""
    effects: tuple[Effect, ...] = ()
    before: Capture | None = None
    after: Capture | None = None
    verdict: Verdict | None = None

    @property
    def proofs(self) -> tuple[str, ...]:
        """What became dearer, by the case of which most is to be said."""
        return max((effect.proofs for effect in self.effects), key=len, default=())

    @property
    def caught(self) -> bool:
        """Whether the gate stops it."""
        return self.verdict is not None and not self.verdict.passed

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What the gate names, each once."""
        if self.verdict is None:
            return ()
        found = (
            cause
            for compared in self.verdict.comparisons.classes
            for step in compared.steps
            if any(each.severity == "error" for each in step.findings)
            for cause in step.causes
        )
        return tuple(dict.fromkeys(found))

    @property
    def named(self) -> bool:
        """Whether what was planted is among the causes, proven unless it is a changed file."""
        return any(
            f"{cause.kind} {cause.identity}" == self.seed.cause
            and (cause.proven or cause.kind == "query")
            for cause in self.causes
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """The shop's arguments for the shop's classes, a seed's example for its own."""

    shop: ArgumentSource
    examples: ArgumentSource
    own: str

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        source = self.examples if query.name == self.own else self.shop
        return source.draw(query, seed=seed, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laboratory:
    """Where seeds are planted.

    Args:
        target: the user's database, of which only copies are changed.
        source: of the shop's arguments.
        as_of: for the seeds' own.
        seed: of the arguments.
        roles: database role by the role that a query file names; of the shop's and the seeds'.
    """

    target: Target
    source: ArgumentSource
    as_of: datetime
    seed: int
    roles: Mapping[str, str] = field(default_factory=lambda: ROLES)

    def try_seed(self, seed: Seed, progress: Progress) -> Outcome:
        """Plant a seed, prove that it costs something, judge it, and look for its cause."""
        progress(f"{seed.name}: plant")
        with self._soil(seed) as (soil, absent):
            if absent:
                return Outcome(seed=seed, absent=absent)
            with clone(soil, _PURPOSE) as worse:
                if refused := _refused(worse, seed.change):
                    return Outcome(seed=seed, absent=refused)
                return self._judged(seed, soil, worse, progress)

    @contextmanager
    def _soil(self, seed: Seed) -> Iterator[tuple[Target, str]]:
        """Yield a copy with everything that both sides have, and why it lacks something."""
        with clone(self.target, _PURPOSE) as soil:
            yield soil, _absent(soil, seed) or _refused(soil, seed.setup)

    def _judged(self, seed: Seed, soil: Target, worse: Target, progress: Progress) -> Outcome:
        source = _Source(self.source, ExampleSource(self.as_of), seed.name)
        progress(f"{seed.name}: measure")
        with clone(soil, _PURPOSE) as before_copy, clone(worse, _PURPOSE) as after_copy:
            before = self._capture(before_copy, [seed.baseline], source)
            after = self._capture(after_copy, [seed.candidate], source)
            try:
                effects = measure(
                    (before_copy, after_copy),
                    (seed.baseline, seed.candidate),
                    one_of_each_case(source, seed.baseline, seed=self.seed),
                    roles=self.roles,
                )
            except StatementFailed as error:
                return Outcome(seed=seed, absent=_REFUSED.format(error))
        baseline = record(before)
        candidate = Candidate(
            captured=after,
            queries=(seed.candidate,),
            source=source,
            seed=self.seed,
            copies=_copies(worse),
            policy=Policy(),
            roles=self.roles,
        )
        progress(f"{seed.name}: look for the cause")
        verdict = name_causes(judge(baseline, after), baseline, candidate, silent)
        return Outcome(seed=seed, effects=effects, before=before, after=after, verdict=verdict)

    def clean(self, queries: Sequence[QueryClass]) -> Capture:
        """Capture classes of the shop on a copy in which nothing is planted."""
        with clone(self.target, _PURPOSE) as copy:
            return self._capture(copy, queries, self.source)

    def _capture(
        self, target: Target, queries: Sequence[QueryClass], source: ArgumentSource
    ) -> Capture:
        return capture(
            target,
            queries,
            source,
            seed=self.seed,
            progress=silent,
            clone=True,
            roles=self.roles,
        )


def _copies(target: Target) -> Callable[[], AbstractContextManager[Target]]:
    return lambda: clone(target, _PURPOSE)


def _absent(target: Target, seed: Seed) -> str:
    """Return why a seed cannot be planted, empty where it can."""
    if not seed.needs:
        return ""
    with connect(target) as connection:
        if seed.needs == "jit":
            row = connection.execute("SELECT pg_jit_available()").fetchone()
            return "" if row and row[0] else "the server has no JIT"
        row = connection.execute(
            "SELECT FROM pg_available_extensions WHERE name = %s", (seed.needs,)
        ).fetchone()
        return f"the server has no {seed.needs}" if row is None else ""


def _refused(target: Target, statements: Sequence[str]) -> str:
    """Execute statements, and return what the server says if it refuses one."""
    try:
        with connect(target) as connection:
            name = sql.Identifier(target.database).as_string(connection)
            for statement in addressed(statements, name):
                connection.execute(statement.encode())
    except StatementFailed as error:
        # one seed is no reason to lose what was found with the others
        return _REFUSED.format(error)
    return ""
