"""A tiny shop of our own and a folder of query files, for captures on a real server."""

from datetime import UTC, datetime
from pathlib import Path

from b2bench.arguments import ExampleSource, one_of_each_case
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.capture import Capture, capture
from reports.deepening import deepen
from reports.diagnosis import diagnose
from reports.explanation import Explanation
from reports.facts import NO_FACTS

SOURCE = ExampleSource(datetime(2025, 6, 1, tzinfo=UTC))

SCHEMA = """
CREATE TABLE products (
    id bigint PRIMARY KEY,
    sku text NOT NULL,
    family int NOT NULL,
    note text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    status text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders,
    product_id bigint NOT NULL REFERENCES products,
    quantity int NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO products
SELECT i, 'SKU-' || i, i % 100, repeat('x', 40) FROM generate_series(1, 20000) AS i;
INSERT INTO orders (account_id, status)
SELECT i % 500, 'OPEN' FROM generate_series(1, 5000) AS i;
INSERT INTO order_lines
SELECT 1 + i % 5000, 1 + i * 7 % 20000, i % 9 FROM generate_series(1, 20000) AS i;
CREATE INDEX products_sku ON products (sku);
CREATE INDEX order_lines_order ON order_lines (order_id);
CREATE INDEX orders_account ON orders (account_id);
CREATE FUNCTION lines_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM order_lines WHERE order_id = wanted);
END $$;
"""

FILES = {
    "find_sku": """
-- why: look one product up by its number on the label
-- params: sku text
-- slo_ms: 20
-- example: SKU-4711

SELECT id, sku FROM products WHERE sku = :sku;
""",
    "scan_family": """
-- why: all products of a family, which no index helps to find
-- params: family int
-- slo_ms: 50
-- example: 42
-- allow: seq_scan products: a page of the back office, once a day

SELECT id, sku FROM products WHERE family = :family;
""",
    "open_orders": """
-- why: an account's orders with their lines
-- params: account_id bigint
-- example: 77

WITH mine AS MATERIALIZED (SELECT id FROM orders WHERE account_id = :account_id)
SELECT mine.id, l.product_id, l.quantity
  FROM mine JOIN order_lines l ON l.order_id = mine.id
 WHERE l.quantity > 2;
""",
    "count_lines": """
-- why: work that hides in a function
-- params: order_id bigint
-- example: 5

SELECT lines_of(:order_id) AS lines;
""",
    "place_order": """
-- why: an account orders one product
-- params: account_id bigint, product_id bigint
-- slo_ms: 200
-- set: shop.account_id = :account_id
-- isolation: repeatable read
-- example: 7, 4711

-- step: create -> id bigint
INSERT INTO orders (account_id, status) VALUES (:account_id, 'OPEN') RETURNING id;

-- step: add_line
INSERT INTO order_lines VALUES (:id, :product_id, 3);

-- step: close
UPDATE orders SET status = 'PLACED' WHERE id = :id;
""",
}


def install(target: Target) -> None:
    """Make the tables, their rows and their statistics."""
    with connect(target) as connection:
        connection.execute(SCHEMA)
        connection.execute("VACUUM ANALYZE")


def write_queries(folder: Path, *names: str) -> tuple[QueryClass, ...]:
    """Write the named query files (all by default) and load them."""
    for name in names or FILES:
        (folder / f"{name}.sql").write_text(FILES[name].lstrip())
    return load_queries(folder)


def captured_deeply(
    target: Target, queries: tuple[QueryClass, ...], *, clone: bool = True
) -> Capture:
    """Capture with plans for unknown arguments and inside functions, too."""
    found = captured(target, queries, clone=clone)
    drawn = {
        each.query: one_of_each_case(SOURCE, query, seed=1)
        for each, query in zip(found.classes, queries, strict=True)
        if each.cases
    }
    return deepen(target, found, queries, drawn, clone=clone, progress=silent)


def explanation(capture: Capture) -> Explanation:
    """Return a capture with what it shows; nothing is tried."""
    return Explanation(capture=capture, diagnoses=diagnose(capture, NO_FACTS), is_proven=False)


def captured(target: Target, queries: tuple[QueryClass, ...], *, clone: bool = True) -> Capture:
    """Capture with the files' examples."""
    return capture(target, queries, SOURCE, seed=1, progress=silent, clone=clone)


def without_sku_index(target: Target, queries: tuple[QueryClass, ...]) -> Capture:
    """Capture after an index is lost, which one class needs, and one has come that helps another.

    Args:
        target: a shop that may be changed.
        queries: the classes.
    """
    with connect(target) as connection:
        connection.execute("DROP INDEX products_sku")
        connection.execute("CREATE INDEX products_family ON products (family)")
    return captured(target, queries)
