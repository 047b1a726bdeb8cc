"""Undo differences between two catalogues on a copy of the candidate, to prove a cause.

An undoing is not a list of statements to be believed. It has an aim: the copy's catalogue as it is,
but for the objects that are undone. What a statement takes along (a view on a column, a foreign key
on a primary key) is brought back in the same way, and if the copy does not get there, nothing of it
stays.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import groupby

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from b2bench.catalogue import Catalogue, CatalogueObject, Difference, differences, read_catalogue
from b2bench.database import connect
from b2bench.errors import B2benchError
from b2bench.target import Target
from reports.redaction import REDACTED, redact_sql
from reports.refusal import refusal
from reports.reverting_groups import grouped, table_of
from reports.reverting_steps import Irreversible, Steps, Upkeep, steps_of
from reports.upkeep import keep_up

_SESSION = {
    "lock_timeout": "5000",
    "statement_timeout": "600000",
    # a function may be there before the tables that it reads
    "check_function_bodies": "off",
    "client_min_messages": "warning",
}
_MOST_TRIES = 2
_EVERY_TABLE = ""
_SET_ELSEWHERE = "sessions set it as they begin"
# what goes with its relation, where that is made anew by its own definition
_OF_STORED_VIEW = frozenset(("table", "column"))
# in this order things are made and changed, and in the opposite one dropped
_ORDER = (
    "extension",
    "type",
    "domain constraint",
    "table",
    "column",
    "function",
    "aggregate",
    "operator",
    "constraint",
    "index",
    "statistics",
    "view",
    "rule",
    "trigger",
    "policy",
)
_UPKEEP = {
    Upkeep.NOTHING: (),
    Upkeep.ANALYZE: ("ANALYZE",),
    Upkeep.VACUUM: ("VACUUM (ANALYZE)",),
    Upkeep.REWRITE: ("VACUUM (FULL)", "VACUUM (ANALYZE)"),
}


class CannotUndo(B2benchError):
    """A difference cannot be undone on this copy; nothing of it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """How one change of the database is undone.

    Args:
        differences: that it undoes, more than one where the catalogue shows the change in many
            places.
        statements: that are executed first; they may hold constants.
        settings: that sessions of the copy begin with.
        refusal: why it cannot be undone, in words; empty where it can.
    """

    differences: tuple[Difference, ...]
    statements: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    refusal: str = ""

    @property
    def shown(self) -> str:
        """What it undoes, in words."""
        return ", ".join(difference.shown for difference in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A difference that stayed, and why."""

    difference: Difference
    why: str

    def __str__(self) -> str:
        return f"{self.difference.shown}: {self.why}"


def undo(difference: Difference) -> Undoing:
    """Return how one difference is undone by itself."""
    return _undoing((difference,))


def undoings(
    differences: Sequence[Difference], baseline: Catalogue, candidate: Catalogue
) -> tuple[Undoing, ...]:
    """Return how each change is undone, in the order of the differences.

    What differs only because one side is kept without constants is left out.
    """
    real = [difference for difference in differences if not is_hidden(difference)]
    return tuple(map(_undoing, grouped(real, baseline, candidate)))


def apply(undoing: Undoing, target: Target) -> None:
    """Undo a change for good, for all sessions that begin afterwards.

    Args:
        undoing: what to undo.
        target: a copy that may be changed, as its owner or a superuser; nobody else works in it.

    Raises:
        CannotUndo: it cannot be undone; the copy is as it was.
        ServerUnreachable: no session could be opened.
    """
    if undoing.refusal:
        raise CannotUndo(f"{undoing.shown}: {undoing.refusal}")
    with _changing(target) as connection:
        before = _definitions(connection)
        wanted = _with_undone(before, undoing.differences)
        try:
            with connection.transaction():
                reached = _Reaching(connection, wanted).reach(before)
                if reached.left:
                    raise CannotUndo("; ".join(map(str, reached.left)))
                _give_settings(connection, undoing.settings)
            _keep_up(connection, {**reached.upkeep, **_upkeep_of_settings(undoing)})
        except psycopg.Error as error:
            if not connection.broken:
                _go_back(connection, before, undoing.settings)
            raise CannotUndo(f"{undoing.shown}: {refusal(error, undoing.statements)}") from error
    if undoing.settings and _unmet(target, undoing.settings):
        raise CannotUndo(f"{undoing.shown}: {_SET_ELSEWHERE}")


def maintain(undoings_: Iterable[Undoing], target: Target) -> bool:
    """Do in another copy what undoing does for tables besides, and nothing else.

    What that alone restores is not a difference's doing, but that of a state of the table.

    Returns:
        Whether there was anything to do.

    Raises:
        StatementFailed: the server refuses it.
        ServerUnreachable: no session could be opened.
    """
    needed = dict[str, Upkeep]()
    for undoing in undoings_:
        for steps in map(steps_of, undoing.differences):
            if steps.upkeep:
                needed[steps.table] = max(steps.upkeep, needed.get(steps.table, Upkeep.NOTHING))
    if needed:
        with _changing(target) as connection:
            _keep_up(connection, needed)
    return bool(needed)


def revert_all(target: Target, differences: Sequence[Difference]) -> tuple[Refusal, ...]:
    """Undo all differences that can be undone: a copy of the candidate becomes the baseline.

    Args:
        target: the copy, as `apply` wants it.
        differences: between the two catalogues.

    Returns:
        What stayed, with the reason.

    Raises:
        ServerUnreachable: no session could be opened.
        StatementFailed: a table could not be analyzed afterwards.
    """
    real = [difference for difference in differences if not is_hidden(difference)]
    settings = [undo(difference) for difference in real if difference.kind == "setting"]
    with _changing(target) as connection:
        before = _definitions(connection)
        with connection.transaction():
            reached = _Reaching(connection, _with_undone(before, real)).reach(before)
        refused, upkeep = list(reached.left), dict(reached.upkeep)
        for each in settings:
            if why := each.refusal or _refused(connection, each.settings):
                refused.append(Refusal(difference=each.differences[0], why=why))
            else:
                upkeep |= _upkeep_of_settings(each)
        _keep_up(connection, upkeep)
    known = {each.difference for each in refused}
    refused += (
        Refusal(difference=each.differences[0], why=_SET_ELSEWHERE)
        for each in settings
        if each.differences[0] not in known and _unmet(target, each.settings)
    )
    return tuple(refused)


def _refused(connection: psycopg.Connection, settings: Mapping[str, str]) -> str:
    """Give settings to the database's sessions; return why that cannot be done, or nothing."""
    try:
        _give_settings(connection, settings)
    except psycopg.Error as error:
        return refusal(error)
    return ""


def _undoing(members: tuple[Difference, ...]) -> Undoing:
    made_anew = {table_of(each) for each in members if each.kind == "view"}
    statements = list[str]()
    for each in sorted(members, key=_rank):
        try:
            statements += steps_of(each).statements
        except Irreversible as why:
            if each.kind in _OF_STORED_VIEW and table_of(each) in made_anew:
                continue
            return Undoing(differences=members, refusal=f"{each.kind} {each.identity}: {why}")
    settings = {
        each.identity: each.baseline_definition for each in members if each.kind == "setting"
    }
    return Undoing(differences=members, statements=tuple(statements), settings=settings)


def is_hidden(difference: Difference) -> bool:
    """Return whether only the constants may differ, which the baseline does not keep."""
    wanted = difference.baseline_definition
    return REDACTED in wanted and redact_sql(difference.candidate_definition) == wanted


@contextmanager
def _changing(target: Target) -> Iterator[psycopg.Connection]:
    own = replace(target, role=None)
    with connect(own, application_name="b2bench (undoing)") as connection:
        for name, value in _SESSION.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        yield connection


def _definitions(connection: psycopg.Connection) -> Catalogue:
    """Return the catalogue without settings: those of this session say nothing of others."""
    found = read_catalogue(connection).objects
    return Catalogue(objects=tuple(item for item in found if item.kind != "setting"))


def _with_undone(current: Catalogue, undone: Iterable[Difference]) -> Catalogue:
    objects = {(item.kind, item.identity): item for item in current.objects}
    for each in undone:
        if each.change == "added":
            objects.pop((each.kind, each.identity), None)
        elif each.kind != "setting":
            objects[each.kind, each.identity] = CatalogueObject(
                kind=each.kind, identity=each.identity, definition=each.baseline_definition
            )
    return Catalogue(objects=tuple(objects.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    left: tuple[Refusal, ...]
    upkeep: Mapping[str, Upkeep]


class _Reaching:
    """Brings a database to a catalogue, one kind of object after another, each in a savepoint."""

    def __init__(self, connection: psycopg.Connection, wanted: Catalogue) -> None:
        self._connection = connection
        self._wanted = wanted
        self._tries = Counter[Difference]()
        self._why = dict[Difference, str]()
        self._upkeep = dict[str, Upkeep]()

    def reach(self, current: Catalogue) -> _Reached:
        """Go on until nothing is left, or nothing of what is left can be done."""
        grants = _grants(self._connection)
        left = differences(self._wanted, current)
        while self._advance(left):
            left = differences(self._wanted, _definitions(self._connection))
        _grant_again(self._connection, grants)
        refused = (Refusal(difference=each, why=self._why_left(each)) for each in left)
        return _Reached(left=tuple(refused), upkeep=self._upkeep)

    def _why_left(self, difference: Difference) -> str:
        return self._why.get(difference, "it does not come back as it was")

    def _advance(self, left: Sequence[Difference]) -> bool:
        """Undo the first kind of which something can be undone; what is left is then another."""
        for _, members in groupby(sorted(left, key=_rank), key=_rank):
            # all of a kind, before the catalogue is read again
            if True in [self._try(each) for each in members]:
                return True
        return False

    def _try(self, difference: Difference) -> bool:
        # what comes back differently each time would never end
        if self._tries[difference] == _MOST_TRIES:
            return False
        try:
            steps = steps_of(difference)
        except Irreversible as why:
            self._why[difference] = str(why)
            return False
        if not any(self._execute(difference, each) for each in _ways(steps) if each):
            return False
        self._tries[difference] += 1
        if steps.upkeep:
            earlier = self._upkeep.get(steps.table, Upkeep.NOTHING)
            self._upkeep[steps.table] = max(earlier, steps.upkeep)
        return True

    def _execute(self, difference: Difference, statements: Sequence[str]) -> bool:
        try:
            with self._connection.transaction():
                for statement in statements:
                    self._connection.execute(statement.encode())
        except psycopg.Error as error:
            if self._connection.broken:
                raise
            self._why[difference] = refusal(error, statements)
            return False
        return True


def _ways(steps: Steps) -> Iterator[Sequence[str]]:
    yield steps.statements
    yield steps.fallback


def _rank(difference: Difference) -> tuple[bool, int]:
    place = _ORDER.index(difference.kind) if difference.kind in _ORDER else len(_ORDER)
    is_dropped = difference.change == "added"
    return (not is_dropped, -place if is_dropped else place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    kind: str
    name: str
    oid: int
    statement: str


def _grants(connection: psycopg.Connection) -> list[_Grant]:
    text = (files("reports") / "reverting_grants.sql").read_text()
    cursor = connection.cursor(row_factory=class_row(_Grant))
    return cursor.execute(text.encode()).fetchall()


def _grant_again(connection: psycopg.Connection, grants: Sequence[_Grant]) -> None:
    """Let what was dropped and made anew belong to whom it belonged."""
    now = {(each.kind, each.name): each.oid for each in _grants(connection)}
    for each in grants:
        if now.get((each.kind, each.name), each.oid) != each.oid:
            connection.execute(each.statement.encode())


def _give_settings(connection: psycopg.Connection, settings: Mapping[str, str]) -> None:
    """Let every session of the database begin with settings.

    Those of a role in a database come before those of either.
    """
    database = sql.Identifier(connection.info.dbname)
    with connection.transaction():
        for name, value in settings.items():
            # a list of names would be taken for one name if it were written as a text
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            connection.execute(
                sql.SQL("ALTER ROLE CURRENT_USER IN DATABASE {} SET {} FROM CURRENT").format(
                    database, _setting(name)
                )
            )


def _setting(name: str) -> sql.Composable:
    return sql.SQL(".").join(map(sql.Identifier, name.split(".")))


def _forget_settings(connection: psycopg.Connection, settings: Iterable[str]) -> None:
    database = sql.Identifier(connection.info.dbname)
    for name in settings:
        reset = sql.SQL("ALTER ROLE CURRENT_USER IN DATABASE {} RESET {}")
        connection.execute(reset.format(database, _setting(name)))


def _unmet(target: Target, settings: Mapping[str, str]) -> bool:
    """Return whether a new session begins otherwise; the settings are then taken back."""
    with _changing(target) as connection:
        for name, value in settings.items():
            row = connection.execute("SELECT current_setting(%s, true)", (name,)).fetchone()
            if row != (value,):
                _forget_settings(connection, settings)
                return True
    return False


def _upkeep_of_settings(undoing: Undoing) -> dict[str, Upkeep]:
    steps = [steps_of(each) for each in undoing.differences if each.kind == "setting"]
    return {each.table: each.upkeep for each in steps if each.upkeep}


def _keep_up(connection: psycopg.Connection, upkeep: Mapping[str, Upkeep]) -> None:
    needed = {table: kind for table, kind in upkeep.items() if table != _EVERY_TABLE}
    if _EVERY_TABLE in upkeep:
        rows = connection.execute((files("reports") / "reverting_tables.sql").read_bytes())
        needed = {**dict.fromkeys((row[0] for row in rows), Upkeep.ANALYZE), **needed}
    for table, kind in needed.items():
        row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
        # it may have been dropped on the way
        if row and row[0]:
            keep_up(connection, table, [f"{command} {table}" for command in _UPKEEP[kind]])


def _go_back(
    connection: psycopg.Connection, before: Catalogue, settings: Mapping[str, str]
) -> None:
    """Take back what was committed before the upkeep failed."""
    with connection.transaction():
        _Reaching(connection, before).reach(_definitions(connection))
        _forget_settings(connection, settings)
