"""`b2bench selftest`: prove on this machine that b2bench sees what it claims to see."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from b2bench.commands import _values
from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.findings import ExitCode

if TYPE_CHECKING:
    from b2bench.selftest.load.setup import Setup

app = typer.Typer(help="Prove on this machine that b2bench tells the truth.", no_args_is_help=True)
_MOST_ROUNDS = 99
_LOAD_PAGE = Path("selftest-load.html")
_GATE_PAGE = Path("selftest-gate.html")

Rounds = Annotated[
    int,
    typer.Option("--rounds", min=1, max=_MOST_ROUNDS, metavar="N", help="How often, in turn."),
]
Rate = Annotated[str, typer.Option("--rate", metavar="N", help="Requests per second to offer.")]
Length = Annotated[
    str, typer.Option("--duration", metavar="TIME", help="How long to measure with the lock.")
]
Lock = Annotated[str, typer.Option("--lock", metavar="TIME", help="How long to lock the table.")]
CleanRounds = Annotated[
    int,
    typer.Option(
        "--rounds", min=0, max=_MOST_ROUNDS, metavar="N", help="Runs without a regression."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="WORD", help="Regressions whose name or family has this in it."),
]
Page = Annotated[
    Path, typer.Option("--output", "-o", metavar="FILE", help="Page with figures and pictures.")
]


@app.command()
@with_settings(*WHERE, "seed")
def load(
    settings: Settings,
    *,
    rounds: Rounds = 3,
    rate: Rate = "1000",
    duration: Length = "10s",
    lock: Lock = "1s",
    output: Page = _LOAD_PAGE,
) -> ExitCode:
    """Check that a known stall appears in the percentiles, as long as it was.

    In a database of its own, which is dropped afterwards, a table is locked for a second while
    it is asked a thousand times a second. The run's p95 and p99 have to be those of a simulation
    with the same arrivals, and its p99 that of `pgbench --rate`, within 10 %; without a lock the
    median lag has to be at most twice pgbench's. Three rounds take some two minutes.

    Exit code 0 says that all is met, 1 that it is not, 2 that this machine is too busy to tell:
    others use its processors, or pgbench, measured in turn with us, does not agree with itself.

    Examples:
        b2bench selftest load
        b2bench selftest load --rounds 5 --dsn postgresql://me@host/postgres
    """
    from b2bench.cluster.binaries import find_binaries  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._console import progress_shown  # noqa: PLC0415
    from b2bench.commands._output import require_file_place, write_text  # noqa: PLC0415
    from b2bench.commands._selftest import say_checks  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import maintenance, reading  # noqa: PLC0415
    from b2bench.provenance import provenance  # noqa: PLC0415
    from b2bench.selftest.load.checks import exit_code, judge  # noqa: PLC0415
    from b2bench.selftest.load.page import render  # noqa: PLC0415
    from b2bench.selftest.load.rounds import play  # noqa: PLC0415

    setup = _setup(settings, rounds=rounds, rate=rate, duration=duration, lock=lock)
    require_file_place(output)
    pgbench = find_binaries(settings.pg_bin).program("pgbench")
    with progress_shown() as progress:
        server = find_target(settings, progress)
        played = play(server, pgbench, setup, progress)
    checks = judge(played, setup)
    with reading(maintenance(server)) as connection:
        write_text(output, render(checks, played, setup, provenance(connection)))
    say_checks(checks, output)
    return exit_code(checks)


@app.command()
@with_settings(*WHERE, "seed")
def gate(
    settings: Settings,
    *,
    only: Only = None,
    rounds: CleanRounds = 3,
    output: Page = _GATE_PAGE,
) -> ExitCode:
    """Plant regressions in copies of your data set, and check that the gate stops and names them.

    Some sixty, from lost indexes over dead rows to a loop in a function. Each is first proven to
    cost something on your data; what costs nothing does not count. Then clean copies are judged,
    and whatever is found there is a false alarm. The database itself is not changed. All of them
    take some ten minutes on `standard`.

    Exit code 0 says that 95 % are stopped, the cause of 90 % is named and there is no false alarm;
    1 that this is not so; 2 that no regression had an effect, as on a very small data set.

    Examples:
        b2bench selftest gate
        b2bench selftest gate --only "lost index" --only spill --rounds 10
    """
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._output import require_file_place, write_text  # noqa: PLC0415
    from b2bench.commands._queries import argument_source, chosen_queries  # noqa: PLC0415
    from b2bench.commands._selftest import chosen_seeds, say_score  # noqa: PLC0415
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import reading  # noqa: PLC0415
    from b2bench.marker import require_data_set  # noqa: PLC0415
    from b2bench.provenance import provenance  # noqa: PLC0415
    from b2bench.roles import roles_of  # noqa: PLC0415
    from b2bench.selftest.gate.page import render  # noqa: PLC0415
    from b2bench.selftest.gate.play import play  # noqa: PLC0415
    from b2bench.selftest.gate.trial import ROLES, Laboratory  # noqa: PLC0415

    require_file_place(output)
    queries = chosen_queries(settings)
    seeds = chosen_seeds(queries, only or ())
    with progress_shown() as progress:
        target = find_target(settings, progress)
        with reading(target) as connection:
            roles = {**ROLES, **roles_of(connection, queries)}
        laboratory = Laboratory(
            target=target,
            as_of=require_data_set(target).as_of,
            source=argument_source(settings, target),
            seed=settings.seed,
            roles=roles,
        )
        score = play(laboratory, seeds, queries, rounds=rounds, progress=progress)
    with reading(target) as connection:
        write_text(output, render(score, provenance(connection)))
    say_score(score, output)
    return score.exit_code


def _setup(settings: Settings, *, rounds: int, rate: str, duration: str, lock: str) -> "Setup":
    from b2bench.selftest.load.setup import Setup  # noqa: PLC0415 (--help stays fast)

    return Setup(
        rounds=rounds,
        rate=_values.option("rate", rate, _values.rate),
        measured_s=_values.option("duration", duration, _values.duration_s),
        hold_s=_values.option("lock", lock, _values.duration_s),
        seed=settings.seed,
    )
