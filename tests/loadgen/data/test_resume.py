"""A load that ends in the middle, by an interrupt or by kill -9, is gone on with by the next."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.sessions import alone
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import load_profile
from tests.loadgen.data.fingerprint import fingerprint, state
from tests.postgres import new_database

_PATIENCE_S = 60
_AT_WORK = {"b2bench (load)", "b2bench (indexes)", "b2bench (statistics)"}


class _Interrupted(Exception):
    """Stands for whatever ends a load."""


class _Interrupt:
    """Progress that ends the work when a phase has come so far."""

    def __init__(self, phase: str, share: float) -> None:
        self._phase, self._share = phase, share

    def __call__(self, phase: str, *, done: int = 0, total: int | None = None) -> None:
        if phase == self._phase and total and done >= self._share * total:
            raise _Interrupted


@pytest.mark.parametrize("phase", ["rows", "indexes and constraints", "statistics"])
@pytest.mark.parametrize("share", [0.1, 0.6, 1.0])
def test_what_was_interrupted_ends_like_what_was_not(
    server: Target, shop_template: Target, schema_template: Target, phase: str, share: float
) -> None:
    with new_database(server, template=schema_template.database) as other:
        with pytest.raises(_Interrupted):
            generate(other, load_profile("tiny"), progress=_Interrupt(phase, share))
        with connect(other) as connection:
            assert state(connection).state == "loading"
            assert not _AT_WORK & set(_sessions(connection))
        generate(other, load_profile("tiny"))
        assert fingerprint(other) == fingerprint(shop_template)


def test_tables_that_are_loaded_are_not_loaded_again(
    server: Target, schema_template: Target
) -> None:
    with new_database(server, template=schema_template.database) as other:
        with pytest.raises(_Interrupted):
            generate(other, load_profile("tiny"), progress=_Interrupt("rows", 0.5))
        with connect(other) as connection:
            loaded = list(state(connection).table_sha256)
            before = _files(connection, loaded)
        generate(other, load_profile("tiny"))
        with connect(other) as connection:
            assert _files(connection, loaded) == before
    assert loaded


def test_another_data_set_starts_again(server: Target, schema_template: Target) -> None:
    with new_database(server, template=schema_template.database) as other:
        with pytest.raises(_Interrupted):
            generate(other, load_profile("tiny"), progress=_Interrupt("rows", 0.5))
        once = generate(other, load_profile("tiny"), seed=2)
        again = generate(other, load_profile("tiny"), seed=2)
    assert once == again


@pytest.mark.parametrize("phase", sorted(_AT_WORK))
def test_a_load_that_was_killed_is_gone_on_with(
    server: Target, shop_template: Target, schema_template: Target, phase: str
) -> None:
    with new_database(server, template=schema_template.database) as other:
        load = [sys.executable, "-m", "b2bench", "data", "generate", "--profile", "tiny"]
        process = subprocess.Popen(load, env={**os.environ, "B2BENCH_DSN": other.conninfo})
        with connect(other) as connection:
            _wait_for_session(connection, phase, process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        generate(other, load_profile("tiny"))
        assert fingerprint(other) == fingerprint(shop_template)


def test_two_loads_at_a_time_are_refused(server: Target, schema_template: Target) -> None:
    with (
        new_database(server, template=schema_template.database) as other,
        alone(other, "b2bench (generate)"),
        pytest.raises(BadInput, match="another process is filling"),
    ):
        generate(other, load_profile("tiny"))


def _sessions(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT application_name FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    return [name for (name,) in rows]


def _wait_for_session(
    connection: psycopg.Connection, name: str, process: subprocess.Popen[bytes]
) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while name not in _sessions(connection):
        assert process.poll() is None
        assert time.monotonic() < deadline


def _files(connection: psycopg.Connection, tables: list[str]) -> dict[str, int]:
    rows = connection.execute(
        "SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(%s)", (tables,)
    )
    return dict(rows.fetchall())
