"""The exporter on a database that is not ours."""

import subprocess
from pathlib import Path

from b2bench.target import Target
from tests.components import require
from tests.exporters.exporters import collectors, read_text, watching
from tests.pgbench_database import run_pgbench
from tests.postgres import change

_TRANSACTIONS = 20


def test_it_is_complete_and_clean_on_pgbenchs_database(
    pgbench_database: Target, pgbench: Path, tmp_path: Path
) -> None:
    extension = "CREATE EXTENSION pg_stat_statements"
    change(pgbench_database, extension, "SELECT pg_stat_statements_reset()")
    run_pgbench(pgbench, pgbench_database, "-n", "-t", str(_TRANSACTIONS), "-M", "prepared")
    exporter = watching(pgbench_database, tmp_path)
    text, _ = exporter.render()
    exporter.close()
    series = read_text(text)
    up = collectors(series)
    assert [name for name in up if not up[name]] == ["pg_stat_activity"]  # nobody sampled yet
    (text_of_it,) = (each for each in series if "UPDATE pgbench_accounts SET" in each)
    queryid = text_of_it.partition('queryid="')[2].partition('"')[0]
    calls = (
        f'pg_stat_statements_calls_total{{datname="{pgbench_database.database}",queryid="{queryid}"'
    )
    assert [series[each] for each in series if each.startswith(calls)] == [_TRANSACTIONS]
    assert [each for each in series if 'relname="pgbench_history"' in each]
    checked = subprocess.run(
        [require("promtool"), "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
