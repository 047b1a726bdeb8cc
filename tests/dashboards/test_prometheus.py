"""What is asked of a Prometheus comes back typed; what goes wrong is one line with the mend."""

import doctest

import pytest

from b2bench.errors import BadInput
from b2bench.target import Target
from dashboards import prometheus as module
from dashboards.prometheus import ExpressionRefused, Prometheus
from dashboards.window import Window
from tests.components import free_port


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_a_value_comes_with_its_labels(prometheus: Prometheus, window: Window) -> None:
    [series] = prometheus.query("pg_up", at_s=window.end_s)
    assert series.labels["job"] == "b2bench"
    assert series.last == 1


def test_a_series_over_time_has_a_point_for_each_step(
    prometheus: Prometheus, window: Window
) -> None:
    [series] = prometheus.query_range(
        "pg_up", begin_s=window.end_s - 3, end_s=window.end_s, step_s=1
    )
    assert [value for _, value in series.points] == [1, 1, 1, 1]


def test_a_scalar_is_a_series_without_labels(prometheus: Prometheus, window: Window) -> None:
    [series] = prometheus.query("1 + 1", at_s=window.end_s)
    assert (series.labels, series.last) == ({}, 2)


def test_what_is_no_number_is_no_data(prometheus: Prometheus, window: Window) -> None:
    assert prometheus.query("vector(0) / 0", at_s=window.end_s) == ()


def test_labels_values_are_those_of_a_selector(
    prometheus: Prometheus, window: Window, server: Target
) -> None:
    values = prometheus.label_values(
        "datname",
        match="pg_stat_database_commits_total",
        begin_s=window.begin_s,
        end_s=window.end_s,
    )
    assert server.database in values


def test_how_often_it_scrapes_is_known(prometheus: Prometheus) -> None:
    assert prometheus.interval_s() == 1


def test_a_refused_expression_says_what_prometheus_says(
    prometheus: Prometheus, window: Window
) -> None:
    with pytest.raises(ExpressionRefused, match="unclosed left parenthesis"):
        prometheus.query("sum(", at_s=window.end_s)


def test_no_proxy_stands_between_us_and_this_machine(
    prometheus: Prometheus, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    assert Prometheus(prometheus.address).query("pg_up", at_s=window.end_s)


def test_nobody_there_says_how_to_start_one() -> None:
    away = Prometheus(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(BadInput, match=r"does not answer .*b2bench monitor"):
        away.query("up", at_s=0)


def test_something_else_there_is_no_prometheus(exporter_address: str) -> None:
    other = Prometheus(exporter_address.removesuffix("/metrics"))
    with pytest.raises(BadInput, match="is no Prometheus"):
        other.query("up", at_s=0)


@pytest.mark.parametrize("address", ["127.0.0.1:9090", "file:///etc/passwd", "http://"])
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match="write http://127"):
        Prometheus(address)
