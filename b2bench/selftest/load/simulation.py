"""What a queue with the same arrivals and the same sessions would have answered, and when."""

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """A time in which nothing is served, in seconds of the run."""

    begin_s: float
    end_s: float

    def served_from(self, sent_s: float) -> float:
        """Return when the server begins to work on a request that was sent at this time."""
        return self.end_s if self.begin_s <= sent_s < self.end_s else sent_s


def simulate(
    due_s: Seconds,
    service_s: Seconds,
    *,
    sessions: int,
    capacity_per_s: float,
    stall: Stall | None = None,
) -> Seconds:
    """Return the response time of each request, counted from when it was due.

    A request waits for the first free session (first come, first served), then for the end of
    the stall, then for its turn at what all sessions share: client and server together answer no
    more than `capacity_per_s`, which is what limits the draining of a queue. It takes its service
    time at least.

    Args:
        due_s: rising.
        service_s: what each request takes when nothing is in its way.
        sessions: how many requests can be under way at once.
        capacity_per_s: requests per second that client and server can answer at most.
        stall: none is a run without one.

    >>> due_s, service_s = np.array([0.0, 1.0, 2.0]), np.full(3, 0.25)
    >>> stall = Stall(begin_s=0.5, end_s=3.0)
    >>> simulate(due_s, service_s, sessions=1, capacity_per_s=100, stall=stall)
    array([0.25, 2.25, 1.5 ])
    """
    free_s = [-np.inf] * sessions
    shared_free_s = -np.inf
    done_s = np.empty(len(due_s))
    for number, (due, service) in enumerate(zip(due_s.tolist(), service_s.tolist(), strict=True)):
        sent = max(due, heapq.heappop(free_s))
        served = stall.served_from(sent) if stall else sent
        shared_free_s = max(served, shared_free_s) + 1 / capacity_per_s
        done_s[number] = max(served + service, shared_free_s)
        heapq.heappush(free_s, done_s[number])
    return done_s - due_s
