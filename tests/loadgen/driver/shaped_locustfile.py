"""The usual scenarios, with a shape of Locust's that adds users, takes some away and ends."""

from scenarios import locustfile  # isort: split

from pathlib import Path

from locust import LoadTestShape, events

from scenarios.users import Visitor

# importing it is what puts the load in the place of Locust's own
__all__ = ["Shape", "Visitor", "locustfile"]

_STEPS = ((1.5, 2), (3.5, 6), (5.5, 3))
_COUNTS = Path("users.txt")


class Shape(LoadTestShape):
    """Two users, then six, then three."""

    def tick(self) -> tuple[int, float] | None:
        """Return users and spawn rate, nothing at the end."""
        at_s = self.get_run_time()
        return next(((users, 100.0) for end_s, users in _STEPS if at_s < end_s), None)


@events.spawning_complete.add_listener  # type: ignore[no-untyped-call, untyped-decorator]
def _note(user_count: int, **_: object) -> None:
    with _COUNTS.open("a", encoding="utf-8") as counts:
        counts.write(f"{user_count}\n")
