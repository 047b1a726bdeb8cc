"""What a run says of the server's account of it."""

from b2bench.commands._observe import _counts
from b2bench.findings import Severity
from b2bench.runs import StatementAccount
from loadgen.driver.statements import ServerAccount
from tests.reports.sample_run import load_result, run_plan

DIFFERING = StatementAccount(
    query="find_sku",
    step="main",
    queryid=1,
    client_calls=10,
    server_calls=9,
    server_time_ms=1.0,
    shared_blocks=0,
    rows=0,
)


def test_counts_that_differ_speak_against_a_run() -> None:
    served = ServerAccount(statements=(DIFFERING,))
    (finding,) = _counts(run_plan(), load_result(), served)
    assert finding.severity is Severity.ERROR
    assert "find_sku/main 10 sent, 9 counted" in finding.message


def test_an_account_with_deallocations_is_invalid_and_its_counts_are_not_held_against_the_run() -> (
    None
):
    served = ServerAccount(
        statements=(DIFFERING,), broken_by="it threw out", mend="raise pg_stat_statements.max"
    )
    (finding,) = _counts(run_plan(), load_result(), served)
    assert finding.code == "account-invalid"
    assert finding.severity is Severity.WARNING
    assert finding.mend.startswith("raise pg_stat_statements.max")
