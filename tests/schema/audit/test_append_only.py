"""What is on record stays: nobody's role may write it, and not even the owner may change it."""

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from tests.schema.audit.audited import taken_back

_ROLES = (
    *("shop_buyer", "shop_representative", "shop_back_office", "shop_sync", "shop_reader"),
    "shop_application",
)
_INSERT = (
    "INSERT INTO audit_events (table_name, record_key, operation, transaction_id, actor,"
    " new_row, occurred_at) VALUES ('orders', '1', 'INSERT', 1, 'me', '{}', now())"
)
_CHANGES = {
    "update": "UPDATE {} SET actor = 'somebody'",
    "delete": "DELETE FROM {}",
    "truncate": "TRUNCATE {}",
}


@pytest.mark.parametrize("role", _ROLES)
@pytest.mark.parametrize("privilege", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_no_role_may_write_the_log(bare_shop: Target, role: str, privilege: str) -> None:
    with connect(bare_shop) as connection:
        allowed = connection.execute(
            "SELECT c.oid::regclass::text FROM pg_class c"
            " WHERE (c.relname = 'audit_events' OR c.relnamespace = 'b2bench_audit'::regnamespace)"
            "   AND c.relkind IN ('r', 'p') AND has_table_privilege(%s, c.oid, %s)",
            (role, privilege),
        ).fetchall()
    assert allowed == []


@pytest.mark.parametrize("role", _ROLES)
def test_no_role_may_run_what_writes_the_log(bare_shop: Target, role: str) -> None:
    with connect(bare_shop) as connection:
        allowed = connection.execute(
            "SELECT p.proname FROM pg_proc p WHERE p.proname ~ '(^audit_|_audit$|audit_months)'"
            " AND p.proname <> 'audit_actor' AND has_function_privilege(%s, p.oid, 'EXECUTE')",
            (role,),
        ).fetchall()
    assert allowed == []


def test_a_table_of_ones_own_cannot_write_events_of_another(bare_shop: Target) -> None:
    with taken_back(bare_shop) as connection:
        connection.execute("SET LOCAL ROLE shop_buyer")
        connection.execute("CREATE TEMPORARY TABLE orders (id bigint)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="audit_inserted"):
            connection.execute(
                "CREATE TRIGGER forged AFTER INSERT ON pg_temp.orders REFERENCING NEW TABLE AS"
                " new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.audit_inserted('{}', 'id')"
            )


@pytest.mark.parametrize("part", [False, True], ids=["the whole", "a month"])
@pytest.mark.parametrize("change", _CHANGES)
def test_not_even_the_owner_changes_an_event(stocked: Target, change: str, *, part: bool) -> None:
    with taken_back(stocked) as connection:
        connection.execute("SET LOCAL ROLE shop_owner")
        connection.execute(_INSERT)
        month = connection.execute(
            "SELECT 'events_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')"
        ).fetchone()
        assert month is not None
        table = (
            sql.Identifier("b2bench_audit", month[0]) if part else sql.Identifier("audit_events")
        )
        with pytest.raises(psycopg.errors.RestrictViolation, match="is only added to"):
            connection.execute(sql.SQL(_CHANGES[change]).format(table))


@pytest.mark.parametrize("change", ["UPDATE {} SET events = 7", "DELETE FROM {}", "TRUNCATE {}"])
def test_not_even_the_owner_changes_a_seal(stocked: Target, change: str) -> None:
    with taken_back(stocked) as connection:
        connection.execute("SET LOCAL ROLE shop_owner")
        connection.execute(
            "INSERT INTO b2bench_audit.seals VALUES ('events_2026_01', 1, 9, 1, sha256('x'), now())"
        )
        with pytest.raises(psycopg.errors.RestrictViolation, match="is only added to"):
            connection.execute(change.format("b2bench_audit.seals").encode())


def test_an_old_month_can_be_taken_away(stocked: Target) -> None:
    with connect(stocked) as connection:
        connection.execute("SET ROLE shop_owner")
        connection.execute("SELECT make_audit_months('2020-01-01', '2020-01-31')")
        connection.execute("ALTER TABLE audit_events DETACH PARTITION b2bench_audit.events_2020_01")
        connection.execute("DROP TABLE b2bench_audit.events_2020_01")
