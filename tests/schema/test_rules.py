"""Every rule of the business, and the proof that none of those that hold them can go missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.sqlfile import read_sql_file
from b2bench.target import Target
from tests.schema.cases import NOW, BusinessCase, business_cases

_CASES = business_cases()
_HELD_BY = Path(__file__).with_name("held_by.sql")
_CONSTRAINT = sql.SQL("ALTER TABLE {table} DROP CONSTRAINT {rule}")
_DROP = {
    "check": _CONSTRAINT,
    "foreign key": _CONSTRAINT,
    "exclude": _CONSTRAINT,
    "unique": _CONSTRAINT,
    "trigger": sql.SQL("DROP TRIGGER {rule} ON {table}"),
    "index": sql.SQL("DROP INDEX {rule}"),
}


@contextmanager
def taken_back(shop: Target) -> Iterator[psycopg.Connection]:
    """Open a transaction at the shop's "now" of which nothing stays."""
    with psycopg.connect(shop.conninfo) as connection:
        connection.execute("SELECT set_config('shop.as_of', %s, true)", (NOW,))
        yield connection
        connection.rollback()


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.why)
def test_the_rule_holds(small_shop: Target, case: BusinessCase) -> None:
    with taken_back(small_shop) as connection:
        assert case.holds(connection)


def test_without_its_rule_a_case_fails(
    small_shop: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    """Drop each CHECK, FOREIGN KEY, EXCLUDE, UNIQUE and trigger in turn: some case must notice."""
    with connect(small_shop) as connection:
        rules = connection.execute(read_sql_file(_HELD_BY).parts[0].sql.encode()).fetchall()
    survivors = [rule for rule in rules if not _is_noticed(small_shop, *rule)]
    noticed = len(rules) - len(survivors)
    with capsys.disabled():
        print(f" {noticed} of {len(rules)} rules noticed when dropped")  # noqa: T201 (the score)
    assert survivors == []
    assert {case.rule for case in _CASES} <= {name for _, name, _ in rules}


def _is_noticed(shop: Target, kind: str, name: str, table: str) -> bool:
    drop = _DROP[kind].format(rule=sql.Identifier(name), table=sql.Identifier(table))
    return any(_fails_without(shop, case, drop) for case in _CASES if case.rule == name)


def _fails_without(shop: Target, case: BusinessCase, drop: sql.Composed) -> bool:
    """Return whether a case finds its rule gone: nothing else refuses what it forbids."""
    with taken_back(shop) as connection:
        connection.execute(drop)
        if case.is_refusal:
            return case.is_accepted(connection)
        return not case.holds(connection)
