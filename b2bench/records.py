"""Typed records in JSON files: written whole or not at all, read with errors naming the field."""

import os
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from b2bench.errors import BadInput

T = TypeVar("T")


def to_json(record: object) -> bytes:
    """Return a dataclass as JSON that a person can read and git can diff."""
    return msgspec.json.format(msgspec.json.encode(record, order="deterministic"), indent=2) + b"\n"


def from_json(data: bytes, kind: type[T], *, source: str) -> T:
    """Return JSON as a dataclass of the given kind.

    Raises:
        BadInput: the JSON is damaged, or a field is missing or of another type.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.MsgspecError as error:
        raise BadInput(f"{source} cannot be read: {error}") from error


def write_record(path: Path, record: object) -> None:
    """Write a record so that a reader sees the old file or the new one, never a half.

    Raises:
        BadInput: the folder cannot be made or written.
    """
    write_atomically(path, to_json(record))


def read_record(path: Path, kind: type[T]) -> T:
    """Return the record in a file.

    Raises:
        BadInput: the file is missing or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    return from_json(data, kind, source=str(path))


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's contents in one step, making its folder first.

    Raises:
        BadInput: the folder cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            try:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}: choose another place"
        ) from error


def schema_of(kind: type) -> dict[str, Any]:
    """Return the JSON schema that files of this kind follow."""
    return msgspec.json.schema(kind)
