"""Keys in a folder of the test's own, and a shop whose data they open."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema.personal.keyring import Keyring
from schema.personal.location import KeyPlace, make_keys
from schema.personal.masterkey import MasterSource


@pytest.fixture
def key_place(tmp_path: Path) -> KeyPlace:
    """Give a folder without keys."""
    return KeyPlace(folder=tmp_path / "keys", master=MasterSource(file=tmp_path / "master.key"))


@dataclass(frozen=True, slots=True)
class Keyed:
    """A shop with generated data, and its keys."""

    target: Target
    connection: psycopg.Connection
    keyring: Keyring
    place: KeyPlace


@pytest.fixture
def keyed(shop: Target, key_place: KeyPlace) -> Iterator[Keyed]:
    with connect(shop) as connection:
        yield Keyed(shop, connection, make_keys(connection, key_place), key_place)
