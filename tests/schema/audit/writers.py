"""Sessions that write a few tables at once, as a shop does."""

import random
from concurrent.futures import ThreadPoolExecutor

import psycopg

from b2bench.database import connect
from b2bench.target import Target

TABLES = ("rfq_requests", "cart_items", "inventory_locations")
_WRITES = (
    "UPDATE rfq_requests SET priority = 'HIGH', updated_at = now() WHERE id %% 10 = %(n)s %% 10",
    "INSERT INTO rfq_requests (submitted_at, updated_at, message)"
    " VALUES (now(), now(), '%% \\ \"')",
    "DELETE FROM rfq_requests r WHERE r.id = (SELECT max(id) - %(n)s %% 3 FROM rfq_requests)"
    " AND NOT EXISTS (SELECT FROM quote_revisions q WHERE q.rfq_id = r.id)",
    "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
    " SELECT c.id, v.id, 1 + %(n)s %% 9, now() FROM carts c, product_variants v"
    "  WHERE c.id %% 5 = %(n)s %% 5 AND v.id IN (%(n)s, %(n)s + 1)"
    " ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity",
    "DELETE FROM cart_items WHERE id %% 17 = %(n)s %% 17",
    "UPDATE cart_items SET id = id + 1000000 WHERE id = (SELECT min(id) FROM cart_items)",
    "UPDATE inventory_locations SET observed_at = now() WHERE variant_id %% 50 = %(n)s %% 50",
    "DELETE FROM inventory_locations i WHERE i.variant_id = %(n)s AND i.location_id = 1"
    " AND NOT EXISTS (SELECT FROM inventory_lots l WHERE l.variant_id = i.variant_id)",
    "INSERT INTO inventory_locations (variant_id, location_id, quantity, reserved, updated_at)"
    " VALUES (%(n)s, 1, 5, 0, now()) ON CONFLICT (variant_id, location_id)"
    " DO UPDATE SET observed_at = excluded.updated_at",
)


def write(target: Target, *, sessions: int, transactions: int, seed: int) -> None:
    """Let sessions run transactions of one to three writes; what meets another's is undone."""
    with ThreadPoolExecutor(sessions) as threads:
        list(
            threads.map(
                lambda session: _session(target, transactions, f"{seed} {session}"),
                range(sessions),
            )
        )


def _session(target: Target, transactions: int, seed: str) -> None:
    draws = random.Random(seed)  # noqa: S311 (no secret)
    with connect(target) as connection:
        for _ in range(transactions):
            try:
                with connection.transaction():
                    for query in draws.choices(_WRITES, k=draws.randint(1, 3)):
                        connection.execute(query.encode(), {"n": draws.randint(1, 900)})
            except (psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation):
                continue
