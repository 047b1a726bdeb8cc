import os
import time

from b2bench.selftest.load.processors import watched


def test_a_share_is_between_nothing_and_all() -> None:
    with watched() as busy:
        time.sleep(0.2)
    assert 0 <= busy.share <= 1


def test_work_is_seen() -> None:
    with watched() as busy:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
    # one of all processors worked at some time of it
    assert busy.share > 0
    assert busy.share * (os.cpu_count() or 1) > 0.01
