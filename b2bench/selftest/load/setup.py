"""What every load of the selftest has in common: rate, sessions, length, and the lock in it."""

from dataclasses import dataclass

from b2bench.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The load that is put on the table, by us and by pgbench.

    Args:
        rate: requests per second offered, Poisson.
        sessions: connections.
        measured_s: the measurement with the lock in it.
        hold_s: how long the table is locked.
        warmup_s: load before each measurement, not counted.
    """

    rounds: int = 3
    rate: float = 1_000.0
    sessions: int = 10
    measured_s: float = 10.0
    hold_s: float = 1.0
    warmup_s: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        """Check that the queue has the time to drain.

        Raises:
            BadInput: the lock takes more than a third of the measurement.
        """
        if self.hold_s * 3 > self.measured_s:
            raise BadInput(
                f"a lock of {self.hold_s:g} s needs a measurement of {self.hold_s * 3:g} s at"
                f" least, and this is {self.measured_s:g} s: raise --duration or lower --lock"
            )

    @property
    def lock_at_s(self) -> float:
        """When the lock is asked for, from the start of the measurement."""
        return self.measured_s / 3

    @property
    def calm_s(self) -> float:
        """The length of a measurement without a lock."""
        return self.measured_s / 2

    @property
    def saturated_s(self) -> float:
        """The length of the measurement of the highest rate."""
        return self.measured_s / 4
