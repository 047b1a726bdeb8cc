"""A table that can be made in any size, and query classes with known growth and skew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from b2bench.arguments import Arguments, Case, Value
from b2bench.database import connect
from b2bench.queries import AS_OF, QueryClass, load_queries
from b2bench.target import Target
from tests.postgres import new_database

CANARY = "canary-4711"
_AS_OF = datetime(2025, 6, 1, tzinfo=UTC)
_SETS = 20

SCHEMA = """
CREATE TABLE items (
    id bigint PRIMARY KEY,
    title text NOT NULL,
    kind text NOT NULL,
    price int NOT NULL,
    note text NOT NULL
) WITH (autovacuum_enabled = off);
"""
# three in ten have the same kind, every other one a kind of its own
ROWS = """
INSERT INTO items
SELECT i, md5(i::text), CASE WHEN mod(i, 10) < 3 THEN 'canary-4711' ELSE 'kind ' || i END,
       mod(i, 90), repeat('x', 500)
  FROM generate_series(1, %s) AS i
"""

FILES = {
    "offset_page": """
-- why: a page far behind
-- params: skipped bigint

SELECT id, title FROM items ORDER BY id LIMIT 20 OFFSET :skipped
""",
    "keyset_page": """
-- why: the page after the last row seen
-- params: after_id bigint

SELECT id, title FROM items WHERE id > :after_id ORDER BY id LIMIT 20
""",
    "part_of_title": """
-- why: a piece of a title
-- params: part text

SELECT id FROM items WHERE title ILIKE '%' || :part || '%'
""",
    "by_id": """
-- why: one row by its key
-- params: id bigint

SELECT title FROM items WHERE id = :id
""",
    "whole_table": """
-- why: a figure over everything

SELECT count(*), sum(price) FROM items
""",
    "excused": """
-- why: a figure over everything, which its author knows
-- allow: growth: it is asked once a month

SELECT max(price) FROM items
""",
    "of_kind": """
-- why: how many there are of a kind
-- params: kind text

SELECT count(price) FROM items WHERE kind = :kind
""",
    "of_any_kind": """
-- why: of a kind, or of all where none is asked for
-- params: kind text

SELECT count(price) FROM items WHERE (:kind IS NULL OR kind = :kind)
""",
    "newest": """
-- why: what only a large table has
-- note: there are that many rows at the largest scale only

SELECT id, title FROM items WHERE id > 15000
""",
    "up_to": """
-- why: reads as much as its argument says
-- params: most bigint

SELECT count(price) FROM items WHERE id <= :most
""",
    "discount": """
-- why: it writes
-- params: id bigint

UPDATE items SET price = 0 WHERE id = :id
""",
    "locked": """
-- why: it locks
-- params: id bigint

SELECT id FROM items WHERE id = :id FOR SHARE
""",
    "late": """
-- why: a target that nothing meets
-- slo_ms: 0.001

SELECT count(*) FROM items
""",
    "slow": """
-- why: some arguments are never answered
-- params: seconds float8

SELECT pg_sleep(:seconds)
""",
}


@contextmanager
def shop_of(server: Target, rows: int) -> Iterator[Target]:
    """Make a database with so many rows, drop it afterwards."""
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute(SCHEMA)
            connection.execute(ROWS, (rows,))
            connection.execute("CREATE INDEX items_kind ON items (kind)")
            connection.execute("ALTER TABLE items ALTER kind SET STATISTICS 1000")
            connection.execute("VACUUM ANALYZE")
        yield target


def write_classes(folder: Path, *names: str) -> tuple[QueryClass, ...]:
    """Write query files, those of the names only, and load them."""
    for name in names:
        (folder / f"{name}.sql").write_text(FILES[name].lstrip())
    return load_queries(folder)


@dataclass(frozen=True, slots=True)
class Source:
    """Draws arguments for a table of so many rows; one in ten is of the common kind."""

    rows: int

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:  # noqa: ARG002
        """Return the same arguments whatever the seed."""
        return [self._one(query, place) for place in range(count)]

    def _one(self, query: QueryClass, place: int) -> Arguments:
        number = place % _SETS
        is_common = number % 10 == 9
        values: dict[str, Value] = {
            "skipped": self.rows // 2 + number,
            "after_id": self.rows // 2 + number,
            "part": f"{number:02x}{self.rows:x}cafe",
            "id": 1 + number,
            "kind": CANARY if is_common else f"kind {10 * number + 5}",
            # the middle size has to read little, the largest all of it
            "most": self.rows if self.rows > 12_000 else 10,
            "seconds": 60 if is_common else 0,
        }
        known = {parameter.name: values[parameter.name] for parameter in query.parameters}
        case = Case.COMMON if is_common and "kind" in known else Case.TYPICAL
        return Arguments(values={**known, AS_OF: _AS_OF}, case=case)
