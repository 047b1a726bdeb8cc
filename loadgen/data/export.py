"""A data set as files: what would be loaded, for other tools."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from b2bench.errors import BadInput
from b2bench.progress import Progress, silent
from loadgen.data.form import Form
from loadgen.data.generate import OLDEST_EVENT, row_counts, with_load_events
from loadgen.data.load import NULL, copy_text, frames, hexadecimal
from loadgen.data.population import AS_OF, Population
from loadgen.data.profiles import Profile
from loadgen.data.tables import TABLES, trade

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

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
    counts, sums = row_counts(population), dict[str, str]()
    volumes = with_load_events(counts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(f"{folder} is not empty: name a new folder")
        # the audit comes last, with an event of each other table
        for done, table in enumerate(sorted(volumes, key=trade.AUDIT.__eq__)):
            progress(f"writing {table}", done=done, total=len(volumes))
            made = frames(table, population, counts[table])
            if table == trade.AUDIT:
                made = chain(made, [trade.load_events(volumes, sums, counts[table] + 1)])
            digest = sha256()
            _WRITERS[form](folder, table, _digested(made, digest))
            sums[table] = digest.hexdigest()
        if form is Form.CSV:
            (folder / LOAD_FILE).write_text("".join(_copies(population, volumes)))
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}") from error
    return volumes


def _digested(made: Iterable[pl.DataFrame], digest: "Hash") -> Iterator[pl.DataFrame]:
    """Yield frames, of which the checksum is that of their load."""
    for frame in made:
        digest.update(copy_text(frame))
        yield frame


def _csv(folder: Path, table: str, made: Iterable[pl.DataFrame]) -> None:
    with (folder / f"{table}.csv").open("wb") as file:
        for part, frame in enumerate(made):
            hexadecimal(frame, r"\x").write_csv(
                file,
                include_header=not part,
                null_value=NULL,
                datetime_format="%Y-%m-%d %H:%M:%S+00",
            )


def _parquet(folder: Path, table: str, made: Iterable[pl.DataFrame]) -> None:
    (folder / table).mkdir()
    for part, frame in enumerate(made):
        frame.write_parquet(folder / table / f"{part:05}.parquet")


def _copies(population: Population, volumes: dict[str, int]) -> Iterator[str]:
    yield "-- psql -f load.sql, from this folder and as a superuser, into a schema without rows\n"
    yield "SET session_replication_role = replica;\n"
    yield f"SELECT make_audit_months('{OLDEST_EVENT}', '{AS_OF.date()}');\n"
    for table in volumes:
        columns = ", ".join(_columns(population, table))
        yield (
            f"\\copy {table} ({columns}) from '{table}.csv'"
            f" with (format csv, header, null '{NULL}')\n"
        )


def _columns(population: Population, table: str) -> list[str]:
    return TABLES[table](population, 0, 1).columns


_WRITERS: Mapping[Form, Callable[[Path, str, Iterable[pl.DataFrame]], None]] = {
    Form.CSV: _csv,
    Form.PARQUET: _parquet,
}
