"""One user at work: the loop in which every request of a load is made."""

from dataclasses import dataclass, field

from gevent import sleep

from loadgen.driver.clock import Alarm, now_ns
from loadgen.driver.connection import Connection, Refused
from loadgen.driver.pacing import Pacing
from loadgen.driver.program import Program, Values
from loadgen.driver.recorder import Recorder
from loadgen.driver.supply import Supply

_RECONNECT_PAUSE_S = 0.2


@dataclass(slots=True, kw_only=True, eq=False)
class Worker:
    """A user's session, its pacing and its supply of requests.

    Args:
        is_abandoned: nobody waits for the answer any longer, so it is not a failure.
    """

    connection: Connection
    pacing: Pacing
    supply: Supply
    recorder: Recorder
    alarm: Alarm = field(default_factory=Alarm)
    is_busy: bool = False
    intended_ns: int = 0
    is_abandoned: bool = False

    def work(self) -> None:
        """Make requests until the pacing ends.

        Raises:
            BadInput: the arguments or a step's columns do not fit the query class.
        """
        while not self.is_abandoned:
            # drawn before the request is due, so that drawing is not part of its latency
            program, values = self.supply.next()
            intended_ns = self.pacing.wait(self.alarm)
            if intended_ns is None:
                return
            self.is_busy, self.intended_ns = True, intended_ns
            self._serve(program, values, intended_ns)
            self.is_busy = False

    def _serve(self, program: Program, values: list[Values], intended_ns: int) -> None:
        self.recorder.begin(intended_ns)
        seen = self.recorder.queries[program.query.name]
        sent_ns = now_ns()
        try:
            if not self.connection.is_open:
                self.connection.open()
            retries = program.run(self.connection, values)
        except Refused as refusal:
            self._fail(program, intended_ns, refusal)
        else:
            seen.completed((intended_ns, sent_ns, now_ns()))
            if retries:
                seen.restarted(intended_ns, retries)

    def _fail(self, program: Program, intended_ns: int, refusal: Refused) -> None:
        if self.is_abandoned:
            self.recorder.leave(intended_ns)
            return
        seen = self.recorder.queries[program.query.name]
        seen.failed(intended_ns, now_ns(), refusal.sqlstate)
        seen.restarted(intended_ns, refusal.retries)
        if not self.connection.is_open:
            sleep(_RECONNECT_PAUSE_S)

    def abandon(self) -> None:
        """Stop waiting for the answer: the server is asked to give it up."""
        self.is_abandoned = True
        if self.is_busy:
            self.connection.cancel()

    def close(self) -> None:
        """Leave the server, which is asked to give up what it still does."""
        if self.is_busy:
            self.connection.cancel()
        self.connection.close()
        self.alarm.close()
