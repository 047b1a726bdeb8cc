"""The base class of the scenarios' users: a Locust user that speaks to PostgreSQL."""

from collections.abc import Mapping
from typing import ClassVar

from gevent.event import AsyncResult
from locust import User

from b2bench.queries import QueryClass


def _work(user: User) -> None:
    """Stand where Locust looks for tasks, which it misses loudly."""
    user.run()  # type: ignore[no-untyped-call]


class PostgresUser(User):
    """A user who runs query classes, each as often as its weight says.

    Subclasses set `queries`: names of query classes with their weights. `load` is one for all of
    them, and comes when the process has its plan.
    """

    abstract = True
    tasks: ClassVar = [_work]  # type: ignore[misc]  # an instance variable in Locust, by name only
    queries: ClassVar[Mapping[str, float]] = {}
    load: ClassVar[AsyncResult] = AsyncResult()

    @classmethod
    def weights(cls, planned: Mapping[str, QueryClass]) -> Mapping[str, float]:
        """Return the weights of those query classes that the plan has."""
        return {name: weight for name, weight in cls.queries.items() if name in planned}

    def run(self) -> None:  # type: ignore[misc]  # final in Locust for its tasks' sake: we have none
        """Work until the load ends; Locust's scheduling of tasks would hide late requests."""
        load = PostgresUser.load.get()
        name = type(self).__name__
        share = next(each for each in load.plan.scenarios if each.scenario == name)
        planned = {query: program.query for query, program in load.programs.items()}
        load.employ(name, share.queries or self.weights(planned))
