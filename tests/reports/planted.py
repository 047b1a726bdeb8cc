"""A database with problems planted in it, and the query classes that show them."""

from pathlib import Path

from b2bench.arguments import one_of_each_case
from b2bench.database import connect, reading
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.diagnosis import Diagnosis, prove
from reports.facts import read_facts
from tests.reports.shop import SOURCE, captured_deeply

SCHEMA = """
CREATE TABLE variants (
    id bigint PRIMARY KEY,
    sku text NOT NULL,
    colour int NOT NULL,
    tone int NOT NULL,
    shade int NOT NULL,
    rank int NOT NULL,
    title text NOT NULL,
    note text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE imports (
    id bigint PRIMARY KEY,
    batch int NOT NULL,
    variant_ref text NOT NULL
) WITH (autovacuum_enabled = off);
CREATE TABLE events (
    id bigint PRIMARY KEY,
    day int NOT NULL,
    payload text NOT NULL
) WITH (autovacuum_enabled = off);
INSERT INTO variants
SELECT i, 'SKU-' || i, i % 20, i % 20 * 7, i % 20 * 3, i::bigint * 7919 % 60000,
       md5(i::text), repeat('x', 200)
  FROM generate_series(1, 60000) AS i;
INSERT INTO imports
SELECT i, i % 300, (i * 7)::text FROM generate_series(1, 6000) AS i;
INSERT INTO events SELECT i, i, repeat('x', 100) FROM generate_series(1, 200) AS i;
CREATE INDEX variants_tone ON variants (tone);
CREATE INDEX variants_rank ON variants (rank);
CREATE INDEX variants_title ON variants (title);
CREATE INDEX imports_batch ON imports (batch);
CREATE FUNCTION fold(sku text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN replace(lower(sku), '-', '');
END $$;
CREATE FUNCTION current_colour() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RETURN coalesce(nullif(current_setting('shop.colour', true), ''), '7')::int;
END $$;
CREATE INDEX variants_colour ON variants (colour);
"""

# grown a hundredfold since it was analysed
STALE = """
INSERT INTO events SELECT i, i, repeat('x', 100) FROM generate_series(201, 60000) AS i;
"""

PLANTED = {
    "missing_index": (
        "seq-scan",
        "-- params: sku text\n-- example: SKU-4711\n\nSELECT id FROM variants WHERE sku = :sku",
    ),
    "wrong_type_in_a_join": (
        "cast-on-column|join-scan",
        "-- params: batch int\n-- example: 17\n\n"
        "SELECT v.id, v.title FROM imports i JOIN variants v ON v.id::text = i.variant_ref\n"
        " WHERE i.batch = :batch",
    ),
    "wrong_type_of_a_parameter": (
        "cast-on-column",
        "-- params: id numeric\n-- example: 4711\n\nSELECT title FROM variants WHERE id = :id",
    ),
    "stale_statistics": (
        "stale-statistics",
        "-- example:\n\nSELECT e.id, v.title FROM events e JOIN variants v ON v.id = e.id\n"
        " WHERE e.day > 200",
    ),
    "correlated_columns": (
        "correlated-columns",
        "-- params: colour int, tone int, shade int\n-- example: 17, 119, 51\n\n"
        "SELECT a.id, b.title FROM variants a JOIN variants b ON b.id = a.id + 1\n"
        " WHERE a.colour = :colour AND a.tone = :tone AND a.shade = :shade",
    ),
    "spill": (
        "spilled-to-disk",
        "-- params: least int\n-- example: 0\n\n"
        "SELECT id, sku, title FROM variants WHERE colour >= :least ORDER BY sku, id",
    ),
    "offset": (
        "deep-offset",
        "-- params: page int\n-- example: 900\n\n"
        "SELECT id, title FROM variants ORDER BY title LIMIT 20 OFFSET :page * 20",
    ),
    "function_per_row": (
        "function-per-row",
        "-- params: sku text\n-- example: sku4711\n\n"
        "SELECT id FROM variants WHERE fold(sku) = :sku",
    ),
    "volatile_function": (
        "function-per-row",
        "-- example:\n\nSELECT id FROM variants WHERE colour = current_colour()",
    ),
    "low_work_mem": (
        "lossy-bitmap",
        "-- params: most int\n-- example: 5000\n\n"
        "SELECT id, title FROM variants WHERE rank <= :most",
    ),
}
# settings under which the problem shows
SETTINGS = {
    "spill": {"work_mem": "1MB"},
    "correlated_columns": {"random_page_cost": "4"},
    "low_work_mem": {"work_mem": "64kB", "random_page_cost": "4"},
}


def plant(target: Target) -> None:
    """Make the tables, and grow one of them after it was analysed."""
    with connect(target) as connection:
        connection.execute(SCHEMA)
        connection.execute("VACUUM ANALYZE")
        connection.execute(STALE)
        connection.execute("CREATE EXTENSION pg_stat_statements")


def diagnosed_problem(target: Target, folder: Path, name: str) -> list[Diagnosis]:
    """Return what is found in the class of one problem, under the settings that show it."""
    (folder / f"{name}.sql").write_text(PLANTED[name][1])
    for setting, value in SETTINGS.get(name, {}).items():
        target = target.with_setting(setting, value)
    queries = load_queries(folder, [name])
    drawn = {query.name: one_of_each_case(SOURCE, query, seed=1) for query in queries}
    found = captured_deeply(target, queries)
    with reading(target) as connection:
        facts = read_facts(connection)
    return list(prove(target, found, queries, drawn, facts=facts, progress=silent))
