"""What policies and triggers add, on a real server: who meets which, and what it costs."""

from collections.abc import Iterator

import pytest

from b2bench.database import connect
from b2bench.findings import Finding, Severity
from b2bench.queries import QueryClass
from b2bench.records import from_json, to_json
from b2bench.target import Target
from reports.protection_evidence import Added, CaseCost, Protection
from tests.postgres import change, new_database
from tests.reports.guarded import CHANGED, install, measured, new_role, write_queries


@pytest.fixture(scope="module")
def role(server: Target) -> Iterator[str]:
    with new_role(server) as name:
        yield name


@pytest.fixture(scope="module")
def guarded(server: Target, role: str) -> Iterator[Target]:
    with new_database(server) as target:
        install(target, role)
        yield target


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, role: str) -> tuple[QueryClass, ...]:
    return write_queries(tmp_path_factory.mktemp("guarded"), role)


@pytest.fixture(scope="module")
def protection(guarded: Target, files: tuple[QueryClass, ...], role: str) -> Protection:
    return measured(guarded, files, role)


def cost(protection: Protection, query: str) -> CaseCost:
    (found,) = (each for each in protection.cases if each.query == query)
    return found


def policies(protection: Protection, query: str) -> Added:
    found = cost(protection, query).policies
    assert found is not None
    return found


def findings(protection: Protection, query: str) -> list[Finding]:
    return [finding for finding in protection.findings if finding.subject == query]


def databases(server: Target, prefix: str) -> list[str]:
    with connect(server) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", (prefix,)
        )
        return [row[0] for row in rows]


def test_a_class_that_touches_public_tables_only_meets_nothing(protection: Protection) -> None:
    assert protection.unguarded == ("product",)


def test_a_policy_on_the_column_that_is_asked_for_costs_no_index(protection: Protection) -> None:
    added = policies(protection, "own_orders")
    assert added.indexes_without == added.indexes_guarded == ("orders_account",)
    assert added.has_same_plan
    # the setting is read once, in a plan of its own
    assert len(added.shape_guarded) > len(added.shape_without)
    assert added.is_same_answer
    assert (added.without.blocks, added.without.tuples) == (
        added.guarded.blocks,
        added.guarded.tuples,
    )
    assert findings(protection, "own_orders") == []


@pytest.mark.parametrize(
    ("query", "index", "leak"),
    [
        ("by_enum", "orders_state", "operator =(anyenum,anyenum) is not leakproof"),
        ("by_function", "orders_email", "function lower is not leakproof"),
        ("by_pattern", "orders_pattern", "operator ~~(text,text) is not leakproof"),
        ("inside", "orders_state", "operator =(anyenum,anyenum) is not leakproof"),
    ],
)
def test_an_index_lost_to_a_policy_is_a_warning_that_names_why(
    protection: Protection, query: str, index: str, leak: str
) -> None:
    added = policies(protection, query)
    assert index in added.indexes_without
    assert index not in added.indexes_guarded
    assert added.guarded.blocks > added.without.blocks
    (finding,) = findings(protection, query)
    assert (finding.code, finding.severity) == ("policy-costs-index", Severity.WARNING)
    assert f"`{index}` is not used under policy `own_orders` on `orders`" in finding.message
    assert leak in finding.message
    assert f"{added.without.blocks} → {added.guarded.blocks}" in finding.message
    assert "SECURITY DEFINER" in finding.mend
    assert "CHECK" in finding.mend or "enum" not in leak


def test_an_index_that_is_looked_up_with_less_is_a_warning_too(protection: Protection) -> None:
    added = policies(protection, "by_range")
    assert added.indexes_without == added.indexes_guarded == ("orders_range",)
    (finding,) = findings(protection, "by_range")
    assert finding.code == "policy-costs-index"
    assert "`orders_range` is looked up with less under policy `own_orders`" in finding.message
    assert "`state =` is a filter" in finding.message


def test_equality_of_texts_is_leakproof_and_keeps_its_index(protection: Protection) -> None:
    added = policies(protection, "by_text")
    assert "orders_code" in added.indexes_guarded
    assert findings(protection, "by_text") == []


def test_a_policy_that_hides_rows_gives_another_answer(protection: Protection) -> None:
    assert not policies(protection, "everybodys").is_same_answer


def test_an_audit_trigger_writes_a_row_for_each_row_that_is_changed(
    protection: Protection,
) -> None:
    added = cost(protection, "change").triggers
    assert added is not None
    assert (added.without.rows_written, added.guarded.rows_written) == (CHANGED, 2 * CHANGED)
    assert added.blocks > 0
    assert added.wal_bytes is not None
    assert added.wal_bytes > CHANGED * 50


def test_who_meets_both_is_measured_without_both(protection: Protection) -> None:
    found = cost(protection, "change")
    assert found.met == ("orders.own_orders", "orders.audit_orders")
    assert found.policies is not None
    assert found.triggers is not None
    assert found.both is not None
    assert found.total is found.both
    assert found.both.without.rows_written == CHANGED
    assert found.both.guarded.rows_written == found.triggers.guarded.rows_written


def test_a_role_that_policies_do_not_hold_meets_the_trigger_only(protection: Protection) -> None:
    found = cost(protection, "change_as_owner")
    assert found.policies is None
    assert found.both is None
    assert found.total is found.triggers
    assert found.met == ("orders.audit_orders",)


def test_a_class_that_reads_meets_no_trigger(protection: Protection) -> None:
    assert {each.query for each in protection.cases if each.triggers} == {
        "change",
        "change_as_owner",
    }


def test_a_class_that_its_role_may_not_execute_is_left_out_with_the_reason(
    protection: Protection,
) -> None:
    (left_out,) = protection.left_out
    assert left_out.query == "refused"
    assert "permission denied for table log" in left_out.why


def test_every_case_is_timed_in_pairs(protection: Protection) -> None:
    for found in protection.cases:
        for added in (found.policies, found.triggers, found.both):
            assert added is None or (added.timing is not None and added.timing.pairs > 0)


def test_the_database_is_as_it_was_and_no_copy_is_left(
    server: Target, guarded: Target, protection: Protection
) -> None:
    assert protection.cases
    assert databases(server, guarded.database) == [guarded.database]
    with connect(guarded) as connection:
        kept = connection.execute(
            "SELECT relrowsecurity, (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'),"
            " (SELECT count(*) FROM log) FROM pg_class WHERE oid = 'orders'::regclass"
        ).fetchone()
    assert kept == (True, 0, 0)


def test_other_triggers_are_asked_for_by_name(
    guarded: Target, files: tuple[QueryClass, ...], role: str
) -> None:
    queries = tuple(query for query in files if query.name == "change_as_owner")
    added = cost(measured(guarded, queries, role, triggers="check%"), "change_as_owner").triggers
    assert added is not None
    # the audit trigger is there on both sides
    assert (added.without.rows_written, added.guarded.rows_written) == (2, 2)


def test_a_database_without_policies_and_triggers_has_nothing_to_measure(
    server: Target, guarded: Target, files: tuple[QueryClass, ...], role: str
) -> None:
    with new_database(server, template=guarded.database) as target:
        change(
            target,
            "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
            "DROP TRIGGER audit_orders ON orders",
        )
        found = measured(target, files, role)
    assert found == Protection(tables=0, triggers=0, pattern="audit_%")


def test_the_numbers_are_read_again_as_they_were_written(protection: Protection) -> None:
    assert from_json(to_json(protection), Protection, source="protection") == protection
