"""What the command tells the load's process, there and back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.progress import silent
from b2bench.target import Target
from loadgen.driver.orders import as_environment, read_orders
from loadgen.driver.supervise import run_load
from tests.loadgen.driver.lab import ENVIRONMENT, plan_for


def test_orders_arrive_as_they_were_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCUST_RUN_TIME", "1s")
    target = Target(conninfo="postgresql://someone@host/shop", role="buyer")
    replica = Target(conninfo="postgresql://someone@standby/shop")
    environment = as_environment(target, 7, replica=replica)
    orders = read_orders(environment)
    assert (orders.target, orders.lifeline, orders.plan) == (target, 7, None)
    assert orders.replica == replica
    assert "LOCUST_RUN_TIME" not in environment


def test_a_database_must_be_named() -> None:
    with pytest.raises(BadInput, match="set B2BENCH_DSN"):
        read_orders({})


def test_arguments_come_from_the_shop_or_from_the_examples() -> None:
    with pytest.raises(BadInput, match="B2BENCH_ARGUMENTS"):
        read_orders({"B2BENCH_DSN": "postgresql://host/shop", "B2BENCH_ARGUMENTS": "exmaple"})


def test_database_url_is_the_fallback() -> None:
    orders = read_orders({"DATABASE_URL": "postgresql://host/shop", "B2BENCH_QUERIES": "sql"})
    assert orders.target.database == "shop"
    assert orders.queries == Path("sql")


def test_the_load_takes_on_the_targets_role(lab: Target, tmp_path: Path) -> None:
    role = f"lab_{datetime.now(UTC):%H%M%S%f}"
    target = Target(conninfo=lab.conninfo, role=role)
    plan = plan_for(lab, "read_item", duration_s=0.5)
    with connect(lab) as connection:
        connection.execute(f"CREATE ROLE {role}")
        try:
            result = run_load(target, plan, tmp_path, silent, environment=ENVIRONMENT)
        finally:
            connection.execute(f"DROP ROLE {role}")
    (seen,) = result.queries
    assert seen.completed == 0
    assert [error.meaning for error in seen.errors] == ["insufficient privilege"]
