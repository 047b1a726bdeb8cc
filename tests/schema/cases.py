"""Business cases: what must be refused or kept, one in a transaction, by the rule that holds it."""

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg

RULES = Path(__file__).parent / "rules"
SHOP = RULES / "shop.sql"
NOW = "2026-06-01 12:00+00"
_CASE = re.compile(
    r"-- case: (?P<why>.+)\n"
    r"-- (?P<kind>refused|kept) by: (?P<rule>\w+)\n"
    r"(?P<sql>(?:(?!-- case:).*\n?)*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCase:
    """One thing that the business forbids, or relies on.

    Args:
        is_refusal: the statements must be refused; else the last one must answer true.
        rule: the constraint, index or trigger that holds it.
    """

    why: str
    is_refusal: bool
    rule: str
    sql: str

    def holds(self, connection: psycopg.Connection) -> bool:
        """Run the case in the session's transaction, which the caller takes back."""
        try:
            cursor = connection.execute(self.sql.encode())
            if self.is_refusal:
                connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                return False
            while cursor.nextset():
                pass
            return cursor.fetchone() == (True,)
        except psycopg.errors.IntegrityError as error:
            return self.is_refusal and error.diag.constraint_name == self.rule

    def is_accepted(self, connection: psycopg.Connection) -> bool:
        """Run a case of a refusal and return whether nothing refused it."""
        try:
            connection.execute(self.sql.encode())
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error:
            return False
        return True


def business_cases() -> list[BusinessCase]:
    """Return the cases of all files."""
    return [case for path in sorted(RULES.glob("*.sql")) if path != SHOP for case in _cases(path)]


def _cases(path: Path) -> list[BusinessCase]:
    text = path.read_text()
    found = [
        BusinessCase(
            why=match["why"],
            is_refusal=match["kind"] == "refused",
            rule=match["rule"],
            sql=match["sql"].strip(),
        )
        for match in _CASE.finditer(text)
    ]
    assert len(found) == text.count("-- case:"), path
    return found
