import time
from threading import Thread

import pytest

from b2bench.database import connect
from b2bench.target import Target
from exporters.collectors.pg_stat_activity import ActivitySampler, Kind
from exporters.sampling import EVERY_S, Sampling
from exporters.session import Session
from tests.exporters.reading import value


def a_kind(state: str, sessions: int, *, datname: str = "shop", wait: str = "") -> Kind:
    return Kind(datname, "client backend", state, wait and "Lock", wait, sessions, 3.0, 2.0, 1.0)


def test_seconds_are_sessions_times_the_time_since_the_last_sample() -> None:
    sampler = ActivitySampler()
    sampler.add([a_kind("active", 3)], 0.1)
    sampler.add([a_kind("active", 2), a_kind("idle", 9)], 0.2)
    families = list(sampler.families())
    assert value(families, "pg_wait_seconds_total", state="active") == pytest.approx(0.7)
    assert value(families, "pg_wait_seconds_total", state="idle") is None
    assert value(families, "pg_sessions", state="idle") == 9
    assert value(families, "b2bench_exporter_samples_total") == 2


def test_a_sample_that_came_late_stands_for_a_second() -> None:
    sampler = ActivitySampler()
    sampler.add([a_kind("active", 2)], 60.0)
    assert value(list(sampler.families()), "pg_wait_seconds_total", state="active") == 2


def test_ages_belong_to_their_states() -> None:
    sampler = ActivitySampler()
    sampler.add([a_kind("idle in transaction (aborted)", 1), a_kind("idle", 1)], 0.1)
    families = list(sampler.families())
    assert value(families, "pg_oldest_idle_in_transaction_seconds", datname="shop") == 2
    assert value(families, "pg_oldest_transaction_seconds", datname="shop") == 3
    assert value(families, "pg_oldest_query_seconds", datname="shop") == 0


def test_a_sleeping_session_is_seen_for_as_long_as_it_sleeps(empty_database: Target) -> None:
    sampler = ActivitySampler()
    sampling = Sampling(Session(empty_database), sampler.sample)
    sampling.start()
    with connect(empty_database) as connection:
        asleep = Thread(target=lambda: connection.execute("SELECT pg_sleep(1.5)"))
        asleep.start()
        asleep.join()
    time.sleep(2 * EVERY_S)
    sampling.stop()
    seen = value(
        sampler.families(),
        "pg_wait_seconds_total",
        datname=empty_database.database,
        wait_event="PgSleep",
    )
    assert seen == pytest.approx(1.5, abs=0.75)


def test_a_session_that_is_ended_is_opened_again(empty_database: Target) -> None:
    sampler = ActivitySampler()
    session = Session(empty_database)
    with session.connection() as connection:
        sampler.sample(connection, 0.1)
        pid = connection.info.backend_pid
    with connect(empty_database) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    sampling = Sampling(session, sampler.sample)
    assert not sampling._took(0.1)
    assert sampling._took(0.1)
    session.close()
