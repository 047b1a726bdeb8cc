from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest
from psycopg import Connection, sql

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target
from loadgen.data.export import LOAD_FILE, export
from loadgen.data.form import Form
from loadgen.data.profiles import load_profile
from tests.postgres import new_database

TINY = load_profile("tiny")


def test_csv_loaded_by_hand_is_the_data_set(
    tmp_path: Path, server: Target, schema_template: Target, shop: Target
) -> None:
    volumes = export(tmp_path, TINY, Form.CSV)
    assert {path.stem for path in tmp_path.glob("*.csv")} == volumes.keys()
    copies = (tmp_path / LOAD_FILE).read_text().splitlines()
    with (
        new_database(server, template=schema_template.database) as other,
        connect(other) as session,
        connect(shop) as loaded,
    ):
        for line in copies[1:]:
            if not line.startswith("\\"):
                session.execute(line.encode())
                continue
            command, _, options = line.removeprefix("\\").partition(" from ")
            name, _, how = options.partition(" with ")
            copy = f"{command} FROM STDIN WITH {how}".encode()
            with session.cursor() as cursor, cursor.copy(copy) as stream:
                stream.write((tmp_path / name.strip("'")).read_bytes())
        assert _rows(session, volumes) == _rows(loaded, volumes)


def _rows(connection: Connection, tables: Iterable[str]) -> dict[str, object]:
    """Return what the rows of each table are, wherever they lie."""
    query = sql.SQL("SELECT md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {} t")
    return {
        table: connection.execute(query.format(sql.Identifier(table))).fetchone()
        for table in tables
    }


def test_parquet_has_types(tmp_path: Path) -> None:
    volumes = export(tmp_path, TINY, Form.PARQUET)
    found = {table: pl.read_parquet(tmp_path / table / "*.parquet") for table in volumes}
    assert {table: len(frame) for table, frame in found.items()} == volumes
    products = found["products"]
    assert products["price"].dtype == pl.Decimal(18, 2)
    assert products["sku"].dtype == pl.String
    assert products["created_at"].dtype == pl.Datetime("us")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(BadInput, match="is not empty: name a new folder"):
        export(tmp_path, TINY, Form.CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
