"""When a load warms up, changes from stage to stage and ends: one object that everybody asks."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from b2bench.runs import Stage
from loadgen.driver.clock import NS_PER_S, now_ns

_NEVER_NS = 2**62


class Window:
    """Instants of one load, in the nanoseconds of `clock.now_ns`.

    Until `open` is called nothing is due. `cut` ends the load earlier than planned.

    Args:
        stages: one after another; the warm-up has the load of the first.
    """

    def __init__(self, *, warmup_s: float, stages: Sequence[Stage], grace_s: float) -> None:
        self.stages = tuple(stages)
        self._warmup_ns = round(warmup_s * NS_PER_S)
        # where stages begin and end, from the start of the measurement
        self._edges_ns = list(accumulate(map(_length_ns, stages), initial=0))
        self._grace_ns = round(grace_s * NS_PER_S)
        self.begin_ns = self.measure_ns = self.end_ns = self.give_up_ns = _NEVER_NS

    def open(self, begin_ns: int | None = None) -> None:
        """Begin, now if no instant is named."""
        self.begin_ns = now_ns() if begin_ns is None else begin_ns
        self.measure_ns = self.begin_ns + self._warmup_ns
        self.end_ns = self.measure_ns + self._edges_ns[-1]
        self.give_up_ns = self.end_ns + self._grace_ns

    def cut(self) -> None:
        """End now: what has begun may finish, what is late will not begin."""
        self.end_ns = self.give_up_ns = min(self.end_ns, now_ns())

    def measures(self, intended_ns: int) -> bool:
        """Return whether a request with this intended start belongs to the measurement."""
        return self.measure_ns <= intended_ns < self.end_ns

    def stage_at(self, instant_ns: float) -> int:
        """Return the number of the stage at an instant; the first begins with the warm-up."""
        place = bisect_right(self._edges_ns, instant_ns - self.measure_ns) - 1
        return min(max(place, 0), len(self.stages) - 1)

    def stage_begin_ns(self, number: int) -> int:
        """Return when a stage begins."""
        return self.begin_ns if number == 0 else self.measure_ns + self._edges_ns[number]

    def stage_end_ns(self, number: int) -> int:
        """Return when a stage ends; the last one goes on for whoever plans further."""
        is_last = number == len(self.stages) - 1
        return _NEVER_NS if is_last else self.measure_ns + self._edges_ns[number + 1]

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


def _length_ns(stage: Stage) -> int:
    # the load of Locust's web page has no end of its own
    return round(min(stage.duration_s, _NEVER_NS / NS_PER_S / 4) * NS_PER_S)
