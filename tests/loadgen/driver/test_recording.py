"""Histograms and seconds: what is counted by the batch is what one would count by the piece."""

import numpy as np
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from loadgen.driver.clock import NS_PER_S
from loadgen.driver.histogram import LONGEST_US, Histogram
from loadgen.driver.timeline import Timeline

_VALUES = st.lists(st.integers(0, LONGEST_US), min_size=1, max_size=50)


@given(_VALUES)
def test_a_batch_is_counted_as_hdrhistogram_counts(values: list[int]) -> None:
    histogram = Histogram()
    reference = HdrHistogram(1, LONGEST_US, 3)
    histogram.record(np.array(values, dtype=np.int64))
    for value in values:
        reference.record_value(value)
    assert bytes(histogram.hdr.counts) == bytes(reference.counts)
    assert histogram.count == reference.get_total_count()
    assert histogram.hdr.encode() == reference.encode()


@given(_VALUES)
def test_percentiles_are_within_a_thousandth_of_the_exact_ones(values: list[int]) -> None:
    histogram = Histogram()
    histogram.record(np.array(values, dtype=np.int64))
    for percent in (50, 90, 99, 100):
        exact = int(np.percentile(values, percent, method="inverted_cdf"))
        assert exact <= histogram.percentile_us(percent) <= max(exact * 1.001, exact + 1)
    summary = histogram.summary()
    assert summary.max_us == max(values)
    assert np.isclose(summary.mean_us, np.mean(values))


def test_an_empty_histogram_is_all_zero() -> None:
    summary = Histogram().summary()
    assert (summary.count, summary.mean_us, summary.p99_us, summary.max_us) == (0, 0, 0, 0)


def test_longer_than_an_hour_counts_as_an_hour() -> None:
    histogram = Histogram()
    histogram.record(np.array([LONGEST_US * 2]))
    assert histogram.count == 1
    assert histogram.percentile_us(100) == LONGEST_US


def test_seconds_without_an_answer_are_there_and_empty() -> None:
    timeline = Timeline()
    timeline.add(np.array([1, 2, 2 * NS_PER_S + 5]), np.array([100, 300, 900]))
    timeline.add_failure(2 * NS_PER_S + 7, "57014")
    timeline.close(before_s=1)
    seconds = timeline.seconds()
    assert [second.elapsed_s for second in seconds] == [0, 1, 2]
    assert [second.completed for second in seconds] == [2, 0, 1]
    assert [second.failed for second in seconds] == [0, 0, 1]
    assert (seconds[0].p50_us, seconds[0].p99_us, seconds[2].p50_us) == (100, 300, 900)
