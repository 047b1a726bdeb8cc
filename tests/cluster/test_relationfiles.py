"""Relations grow without a block being written, and trees without entries are sound."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from b2bench.cluster.checksums import with_checksum
from b2bench.cluster.emptytree import empty_tree, tree_level
from b2bench.cluster.relationfiles import Storage, grow, own_storage, read_block, write_blocks
from b2bench.database import connect
from b2bench.target import Target

MEGABYTE = 1024 * 1024


@pytest.fixture
def connection(empty_database: Target) -> Iterator[psycopg.Connection]:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE things (id bigint PRIMARY KEY, name text)")
        yield connection


def first_file(connection: psycopg.Connection, relation: str) -> Path:
    """Write what the server holds of a relation, and return its first file."""
    connection.execute("CHECKPOINT")
    row = connection.execute("SELECT pg_relation_filepath(%s)", (relation,)).fetchone()
    assert row
    return own_storage(connection).data / str(row[0])


def one(connection: psycopg.Connection, statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    assert row
    return row[0]


def test_a_relation_grows_over_several_files_that_take_no_place(tmp_path: Path) -> None:
    first = tmp_path / "16384"
    first.write_bytes(b"x" * 8192)
    storage = Storage(data=tmp_path, block_bytes=8192, segment_blocks=4, has_checksums=False)
    grow(storage, first, 9)
    sizes = {file.name: file.stat().st_size // 8192 for file in tmp_path.iterdir()}
    assert sizes == {"16384": 4, "16384.1": 4, "16384.2": 1}
    assert sum(file.stat().st_blocks for file in tmp_path.iterdir()) * 512 <= 8192
    grow(storage, first, 2)
    assert first.stat().st_size // 8192 == 4


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"")
    first = tmp_path / "16384"
    first.write_bytes(b"")
    (tmp_path / "16384.1").symlink_to(tmp_path / "victim")
    storage = Storage(data=tmp_path, block_bytes=8192, segment_blocks=1, has_checksums=False)
    with pytest.raises(OSError, match="symbolic link"):
        grow(storage, first, 2)


def test_the_server_sees_the_blocks_as_empty_and_owns_the_files(
    connection: psycopg.Connection,
) -> None:
    storage = own_storage(connection)
    first = first_file(connection, "things")
    blocks = storage.segment_blocks + 10
    grow(storage, first, blocks)
    assert one(connection, "SELECT pg_relation_size('things') / 8192") == blocks
    second = first.with_name(f"{first.name}.1")
    assert second.stat().st_uid == first.stat().st_uid == storage.data.stat().st_uid
    assert second.stat().st_mode & 0o777 == 0o600
    assert first.stat().st_blocks * 512 < MEGABYTE
    assert one(connection, "SELECT count(*) FROM things WHERE ctid < '(100,1)'") == 0


@pytest.mark.pg(">= 18")
def test_our_checksum_is_the_servers(connection: psycopg.Connection) -> None:
    connection.execute("INSERT INTO things SELECT i, 'name ' || i FROM generate_series(1, 999) i")
    storage = own_storage(connection)
    assert storage.has_checksums
    first = first_file(connection, "things")
    for number in (0, 1, 2):
        block = read_block(storage, first, number)
        assert with_checksum(block[:8] + b"zz" + block[10:], number) == block


@pytest.mark.pg(">= 18")
@pytest.mark.parametrize("level", [0, 1, 3])
def test_an_empty_tree_is_sound_and_as_high_as_it_says(empty_database: Target, level: int) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE things (id bigint PRIMARY KEY, name text)")
        connection.execute("CREATE EXTENSION amcheck")
        connection.execute("CREATE EXTENSION pageinspect")
        connection.execute("CREATE EXTENSION pg_buffercache")
        first = first_file(connection, "things_pkey")
        connection.execute("SELECT pg_buffercache_evict_relation('things_pkey')")
        storage = own_storage(connection)
        write_blocks(storage, first, list(empty_tree(read_block(storage, first, 0), level)))
        grow(storage, first, 50)
    # a session keeps what it has read of an index
    with connect(empty_database) as connection:
        assert one(connection, "SELECT fastlevel FROM bt_metap('things_pkey')") == level
        connection.execute("SELECT bt_index_parent_check('things_pkey', heapallindexed => true)")
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute("EXPLAIN SELECT FROM things WHERE id = 5").fetchall()
        assert "things_pkey" in str(plan)
        assert connection.execute("SELECT FROM things WHERE id = 5").fetchall() == []
        assert one(connection, "SELECT max(id) FROM things") is None


@pytest.mark.pg(">= 18")
@pytest.mark.parametrize("rows", [1, 300, 3_000, 300_000])
def test_a_level_is_guessed_from_the_size(connection: psycopg.Connection, rows: int) -> None:
    connection.execute("CREATE EXTENSION pageinspect")
    connection.execute("INSERT INTO things SELECT generate_series(1, %s)", (rows,))
    connection.execute("REINDEX TABLE things")
    blocks = one(connection, "SELECT pg_relation_size('things_pkey') / 8192")
    assert isinstance(blocks, int)
    level = one(connection, "SELECT level FROM bt_metap('things_pkey')")
    assert tree_level(blocks, 8, 8192) == level
