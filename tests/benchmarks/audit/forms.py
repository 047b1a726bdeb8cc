"""The forms of audit that are measured beside each other: none, ours, and one for each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from psycopg import Connection, sql

_BY_ROW = """
CREATE OR REPLACE FUNCTION bench_audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before jsonb;
    after jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD) - TG_ARGV[0]::text[]; END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW) - TG_ARGV[0]::text[]; END IF;
    INSERT INTO public.audit_events (table_name, record_key, operation, transaction_id, actor,
                                     old_row, new_row, occurred_at)
    VALUES (TG_TABLE_NAME,
            concat_ws('/', coalesce(before, after) ->> TG_ARGV[1],
                           coalesce(before, after) ->> TG_ARGV[2]),
            TG_OP::audit_operation, pg_current_xact_id()::text::bigint, audit_actor(),
            before, after, statement_timestamp());
    RETURN NULL;
END $$
"""
_KINDS = ("insert", "update", "delete")


class Audit(StrEnum):
    """How a table is audited."""

    NONE = "bare"
    STATEMENT = "audited"
    ROW = "audited row by row"


@contextmanager
def audited(
    connection: Connection, table: str, key: tuple[str, ...], form: Audit
) -> Iterator[None]:
    """Let a table be audited in one form for a while."""
    name = sql.Identifier(table)
    if form is not Audit.STATEMENT:
        for kind in _KINDS:
            connection.execute(_switch("DISABLE", name, kind))
    if form is Audit.ROW:
        connection.execute(_BY_ROW.encode())
        arguments = sql.SQL(", ").join(map(sql.Literal, ("{}", *key)))
        connection.execute(
            sql.SQL(
                "CREATE TRIGGER bench_audit AFTER INSERT OR UPDATE OR DELETE ON {}"
                " FOR EACH ROW EXECUTE FUNCTION bench_audit_row({})"
            ).format(name, arguments)
        )
    try:
        yield
    finally:
        connection.execute(sql.SQL("DROP TRIGGER IF EXISTS bench_audit ON {}").format(name))
        for kind in _KINDS:
            connection.execute(_switch("ENABLE", name, kind))


def _switch(verb: str, table: sql.Identifier, kind: str) -> sql.Composed:
    return sql.SQL("ALTER TABLE {} {} TRIGGER {}").format(
        table, sql.SQL(verb), sql.Identifier(f"audit_{kind}")
    )
