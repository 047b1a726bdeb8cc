"""Each part of the protection is taken away in turn, and something must miss it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import pytest

from b2bench.target import Target
from tests.schema.protection.access import declared
from tests.schema.protection.acting import for_a_moment, read, taken_back
from tests.schema.protection.checks import Check, checks

_ALL = {
    "policy dropped",
    "policy shows every row",
    "policy lets every row in",
    "row-level security off",
    "grant revoked",
    "rights of the owner taken",
    "search path left open",
    "function open to everybody",
    "language open to everybody",
    "audit trigger dropped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A part of the protection, and the statement that takes it away."""

    kind: str
    statement: str
    about: frozenset[str]

    def missed_by(self, connection: psycopg.Connection, all_checks: Sequence[Check]) -> str:
        """Return the first check that fails without it, empty if there is none."""
        likely = sorted(all_checks, key=lambda check: -len(check.about & self.about))
        with for_a_moment(connection):
            connection.execute(self.statement.encode())
            return next((check.why for check in likely if not check.holds(connection)), "")


def _mutations(connection: psycopg.Connection) -> list[Mutation]:
    rows = connection.execute(read("mutations.sql")).fetchall()
    return [
        Mutation(kind=kind, statement=statement, about=frozenset(about))
        for kind, statement, about in rows
    ]


def test_whatever_is_taken_away_is_missed(
    guarded_shop: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    with taken_back(guarded_shop) as connection:
        all_checks = list(checks(connection, declared()))
        assert [check.why for check in all_checks if not check.holds(connection)] == []
        mutations = _mutations(connection)
        survivors = [m for m in mutations if not m.missed_by(connection, all_checks)]
    kinds = Counter(mutation.kind for mutation in mutations)
    missed = len(mutations) - len(survivors)
    with capsys.disabled():
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        print(f" {missed} of {len(mutations)} missed ({counts})")  # noqa: T201 (the score)
    assert set(kinds) >= _ALL
    assert [survivor.statement for survivor in survivors] == []
