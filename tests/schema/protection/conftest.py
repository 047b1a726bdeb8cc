"""A small shop in which every guarded table has rows of two buyers and two representatives."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.cases import SHOP

_MORE = Path(__file__).parent / "cases" / "shop.sql"


@pytest.fixture(scope="session")
def guarded_shop(server: Target, schema_template: Target) -> Iterator[Target]:
    """Give the rows that the cases name, to tests that take back what they do."""
    with new_database(server, template=schema_template.database) as target:
        with connect(target) as connection:
            connection.execute(SHOP.read_bytes())
            connection.execute(_MORE.read_bytes())
        yield target
