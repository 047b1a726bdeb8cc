"""Variables: what is put into expressions, and which values there are."""

import doctest

import pytest

from b2bench.errors import BadInput
from b2bench.target import Target
from dashboards import variables
from dashboards.model import Dashboard, Panel, Query, Row, Variable
from dashboards.prometheus import Prometheus
from dashboards.variables import Choice, require_known, resolve
from dashboards.window import Window
from tests.dashboards.boards import OVERVIEW


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(variables).failed == 0


@pytest.mark.parametrize(
    ("multi", "chosen", "put_in"),
    [
        (True, (), ".*"),
        (True, ("a.b",), r"a\\.b"),
        (True, ("a", "b|c"), r"(a|b\\|c)"),
        (False, ('say "a.b"',), r"say \"a.b\""),
    ],
)
def test_chosen_values_are_escaped_for_where_they_stand(
    *, multi: bool, chosen: tuple[str, ...], put_in: str
) -> None:
    variable = Variable(name="x", label="X", query="", multi=multi)
    assert Choice(variable=variable, values=(), chosen=chosen).put_in == put_in


def test_a_value_may_hold_anything(prometheus: Prometheus, window: Window) -> None:
    awkward = ("a.b", 'a"b', "a\\b", "a(b", "a$1")
    choice = Choice(variable=OVERVIEW.variables[0], values=(), chosen=awkward)
    assert prometheus.query(f'up{{job!~"{choice.put_in}"}}', at_s=window.end_s)


def _board(*choices: Variable) -> Dashboard:
    panel = Panel(title="", description="", unit="", queries=(Query(expr="up", legend=""),))
    rows = (Row(title="", panels=(panel,)),)
    return Dashboard(uid="x", title="X", description="", rows=rows, variables=choices)


def test_a_variable_may_use_those_before_it(
    prometheus: Prometheus, window: Window, server: Target
) -> None:
    first = Variable(name="job", label="Job", query="label_values(pg_up, job)")
    second = Variable(
        name="datname",
        label="Database",
        query='label_values(pg_stat_database_backends{job=~"$job"}, datname)',
    )
    one, other = resolve(_board(first, second), prometheus, window, {})
    assert one.values == ("b2bench",)
    assert server.database in other.values
    _, none = resolve(_board(first, second), prometheus, window, {"job": ["another"]})
    assert none.values == ()


def test_a_choice_of_one_takes_the_busiest(
    prometheus: Prometheus, window: Window, server: Target
) -> None:
    query = "label_values(pg_stat_database_commits_total, datname)"
    variable = Variable(name="datname", label="Database", query=query, multi=False)
    [choice] = resolve(_board(variable), prometheus, window, {})
    # the exporter's own session works there, ten times a second
    assert choice.chosen == (server.database,)


def test_a_query_of_another_form_is_told(prometheus: Prometheus, window: Window) -> None:
    variable = Variable(name="x", label="X", query="query_result(up)")
    [choice] = resolve(_board(variable), prometheus, window, {})
    assert "is not of the form label_values" in choice.error


def test_a_variable_that_no_dashboard_has_is_refused() -> None:
    with pytest.raises(BadInput, match="no dashboard has a variable 'nope': there is datname"):
        require_known([OVERVIEW], {"nope": ["x"]})
