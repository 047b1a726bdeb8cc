from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target
from loadgen.data.export import LOAD_FILE, export
from loadgen.data.form import Form
from loadgen.data.profiles import load_profile
from tests.postgres import new_database

_COUNT = sql.SQL("SELECT count(*) FROM {}")
TINY = load_profile("tiny")


def test_csv_is_what_is_loaded_with_a_header(tmp_path: Path, shop: Target) -> None:
    rows = export(tmp_path, TINY, Form.CSV)
    with connect(shop) as connection:
        found = connection.execute("SELECT table_sha256 FROM b2bench_meta.data_set").fetchone()
    assert found is not None
    assert {path.stem for path in tmp_path.glob("*.csv")} == rows.keys() == found[0].keys()
    for table, checksum in found[0].items():
        header, _, body = (tmp_path / f"{table}.csv").read_bytes().partition(b"\n")
        assert b"," in header
        assert sha256(body).hexdigest() == checksum, table


def test_csv_can_be_loaded_by_hand(tmp_path: Path, server: Target, schema_template: Target) -> None:
    rows = export(tmp_path, TINY, Form.CSV)
    copies = (tmp_path / LOAD_FILE).read_text().splitlines()
    with (
        new_database(server, template=schema_template.database) as other,
        connect(other) as session,
    ):
        session.execute(copies[1].encode())
        for line in copies[2:]:
            command, _, options = line.removeprefix("\\").partition(" from ")
            name, _, how = options.partition(" with ")
            copy = f"{command} FROM STDIN WITH {how}".encode()
            with session.cursor() as cursor, cursor.copy(copy) as stream:
                stream.write((tmp_path / name.strip("'")).read_bytes())
        counts = {
            table: session.execute(_COUNT.format(sql.Identifier(table))).fetchone()
            for table in rows
        }
    assert counts == {table: (count,) for table, count in rows.items()}


def test_parquet_has_types(tmp_path: Path) -> None:
    rows = export(tmp_path, TINY, Form.PARQUET)
    found = {table: pl.read_parquet(tmp_path / table / "*.parquet") for table in rows}
    assert {table: len(frame) for table, frame in found.items()} == rows
    products = found["products"]
    assert products["price"].dtype == pl.Decimal(18, 2)
    assert products["sku"].dtype == pl.String
    assert products["created_at"].dtype == pl.Datetime("us")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(BadInput, match="is not empty: name a new folder"):
        export(tmp_path, TINY, Form.CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
