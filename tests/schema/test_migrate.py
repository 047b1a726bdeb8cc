from pathlib import Path

import psycopg
import pytest

from b2bench.catalogue import read_catalogue
from b2bench.database import connect
from b2bench.errors import BadInput, NotOurDatabase
from b2bench.marker import require_data_set
from b2bench.target import Target
from schema import migrate
from schema.stepwise import migration_names
from schema.tables import tables_in_order
from tests.shop import upgrade_and_seal

_DESCRIBED = """
SELECT o.type, o.identity, d.description
  FROM pg_description d
 CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS o
 WHERE o.schema = 'public' OR o.identity LIKE '%public.%'
 ORDER BY 1, 2
"""


_SILENT = """
SELECT c.oid::regclass::text, a.attname
  FROM pg_class c
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r'
   AND c.relnamespace = 'public'::regnamespace
   AND (obj_description(c.oid, 'pg_class') IS NULL OR col_description(c.oid, a.attnum) IS NULL)
UNION ALL
SELECT o.conrelid::regclass::text, o.conname
  FROM pg_constraint o
 WHERE o.connamespace = 'public'::regnamespace
   AND o.contype IN ('c', 'x')
   AND obj_description(o.oid, 'pg_constraint') IS NULL
UNION ALL
SELECT t.tgrelid::regclass::text, t.tgname
  FROM pg_trigger t
 WHERE NOT t.tgisinternal
   AND t.tgparentid = 0
   AND obj_description(t.oid, 'pg_trigger') IS NULL
"""


def test_install_brings_every_migration_and_each_verifies(bare_shop: Target) -> None:
    status = migrate.status(bare_shop)
    assert status.applied == migration_names()
    assert status.pending == ()
    assert migrate.verify(bare_shop) == ()


def test_down_and_up_again_gives_the_same_catalogue(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        before, described = read_catalogue(connection), connection.execute(_DESCRIBED).fetchall()
    down = migrate.downgrade(bare_shop, "base")
    assert down == tuple(reversed(migration_names()))
    assert tables_in_order(bare_shop) == ()
    migrate.upgrade(bare_shop)
    with connect(bare_shop) as connection:
        assert read_catalogue(connection) == before
        assert connection.execute(_DESCRIBED).fetchall() == described


def test_each_migration_can_be_taken_back_alone(bare_shop: Target) -> None:
    for _ in migration_names():
        assert len(migrate.downgrade(bare_shop, "-1")) == 1
    assert migrate.status(bare_shop).applied == ()


def test_installing_twice_changes_nothing(bare_shop: Target) -> None:
    assert migrate.install(bare_shop) == ()


def test_a_lost_rule_fails_verification(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        connection.execute("ALTER TABLE account_pricing DROP CONSTRAINT account_pricing_one_active")
    assert [finding.subject for finding in migrate.verify(bare_shop)] == ["0005_pricing"]


def test_an_unknown_revision_is_bad_input(bare_shop: Target) -> None:
    with pytest.raises(BadInput, match="0001_foundation"):
        migrate.upgrade(bare_shop, "0099")


def test_steps_count_from_where_the_database_is(bare_shop: Target) -> None:
    names = migration_names()
    assert migrate.downgrade(bare_shop, "-3") == tuple(reversed(names[-3:]))
    assert migrate.upgrade(bare_shop, "+1") == names[-3:-2]
    with pytest.raises(BadInput, match="leads nowhere"):
        migrate.downgrade(bare_shop, "-99")


def test_a_database_with_foreign_tables_is_refused_and_kept(empty_database: Target) -> None:
    with connect(empty_database) as connection:
        connection.execute("CREATE TABLE theirs AS SELECT 42 AS answer")
    for touch in (migrate.install, migrate.reset):
        with pytest.raises(NotOurDatabase):
            touch(empty_database)
    with connect(empty_database) as connection:
        assert connection.execute("SELECT answer FROM theirs").fetchone() == (42,)


def test_reset_leaves_an_empty_schema(shop: Target) -> None:
    migrate.reset(shop)
    with connect(shop) as connection:
        assert connection.execute("SELECT count(*) FROM products").fetchone() == (0,)


def test_a_downgrade_that_loses_rows_is_written_down(shop: Target, tmp_path: Path) -> None:
    migrate.downgrade(shop, "-1")
    assert require_data_set(shop).last_run is None
    migrate.downgrade(shop, "0020")
    upgrade_and_seal(shop, tmp_path)
    assert require_data_set(shop).last_run == "schema downgrade"


def test_tables_come_after_those_that_they_reference(bare_shop: Target) -> None:
    names = [table.name for table in tables_in_order(bare_shop)]
    assert names.index("accounts") < names.index("rfq_requests") < names.index("quote_revisions")


def test_every_table_and_column_and_rule_says_what_it_is_for(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        assert connection.execute(_SILENT).fetchall() == []


_LOOSE_TYPES = """
SELECT c.oid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r'
   AND c.relnamespace = 'public'::regnamespace
   AND (a.atttypid IN ('timestamp'::regtype, 'time'::regtype, 'real'::regtype, 'money'::regtype,
                       'double precision'::regtype, 'varchar'::regtype, 'char'::regtype)
        OR a.attname = 'id' AND (a.atttypid <> 'bigint'::regtype OR a.attidentity = '')
        OR a.attname LIKE '%\\_id' AND a.atttypid NOT IN ('bigint'::regtype, 'text'::regtype)
        OR a.attname ~ '^(shopify_.*id|auth_id)$' AND a.attrelid <> 'product_sync_log'::regclass
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
                             AND i.indkey::text = a.attnum::text))
"""


def test_keys_times_and_money_have_types_that_last(bare_shop: Target) -> None:
    """Identity keys are bigint, moments have a zone, money is numeric, foreign ids are unique."""
    with connect(bare_shop) as connection:
        assert connection.execute(_LOOSE_TYPES).fetchall() == []


def test_no_foreign_key_is_without_an_index(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        bare = connection.execute(
            "SELECT conrelid::regclass, conname FROM pg_constraint c WHERE contype = 'f'"
            " AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid"
            "   AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)"
        ).fetchall()
    assert bare == []


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            "INSERT INTO account_pricing (account_id, product_id, fixed_price, effective_from)"
            " SELECT account_id, product_id, 1, effective_from FROM account_pricing"
            " WHERE active AND variant_id IS NULL LIMIT 1",
            "account_pricing_one_active",
        ),
        (
            "UPDATE account_pricing SET fixed_price = 1, markdown_percent = 1 WHERE id = 1",
            "account_pricing_one_kind",
        ),
        ("UPDATE accounts SET tier = NULL WHERE id = 1", "accounts_tier_for_buyers"),
        ("UPDATE order_lines SET line_total = line_total + 1", "order_lines_total"),
        ("UPDATE inventory_locations SET reserved = quantity + 1", "inventory_locations_reserved"),
        ("DELETE FROM products WHERE id IN (SELECT product_id FROM product_variants v"
         " JOIN order_lines o ON o.variant_id = v.id)", "order_lines_variant_id_fkey"),
    ],
)  # fmt: skip
def test_the_database_refuses_what_the_business_forbids(
    shop: Target, statement: str, constraint: str
) -> None:
    with psycopg.connect(shop.conninfo) as connection:
        with pytest.raises(psycopg.errors.IntegrityError) as refused:
            connection.execute(statement.encode())
        assert refused.value.diag.constraint_name == constraint


def test_a_declined_request_cannot_be_quoted(shop: Target) -> None:
    with (
        psycopg.connect(shop.conninfo) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="DECLINED to QUOTED"),
    ):
        connection.execute("UPDATE rfq_requests SET status = 'QUOTED' WHERE status = 'DECLINED'")


def test_only_a_representative_can_answer(shop: Target) -> None:
    with (
        psycopg.connect(shop.conninfo) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="not a representative"),
    ):
        connection.execute("UPDATE rfq_requests SET representative_id = 1 WHERE id = 1")


def test_deleting_an_account_keeps_its_requests_and_orders(shop: Target) -> None:
    with connect(shop) as connection:
        before = connection.execute("SELECT count(*) FROM orders").fetchone()
        connection.execute("DELETE FROM accounts")
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == before
        requests = connection.execute("SELECT count(*), count(account_id) FROM rfq_requests")
        assert requests.fetchone() == (300, 0)
