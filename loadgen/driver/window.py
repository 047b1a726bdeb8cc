"""When a load warms up, measures and ends: one object that everybody asks."""

from loadgen.driver.clock import NS_PER_S, now_ns

_NEVER_NS = 2**62


class Window:
    """Instants of one load, in the nanoseconds of `clock.now_ns`.

    Until `open` is called nothing is due. `cut` ends the load earlier than planned.
    """

    def __init__(self, *, warmup_s: float, duration_s: float, grace_s: float) -> None:
        self._warmup_ns = round(warmup_s * NS_PER_S)
        # the load of Locust's web page has no end of its own
        self._duration_ns = round(min(duration_s, _NEVER_NS / NS_PER_S / 4) * NS_PER_S)
        self._grace_ns = round(grace_s * NS_PER_S)
        self.begin_ns = self.measure_ns = self.end_ns = self.give_up_ns = _NEVER_NS

    def open(self) -> None:
        """Begin now."""
        self.begin_ns = now_ns()
        self.measure_ns = self.begin_ns + self._warmup_ns
        self.end_ns = self.measure_ns + self._duration_ns
        self.give_up_ns = self.end_ns + self._grace_ns

    def cut(self) -> None:
        """End now: what has begun may finish, what is late will not begin."""
        self.end_ns = self.give_up_ns = min(self.end_ns, now_ns())

    def measures(self, intended_ns: int) -> bool:
        """Return whether a request with this intended start belongs to the measurement."""
        return self.measure_ns <= intended_ns < self.end_ns

    @property
    def measured_s(self) -> float:
        """The length of the measurement so far."""
        if self.begin_ns == _NEVER_NS:
            return 0.0
        return max(0, min(now_ns(), self.end_ns) - self.measure_ns) / NS_PER_S

    @property
    def elapsed_s(self) -> float:
        """Seconds since the load began, warm-up included."""
        return max(0, now_ns() - self.begin_ns) / NS_PER_S
