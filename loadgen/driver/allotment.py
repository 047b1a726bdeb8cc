"""How many users each scenario of a workload gets."""

import math
from collections.abc import Sequence

from b2bench.errors import BadInput
from b2bench.runs import ScenarioShare


def allot(users: int, scenarios: Sequence[ScenarioShare]) -> dict[str, int]:
    """Return users by scenario: by weight, largest remainder first, at least one each.

    Raises:
        BadInput: there are fewer users than scenarios, or weights that are no weights.

    >>> allot(10, [ScenarioShare(scenario="Buyer", weight=83),
    ...            ScenarioShare(scenario="Clerk", weight=17)])
    {'Buyer': 8, 'Clerk': 2}
    """
    if users < len(scenarios):
        names = ", ".join(share.scenario for share in scenarios)
        raise BadInput(
            f"{users} users cannot play {len(scenarios)} scenarios ({names}): each needs one"
        )
    wanted = {name: users * share for name, share in shares(scenarios).items()}
    users_of = {name: max(1, math.floor(count)) for name, count in wanted.items()}
    while sum(users_of.values()) < users:
        users_of[max(wanted, key=lambda name: wanted[name] - users_of[name])] += 1
    while sum(users_of.values()) > users:
        many = [name for name, count in users_of.items() if count > 1]
        users_of[min(many, key=lambda name: wanted[name] - users_of[name])] -= 1
    return users_of


def shares(scenarios: Sequence[ScenarioShare]) -> dict[str, float]:
    """Return each scenario's share of the requests; together they are 1.

    Raises:
        BadInput: no scenario, or a weight that is not above 0.
    """
    if not scenarios or any(share.weight <= 0 for share in scenarios):
        raise BadInput("a workload needs scenarios, each with a weight above 0")
    total = sum(share.weight for share in scenarios)
    return {share.scenario: share.weight / total for share in scenarios}
