"""Grafana's own variables have the values that Grafana would give them."""

from dashboards.window import Window


def test_a_rate_spans_four_scrapes_and_a_long_time_has_longer_steps() -> None:
    short = Window(begin_s=0, end_s=60, interval_s=5)
    assert short.values["__rate_interval"] == "20s"
    assert short.values["__range"] == "60s"
    day = Window(begin_s=0, end_s=86_400, interval_s=5)
    assert day.step_s == 435
    assert day.values["__rate_interval"] == "440s"
