"""One user's session with the server, spoken through libpq while other greenlets run."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import psycopg.waiting
from gevent import get_hub, getcurrent, monkey
from psycopg import pq, sql
from psycopg.adapt import Transformer

from b2bench.errors import RunFailed
from loadgen.driver.meanings import CONNECTION_LOST, NO_CONNECTION

APPLICATION_NAME = "b2bench load"
_CONNECT_TIMEOUT_S = 10
_CANCEL_TIMEOUT_S = 2.0
_READ, _WRITE = 1, 2
# plain numbers: members of an enumeration are looked up slowly, and these for each request
_OPEN = int(pq.ConnStatus.OK)
_DONE = tuple(
    map(int, (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK, pq.ExecStatus.EMPTY_QUERY))
)

Row = pq.abc.PGresult


class Refused(Exception):
    """The server did not do a statement.

    Args:
        sqlstate: why, without values; 08006 when the connection was lost.
        reason: what the server said; may hold values, so it is shown only where no session
            came about.
        was_executed: the statement itself ended, only its transaction could not.
    """

    def __init__(self, sqlstate: str, reason: str = "", *, was_executed: bool = False) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate
        self.reason = " ".join(reason.split())
        self.was_executed = was_executed
        self.restarts: Sequence[str] = ()

    @property
    def is_loss(self) -> bool:
        """Whether nobody can say what the server did."""
        return self.sqlstate == CONNECTION_LOST


def require_cooperation() -> None:
    """Check that waiting for the server lets other greenlets run.

    Raises:
        RunFailed: psycopg was imported before locust had patched the standard library.
    """
    in_c = getattr(psycopg.waiting, "wait_c", None)
    if not monkey.is_module_patched("socket") or psycopg.waiting.wait is in_c:
        raise RunFailed("psycopg was imported before locust: import locust first")


class Connection:
    """A session whose statements are prepared once and then only executed, if they can be.

    Args:
        conninfo: libpq's connection string.
        statements: every statement's text by its key.
        role: that the session begins with, if another than its user.
        is_prepared: without it a statement's text is sent, parsed and planned each time: a
            pooler may give each transaction another session of the server.
    """

    def __init__(
        self,
        conninfo: str,
        statements: Mapping[bytes, bytes],
        *,
        role: str | None = None,
        is_prepared: bool = True,
    ) -> None:
        self._conninfo = conninfo
        self._statements = statements
        self._role = role
        self._is_prepared = is_prepared
        self._wire: _Wire | None = None
        self._taken = role
        self.is_closed = True

    def open(self) -> None:
        """Connect and prepare, anew if there was a session before.

        Raises:
            Refused: no session, or a statement cannot be prepared.
        """
        self.close()
        self._wire = _Wire(_connect(self._conninfo, self._role))
        self._taken = self._role
        try:
            for key, text in self._statements.items() if self._is_prepared else ():
                self._wire.prepare(key, text)
        except Refused:
            # a session that lacks a statement is of no use
            self.close()
            raise
        self.is_closed = False

    @property
    def is_open(self) -> bool:
        """Whether statements can be sent."""
        return self._wire is not None and self._wire.pgconn.status == _OPEN

    @property
    def in_transaction(self) -> bool:
        """Whether a ROLLBACK is due before the next transaction."""
        return (
            self._wire is not None
            and self._wire.pgconn.status == _OPEN
            and self._wire.pgconn.transaction_status != pq.TransactionStatus.IDLE
        )

    def execute(self, key: bytes, values: Sequence[bytes | None]) -> Row:
        """Run a statement and wait until the server is ready for the next.

        Raises:
            Refused: the server refused it, or the connection was lost.
        """
        wire = self._wire
        if wire is None:
            raise Refused(CONNECTION_LOST)
        if not self._is_prepared:
            return wire.execute_text(self._statements[key], values)
        return wire.execute(key, values)

    def take_on(self, role: str | None) -> None:
        """Work under a role from now on, `None`: the one that the session began with.

        Raises: as `execute`.
        """
        wanted = role or self._role
        if wanted != self._taken:
            self.command(taking(wanted))
            self._taken = wanted

    def command(self, text: bytes) -> None:
        """Send BEGIN, COMMIT or ROLLBACK, unprepared.

        Of a prepared utility statement pg_stat_statements counts the first execution only.

        Raises: as `execute`.
        """
        if self._wire is None:
            raise Refused(CONNECTION_LOST)
        self._wire.command(text)

    def cancel(self) -> None:
        """Ask the server to give up the statement that is running."""
        if self._wire is not None:
            self._wire.cancel()

    def close(self) -> None:
        """End the session, if there is one."""
        if self._wire is not None:
            self._wire.close()
        self._wire = None
        self.is_closed = True


def taking(role: str | None, scope: str = "") -> bytes:
    """Return the statement that takes on a role, or gives it up.

    >>> taking("shop_buyer", "LOCAL "), taking(None)
    (b'SET LOCAL ROLE "shop_buyer"', b'SET ROLE NONE')
    """
    name = '"' + role.replace('"', '""') + '"' if role else "NONE"
    return f"SET {scope}ROLE {name}".encode()


def _connect(conninfo: str, role: str | None) -> psycopg.Connection:
    try:
        session = psycopg.connect(
            conninfo,
            autocommit=True,
            prepare_threshold=None,
            application_name=APPLICATION_NAME,
            connect_timeout=_CONNECT_TIMEOUT_S,
        )
        if role:
            session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    except psycopg.Error as error:
        raise Refused(error.sqlstate or NO_CONNECTION, str(error)) from error
    return session


class _Wire:
    """The libpq connection of a session, with the watchers that wait for its socket."""

    def __init__(self, session: psycopg.Connection) -> None:
        self.pgconn = session.pgconn
        self._session = session
        self._decoder = Transformer(session)
        self._hub = get_hub()
        # whoever opens a session is the only one that waits for its answers
        self._resume = getcurrent().switch
        # one watcher for the life of the session: making one for each wait costs twice as much
        self._readable = self._hub.loop.io(self.pgconn.socket, _READ)
        self._ready = self._hub.loop.io(self.pgconn.socket, _READ | _WRITE)

    def prepare(self, key: bytes, text: bytes) -> None:
        try:
            self.pgconn.send_prepare(key, text)
        except psycopg.OperationalError as error:
            raise Refused(CONNECTION_LOST) from error
        self._answer()

    def execute(self, key: bytes, values: Sequence[bytes | None]) -> Row:
        try:
            self.pgconn.send_query_prepared(key, values)
        except psycopg.OperationalError as error:
            raise Refused(CONNECTION_LOST) from error
        return self._rows()

    def execute_text(self, text: bytes, values: Sequence[bytes | None]) -> Row:
        try:
            self.pgconn.send_query_params(text, values)
        except psycopg.OperationalError as error:
            raise Refused(CONNECTION_LOST) from error
        return self._rows()

    def _rows(self) -> Row:
        answer = self._answer()
        rows = answer.ntuples
        if rows:
            # what an application does with rows, and pays for
            self._decoder.set_pgresult(answer)
            try:
                self._decoder.load_rows(0, rows, tuple)
            except psycopg.DataError:
                # Python has no such date as infinity: the answer is one nevertheless
                return answer
        return answer

    def command(self, text: bytes) -> None:
        try:
            self.pgconn.send_query(text)
        except psycopg.OperationalError as error:
            raise Refused(CONNECTION_LOST) from error
        self._answer()

    def _answer(self) -> Row:
        """Read all that the server says until it is ready again."""
        done: Row | None = None
        refusal: Row | None = None
        pgconn = self.pgconn
        try:
            while pgconn.flush():
                self._wait(self._ready)
                pgconn.consume_input()
            # nothing has been read since it was sent, so there is something to wait for
            self._wait(self._readable)
            pgconn.consume_input()
            while True:
                # get_result on an unfinished answer would block every greenlet
                while pgconn.is_busy():
                    self._wait(self._readable)
                    pgconn.consume_input()
                result = pgconn.get_result()
                if result is None:
                    break
                if result.status in _DONE:
                    done = result
                else:
                    refusal = result
        except psycopg.OperationalError as error:
            if refusal is None:
                raise Refused(CONNECTION_LOST) from error
        if refusal is not None:
            raise _refused(refusal, was_executed=done is not None)
        if done is None:
            raise Refused(CONNECTION_LOST)
        return done

    def _wait(self, watcher: Any) -> None:  # noqa: ANN401 (gevent has no types)
        """Let other greenlets run until the socket is ready: what `hub.wait` does, for less."""
        watcher.start(self._resume)
        try:
            self._hub.switch()
        finally:
            watcher.stop()

    def cancel(self) -> None:
        if self.pgconn.status != _OPEN:
            return
        try:
            self._session.cancel_safe(timeout=_CANCEL_TIMEOUT_S)
        except psycopg.Error:
            return  # a server that does not listen is waited for, and then left

    def close(self) -> None:
        for watcher in (self._readable, self._ready):
            watcher.stop()
            watcher.close()
        self._session.close()


def _refused(result: Row, *, was_executed: bool) -> Refused:
    state = result.error_field(pq.DiagnosticField.SQLSTATE)
    message = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or result.error_message
    return Refused(
        state.decode() if state else CONNECTION_LOST,
        message.decode(errors="replace"),
        was_executed=was_executed,
    )
