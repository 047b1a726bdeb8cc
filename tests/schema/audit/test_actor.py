"""An event says who did it, in which transaction, and when."""

from datetime import UTC, datetime, timedelta

from b2bench.database import connect
from b2bench.target import Target
from tests.schema.audit.audited import events_after, events_of, last_id, taken_back


def test_the_actor_is_the_role_taken_and_the_account(stocked: Target) -> None:
    with taken_back(stocked) as connection:
        connection.execute("SET LOCAL ROLE shop_back_office")
        connection.execute("SELECT set_config('shop.account_id', '42', true)")
        connection.execute("UPDATE locations SET region = 'Utah'")
        connection.execute("RESET ROLE")
        connection.execute("UPDATE locations SET region = 'Ohio'")
        connection.execute("SELECT set_config('shop.account_id', '', true)")
        connection.execute("UPDATE locations SET region = 'Iowa'")
        user = connection.execute("SELECT session_user").fetchone()
        events = events_after(connection, 0)
    assert user is not None
    regions = {(e.new_row or {})["region"]: e.actor for e in events if e.table_name == "locations"}
    assert {name: regions[name] for name in ("Utah", "Ohio", "Iowa")} == {
        "Utah": "shop_back_office/42",
        "Ohio": f"{user[0]}/42",
        "Iowa": user[0],
    }


def test_an_event_has_the_transaction_and_the_clock_of_the_server(stocked: Target) -> None:
    with taken_back(stocked) as connection:
        connection.execute("SELECT set_config('shop.as_of', '2020-01-01', true)")
        row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        [event, *_] = events_of(connection, "UPDATE locations SET region = 'Utah'")
        occurred = connection.execute(
            "SELECT occurred_at FROM audit_events ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row == (event.transaction_id,)
    assert occurred is not None
    assert abs(occurred[0] - datetime.now(UTC)) < timedelta(minutes=10)


def test_a_statement_that_hits_no_row_takes_no_transaction_number(stocked: Target) -> None:
    with taken_back(stocked) as connection:
        connection.execute("UPDATE locations SET region = 'Utah' WHERE id = -1")
        row = connection.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()
    assert row == (None,)


def test_an_update_that_changes_nothing_is_an_event(stocked: Target) -> None:
    with taken_back(stocked) as connection:
        events = events_of(connection, "UPDATE locations SET region = region WHERE id = 1")
    assert [(e.operation, e.old_row == e.new_row) for e in events] == [("UPDATE", True)]


def test_no_event_has_personal_data(stocked: Target) -> None:
    with connect(stocked) as connection:
        last = last_id(connection)
        connection.execute(
            "UPDATE accounts SET email_index = convert_to('canary@example.com', 'UTF8'),"
            " phone_index = convert_to('555-canary-----555', 'UTF8') WHERE id = 1"
        )
        connection.execute(
            "INSERT INTO accounts (auth_id, type, tier, contact_name_sealed, email_sealed,"
            " email_index, region, created_at, updated_at)"
            " SELECT 'auth|9', type, tier, contact_name_sealed, email_sealed, email_index,"
            " region, now(), now() FROM accounts WHERE id = 1"
        )
        assert [e.operation for e in events_after(connection, last)] == ["UPDATE", "INSERT"]
        found = connection.execute(
            "SELECT count(*) FILTER (WHERE e::text LIKE '%%' || encode('canary', 'hex') || '%%'),"
            "       count(*) FILTER (WHERE e::text LIKE '%%email_sealed%%')"
            "  FROM audit_events AS e WHERE e.id > %s",
            (last,),
        ).fetchone()
    # what is sealed is kept: the key that opens it can be destroyed, an index cannot
    assert found == (0, 2)


_PERSONAL_AND_KEPT = """
SELECT c.relname, a.attname
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname ~ '^audit_'
 WHERE c.relnamespace = 'public'::regnamespace
   AND (a.attname ~ '_index$' OR a.attgenerated <> ''
        OR a.attname ~ '(^contact_|email|phone|address)' AND a.atttypid <> 'bytea'::regtype)
   AND NOT a.attname = ANY (split_part(encode(t.tgargs, 'escape'), '\\000', 1)::text[])
"""


def test_every_trigger_leaves_out_what_is_personal_or_derived(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        assert connection.execute(_PERSONAL_AND_KEPT).fetchall() == []
        connection.execute("ALTER TABLE locations ADD COLUMN email text, ADD COLUMN e_index bytea")
        assert len(connection.execute(_PERSONAL_AND_KEPT).fetchall()) == 8
        connection.execute("SELECT audit_table('locations', '{email,e_index}')")
        assert connection.execute(_PERSONAL_AND_KEPT).fetchall() == []
