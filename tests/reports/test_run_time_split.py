"""Where a request's time went."""

from dataclasses import replace

import pytest

from b2bench.runs import RunRecord, StepCount
from reports.run_time_split import busy_ms, in_total, server_time_ms, statements_by_step, time_split
from tests.reports.sample_run import load_result, query, run_record
from tests.reports.spike_run import TRANSACTION, spike_record


@pytest.fixture(scope="module")
def spike() -> RunRecord:
    return spike_record()


def test_lag_rest_and_server_are_the_response(spike: RunRecord) -> None:
    for split in time_split(spike):
        seen = next(each for each in spike.result.queries if each.name == split.name)
        assert split.server_ms is not None
        whole_us = seen.lag.mean_us + seen.service.mean_us
        assert split.response_ms == pytest.approx(whole_us / 1_000)


def test_what_took_most_of_the_time_comes_first(spike: RunRecord) -> None:
    splits = time_split(spike)
    assert splits[0].name == "search_text"
    assert [split.share for split in splits] == sorted(
        (split.share for split in splits), reverse=True
    )
    assert sum(split.share for split in splits) == pytest.approx(1)


def test_a_transactions_statements_count_as_often_as_a_request_runs_them(spike: RunRecord) -> None:
    # means of 0.01, 2, 0.5 and 0.1 ms; 1,200 passes, of which 1,150 came to the third
    one_pass_ms = 0.01 + 2.0 + (0.5 + 0.1) * 1_150 / 1_200
    expected_ms = one_pass_ms * (1_000 + TRANSACTION.restarts) / 1_000
    found_ms = server_time_ms(TRANSACTION, statements_by_step(spike))
    assert found_ms == pytest.approx(expected_ms)


def test_the_warm_up_does_not_inflate_the_servers_part() -> None:
    measured = query("find_sku", 1_000, 400)
    # the server has counted the warm-up, too
    longer = replace(measured, steps=(StepCount(step="main", executions=1_500),))
    record = run_record(load_result([longer]))
    served = (replace(record.statements[0], server_calls=1_500, server_time_ms=300.0),)
    (split,) = time_split(replace(record, statements=served))
    assert split.server_ms == pytest.approx(0.2)


def test_the_server_cannot_have_taken_longer_than_the_answer() -> None:
    record = run_record(load_result([query("find_sku", 1_000, 400)]))
    cold = (replace(record.statements[0], server_time_ms=9_000.0),)
    (split,) = time_split(replace(record, statements=cold))
    assert split.rest_ms == 0


def test_steps_that_share_a_queryid_share_their_account(spike: RunRecord) -> None:
    found = statements_by_step(spike)
    assert found["reserve_stock", "commit"] is found["place_order", "commit"]
    assert found["add_to_cart", "main"].queryid == 13


@pytest.mark.parametrize("change", ["server gone", "account invalid"])
def test_without_a_server_that_can_be_believed_its_part_is_not_known(
    spike: RunRecord, change: str
) -> None:
    record = (
        replace(spike, statements=())
        if change == "server gone"
        else replace(spike, is_account_complete=False)
    )
    splits = time_split(record)
    assert {split.server_ms for split in splits} == {None}
    assert in_total(splits).server_ms is None
    assert in_total(splits).response_ms == pytest.approx(in_total(time_split(spike)).response_ms)


def test_of_all_requests_each_counts_the_same(spike: RunRecord) -> None:
    splits = time_split(spike)
    total = in_total(splits)
    whole_ms = sum(split.response_ms * split.count for split in splits)
    assert total.response_ms == pytest.approx(whole_ms / total.count)
    assert total.count == spike.result.completed


def test_samples_say_how_long_a_request_kept_the_server_busy(spike: RunRecord) -> None:
    # 1,512 busy sessions in 600 looks, 60 s, 69,741 requests
    assert busy_ms(spike) == pytest.approx(1_512 / 600 * 60_000 / 69_741)
    assert busy_ms(replace(spike, observation=None)) is None


def test_a_run_without_answers_has_no_split() -> None:
    empty = replace(load_result([query("q", 0, 0)]), seconds=())
    assert time_split(run_record(empty)) == ()
