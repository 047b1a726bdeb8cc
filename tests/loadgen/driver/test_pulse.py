"""How late the client's own event loop is."""

import time
from array import array

import gevent

from loadgen.driver.pulse import Processor, Pulse


def test_a_long_block_makes_every_beat_late_that_it_covers() -> None:
    lag_us = array("q")
    pulse = Pulse(lag_us)
    beating = gevent.spawn(pulse.beat)
    gevent.sleep(0.1)
    # the processor is kept: no other greenlet runs
    time.sleep(0.3)
    gevent.sleep(0.05)
    pulse.stop()
    beating.join(1)
    late = sorted(lag for lag in lag_us if lag >= 15_000)
    # thirty beats of ten milliseconds, the first of them later than all others
    assert 25 <= len(late) <= 40
    assert late[-1] >= 250_000
    assert late[len(late) // 2] < late[-1] * 0.7


def test_a_processor_that_computes_is_seen_using_cpu_and_one_that_sleeps_is_not() -> None:
    processor = Processor()
    time.sleep(0.1)
    idle_s, _ = processor.used()
    end_s = time.perf_counter() + 0.1
    while time.perf_counter() < end_s:
        pass
    busy_s, gone_s = processor.used()
    assert idle_s < 0.05
    assert busy_s > idle_s
    assert gone_s >= 0.1
