"""Grounds that are the same, or not comparable."""

from dataclasses import replace

from reports.ground import DataSetId, Ground, ground_differences

DATA = DataSetId(profile="tiny", scale="1", seed=1, generator_version=1, sha256="abcdef0123456789")
GROUND = Ground(server_major=18, data_set=DATA, block_size=8192)


def test_a_ground_is_like_itself() -> None:
    assert ground_differences(GROUND, GROUND) == ()
    assert GROUND.shown == "PostgreSQL 18, tiny, seed 1, abcdef012345"


def test_every_difference_is_said() -> None:
    candidate = Ground(server_major=15, data_set=replace(DATA, seed=2), block_size=4096)
    assert ground_differences(GROUND, candidate) == (
        "baseline on PostgreSQL 18, candidate on 15",
        "baseline with blocks of 8192 bytes, candidate 4096",
        (
            "baseline of data set (tiny, seed 1, abcdef012345), "
            "candidate of (tiny, seed 2, abcdef012345)"
        ),
    )


def test_data_changed_in_place_are_another_ground() -> None:
    changed = replace(DATA, changed_by="20250601T120000Z-mixed")
    (said,) = ground_differences(GROUND, replace(GROUND, data_set=changed))
    assert said.endswith(
        "candidate of (tiny, seed 1, abcdef012345, changed in place by 20250601T120000Z-mixed)"
    )


def test_data_that_is_not_ours_is_another_ground() -> None:
    (said,) = ground_differences(GROUND, replace(GROUND, data_set=None))
    assert said.endswith("candidate of (not b2bench's)")
