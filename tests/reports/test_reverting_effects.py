"""What undoing a difference does beside the catalogue: to rows, privileges, sessions."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from b2bench.catalogue import Catalogue, CatalogueObject, Difference, differences, read_catalogue
from b2bench.database import connect
from b2bench.target import Target
from reports.redaction import redact_sql
from reports.reverting import CannotUndo, apply, revert_all, undo, undoings
from tests.postgres import change, new_database
from tests.reports.way_back import way_back

SCHEMA = (
    """CREATE TABLE orders (
           id bigint PRIMARY KEY,
           company text NOT NULL,
           note text,
           CONSTRAINT orders_id CHECK (id < 4711000)
       ) WITH (fillfactor = 50, autovacuum_enabled = off)""",
    "INSERT INTO orders SELECT i, 'c' || i, repeat('word ', 1000) FROM generate_series(1, 2000) i",
    "CREATE UNIQUE INDEX orders_company ON orders (lower(company))",
    "CREATE INDEX orders_few ON orders (id) WHERE company = 'Sauerteig & Co.'",
    "CREATE VIEW notes AS SELECT id, note FROM orders",
    "GRANT SELECT ON notes TO pg_monitor",
    "ALTER VIEW notes OWNER TO pg_read_all_data",
    """CREATE FUNCTION price(wanted bigint) RETURNS numeric LANGUAGE sql STABLE
       AS 'SELECT count(*)::numeric FROM orders WHERE id < wanted'""",
    "CREATE STATISTICS spread ON id, company FROM orders",
    "VACUUM (ANALYZE)",
)


@pytest.fixture(scope="module")
def template(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        change(target, *SCHEMA)
        yield target


@pytest.fixture
def copy(server: Target, template: Target) -> Iterator[Target]:
    with new_database(server, template=template.database) as target:
        yield target


def catalogue(target: Target) -> Catalogue:
    with connect(target) as connection:
        return read_catalogue(connection)


def changed(target: Target, *statements: str) -> tuple[Difference, ...]:
    """Return what some statements made different."""
    before = catalogue(target)
    change(target, *statements)
    return differences(before, catalogue(target))


def value(target: Target, question: str) -> object:
    with connect(target) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def test_views_that_had_to_be_dropped_keep_their_owner_and_readers(copy: Target) -> None:
    [storage] = changed(copy, "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL")
    apply(undo(storage), copy)
    assert value(copy, "SELECT has_table_privilege('pg_monitor', 'notes', 'SELECT')")
    owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'notes'"
    assert value(copy, owner) == "pg_read_all_data"


def test_values_are_stored_as_they_were(copy: Target) -> None:
    size = "SELECT sum(pg_column_size(note)) FROM orders"
    before = value(copy, size)
    [storage] = changed(
        copy,
        "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
        "UPDATE orders SET note = note || ''",
    )
    assert value(copy, size) != before
    apply(undo(storage), copy)
    assert value(copy, size) == before


def test_pages_are_filled_as_they_were_and_known_to_be_visible(copy: Target) -> None:
    pages = "SELECT pg_relation_size('orders')"
    before = value(copy, pages)
    [table] = changed(
        copy, "ALTER TABLE orders RESET (fillfactor)", "VACUUM (FULL) orders", "VACUUM orders"
    )
    assert value(copy, pages) != before
    apply(undo(table), copy)
    assert value(copy, pages) == before
    assert value(copy, "SELECT relallvisible = relpages FROM pg_class WHERE relname = 'orders'")


@pytest.mark.parametrize(
    ("statement", "gathered"),
    [
        (
            "DROP INDEX orders_company",
            "SELECT count(*) FROM pg_stats WHERE tablename = 'orders_company'",
        ),
        ("DROP STATISTICS spread", "SELECT count(*) FROM pg_statistic_ext_data"),
    ],
)
def test_what_is_restored_has_statistics(copy: Target, statement: str, gathered: str) -> None:
    [lost] = changed(copy, statement)
    assert value(copy, gathered) == 0
    apply(undo(lost), copy)
    assert value(copy, gathered) == 1


def test_sessions_that_begin_later_have_the_settings(server: Target, copy: Target) -> None:
    name = copy.database
    with connect(server) as connection:
        for given in ("work_mem = '64kB'", 'search_path = "$user", orders, public'):
            connection.execute(f"ALTER DATABASE {name} SET {given}".encode())
    before = catalogue(copy)
    with connect(server) as connection:
        connection.execute(f"ALTER DATABASE {name} RESET ALL".encode())
    after = catalogue(copy)
    found = undoings(differences(before, after), before, after)
    assert len(found) == 2
    for undoing in found:
        apply(undoing, copy)
    assert value(copy, "SHOW work_mem") == "64kB"
    assert value(copy, "SHOW search_path") == '"$user", orders, public'
    for undoing in found:
        apply(way_back(undoing), copy)
    assert differences(after, catalogue(copy)) == ()


def test_a_setting_of_the_connection_itself_is_not_undone(copy: Target) -> None:
    own = copy.with_setting("enable_seqscan", "off")
    [setting] = differences(catalogue(copy), catalogue(own))
    with pytest.raises(CannotUndo, match="sessions set it as they begin"):
        apply(undo(setting), own)
    [refusal] = revert_all(own, [setting])
    assert refusal.why == "sessions set it as they begin"


def test_another_statistics_target_is_followed_by_analyze(server: Target, copy: Target) -> None:
    before = catalogue(copy)
    bounds = """SELECT cardinality(histogram_bounds) FROM pg_stats
                 WHERE tablename = 'orders' AND attname = 'id'"""
    was = value(copy, bounds)
    with connect(server) as connection:
        connection.execute(
            f"ALTER DATABASE {copy.database} SET default_statistics_target = 3".encode()
        )
    change(copy, "ANALYZE")
    assert value(copy, bounds) != was
    [setting] = differences(before, catalogue(copy))
    apply(undo(setting), copy)
    assert value(copy, bounds) == was


def test_what_the_rows_forbid_is_refused_and_nothing_is_half_done(copy: Target) -> None:
    before = catalogue(copy)
    change(
        copy,
        "DROP INDEX orders_company",
        "INSERT INTO orders VALUES (5000, 'Sauerteig'), (5001, 'SAUERTEIG')",
    )
    after = catalogue(copy)
    [undoing] = undoings(differences(before, after), before, after)
    with pytest.raises(CannotUndo, match="index orders_company is missing") as refused:
        apply(undoing, copy)
    assert "auerteig" not in str(refused.value)
    assert differences(after, catalogue(copy)) == ()


def test_the_rest_of_a_change_is_taken_back_when_a_part_is_refused(copy: Target) -> None:
    found = changed(
        copy,
        "DROP INDEX orders_company",
        "DROP STATISTICS spread",
        "INSERT INTO orders VALUES (5000, 'Sauerteig', ''), (5001, 'SAUERTEIG', '')",
    )
    both = replace(undo(found[0]), differences=found)
    after = catalogue(copy)
    with pytest.raises(CannotUndo):
        apply(both, copy)
    assert differences(after, catalogue(copy)) == ()


def test_a_copy_becomes_the_baseline_as_far_as_it_can(copy: Target) -> None:
    before = catalogue(copy)
    found = changed(
        copy,
        "DROP VIEW notes",
        "ALTER TABLE orders DROP CONSTRAINT orders_pkey",
        "ALTER TABLE orders ALTER company TYPE varchar(80)",
        "ALTER TABLE orders ADD extra int",
        "ALTER TABLE orders DROP CONSTRAINT orders_id",
        "CREATE INDEX more ON orders (company)",
        "DROP FUNCTION price",
        "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER logged AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION log()",
        "CREATE TABLE parts (id int PRIMARY KEY, orders int)",
        "CREATE VIEW more_notes AS SELECT extra FROM orders",
        "DROP STATISTICS spread",
    )
    lost = CatalogueObject(kind="column", identity="orders.lost", definition="text")
    impossible = differences(Catalogue(objects=(lost,)), Catalogue(objects=()))
    refusals = revert_all(copy, (*found, *impossible))
    assert list(map(str, refusals)) == ["column orders.lost is missing: its values are lost"]
    assert differences(before, catalogue(copy)) == ()


def test_a_definition_without_constants_is_not_made_up(copy: Target) -> None:
    whole = catalogue(copy)
    kept = Catalogue(
        objects=tuple(
            item
            if item.kind == "setting"
            else replace(item, definition=redact_sql(item.definition))
            for item in whole.objects
        )
    )
    change(
        copy, "DROP INDEX orders_few", "DROP FUNCTION price", "CREATE INDEX more ON orders (note)"
    )
    after = catalogue(copy)
    found = {each.shown: each.refusal for each in undoings(differences(kept, after), kept, after)}
    assert found.keys() == {
        "function price(bigint) is missing",
        "index more was added",
        "index orders_few is missing",
    }
    assert found["index more was added"] == ""
    assert "without the constants" in found["index orders_few is missing"]
