"""Which of the planned users each process has, so that together they are the plan's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from b2bench.runs import RunPlan
from loadgen.driver.allotment import allot, shares

Ranks = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The part of one process in a load.

    Args:
        ranks: of its users by scenario; a user of rank 3 is at work in stages with four users of
            its scenario or more.
        index: of the process, from 0.
        processes: how many there are.
    """

    ranks: dict[str, tuple[int, ...]] = field(default_factory=dict)
    index: int = 0
    processes: int = 1

    def shares(self, plan: RunPlan) -> dict[str, float]:
        """Return each scenario's share of all requests that this process is to make."""
        users = allot(plan.users, plan.scenarios)
        return {
            scenario: share * len(self.ranks[scenario]) / users[scenario]
            for scenario, share in shares(plan.scenarios).items()
            if self.ranks.get(scenario)
        }


def whole(plan: RunPlan) -> Roster:
    """Return the roster of a process that makes the whole load.

    Raises:
        BadInput: there are fewer users than scenarios.
    """
    users = allot(plan.users, plan.scenarios)
    return Roster(ranks={scenario: tuple(range(count)) for scenario, count in users.items()})


def divided(users_by_process: Sequence[Mapping[str, int]]) -> list[Roster]:
    """Return a roster for each process, given how many users of each scenario it has.

    Ranks are dealt in turn, so that a stage with few users has them in all processes.

    >>> [roster.ranks for roster in divided([{"Buyer": 2}, {"Buyer": 1}])]
    [{'Buyer': (0, 2)}, {'Buyer': (1,)}]
    """
    ranks: list[dict[str, list[int]]] = [{} for _ in users_by_process]
    for scenario in dict.fromkeys(name for users in users_by_process for name in users):
        counts = [users.get(scenario, 0) for users in users_by_process]
        for rank, process in enumerate(_in_turn(counts)):
            ranks[process].setdefault(scenario, []).append(rank)
    return [
        Roster(
            ranks={scenario: tuple(mine) for scenario, mine in each.items()},
            index=index,
            processes=len(ranks),
        )
        for index, each in enumerate(ranks)
    ]


def _in_turn(counts: Sequence[int]) -> Iterator[int]:
    for turn in range(max(counts, default=0)):
        yield from (place for place, count in enumerate(counts) if count > turn)
