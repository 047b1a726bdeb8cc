"""A data set as files: what would be loaded, for other tools."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from b2bench.errors import BadInput
from b2bench.progress import Progress, silent
from loadgen.data.form import Form
from loadgen.data.generate import row_counts
from loadgen.data.load import NULL, frames, hexadecimal
from loadgen.data.population import Population
from loadgen.data.profiles import Profile
from loadgen.data.tables import TABLES

LOAD_FILE = "load.sql"


def export(
    folder: Path,
    profile: Profile,
    form: Form,
    *,
    seed: int = 1,
    progress: Progress = silent,
) -> dict[str, int]:
    r"""Write each table into a folder and return the row counts; no server is needed.

    CSV comes with a header, NULL is `\N`, and `load.sql` holds the \copy commands.
    Parquet comes as a folder of parts for each table; money is decimal, arrays are text as
    PostgreSQL writes them, and sealed values are bytes.

    Raises:
        BadInput: the folder has something in it, or cannot be written.
    """
    population = Population(profile.rows, seed)
    volumes = row_counts(population)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty: name a new folder")
        for done, (table, rows) in enumerate(volumes.items()):
            progress(f"writing {table}", done=done, total=len(volumes))
            _WRITERS[form](folder, table, population, rows)
        if form is Form.CSV:
            (folder / LOAD_FILE).write_text("".join(_copies(population, volumes)))
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}") from error
    return volumes


def _csv(folder: Path, table: str, population: Population, rows: int) -> None:
    with (folder / f"{table}.csv").open("wb") as file:
        for part, frame in enumerate(frames(table, population, rows)):
            hexadecimal(frame, r"\x").write_csv(
                file,
                include_header=not part,
                null_value=NULL,
                datetime_format="%Y-%m-%d %H:%M:%S+00",
            )


def _parquet(folder: Path, table: str, population: Population, rows: int) -> None:
    (folder / table).mkdir()
    for part, frame in enumerate(frames(table, population, rows)):
        frame.write_parquet(folder / table / f"{part:05}.parquet")


def _copies(population: Population, volumes: dict[str, int]) -> Iterator[str]:
    yield "-- psql -f load.sql, from this folder and as a superuser, into a schema without rows\n"
    yield "SET session_replication_role = replica;\n"
    for table in volumes:
        columns = ", ".join(_columns(population, table))
        yield (
            f"\\copy {table} ({columns}) from '{table}.csv'"
            f" with (format csv, header, null '{NULL}')\n"
        )


def _columns(population: Population, table: str) -> list[str]:
    return TABLES[table](population, 0, 1).columns


_WRITERS: Mapping[Form, Callable[[Path, str, Population, int], None]] = {
    Form.CSV: _csv,
    Form.PARQUET: _parquet,
}
