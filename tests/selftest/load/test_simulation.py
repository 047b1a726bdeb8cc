import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from b2bench.selftest.load.simulation import Stall, simulate

PLENTY = 1e9


def responses(
    due_s: list[float],
    service_s: float,
    *,
    sessions: int = 1,
    capacity_per_s: float = PLENTY,
    stall: Stall | None = None,
) -> list[float]:
    found = simulate(
        np.array(due_s),
        np.full(len(due_s), service_s),
        sessions=sessions,
        capacity_per_s=capacity_per_s,
        stall=stall,
    )
    return [round(value, 6) for value in found.tolist()]


def test_without_a_stall_and_a_queue_a_response_is_the_service() -> None:
    assert responses([0, 1, 2], 0.25) == [0.25, 0.25, 0.25]


def test_a_request_waits_for_the_first_session_that_is_free() -> None:
    assert responses([0, 0.1, 0.2, 0.3], 1, sessions=2) == [1, 1, 1.8, 1.8]


def test_a_request_of_the_stall_is_served_at_its_end() -> None:
    assert responses([0, 2, 2.5, 3], 0.5, sessions=9, stall=Stall(begin_s=1.5, end_s=2.9)) == [
        0.5,
        1.4,
        0.9,
        0.5,
    ]


def test_what_began_before_the_stall_ends_in_it() -> None:
    assert responses([1], 0.5, stall=Stall(begin_s=1.2, end_s=9)) == [0.5]


def test_the_queue_of_a_stall_drains_at_the_shared_capacity() -> None:
    # ten requests a second fall due, the sessions are many, twenty a second can be answered
    due_s = [number / 10 for number in range(10)]
    drained = responses(
        due_s, 0.001, sessions=99, capacity_per_s=20, stall=Stall(begin_s=0, end_s=1)
    )
    assert drained == [round(1 + 0.05 * (n + 1) - due, 6) for n, due in enumerate(due_s)]


def test_the_queue_of_a_stall_drains_no_faster_than_its_sessions() -> None:
    assert responses([0, 0, 0, 0], 0.5, sessions=2, stall=Stall(begin_s=0, end_s=1)) == [
        1.5,
        1.5,
        2,
        2,
    ]


def test_capacity_is_regained_in_a_pause() -> None:
    assert responses([0, 0, 5], 0.1, sessions=9, capacity_per_s=2) == [0.5, 1, 0.5]


@given(seed=st.integers(0, 2**32), lengths_s=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_longer_stall_never_has_a_lower_percentile(
    seed: int, lengths_s: tuple[float, float]
) -> None:
    random = np.random.default_rng(seed)
    due_s = np.cumsum(random.exponential(1 / 100, size=300))
    service_s = random.exponential(1 / 500, size=300)
    p99_s = [
        np.percentile(
            simulate(
                due_s,
                service_s,
                sessions=4,
                capacity_per_s=400,
                stall=Stall(begin_s=0.5, end_s=0.5 + length_s),
            ),
            99,
        )
        for length_s in sorted(lengths_s)
    ]
    assert p99_s[0] <= p99_s[1] + 1e-9


def test_an_answer_takes_its_service_time_at_least() -> None:
    random = np.random.default_rng(1)
    service_s = random.exponential(1, size=200)
    response_s = simulate(
        np.cumsum(random.exponential(1, size=200)), service_s, sessions=3, capacity_per_s=2
    )
    assert (response_s >= service_s - 1e-9).all()
