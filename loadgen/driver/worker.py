"""One user at work: the loop in which every request of a load is made."""

from dataclasses import dataclass, field
from random import Random

from loadgen.driver.clock import NS_PER_S, Alarm, now_ns
from loadgen.driver.connection import Connection, Refused
from loadgen.driver.pacing import Pacing
from loadgen.driver.program import Program, Values
from loadgen.driver.recorder import Recorder
from loadgen.driver.supply import Supply

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """A user's sessions and its supply of requests.

    Args:
        connection: to the database under load.
        replica: where query classes that only read go, if anywhere else.
        random: for the pauses between attempts to come back.
        is_abandoned: nobody waits for the answer any longer, so it is not a failure.
    """

    connection: Connection
    replica: Connection | None
    supply: Supply
    recorder: Recorder
    random: Random
    alarm: Alarm = field(default_factory=Alarm)
    is_busy: bool = False
    intended_ns: int = 0
    is_abandoned: bool = False
    pause_s: float = _FIRST_PAUSE_S

    def open(self) -> None:
        """Begin the sessions.

        Raises:
            Refused: one of them cannot begin.
        """
        for connection in self.connections:
            connection.open()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The sessions with the server, and with its replica."""
        return (self.connection,) if self.replica is None else (self.connection, self.replica)

    def work(self, pacing: Pacing) -> None:
        """Make requests until the pacing ends.

        Raises:
            BadInput: the arguments or a step's columns do not fit the query class.
        """
        while not self.is_abandoned:
            # drawn before the request is due, so that drawing is not part of its latency
            program, values = self.supply.next()
            intended_ns = pacing.wait(self.alarm)
            if intended_ns is None:
                return
            self.is_busy, self.intended_ns = True, intended_ns
            self._serve(program, values, intended_ns)
            self.is_busy = False

    def _serve(self, program: Program, values: list[Values], intended_ns: int) -> None:
        self.recorder.begin(intended_ns)
        seen = self.recorder.queries[program.query.name]
        connection = self.connection
        if self.replica is not None and not program.query.writes:
            connection = self.replica
        sent_ns = now_ns()
        try:
            if connection.is_closed:
                self._come_back(connection)
            restarts = program.run(connection, values)
        except Refused as refusal:
            self._fail(program, connection, intended_ns, refusal)
        else:
            seen.completed((intended_ns, sent_ns, now_ns()))
            if restarts:
                seen.restarted(intended_ns, restarts)

    def _come_back(self, connection: Connection) -> None:
        connection.open()
        self.recorder.reconnects += 1
        self.pause_s = _FIRST_PAUSE_S

    def _fail(
        self, program: Program, connection: Connection, intended_ns: int, refusal: Refused
    ) -> None:
        if self.is_abandoned:
            self.recorder.leave(intended_ns)
            return
        seen = self.recorder.queries[program.query.name]
        seen.failed(intended_ns, now_ns(), refusal.sqlstate)
        if refusal.restarts:
            seen.restarted(intended_ns, refusal.restarts)
        if not connection.is_open:
            connection.close()
            self._back_off()

    def _back_off(self) -> None:
        """Wait before the next attempt, twice as long each time: a server needs time to begin."""
        # not all at the same instant
        pause_s = self.pause_s * self.random.uniform(0.5, 1.0)
        self.pause_s = min(self.pause_s * 2, _LONGEST_PAUSE_S)
        self.is_busy = False
        self.alarm.sleep_until(now_ns() + round(pause_s * NS_PER_S))

    def abandon(self) -> None:
        """Stop waiting for the answer: the server is asked to give it up."""
        self.is_abandoned = True
        if self.is_busy:
            for connection in self.connections:
                connection.cancel()
        else:
            self.alarm.ring()

    def close(self) -> None:
        """Leave the server, which is asked to give up what it still does."""
        for connection in self.connections:
            if self.is_busy:
                connection.cancel()
            connection.close()
        self.alarm.close()
