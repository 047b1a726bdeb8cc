"""A data set as files: what would be loaded, for other tools."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl

from b2bench.errors import BadInput
from b2bench.progress import Progress, silent
from loadgen.data.form import Form
from loadgen.data.generate import row_counts
from loadgen.data.load import NULL, csv_chunks, frames
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
    PostgreSQL writes them.

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
        file.write((",".join(_columns(population, table)) + "\n").encode())
        file.writelines(csv_chunks(table, population, rows))


def _parquet(folder: Path, table: str, population: Population, rows: int) -> None:
    (folder / table).mkdir()
    money = list[str]()
    for part, frame in enumerate(frames(table, population, rows)):
        # the first part decides, so that all have the same types
        money = money if part else _money_columns(frame)
        typed = frame.with_columns(pl.col(name).cast(pl.Decimal(18, 2)) for name in money)
        typed.write_parquet(folder / table / f"{part:05}.parquet")


def _money_columns(frame: pl.DataFrame) -> list[str]:
    """Return the columns whose texts are all numbers with two places, e.g. `12.50`."""
    texts = frame.select(pl.col(pl.String)).to_dict()
    return [name for name, column in texts.items() if _is_money(column.drop_nulls())]


def _is_money(column: pl.Series) -> bool:
    return len(column) > 0 and bool(column.str.contains(r"^\d+\.\d\d$").all())


def _copies(population: Population, volumes: dict[str, int]) -> Iterator[str]:
    yield "-- psql -f load.sql, as a superuser, in a database with the schema and without rows\n"
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
