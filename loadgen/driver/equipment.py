"""What a process needs to make the requests of a plan."""

from collections.abc import Callable
from dataclasses import dataclass

from b2bench.arguments import ArgumentSource
from b2bench.queries import QueryClass, by_name
from b2bench.runs import RunPlan
from b2bench.target import Target
from loadgen.driver.load import Load, Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Query classes, their arguments and where they are run.

    Args:
        replica: where query classes that only read go, if anywhere else.
    """

    queries: tuple[QueryClass, ...]
    source: ArgumentSource
    target: Target
    replica: Target | None = None

    def load(self, plan: RunPlan, tick: Tick, *, index: int = 0) -> Load:
        """Return a load that nobody works in as yet."""
        return Load(
            plan,
            queries=by_name(self.queries),
            source=self.source,
            target=self.target,
            replica=self.replica,
            tick=tick,
            index=index,
        )


Equip = Callable[[RunPlan], Equipment]
