"""A tiny shop on the real server, made once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.baseline import record
from reports.capture import Capture
from reports.gate import Verdict, judge
from tests.postgres import new_database
from tests.reports.shop import captured, install, without_sku_index, write_queries


@pytest.fixture(scope="session")
def shop_template(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        yield target


@pytest.fixture
def shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give a shop to a test that changes something."""
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture(scope="session")
def queries(tmp_path_factory: pytest.TempPathFactory) -> tuple[QueryClass, ...]:
    return write_queries(tmp_path_factory.mktemp("queries"))


@pytest.fixture(scope="session")
def shop_capture(server: Target, shop_template: Target, queries: tuple[QueryClass, ...]) -> Capture:
    """Give a capture of an untouched shop."""
    with new_database(server, template=shop_template.database) as target:
        return captured(target, queries)


@pytest.fixture(scope="session")
def regression(
    server: Target,
    shop_template: Target,
    shop_capture: Capture,
    queries: tuple[QueryClass, ...],
) -> Verdict:
    """Give the verdict on a shop that lost one index and got another."""
    with new_database(server, template=shop_template.database) as target:
        return judge(record(shop_capture), without_sku_index(target, queries))


@pytest.fixture
def golden() -> "Golden":
    return Golden(Path(__file__).parent / "golden")


class Golden:
    """Compares text with a file that a person can read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self, name: str, text: str) -> None:
        path = self._folder / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            pytest.fail(f"{path} was not there: it is now, read it")
        assert text == path.read_text()
