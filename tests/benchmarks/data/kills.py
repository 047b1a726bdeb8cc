"""Loads killed by SIGKILL at random moments: what the next command makes of them."""

import random
import time
from collections.abc import Iterator

from tests.benchmarks.laboratory import Laboratory, Line, generated, generation
from tests.loadgen.data.fingerprint import fingerprint

_KILLS = 20
_PROFILE = ("--profile", "origin")


def figures(laboratory: Laboratory) -> Iterator[Line]:
    """Yield how many killed loads ended like one that was left alone."""
    with laboratory.empty_shop() as target:
        usual_s = generated(target, *_PROFILE).elapsed_s
        undisturbed = fingerprint(target)
    chance, same, killed = random.Random(1), 0, 0  # noqa: S311 (moments, not secrets)
    for _ in range(_KILLS):
        with laboratory.empty_shop() as target:
            process = generation(target, *_PROFILE)
            time.sleep(chance.uniform(0, usual_s))
            process.kill()
            killed += process.wait() < 0
            generated(target, *_PROFILE)
            same += fingerprint(target) == undisturbed
    yield Line(
        what=f"kill -9 at a random moment of {usual_s:.1f} s, origin: rows, order, indexes,"
        " statistics as if undisturbed",
        measured=f"{same} of {_KILLS}, {killed} of them before their end",
        wanted="all",
        met=same == _KILLS,
    )
