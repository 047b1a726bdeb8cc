"""`b2bench health` as a shell calls it."""

import contextlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.target import Target
from tests.commands.calling import call, refusal
from tests.postgres import change
from tests.shop import run_class


@pytest.fixture
def monitor(server: Target, shop: Target) -> Iterator[Target]:
    """Give the shop to a role that may do no more than monitor."""
    name, password = f"health_{secrets.token_hex(4)}", secrets.token_hex(8)
    role = f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 3 PASSWORD '{password}' IN ROLE pg_monitor"
    change(server, role)
    change(shop, f"GRANT CONNECT ON DATABASE {shop.database} TO {name}")
    try:
        yield replace(shop, conninfo=make_conninfo(shop.conninfo, user=name, password=password))
    finally:
        change(shop, f"DROP OWNED BY {name}")
        change(server, f"DROP ROLE {name}")


def test_a_well_shop_has_a_page_and_exit_code_0(shop: Target, tmp_path: Path) -> None:
    done = call("health", "--markdown", "health.md", folder=tmp_path, target=shop)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("health of host=127.0.0.1 ")
    assert done.stdout.splitlines()[-1].startswith("verdict: nothing is wrong")
    assert "  ✓ fine      invalid indexes  " in done.stdout
    assert (tmp_path / "health.md").read_text().startswith("### b2bench health: nothing is wrong")


def test_what_is_wrong_is_exit_code_1_for_a_monitoring_role_too(
    monitor: Target, shop: Target, tmp_path: Path
) -> None:
    change(shop, "CREATE TABLE twice (id int)", "INSERT INTO twice VALUES (1), (1)")
    with contextlib.suppress(StatementFailed):
        change(shop, "CREATE UNIQUE INDEX CONCURRENTLY broken ON twice (id)")
    done = call("health", folder=tmp_path, target=monitor)
    assert (done.returncode, done.stderr) == (1, "")
    assert "error: index public.broken: is invalid" in done.stdout
    assert "verdict: something is wrong, 1 error" in done.stdout
    assert "GRANT pg_read_all_data TO health_" in done.stdout


def test_a_slow_statement_is_called_by_its_query_class(shop: Target, tmp_path: Path) -> None:
    with connect(shop, application_name="the shop") as session:
        session.execute("SET log_min_duration_statement = 0")
        run_class(session, "product_by_handle", {"handle": "nothing"})
    done = call("health", "--json", "-", folder=tmp_path, target=shop)
    (found,) = [
        finding
        for area in json.loads(done.stdout)["areas"]
        for check in area["checks"]
        for finding in check["findings"]
        if finding["subject"].startswith("product_by_handle/")
    ]
    assert (found["code"], found["severity"]) == ("slow-statement", "note")


def test_a_database_that_is_not_ours_is_looked_at_as_well(
    empty_database: Target, tmp_path: Path
) -> None:
    (tmp_path / "health.toml").write_text("connections_share = { warning = 0, error = 0 }\n")
    done = call("health", "--thresholds", "health.toml", folder=tmp_path, target=empty_database)
    assert (done.returncode, done.stderr) == (1, "")
    assert "error: connections: " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "soon"], "--since 'soon': write a duration"),
        (["--thresholds", "missing.toml"], "missing.toml cannot be read"),
        ([], "no session with"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    nowhere = Target.parse("host=127.0.0.1 port=1 dbname=nowhere")
    assert said in refusal(call("health", *arguments, folder=tmp_path, target=nowhere))
