"""A load bypasses the triggers and leaves one event of each table."""

from b2bench.database import connect
from b2bench.marker import require_data_set
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import load_profile
from schema.audit.seal import seal, verify_seals
from tests.schema.audit.audited import BUSINESS_TABLES, events_of

_LOADS = """
SELECT table_name, new_row, transaction_id, occurred_at
  FROM audit_events WHERE operation = 'LOAD' ORDER BY id
"""


def test_a_load_leaves_one_event_of_each_table_and_no_other(shop: Target) -> None:
    data_set = require_data_set(shop)
    with connect(shop) as connection:
        loads = connection.execute(_LOADS).fetchall()
        row = connection.execute(
            "SELECT count(*) FILTER (WHERE operation <> 'LOAD') FROM audit_events"
        ).fetchone()
    assert [name for name, *_ in loads] == sorted(data_set.table_sha256.keys() - {"audit_events"})
    assert {name for name, *_ in loads} | {"tier_discounts", "rfq_transitions"} == {
        *BUSINESS_TABLES
    }
    for name, said, transaction, occurred in loads:
        assert said == {"rows": data_set.rows[name], "sha256": data_set.table_sha256[name]}
        assert (transaction, occurred) == (2, data_set.as_of)
    # the history of requests is made with the data
    assert row == (data_set.rows["rfq_status_history"],)


def test_after_a_load_every_change_is_audited_and_seals_begin_anew(shop: Target) -> None:
    assert seal(shop).events > 0
    assert verify_seals(shop).broken == ()
    generate(shop, load_profile("tiny"))
    assert not [chain for chain in verify_seals(shop).chains if chain.seals]
    with connect(shop) as connection:
        assert len(events_of(connection, "UPDATE locations SET region = region")) > 1
        off = connection.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'"
        ).fetchone()
    assert off == (0,)
    assert seal(shop).events > 0
