import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from b2bench.target import Target
from exporters.exporter import Exporter
from exporters.server import serving
from tests.exporters.exporters import watching
from tests.postgres import change, new_database


@pytest.fixture(scope="module")
def database(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        change(target, "CREATE EXTENSION pg_stat_statements")
        yield target


@pytest.fixture
def exporter(database: Target, tmp_path: Path) -> Exporter:
    return watching(database, tmp_path)


def test_many_scrapes_at_once_all_get_an_answer(exporter: Exporter) -> None:
    with serving(exporter, "127.0.0.1", 0) as address, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _get(address), range(24)))
    assert all(b"pg_up 1.0" in answer for answer in answers)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address) as response:  # noqa: S310 (loopback)
        return bytes(response.read())


def test_a_port_that_is_taken_is_bad_input(exporter: Exporter, tmp_path: Path) -> None:
    with serving(exporter, "127.0.0.1", 0) as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        other = watching(Target.parse("dbname=x"), tmp_path)
        with pytest.raises(BadInput, match="--port"), serving(other, "127.0.0.1", port):
            pass
