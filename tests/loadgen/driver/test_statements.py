"""The server's account of a load."""

from b2bench.database import connect
from b2bench.queries import load_queries
from b2bench.target import Target
from loadgen.driver.statements import account, take_snapshot
from tests.loadgen.driver.lab import QUERIES, plan_for
from tests.reports.sample_run import load_result


def test_a_reset_meanwhile_makes_the_account_incomplete(lab: Target) -> None:
    plan, result = plan_for(lab, "read_item"), load_result([])
    queries = load_queries(QUERIES, ["read_item"])
    with connect(lab) as connection:
        before = take_snapshot(connection)
        whole = account(connection, queries, plan=plan, result=result, before=before)
        connection.execute("SELECT pg_stat_statements_reset()")
        torn = account(connection, queries, plan=plan, result=result, before=before)
    assert whole.is_complete
    assert not torn.is_complete
