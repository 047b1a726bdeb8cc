"""How many users each scenario of a workload gets, and how long they pause."""

import math
from collections.abc import Mapping, Sequence

from b2bench.errors import BadInput
from b2bench.runs import ScenarioShare


def allot(users: int, scenarios: Sequence[ScenarioShare]) -> dict[str, int]:
    """Return users by scenario: largest remainder first, at least one each.

    A scenario needs users for its share of the requests and for the time that they think.

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
    wanted = {name: users * share for name, share in _shares_of_users(scenarios).items()}
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


def pauses_s(users: Mapping[str, int], scenarios: Sequence[ScenarioShare]) -> dict[str, float]:
    """Return the mean pause of each scenario's users.

    Users come in whole numbers, shares of the requests do not: the pauses make up for it, and
    all users together make as many requests as if there were fractions of users.

    >>> pauses_s({"Buyer": 8, "Clerk": 2},
    ...          [ScenarioShare(scenario="Buyer", weight=80, think_s=1.0),
    ...           ScenarioShare(scenario="Clerk", weight=20, think_s=1.0)])
    {'Buyer': 1.0, 'Clerk': 1.0}
    """
    per_request_s = sum(
        share.think_s * of_all
        for share, of_all in zip(scenarios, shares(scenarios).values(), strict=True)
    )
    everybody = sum(users.values())
    return {
        scenario: users[scenario] * per_request_s / (everybody * share)
        for scenario, share in shares(scenarios).items()
    }


def _shares_of_users(scenarios: Sequence[ScenarioShare]) -> dict[str, float]:
    by_requests = shares(scenarios)
    if any(share.think_s == 0 for share in scenarios):
        return by_requests
    needed = {share.scenario: by_requests[share.scenario] * share.think_s for share in scenarios}
    total = sum(needed.values())
    return {scenario: time_s / total for scenario, time_s in needed.items()}
