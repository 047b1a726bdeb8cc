from decimal import Decimal

from psycopg import Connection

from b2bench.database import connect
from b2bench.marker import require_data_set
from b2bench.target import Target
from loadgen.data.churn import churn


def test_churn_leaves_dead_rows_and_grown_indexes(shop: Target) -> None:
    data_set = require_data_set(shop)
    with connect(shop) as connection:
        before = _sizes(connection)
    changed = churn(shop, Decimal("0.2"))
    with connect(shop) as connection:
        after = _sizes(connection)
        newest = connection.execute(
            "SELECT count(*) FROM products WHERE updated_at = %s", (data_set.as_of,)
        ).fetchone()
        disabled = connection.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal"
        ).fetchone()
    total = sum(data_set.rows.values())
    assert 0.18 * total < changed < 0.22 * total
    assert newest is not None
    assert 20 <= newest[0] <= 60
    assert disabled == (0,)
    for relation in ("technical_specifications", "technical_specifications_pkey"):
        assert after[relation] > before[relation]
    assert require_data_set(shop).last_run == "churn 20%"


def _sizes(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        "SELECT relname, pg_relation_size(oid) FROM pg_class"
        " WHERE relname LIKE 'technical_specifications%' AND relkind IN ('r', 'i')"
    )
    return dict(rows.fetchall())
