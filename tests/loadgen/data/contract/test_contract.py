"""Every rule of the data contract holds in a fresh data set, and each is broken once."""

from collections.abc import Iterator

import pytest
from psycopg import Connection, Rollback

from b2bench.database import connect
from b2bench.marker import read_data_set, require_data_set
from b2bench.target import Target
from loadgen.data.contract import verify
from loadgen.data.contract.verify import checks
from tests.postgres import new_database

_WITHOUT_CONSTRAINTS = """
SET LOCAL session_replication_role = replica;
DO $$
DECLARE
    command text;
BEGIN
    FOR command IN
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
          FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace
           AND contype IN ('f', 'p', 'u', 'c', 'x')
           AND conrelid <> 0
         ORDER BY contype = 'f' DESC
    LOOP
        EXECUTE replace(command, 'DROP CONSTRAINT', 'DROP CONSTRAINT IF EXISTS');
    END LOOP;
    FOR command IN
        SELECT format('DROP INDEX %s', indexrelid::regclass)
          FROM pg_index
          JOIN pg_class ON pg_class.oid = indexrelid
         WHERE relnamespace = 'public'::regnamespace AND indisunique
    LOOP
        EXECUTE command;
    END LOOP;
    ALTER TABLE products ALTER price DROP NOT NULL;
END $$;
"""
_REQUEST = (
    "UPDATE rfq_requests SET status = '{1}'"
    " WHERE id = (SELECT min(id) FROM rfq_requests WHERE status = '{0}')"
)
BREAKS = {
    # accounts
    "buyers have a tier and representatives none":
        "UPDATE accounts SET tier = NULL WHERE id = 1",
    "only representatives have a territory and a capacity":
        "UPDATE accounts SET max_rfq_capacity = 5 WHERE id = 1",
    "every representative has a territory and a positive capacity":
        "UPDATE accounts SET max_rfq_capacity = 0 WHERE id = 20",
    "every buyer's region has a representative":
        "UPDATE accounts SET region = 'Atlantis' WHERE id = 1",
    "authentication ids are unique":
        "UPDATE accounts SET auth_id = (SELECT auth_id FROM accounts WHERE id = 2) WHERE id = 1",
    # catalogue
    "a simple product has one variant and no axes":
        "UPDATE products SET type = 'SIMPLE' WHERE id = (SELECT min(product_id)"
        " FROM product_variant_groups)",
    "a variable product has two variants or more, and axes":
        "UPDATE products SET type = 'VARIABLE' WHERE id = (SELECT min(id) FROM products"
        " WHERE type = 'SIMPLE')",
    "a variant has one option on each axis of its product":
        "DELETE FROM product_variant_selections WHERE (variant_id, group_id) ="
        " (SELECT variant_id, group_id FROM product_variant_selections LIMIT 1)",
    "no two variants of a product have the same options":
        "UPDATE product_variants v SET option_key = o.option_key FROM product_variants o"
        " WHERE o.product_id = v.product_id AND o.id = v.id + 1",
    "the options of a variant are those that it was given":
        "UPDATE product_variants SET option_key = '{1}' WHERE id = 1",
    "prices and weights are positive":
        "UPDATE product_variants SET weight_g = -1 WHERE id = 1",
    "everything has a price":
        "UPDATE products SET price = NULL WHERE type = 'SIMPLE'",
    "SKUs are unique":
        "UPDATE product_variants SET sku = (SELECT sku FROM product_variants"
        " WHERE id = 2) WHERE id = 1",
    "handles are unique":
        "UPDATE products SET handle = (SELECT handle FROM products WHERE id = 2) WHERE id = 1",
    "no category is below itself":
        "UPDATE categories SET parent_id = 3 - id WHERE id IN (1, 2)",
    # specifications
    "a number has a value, a range has bounds, words have neither":
        "UPDATE technical_specifications SET numeric_value = NULL WHERE data_type = 'NUMERIC'",
    "a product has a fact once":
        "UPDATE technical_specifications SET name = 'Width' WHERE product_id = 1",
    "units convert by a positive factor":
        "UPDATE standard_units SET to_base = 0 WHERE id = 2",
    "each dimension has one unit that the others are counted in":
        "UPDATE standard_units SET to_base = 1 WHERE dimension = 'length'",
    "a change says what was and what is":
        "UPDATE specification_change_log SET old_value = 'x' WHERE change = 'CREATED'",
    # pricing
    "a rule has a fixed price or a markdown, never both":
        "UPDATE account_pricing SET fixed_price = 1, markdown_percent = 1 WHERE id = 1",
    "markdowns are from 0 to 100 %":
        "UPDATE account_pricing SET markdown_percent = 101 WHERE markdown_percent IS NOT NULL",
    "fixed prices are positive":
        "UPDATE account_pricing SET fixed_price = 0 WHERE fixed_price IS NOT NULL",
    "quantities and times of a rule are in order":
        "UPDATE account_pricing SET max_quantity = 1, min_quantity = 2 WHERE id = 1",
    "at most one active rule for an account, item, quantity and instant":
        "INSERT INTO account_pricing (account_id, product_id, variant_id, markdown_percent,"
        " fixed_price, effective_from)"
        " SELECT account_id, product_id, variant_id, markdown_percent, fixed_price,"
        " effective_from FROM account_pricing WHERE active LIMIT 1",
    "a rule for a variant is one of its product":
        "UPDATE account_pricing SET variant_id = 1 WHERE product_id > 1",
    "only buyers have price rules":
        "UPDATE account_pricing SET account_id = 20 WHERE id = 1",
    "volume discounts are above 0 and up to 100 %":
        "UPDATE volume_discounts SET percent = 0 WHERE id = 1",
    "the larger the quantity, the larger the discount":
        "UPDATE volume_discounts SET percent = 5",
    "tier discounts are 0, 10 and 15 %":
        "UPDATE tier_discounts SET percent = 1 WHERE tier = 'PREMIUM'",
    # carts
    "an account has at most one current cart":
        "UPDATE carts SET account_id = 1, status = 'CURRENT'",
    "a cart that was put aside has a name":
        "UPDATE carts SET name = NULL WHERE status = 'SAVED'",
    "a variant stands in a cart once":
        "UPDATE cart_items SET variant_id = 1",
    "carts belong to buyers, dealers and professionals":
        "UPDATE carts SET account_id = 20 WHERE id = 1",
    "quantities in carts are positive":
        "UPDATE cart_items SET quantity = 0 WHERE id = 1",
    # requests
    "a representative is one":
        "UPDATE rfq_requests SET representative_id = 1 WHERE id = 1",
    "who has read a request is its representative":
        "UPDATE rfq_requests SET representative_id = NULL",
    "every request has lines":
        "DELETE FROM rfq_items WHERE rfq_id = 1",
    "the way of a request begins with its submission":
        "UPDATE rfq_status_history SET to_status = 'QUOTED' WHERE id = 1",
    "the way of a request ends where it stands":
        _REQUEST.format("QUOTED", "IN_REVIEW"),
    "no step is left out":
        "DELETE FROM rfq_status_history WHERE to_status = 'IN_REVIEW'",
    "every step is a legal one":
        "UPDATE rfq_status_history SET from_status = 'DECLINED' WHERE to_status = 'QUOTED'",
    "steps follow each other in time":
        "UPDATE rfq_status_history SET changed_at = '2000-01-01' WHERE from_status IS NOT NULL",
    "nothing happens after the data set's now":
        "UPDATE rfq_status_history SET changed_at = '2100-01-01' WHERE id = 1",
    "a request was answered within 24 hours or flagged":
        "UPDATE rfq_requests SET flagged_at = NULL",
    "every step left an audit event":
        "DELETE FROM audit_events WHERE id = 1",
    # quotes
    "revisions of a quote count from 1":
        "UPDATE quote_revisions SET revision = 7 WHERE id = 1",
    "a sent quote is valid for 30 days":
        "UPDATE quote_revisions SET valid_until = sent_at WHERE id = 1",
    "the total of a quote is the sum of its lines":
        "UPDATE quote_revisions SET total = total + 0.01 WHERE id = 1",
    "a line of a quote is price times quantity":
        "UPDATE quote_lines SET line_total = line_total + 0.02 WHERE revision_id = 1",
    "a quote offers what was asked for":
        "UPDATE quote_lines SET quantity = quantity + 1 WHERE revision_id = 1",
    "what is quoted, accepted or expired has a quote":
        "DELETE FROM quote_revisions WHERE rfq_id ="
        " (SELECT q.rfq_id FROM quote_revisions q JOIN orders o ON o.revision_id = q.id LIMIT 1)",
    "what is pending or in review for the first time has none":
        _REQUEST.format("QUOTED", "PENDING"),
    "a quote that is open is still valid":
        "UPDATE quote_revisions SET valid_until = '2000-01-01'",
    # orders
    "the total of an order is the sum of its lines":
        "UPDATE orders SET total = total + 0.01 WHERE id = 1",
    "a line of an order is price times quantity":
        "UPDATE order_lines SET line_total = line_total + 0.02 WHERE order_id = 1",
    "an accepted request has become one order":
        "UPDATE orders SET revision_id = NULL WHERE id = 1",
    "an order comes from the last revision of its quote":
        "INSERT INTO quote_revisions (rfq_id, revision, total)"
        " SELECT q.rfq_id, 9, 1"
        " FROM orders o JOIN quote_revisions q ON q.id = o.revision_id LIMIT 1",
    "an order from a quote is the requesting account's, at the quote's price":
        "UPDATE orders SET account_id = 20 WHERE id = 1",
    "an order from a quote has the quote's lines":
        "UPDATE order_lines SET unit_price = unit_price + 1 WHERE order_id = 1",
    "nothing is ordered after the data set's now":
        "UPDATE orders SET placed_at = '2100-01-01' WHERE id = 1",
    # inventory
    "nobody reserves more than there is":
        "UPDATE inventory_locations SET reserved = quantity + 1 WHERE variant_id = 1",
    "every variant has a shelf at every location":
        "DELETE FROM inventory_locations WHERE variant_id = 1 AND location_id = 1",
    "lots add up to their shelf":
        "UPDATE inventory_lots SET quantity = quantity + 1 WHERE id = 1",
    "stock of supplements lies in lots":
        "DELETE FROM inventory_lots",
    "nothing expired is reserved":
        "UPDATE inventory_lots SET expires_on = '2000-01-01'",
    "a message about stock is received after what it tells of":
        "UPDATE inventory_webhooks SET received_at = '2000-01-01'",
    # supplements
    "every label has ingredients":
        "DELETE FROM product_ingredients",
    "an amount has a unit":
        "UPDATE product_ingredients SET unit_id = NULL",
    "certificates of a product do not overlap":
        "INSERT INTO product_certifications SELECT * FROM product_certifications",
    # synchronisation
    "what failed says why":
        "UPDATE product_sync_log SET error = NULL",
    "a synchronisation ends after it began":
        "UPDATE product_sync_log SET finished_at = '2000-01-01' WHERE id = 1",
    "every buyer is one customer at Shopify":
        "DELETE FROM account_shopify_customers WHERE account_id = 1",
    # all
    "no row without its parent":
        "DELETE FROM locations WHERE id = 1",
    "every loaded table left one event with its checksum":
        "DELETE FROM audit_events WHERE table_name = 'products'",
    "every value occurs":
        "UPDATE rfq_requests SET priority = 'NORMAL'",
    "as many rows as declared":
        "DELETE FROM product_images WHERE id = 1",
    "states of requests have their shares":
        "UPDATE rfq_requests SET status = 'EXPIRED' WHERE status = 'DECLINED'",
}  # fmt: skip
_WITH_FOREIGN_KEYS = {"no row without its parent"}


@pytest.fixture(scope="module")
def contract_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    """Give one copy of the shop to tests that take back what they do."""
    with new_database(server, template=shop_template.database) as target:
        yield target


def test_a_fresh_data_set_keeps_every_rule(contract_shop: Target) -> None:
    assert [check for check in verify(contract_shop) if not check.ok] == []


def test_every_rule_is_broken_once(contract_shop: Target) -> None:
    assert {check.rule for check in verify(contract_shop)} == BREAKS.keys()


@pytest.mark.parametrize("rule", BREAKS)
def test_a_breach_is_found(contract_shop: Target, rule: str) -> None:
    data_set = require_data_set(contract_shop)
    with connect(contract_shop) as connection, connection.transaction():
        _break(connection, rule)
        found = next(check for check in checks(connection, data_set) if check.rule == rule)
        assert found.breaches > 0
        assert found.example
        raise Rollback


def _break(connection: Connection, rule: str) -> None:
    if rule in _WITH_FOREIGN_KEYS:
        connection.execute("SET LOCAL session_replication_role = replica")
    else:
        connection.execute(_WITHOUT_CONSTRAINTS)
    connection.execute(BREAKS[rule].encode())


def test_row_counts_are_not_looked_at_after_a_run_in_place(contract_shop: Target) -> None:
    with connect(contract_shop) as connection, connection.transaction():
        connection.execute("UPDATE b2bench_meta.data_set SET last_run = 'mine'")
        connection.execute("DELETE FROM product_images WHERE id = 1")
        data_set = read_data_set(connection)
        assert data_set is not None
        rules = {check.rule for check in checks(connection, data_set)}
        assert "as many rows as declared" not in rules
        raise Rollback
