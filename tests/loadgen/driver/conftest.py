from collections.abc import Iterator

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.loadgen.driver.lab import SCHEMA
from tests.postgres import new_database


@pytest.fixture(scope="package")
def lab(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute(SCHEMA)
        yield target
