"""Fixtures for the small shop: few rows, each with a key that tests name."""

from collections.abc import Iterator

import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.cases import SHOP


@pytest.fixture(scope="module")
def small_shop(server: Target, schema_template: Target) -> Iterator[Target]:
    """Give the few rows that the cases name, to tests that take back what they do."""
    with new_database(server, template=schema_template.database) as target:
        _fill(target)
        yield target


@pytest.fixture
def stocked(bare_shop: Target) -> Target:
    """Give the same rows to a test that may change them for good."""
    _fill(bare_shop)
    return bare_shop


def _fill(target: Target) -> None:
    with connect(target) as connection:
        connection.execute(SHOP.read_bytes())
