"""What `b2bench poolers` tells: a table of all cells, what did it, and what speaks against it."""

from rich.table import Table

from b2bench.commands._console import say, say_findings, show, table
from b2bench.commands._poolers import MatrixOutcome
from b2bench.figures.notation import counted, milliseconds, number, significant
from b2bench.findings import ExitCode, exit_code
from reports.poolers import POOLERS_PAGE, Cell, PoolersRecord, cells, effects
from reports.poolers_page import backend_memory, change, pooler_memory, poolers_verdict, spread


def say_matrix(outcome: MatrixOutcome) -> ExitCode:
    """Show the matrix and return what it is worth."""
    record = outcome.record
    show(cells_table(record))
    say("")
    show(effects_table(record))
    say("", poolers_verdict(record))
    say_findings(record.findings)
    say(f"report: {outcome.folder / POOLERS_PAGE}")
    return exit_code(record.findings)


def cells_table(record: PoolersRecord) -> Table:
    """Return one line for each number of users and way."""
    pool = f"{record.pgbouncer}, transaction mode, {record.pool_size} server sessions"
    return table(
        ">users",
        "way",
        ">requests/s",
        ">p50",
        ">p95",
        ">p99",
        ">failed",
        ">connect",
        ">backends",
        ">their memory",
        ">PgBouncer's",
        rows=map(_row, cells(record)),
        title=f"{record.workload}, {counted(record.rounds, 'round')}; {pool}",
    )


def _row(cell: Cell) -> list[str]:
    return [
        number(cell.users),
        cell.route.name,
        spread(cell.throughput_per_s, significant),
        spread(cell.p50_ms, milliseconds),
        spread(cell.p95_ms, milliseconds),
        spread(cell.p99_ms, milliseconds),
        number(cell.failed),
        milliseconds(cell.connect_ms.middle),
        number(cell.backends),
        backend_memory(cell),
        pooler_memory(cell),
    ]


def effects_table(record: PoolersRecord) -> Table:
    """Return what pooling alone and preparing alone did."""
    return table(
        "change",
        "from",
        "to",
        ">users",
        ">requests/s",
        ">p95",
        rows=(
            [
                effect.what,
                effect.before.name,
                effect.after.name,
                number(effect.users),
                change(effect.throughput),
                change(effect.p95),
            ]
            for effect in effects(record)
        ),
    )
