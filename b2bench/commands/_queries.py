"""Which query classes a command works with, and where their arguments come from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import psycopg

from b2bench.arguments import ArgumentSource, CsvSource
from b2bench.commands._settings import Settings
from b2bench.database import reading
from b2bench.errors import BadInput
from b2bench.marker import read_data_set, require_data_set
from b2bench.queries import QueryClass, load_queries
from b2bench.script_arguments import FolderSource, read_scale
from b2bench.target import Target


def query_folder(settings: Settings) -> Path:
    """Return the folder of .sql files."""
    return settings.queries or Path(str(files("scenarios") / "queries"))


def chosen_queries(settings: Settings, names: Sequence[str] = ()) -> tuple[QueryClass, ...]:
    """Return the query classes to work with, all of the folder or the named ones.

    Raises:
        BadInput: no such folder or query class, or a malformed file.
    """
    return load_queries(query_folder(settings), names)


def argument_source(
    settings: Settings,
    target: Target,
    *,
    examples: bool = False,
    csv: Path | None = None,
    as_of: datetime | None = None,
) -> ArgumentSource:
    """Return the shop's arguments for the shop's queries, else the files' own or CSV files.

    Args:
        settings: with the folder of the queries.
        target: whose data the arguments are to fit.
        examples: whether the files' own are wanted in any case.
        csv: a folder of files with arguments.
        as_of: what `:as_of` is to be in a database without a data set.

    Raises:
        NotOurDatabase, BadInput: the shop's arguments need the shop's data.
    """
    if examples and csv:
        raise BadInput("--examples and --csv: choose one")
    if csv is not None and not csv.is_dir():
        raise BadInput(f"{csv} is not a folder of .csv files")
    if csv is not None:
        with reading(target) as connection:
            return CsvSource(csv, _as_of(connection, as_of))
    if examples or settings.queries is not None:
        return _folder_source(target, as_of)
    require_data_set(target)
    # only the shop's own arguments need what they are drawn with
    from scenarios.samplers import shop_source  # noqa: PLC0415

    return shop_source(target)


def _folder_source(target: Target, as_of: datetime | None) -> ArgumentSource:
    with reading(target) as connection:
        return FolderSource(_as_of(connection, as_of), scale=read_scale(connection))


def _as_of(connection: psycopg.Connection, wanted: datetime | None) -> datetime:
    data_set = read_data_set(connection)
    return data_set.as_of if data_set else wanted or datetime.now(UTC)
