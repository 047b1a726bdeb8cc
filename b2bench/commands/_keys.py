"""Where the keys of personal data are kept, as the settings say, and sessions that use them."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from b2bench.commands._settings import Settings
from b2bench.commands._target import find_target
from b2bench.database import connect, reading
from b2bench.progress import Progress
from schema.personal.keyring import Keyring
from schema.personal.location import KeyPlace, keyring_of
from schema.personal.masterkey import MasterSource


def key_place(settings: Settings) -> KeyPlace:
    """Return where key stores and the master key are: in the state directory unless named."""
    return KeyPlace(
        folder=settings.keys or settings.state / "keys",
        master=MasterSource(
            text=settings.master_key,
            file=settings.master_key_file or settings.state / "master.key",
        ),
    )


@contextmanager
def reading_personal(
    settings: Settings, progress: Progress
) -> Iterator[tuple[psycopg.Connection, Keyring]]:
    """Open a session that cannot change data, with the keys of its database.

    Raises: as `reading` and `keyring_of`.
    """
    with reading(find_target(settings, progress)) as connection:
        yield connection, keyring_of(connection, key_place(settings))


@contextmanager
def changing_personal(
    settings: Settings, progress: Progress
) -> Iterator[tuple[psycopg.Connection, Keyring]]:
    """Open a session that can change data, with the keys of its database.

    Raises: as `connect` and `keyring_of`.
    """
    with connect(find_target(settings, progress)) as connection:
        yield connection, keyring_of(connection, key_place(settings))
