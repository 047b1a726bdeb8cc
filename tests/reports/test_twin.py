"""Figures of a load and its twin: medians, ranges, ratios of the rounds."""

from dataclasses import replace

import pytest

from reports.twin import (
    FormRun,
    LeftOut,
    TwinQuery,
    TwinRecord,
    TwinRound,
    TwinRow,
    TwinSide,
    twin_rows,
)
from reports.twin_page import shown_form, shown_ratio, shown_spread, twin_section


def side(per_s: float, *, cpu_s: float = 1.0, p50_us: int = 500, counted: int = 200) -> TwinSide:
    return TwinSide(
        completed=1_000,
        failed=0,
        skipped=0,
        retries=0,
        per_s=per_s,
        client_cpu_s=cpu_s,
        cpu_requests=1_000,
        mean_us=600.0,
        p50_us=p50_us,
        p95_us=900,
        p99_us=1_200,
        server_us=300.0,
        server_blocks=42.0,
        sent=200,
        counted=counted,
        queries=(
            TwinQuery(
                name="price_item",
                completed=1_000,
                mean_us=600.0,
                p50_us=p50_us,
                p95_us=900,
                server_us=300.0,
            ),
        ),
    )


def record(*rounds: TwinRound, left_out: tuple[LeftOut, ...] = ()) -> TwinRecord:
    return TwinRecord(
        run="20250601T120000Z-pricing",
        workload="pricing",
        users=10,
        rate=None,
        version="18.6",
        sets=2_032,
        form=tuple(
            FormRun(
                plain_client_us=50.0 + more,
                plain_response_us=90.0 + more,
                form_client_us=150.0 + 3 * more,
                form_response_us=120.0 + more,
            )
            for more in (70.0, 0.0, 10.0)
        ),
        left_out=left_out,
        rounds=rounds,
    )


THREE = record(
    TwinRound(ours=side(400.0), pgbench=side(1_000.0, cpu_s=0.5)),
    TwinRound(ours=side(600.0), pgbench=side(1_000.0, cpu_s=0.5)),
    TwinRound(ours=side(500.0), pgbench=side(500.0, cpu_s=0.5)),
)


def row(of: TwinRecord, name: str) -> TwinRow:
    return next(each for each in twin_rows(of) if each.name == name)


def test_a_ratio_is_taken_in_each_round_and_told_with_its_range() -> None:
    throughput = row(THREE, "requests per second")
    assert shown_ratio(throughput) == "0.60 (0.40 to 1.00)"
    assert shown_spread(throughput, throughput.ours) == "500 ±20 % (n=3)"


def test_times_have_their_unit() -> None:
    median = row(THREE, "response, p50")
    assert shown_spread(median, median.pgbench) == "0.500 ms ±0 % (n=3)"


def test_blocks_are_a_count() -> None:
    blocks = row(THREE, "server blocks per request")
    assert shown_spread(blocks, blocks.ours) == "42.0 ±0 % (n=3)"


def test_a_single_round_claims_no_spread() -> None:
    once = record(TwinRound(ours=side(400.0), pgbench=side(1_000.0)))
    throughput = row(once, "requests per second")
    assert shown_spread(throughput, throughput.ours) == "400 (n=1)"
    assert shown_ratio(throughput) == "0.40"


def test_pgbench_is_not_charged_for_the_form_of_its_scripts() -> None:
    as_run = row(THREE, "requests per client CPU-second")
    corrected = row(THREE, "requests per client CPU-second, scripts' form taken off")
    # 500 µs a request, of which 100 are the form's
    assert (as_run.pgbench.median, corrected.pgbench.median) == (2_000, 2_500)
    assert corrected.ours == as_run.ours
    said = "by 100.0 µs of client CPU and 30.0 µs of response (the least of 3 runs each)"
    assert said in shown_form(THREE)


def test_a_side_that_answered_nothing_has_no_ratio() -> None:
    none = replace(side(0.0), cpu_requests=0)
    silent = record(TwinRound(ours=side(400.0), pgbench=none))
    assert shown_ratio(row(silent, "requests per second")) == "–"


@pytest.mark.parametrize(("restarts", "agree"), [(0, False), (3, True)])
def test_counts_are_compared_where_nothing_was_begun_anew(restarts: int, *, agree: bool) -> None:
    odd = replace(side(400.0, counted=201), retries=restarts)
    assert record(TwinRound(ours=odd, pgbench=side(1.0))).counts_agree is agree


def test_the_section_shows_every_figure_every_class_and_what_is_left_out() -> None:
    left = LeftOut(query="odd <b>", reason="it is <odd>")
    section = twin_section(replace(THREE, left_out=(left,)))
    for figure in twin_rows(THREE):
        assert figure.name.replace("'", "&#39;") in section.body
    assert "price_item" in section.body
    assert "Left out on both sides: odd &lt;b&gt;, because it is &lt;odd&gt;" in section.body
    assert "disagree" not in section.body
