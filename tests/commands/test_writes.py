"""A load that writes a lot leaves every rule of the schema in force, and no orphan."""

from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.findings import Severity
from b2bench.target import Target
from schema.integrity import check_integrity
from tests.commands.calling import call, load_ran

_BROKEN = {
    "lots that do not add up": "SELECT count(*) FROM inventory_locations i JOIN ("
    " SELECT variant_id, location_id, sum(quantity) AS quantity, sum(reserved) AS reserved"
    "   FROM inventory_lots GROUP BY 1, 2) l USING (variant_id, location_id)"
    " WHERE (i.quantity, i.reserved) <> (l.quantity, l.reserved)",
    "orders that do not add up": "SELECT count(*) FROM orders o WHERE o.total <> ("
    " SELECT sum(l.line_total) FROM order_lines l WHERE l.order_id = o.id)",
    "requests that are not where their history leads": "SELECT count(*) FROM rfq_requests r"
    " WHERE r.status <> (SELECT h.to_status FROM rfq_status_history h"
    "   WHERE h.rfq_id = r.id ORDER BY h.id DESC LIMIT 1)",
    "accepted requests without an order": "SELECT count(*) FROM rfq_requests r"
    " WHERE r.status = 'ACCEPTED' AND NOT EXISTS (SELECT FROM orders o"
    "   JOIN quote_revisions q ON q.id = o.revision_id WHERE q.rfq_id = r.id)",
}


@pytest.mark.parametrize("workload", ["cart", "rfq", "sync"])
def test_a_load_that_writes_leaves_no_orphan(shop: Target, tmp_path: Path, workload: str) -> None:
    done = call(
        *("run", workload, "--in-place", "--users", "8", "--duration", "4s", "--warm-up", "0"),
        folder=tmp_path,
        target=shop,
        more={"B2BENCH_THINK": "0"},
    )
    assert load_ran(done), (done.stdout, done.stderr)
    assert [f for f in check_integrity(shop) if f.severity is Severity.ERROR] == []
    with connect(shop) as connection:
        broken = {
            what: connection.execute(sql.encode()).fetchone() for what, sql in _BROKEN.items()
        }
    assert broken == dict.fromkeys(_BROKEN, (0,))
