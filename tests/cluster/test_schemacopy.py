"""A schema is made again in another database: all of it, in its order, and without rows."""

from pathlib import Path

import pytest

from b2bench.cluster.binaries import find_binaries
from b2bench.cluster.schemacopy import copy_schema
from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.target import Target
from tests.postgres import new_database

SCHEMA = """
CREATE TABLE things (id bigint, name text);
INSERT INTO things VALUES (1, 'one');
CREATE INDEX z_first ON things (name);
CREATE UNIQUE INDEX b_second ON things (id, name);
ALTER TABLE things ADD PRIMARY KEY (id)
"""
INDEXES = """
SELECT indexrelid::regclass::text
  FROM pg_index AS i
 WHERE indrelid = 'things'::regclass
 ORDER BY i.indexrelid
"""


def test_tables_come_without_rows_and_indexes_in_their_order(
    server: Target, empty_database: Target, pg_bin: Path | None
) -> None:
    with connect(empty_database) as connection:
        connection.execute(SCHEMA)
    with new_database(server) as copy:
        copy_schema(empty_database, copy, find_binaries(pg_bin))
        with connect(copy) as connection:
            assert connection.execute("SELECT FROM things").fetchall() == []
            found = connection.execute(INDEXES).fetchall()
    assert found == [("z_first",), ("b_second",), ("things_pkey",)]


def test_a_refusal_is_one_line_without_the_password(
    server: Target, empty_database: Target, pg_bin: Path | None
) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE things (id bigint)")
    with (
        new_database(server, template=empty_database.database) as full,
        pytest.raises(StatementFailed, match=r"cannot be copied: .*already exists") as caught,
    ):
        copy_schema(empty_database, full, find_binaries(pg_bin))
    assert "\n" not in str(caught.value)
    assert "password" not in str(caught.value)
