"""The page of a pooler's matrix."""

from dataclasses import replace

import pytest

from b2bench.findings import Finding, Severity
from reports.poolers_page import render_poolers_page
from tests.figures.html import Outline, assert_offline_and_sound
from tests.reports.sample_poolers import record


@pytest.fixture(scope="module")
def outline() -> Outline:
    return assert_offline_and_sound(render_poolers_page(record()))


def test_the_verdict_is_what_pooling_alone_did_with_the_most_users(outline: Outline) -> None:
    said = "Pooling alone, 500 users, unprepared: throughput ×1.33, p95 ~ (3 runs a side)"
    assert said in outline.text
    assert "20 backends instead of 500" in outline.text


def test_a_pooler_that_prepares_is_judged_by_the_prepared_ways() -> None:
    page = assert_offline_and_sound(render_poolers_page(record(prepares=True)))
    assert "Pooling alone, 500 users, prepared: throughput ×1.33" in page.text
    assert "PgBouncer, prepared" in page.text


def test_every_cell_has_its_figures_with_their_spread(outline: Outline) -> None:
    for said in ("direct, prepared", "PgBouncer, unprepared", "±5 %", "60.0 MiB", "2.00 MiB"):
        assert said in outline.text


def test_memory_that_cannot_be_seen_is_a_dash() -> None:
    found = record()
    unseen = replace(
        found,
        samples=tuple(
            replace(each, backend_memory_bytes=None, pooler_memory_bytes=None)
            for each in found.samples
        ),
    )
    outline = assert_offline_and_sound(render_poolers_page(unseen))
    assert "MiB" not in outline.text.replace("memory, MiB", "")


def test_a_run_in_doubt_is_the_verdict() -> None:
    finding = Finding(
        code="run-invalid",
        severity=Severity.ERROR,
        subject="500-direct-prepared-1",
        message="the run: INVALID: the client was the bottleneck",
    )
    page = render_poolers_page(record(findings=(finding,)))
    assert '<p class="verdict bad">500-direct-prepared-1: the run: INVALID' in page


def test_a_single_round_says_that_nothing_is_known() -> None:
    found = record()
    once = replace(found, rounds=1, samples=found.samples[: len(found.samples) // 3])
    outline = assert_offline_and_sound(render_poolers_page(once))
    assert "throughput ~, p95 ~ (1 run a side)" in outline.text
    assert "±" not in outline.text
