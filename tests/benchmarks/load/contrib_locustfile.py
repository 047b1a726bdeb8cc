"""Locust's own contrib/postgres.py at the same select, and what its process took for it."""

import os
import sys
import time
from typing import Any

from locust import constant, events, task
from locust.contrib.postgres import PostgresUser

_SELECT = "SELECT sku FROM products WHERE id = 17"
# when all users were there: requests and CPU seconds until then
_BEGUN: list[tuple[int, float]] = []


class ByKey(PostgresUser):
    """A user who asks again at once."""

    conn_string = os.environ["B2BENCH_DSN"]
    wait_time = constant(0)

    @task
    def by_key(self) -> None:
        self.client.execute_query(_SELECT)


def _so_far(environment: Any) -> tuple[int, float]:  # noqa: ANN401 (Locust's is not exported)
    return environment.stats.total.num_requests, time.process_time()


@events.init.add_listener
def _begin(environment: Any, **_: object) -> None:  # noqa: ANN401
    environment.events.spawning_complete.add_listener(
        lambda **_: _BEGUN.append(_so_far(environment))
    )


@events.test_stopping.add_listener
def _say(environment: Any, **_: object) -> None:  # noqa: ANN401
    requests, cpu_s = _so_far(environment)
    sys.stdout.write(f"{requests - _BEGUN[0][0]} {cpu_s - _BEGUN[0][1]}\n")
