"""pgbench's own database and scripts, explained without a change to either."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.script_arguments import FolderSource
from b2bench.target import Target
from reports.capture import Capture, capture


def explained(target: Target, folder: Path, *, clone: bool) -> Capture:
    source = FolderSource(datetime.now(UTC), scale=1)
    return capture(target, load_queries(folder), source, seed=1, progress=silent, clone=clone)


def test_on_a_database_in_use_only_what_reads_is_explained(
    pgbench_database: Target, pgbench_scripts: Path
) -> None:
    found = explained(pgbench_database, pgbench_scripts, clone=False)
    select, simple, tpcb = found.classes
    assert [(finding.code, finding.severity) for finding in found.findings] == [
        ("needs-clone", Severity.WARNING)
    ] * 2
    assert (simple.cases, tpcb.cases) == ((), ())
    (step,) = select.cases[0].steps
    assert step.work.plan_shape == ("Index Scan using pgbench_accounts_pkey on pgbench_accounts",)
    assert step.rows == 1
    # the server has inferred the column's own type: a cast would stand in the condition
    aid = select.cases[0].arguments["aid"]
    assert step.plan["Plan"]["Index Cond"] == f"(pgbench_accounts.aid = {aid})"


def test_where_data_may_be_changed_every_step_is_explained_and_undone(
    pgbench_database: Target, pgbench_scripts: Path
) -> None:
    found = explained(pgbench_database, pgbench_scripts, clone=True)
    assert found.findings == ()
    _, simple, tpcb = found.classes
    assert [step.step for step in simple.cases[0].steps] == [
        "update_accounts",
        "select_accounts",
        "insert_history",
    ]
    assert [step.step for step in tpcb.cases[0].steps] == [
        "update_accounts",
        "select_accounts",
        "update_tellers",
        "update_branches",
        "insert_history",
    ]
    assert all(
        step.work.wal_records > 0 for step in tpcb.cases[0].steps if "select" not in step.step
    )
    assert 1 <= int(tpcb.cases[0].arguments["aid"] or 0) <= 100_000
    with connect(pgbench_database) as connection:
        history = connection.execute("SELECT count(*) FROM pgbench_history").fetchone()
    assert history == (0,)


def test_a_row_of_gset_feeds_the_steps_after_it(pgbench_database: Target, tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_text(
        "\\set aid random_zipfian(1, 100000 * :scale, 1.2)\n"
        "SELECT bid, abalance FROM pgbench_accounts WHERE aid = :aid \\gset\n"
        "SELECT count(*) FROM pgbench_tellers WHERE bid = :bid \\gset tellers_\n"
        "SELECT tbalance + :abalance FROM pgbench_tellers LIMIT :tellers_count;\n"
    )
    found = explained(pgbench_database, tmp_path, clone=False)
    assert found.findings == ()
    steps = found.classes[0].cases[0].steps
    assert [(step.step, step.rows) for step in steps] == [
        ("select_accounts", 1),
        ("select_tellers", 1),
        ("select_tellers_3", 10),
    ]


@pytest.mark.parametrize(
    ("header", "code"), [("", "cannot-explain"), ("-- params: a bigint, b bigint\n", None)]
)
def test_a_type_that_the_server_cannot_infer_is_declared_in_the_header(
    pgbench_database: Target, tmp_path: Path, header: str, code: str | None
) -> None:
    (tmp_path / "own.sql").write_text(f"{header}\\set a 1\n\\set b 2\nSELECT :a + :b")
    found = explained(pgbench_database, tmp_path, clone=False)
    assert [finding.code for finding in found.findings] == ([code] if code else [])
