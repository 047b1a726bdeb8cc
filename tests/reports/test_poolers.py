"""What a pooler's matrix says, and what it does not say."""

import pytest

from reports.poolers import Figure, cells, effects, ratio
from tests.reports.sample_poolers import USERS, record


def test_there_is_a_cell_for_each_way_and_number_of_users() -> None:
    found = [(cell.users, cell.route.name) for cell in cells(record())]
    ways = ["direct, prepared", "direct, unprepared", "PgBouncer, unprepared"]
    assert found == [(users, way) for users in USERS for way in ways]
    assert all(len(cell.samples) == 3 for cell in cells(record()))


def test_a_cell_has_the_middle_of_its_runs_and_the_most_of_its_memory() -> None:
    pooled = cells(record())[-1]
    assert pooled.throughput_per_s.middle == 600
    assert pooled.throughput_per_s.spread == pytest.approx(0.05)
    assert pooled.backends == 20
    assert pooled.backend_memory_bytes == 60 * 2**20
    assert pooled.pooler_memory_bytes == 2 * 2**20
    assert len(pooled.connect_ms.values) == 60


def test_pooling_is_compared_with_what_is_as_unprepared() -> None:
    pooling = [effect for effect in effects(record()) if effect.what == "pooling"]
    assert [(effect.users, effect.before.name, effect.after.name) for effect in pooling] == [
        (users, "direct, unprepared", "PgBouncer, unprepared") for users in USERS
    ]
    few, many = pooling
    assert few.throughput is None
    assert many.throughput == pytest.approx(600 / 450)


def test_a_pooler_that_prepares_is_compared_both_ways() -> None:
    found = {
        (each.what, each.before.name, each.after.name) for each in effects(record(prepares=True))
    }
    assert found == {
        ("pooling", "direct, prepared", "PgBouncer, prepared"),
        ("pooling", "direct, unprepared", "PgBouncer, unprepared"),
        ("preparing", "direct, unprepared", "direct, prepared"),
        ("preparing", "PgBouncer, unprepared", "PgBouncer, prepared"),
    }


@pytest.mark.parametrize(
    ("before", "after", "factor"),
    [
        ((10, 11, 12), (20, 22, 24), 2.0),
        ((20, 22, 24), (10, 11, 12), 0.5),
        ((10, 11, 20), (19, 22, 24), None),
        ((10, 10, 10), (10, 10, 10), None),
    ],
)
def test_runs_that_overlap_say_nothing(
    before: tuple[float, ...], after: tuple[float, ...], factor: float | None
) -> None:
    assert ratio(Figure(values=before), Figure(values=after)) == factor


def test_one_run_on_either_side_says_nothing() -> None:
    assert ratio(Figure(values=(10.0,)), Figure(values=(20.0,))) is None
