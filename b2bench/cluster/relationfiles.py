"""The files of relations on our own server: found, and grown without writing a block."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import psycopg

from b2bench.cluster.checksums import with_checksum
from b2bench.cluster.processes import cluster_name, find_postmaster
from b2bench.cluster.state import Home
from b2bench.errors import BadInput

_NOT_OURS = (
    "only the files of the embedded server are b2bench's to touch, and this is another server: "
    "leave out --dsn and load the schema into the embedded server's database first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """How our server keeps relations.

    Args:
        data: the data directory.
        block_bytes: the size of a block.
        segment_blocks: after so many blocks a relation goes on in another file.
        has_checksums: whether each block carries one.
    """

    data: Path
    block_bytes: int
    segment_blocks: int
    has_checksums: bool


def own_storage(connection: psycopg.Connection) -> Storage:
    """Return how the session's server keeps relations.

    Raises:
        BadInput: it is not a server that b2bench started on this machine.
    """
    rows = connection.execute("SELECT name, setting FROM pg_settings WHERE setting IS NOT NULL")
    settings: dict[str, str] = dict(rows.fetchall())
    data = Path(settings.get("data_directory", ""))
    if not _is_ours(data, settings["cluster_name"]):
        raise BadInput(_NOT_OURS)
    return Storage(
        data=data,
        block_bytes=int(settings["block_size"]),
        segment_blocks=int(settings["segment_size"]),
        has_checksums=settings["data_checksums"] == "on",
    )


def _is_ours(data: Path, name: str) -> bool:
    home = Home(state=data.parent, folder=data.parent)
    try:
        token = home.token()
    except PermissionError:
        return False
    # a server elsewhere may have a data directory of the same name, but not of the same token
    return (
        token is not None
        and name == cluster_name(token)
        and find_postmaster(data, token) is not None
    )


def grow(storage: Storage, first: Path, blocks: int) -> None:
    """Let a relation have this many blocks; new ones are zeroes that take no place on the disk.

    PostgreSQL takes a block of zeroes for a new one. A longer relation stays as it is.

    Args:
        storage: of the server.
        first: the relation's first file.
        blocks: of the whole relation.
    """
    owner = first.stat()
    for number, start in enumerate(range(0, blocks, storage.segment_blocks)):
        segment = first.with_name(f"{first.name}.{number}") if number else first
        size = min(blocks - start, storage.segment_blocks) * storage.block_bytes
        with _opened(segment, create=number > 0) as file:
            status = os.fstat(file.fileno())
            if (status.st_uid, status.st_gid) != (owner.st_uid, owner.st_gid):
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            if status.st_size < size:
                file.truncate(size)


def _opened(path: Path, *, create: bool = False) -> BinaryIO:
    # as root we follow no link that the server's user may have laid
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


def read_block(storage: Storage, first: Path, number: int) -> bytes:
    """Return a block of a relation's first file."""
    with _opened(first) as file:
        file.seek(number * storage.block_bytes)
        return file.read(storage.block_bytes)


def write_blocks(storage: Storage, first: Path, blocks: Sequence[bytes]) -> None:
    """Replace the first blocks of a relation; the server must not hold them in its cache."""
    with _opened(first) as file:
        for number, block in enumerate(blocks):
            file.write(with_checksum(block, number) if storage.has_checksums else block)
