"""Statistics of another server are taken where the server can take them."""

import pytest

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target
from reports.statistics_restored import require_restoring


@pytest.mark.pg("< 18")
def test_an_older_server_is_refused(server: Target) -> None:
    with connect(server) as connection, pytest.raises(BadInput, match="use PostgreSQL 18 or newer"):
        require_restoring(connection)


@pytest.mark.pg(">= 18")
def test_a_newer_server_is_not(server: Target) -> None:
    with connect(server) as connection:
        require_restoring(connection)
