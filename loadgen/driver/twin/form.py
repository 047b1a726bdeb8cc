"""What the form of the scripts costs pgbench, measured beside its own way of asking."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from b2bench.arguments import Arguments
from b2bench.queries import QueryClass, Step
from b2bench.records import write_atomically
from b2bench.target import Target
from loadgen.driver.program import Program
from loadgen.driver.twin.pgbench import PgbenchResult, run_pgbench
from loadgen.driver.twin.rendering import VARIABLES, script_of
from loadgen.driver.twin.scripts import Process, Script

_ROUNDS = 4
_SETS = 16
_SECONDS = 1.0
_US_PER_S = 1_000_000
_NOTHING = QueryClass(
    name="nothing",
    path=Path("nothing.sql"),
    steps=(Step(name="main", sql="SELECT $1::bigint", parameters=("value",)),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPair:
    """Microseconds of a request for nothing, `-M prepared` and in the form of the scripts."""

    plain_client_us: float
    plain_response_us: float
    form_client_us: float
    form_response_us: float


def measure_form(pgbench: Path, target: Target, *, folder: Path) -> tuple[FormPair, ...]:
    """Return pairs of runs that ask for nothing with one session, eight seconds in all.

    Raises: as `run_pgbench`.
    """
    program = Program(_NOTHING)
    sets = [program.bind(Arguments(values={"value": number})) for number in range(_SETS)]
    write_atomically(folder / "form.sql", script_of(program, sets, prepared=[program]).encode())
    write_atomically(folder / "plain.sql", b"SELECT :value::bigint;\n")
    return tuple(_pairs(pgbench, target, folder))


def _pairs(pgbench: Path, target: Target, folder: Path) -> Iterator[FormPair]:
    for _ in range(_ROUNDS):
        plain = _run(pgbench, target, folder, "plain", ("-M", "prepared", "-D", "value=1"))
        form = _run(pgbench, target, folder, "form", ("-M", "simple", *VARIABLES))
        yield FormPair(
            plain_client_us=_client_us(plain),
            plain_response_us=plain.response.mean_us,
            form_client_us=_client_us(form),
            form_response_us=form.response.mean_us,
        )


def _run(
    pgbench: Path, target: Target, folder: Path, name: str, options: tuple[str, ...]
) -> PgbenchResult:
    for stale in folder.glob(f"{name}.[0-9]*"):
        stale.unlink()
    process = Process(
        scenario=name,
        users=1,
        options=options,
        scripts=(Script(file=f"{name}.sql", query="nothing", weight=1),),
    )
    return run_pgbench(
        pgbench,
        target,
        [process],
        scripts=folder,
        folder=folder,
        warmup_s=0.0,
        duration_s=_SECONDS,
    )


def _client_us(result: PgbenchResult) -> float:
    return result.client_cpu_s * _US_PER_S / max(1, result.cpu_requests)
