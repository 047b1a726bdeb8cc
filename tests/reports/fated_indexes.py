"""A small database with an index of every kind of fate, and the query files that decide it."""

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from b2bench.arguments import Arguments, Case, ExampleSource, one_of_each_case
from b2bench.database import connect
from b2bench.progress import Progress, silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.ablation import ablate
from reports.index_evidence import Ablation

CANARY = "NUMBER-4711"
TABLES = (
    "accounts",
    "orders",
    "lines",
    "cart",
    "events",
    "stock",
    "log",
    "names",
    "nothing",
    "pairs",
)
_SOURCE = ExampleSource(datetime(2025, 6, 1, tzinfo=UTC))

_SCHEMA = """
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    email text NOT NULL UNIQUE
);
CREATE TABLE orders (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL REFERENCES accounts,
    number text NOT NULL,
    status text NOT NULL,
    placed date NOT NULL,
    amount numeric NOT NULL,
    tax numeric GENERATED ALWAYS AS (amount * 0.2) STORED
);
CREATE TABLE lines (
    order_id bigint NOT NULL REFERENCES orders,
    place int NOT NULL,
    account_id bigint NOT NULL REFERENCES accounts,
    "the article" text NOT NULL
);
CREATE TABLE cart (
    account_id bigint NOT NULL,
    article text NOT NULL,
    pieces int NOT NULL,
    CONSTRAINT one_place UNIQUE (account_id, article)
);
CREATE TABLE events (article int NOT NULL, at int NOT NULL);
CREATE TABLE stock (article int NOT NULL, pieces int NOT NULL);
CREATE TABLE pairs (a int NOT NULL, b int NOT NULL);
CREATE TABLE names (word text NOT NULL);
CREATE TABLE nothing (id bigint PRIMARY KEY);
CREATE TABLE log (day date NOT NULL, kind int NOT NULL, said text NOT NULL)
    PARTITION BY RANGE (day);
CREATE TABLE log_first PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE log_second PARTITION OF log FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');

INSERT INTO accounts SELECT i, 'account' || i FROM generate_series(1, 2000) AS i;
INSERT INTO orders (account_id, number, status, placed, amount)
SELECT 1 + i % 2000, 'NUMBER-' || i, CASE i % 200 WHEN 0 THEN 'OPEN' ELSE 'DONE' END,
       date '2020-01-01' + i % 1000, i
  FROM generate_series(1, 20000) AS i;
INSERT INTO lines
SELECT 1 + i % 19000, i % 7, 1 + i % 2000, 'article' FROM generate_series(1, 20000) AS i;
INSERT INTO cart SELECT i, 'pear', 1 FROM generate_series(1, 2000) AS i;
INSERT INTO events SELECT i % 400, i FROM generate_series(1, 60000) AS i;
INSERT INTO stock SELECT i, i FROM generate_series(1, 20000) AS i;
INSERT INTO pairs SELECT i, 20000 - i FROM generate_series(1, 20000) AS i;
INSERT INTO names SELECT 'NUMBER-' || i FROM generate_series(1, 5000) AS i;
INSERT INTO log
SELECT date '2025-01-01' + i % 59, i % 500, 'said' FROM generate_series(1, 20000) AS i;

CREATE INDEX orders_account ON orders (account_id);
CREATE INDEX orders_account_status ON orders (account_id, status);
CREATE INDEX orders_amount ON orders (amount);
CREATE INDEX orders_number ON orders (number);
CREATE INDEX orders_number_placed ON orders (number, placed);
CREATE INDEX orders_open ON orders (placed) WHERE status = 'OPEN';
CREATE INDEX orders_lower ON orders (lower(number));
CREATE INDEX lines_order ON lines (order_id);
CREATE INDEX events_article ON events (article, at);
CREATE INDEX orders_ghost ON orders (amount, status);
CREATE INDEX stock_article ON stock (article);
CREATE UNIQUE INDEX names_word ON names (word);
CREATE INDEX pairs_a_b ON pairs (a, b);
CREATE INDEX pairs_b_a ON pairs (b, a);
CREATE INDEX cart_words ON cart USING gin (to_tsvector('simple', article));
CREATE INDEX log_kind ON log (kind);
CREATE UNIQUE INDEX accounts_email_too ON accounts (email);

CREATE FUNCTION pieces_of(wanted int) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT pieces FROM stock WHERE article = wanted);
END $$;
-- a loop that no plan can turn into a join
CREATE FUNCTION last_of(wanted int) RETURNS int LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN (SELECT max(at) FROM events WHERE article = wanted);
END $$;
"""

FILES = {
    "orders_of_account": """
-- params: account_id bigint
-- example: 77
SELECT id, status FROM orders WHERE account_id = :account_id;
""",
    "open_since": """
-- params: since date
-- example: 2022-01-01
SELECT id FROM orders WHERE status = 'OPEN' AND placed >= :since ORDER BY placed LIMIT 5;
""",
    "find_number": """
-- params: number text
-- example: NUMBER-4711
SELECT id FROM orders WHERE lower(number) = lower(:number);
""",
    "find_pair": """
-- params: a int, b int
-- example: 4000, 16000
SELECT a, b FROM pairs WHERE a = :a AND b = :b;
""",
    "in_stock": """
-- params: article int
-- example: 500
SELECT pieces_of(:article) AS pieces;
""",
    "last_events": """
SELECT sum(last_of(article)) FROM generate_series(1, 399) AS article;
""",
    "read_log": """
-- params: kind int
-- example: 42
SELECT count(*) FROM log WHERE kind = :kind;
""",
    "joins_for_nothing": """
-- params: account_id bigint
-- example: 77
SELECT o.id FROM orders o LEFT JOIN names n ON n.word = o.number WHERE o.account_id = :account_id;
""",
    "put_in_cart": """
-- params: account_id bigint
-- example: 42
INSERT INTO cart VALUES (:account_id, 'pear', 1)
ON CONFLICT (account_id, article) DO UPDATE SET pieces = cart.pieces + 1;
""",
    "drop_order": """
-- params: order_id bigint
-- example: 19500
DELETE FROM orders WHERE id = :order_id;
""",
    "needs_nothing": """
SELECT 1;
""",
}


def install(target: Target) -> None:
    """Make the tables; building one index fails, and leaves it invalid."""
    with connect(target) as connection:
        connection.execute(_SCHEMA)
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY orders_day ON orders (placed)")
        # as building it leaves it between its second and its third phase
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_ghost'::regclass"
        )
        connection.execute("VACUUM ANALYZE")


def write_queries(folder: Path) -> tuple[QueryClass, ...]:
    """Write the query files and load them."""
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(text.lstrip())
    return load_queries(folder)


def arguments_of(queries: tuple[QueryClass, ...]) -> dict[str, dict[Case, Arguments]]:
    """Return the files' examples."""
    return {query.name: one_of_each_case(_SOURCE, query, seed=1) for query in queries}


def ablated(
    target: Target, queries: tuple[QueryClass, ...], *, progress: Progress = silent
) -> Ablation:
    """Ablate with the files' examples."""
    return ablate(target, queries, arguments_of(queries), progress=progress)
