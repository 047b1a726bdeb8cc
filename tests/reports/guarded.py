"""A small database with policies and an audit trigger, a role for them, and query files."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from b2bench.arguments import ExampleSource
from b2bench.clones import clone
from b2bench.database import connect
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.paired_timing import Effort
from reports.protection import measure_protection
from reports.protection_evidence import USUAL_TRIGGERS, Protection

SOURCE = ExampleSource(datetime(2025, 6, 1, tzinfo=UTC))
# so few rounds that a test does not wait; nothing is asserted of the times
BRIEF = Effort(rounds=1, round_ms=5, least_pairs=6, most_pairs=6)
# rows of account 2
CHANGED = 50

SCHEMA = """
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
CREATE TYPE state AS ENUM ('OPEN', 'DONE');
CREATE TABLE products (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    account_id bigint NOT NULL,
    state state NOT NULL,
    code text NOT NULL,
    email text NOT NULL,
    amount int NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE log (at timestamptz NOT NULL DEFAULT now(), old jsonb, new jsonb);
INSERT INTO products SELECT i, 'product ' || i FROM generate_series(1, 2000) AS i;
INSERT INTO orders
SELECT i,
       CASE WHEN i <= 50 THEN 2 ELSE 1 END,
       CASE i % 500 WHEN 0 THEN 'OPEN' ELSE 'DONE' END::state,
       CASE i % 500 WHEN 0 THEN 'OPEN' ELSE 'DONE' END,
       'Somebody' || i || '@example.com',
       i
  FROM generate_series(1, 20000) AS i;
CREATE INDEX orders_account ON orders (account_id);
CREATE INDEX orders_state ON orders (state);
CREATE INDEX orders_code ON orders (code);
CREATE INDEX orders_range ON orders (amount, state);
CREATE INDEX orders_email ON orders (lower(email));
CREATE INDEX orders_pattern ON orders (email text_pattern_ops);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders
 USING (account_id = (SELECT nullif(current_setting('guarded.account_id', true), '')::bigint));

CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO log (old, new) VALUES (to_jsonb(OLD), to_jsonb(NEW));
    RETURN NULL;
END $$;
CREATE FUNCTION leave_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEW;
END $$;
CREATE TRIGGER audit_orders AFTER INSERT OR UPDATE OR DELETE ON orders
   FOR EACH ROW EXECUTE FUNCTION note();
CREATE TRIGGER check_orders BEFORE UPDATE ON orders
   FOR EACH ROW EXECUTE FUNCTION leave_as_it_is();
CREATE FUNCTION open_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM orders WHERE account_id = wanted AND state = 'OPEN');
END $$;
"""

_OWN = """\
-- params: account_id bigint
-- role: {role}
-- set: guarded.account_id = :account_id
-- example: """

FILES = {
    "own_orders": """{own}2
SELECT id, amount FROM orders WHERE account_id = :account_id;
""",
    "by_enum": """{own}1
SELECT id FROM orders WHERE account_id = :account_id AND state = 'OPEN';
""",
    "by_text": """{own}1
SELECT id FROM orders WHERE account_id = :account_id AND code = 'OPEN';
""",
    "by_range": """{own}1
SELECT id FROM orders
 WHERE account_id = :account_id AND amount BETWEEN 5000 AND 5100 AND state = 'OPEN';
""",
    "by_function": """{own}1
SELECT id FROM orders WHERE account_id = :account_id AND lower(email) = 'somebody4711@example.com';
""",
    "by_pattern": """{own}1
SELECT id FROM orders WHERE account_id = :account_id AND email LIKE 'Somebody471%';
""",
    "inside": """{own}1
SELECT open_of(:account_id) AS open;
""",
    "everybodys": """{own}2
SELECT count(*) FROM orders WHERE amount > :account_id;
""",
    "product": """
-- params: id bigint
-- role: {role}
-- example: 4
SELECT name FROM products WHERE id = :id;
""",
    "change": """{own}2
UPDATE orders SET amount = amount + 1 WHERE account_id = :account_id;
""",
    "change_as_owner": """
-- params: id bigint
-- example: 4
UPDATE orders SET amount = amount + 1 WHERE id = :id;
""",
    "refused": """
-- role: {role}
SELECT count(*) FROM log;
""",
}


@contextmanager
def new_role(server: Target, rights: str = "") -> Iterator[str]:
    """Make a role that no other test knows, and drop it afterwards."""
    role = f"guarded_{secrets.token_hex(4)}"
    with connect(server) as connection:
        connection.execute(f"CREATE ROLE {role} {rights}".encode())
        try:
            yield role
        finally:
            connection.execute(f"DROP ROLE {role}".encode())


def install(target: Target, role: str) -> None:
    """Make the tables, with rights for the role."""
    with connect(target) as connection:
        connection.execute(SCHEMA.encode())
        connection.execute(f"GRANT SELECT ON products, orders TO {role}".encode())
        connection.execute(f"GRANT UPDATE ON orders TO {role}".encode())
        connection.execute("VACUUM (ANALYZE)")


def write_queries(folder: Path, role: str) -> tuple[QueryClass, ...]:
    """Write the query files and return what is in them."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(
            text.replace("{own}", _OWN).replace("{role}", role).lstrip()
        )
    return load_queries(folder)


def measured(
    target: Target,
    queries: tuple[QueryClass, ...],
    role: str,
    *,
    triggers: str = USUAL_TRIGGERS,
) -> Protection:
    """Return what protection adds to query classes."""
    return measure_protection(
        lambda: clone(target, "protection", of_scratch=True),
        queries,
        SOURCE,
        seed=1,
        triggers=triggers,
        roles={role: role},
        progress=silent,
        effort=BRIEF,
    )
