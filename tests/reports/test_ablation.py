"""Index evidence on a real server: each planted index meets its fate, and nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from b2bench.catalogue import differences, read_catalogue
from b2bench.cluster.binaries import find_binaries
from b2bench.database import connect
from b2bench.findings import Finding, Severity
from b2bench.queries import QueryClass
from b2bench.records import from_json, to_json
from b2bench.target import Target
from reports.ablation import ablate
from reports.index_catalogue import Kind
from reports.index_evidence import Ablation, IndexEvidence
from reports.index_use import Cell, Outcome
from tests.amcheck import complaints
from tests.postgres import new_database
from tests.reports.fated_indexes import (
    CANARY,
    TABLES,
    ablated,
    arguments_of,
    install,
    write_queries,
)


@pytest.fixture(scope="module")
def template(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        yield target


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[QueryClass, ...]:
    return write_queries(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def planted(server: Target, template: Target) -> Iterator[Target]:
    with new_database(server, template=template.database) as target:
        yield target


@pytest.fixture(scope="module")
def ablation(server: Target, template: Target, files: tuple[QueryClass, ...]) -> Ablation:
    with new_database(server, template=template.database) as target:
        return ablated(target, files)


def index(ablation: Ablation, name: str) -> IndexEvidence:
    return next(each for each in ablation.indexes if each.name == name)


def cells(ablation: Ablation, name: str) -> dict[str, Cell]:
    return {cell.query: cell for cell in ablation.cells if cell.index == name}


def missed_by(ablation: Ablation, name: str) -> set[str]:
    worse = (Outcome.MORE, Outcome.STOPPED, Outcome.FAILED)
    return {query for query, cell in cells(ablation, name).items() if cell.outcome in worse}


def finding(ablation: Ablation, name: str) -> Finding | None:
    return next((each for each in ablation.findings if each.subject == name), None)


def test_every_index_is_there_with_its_kind(ablation: Ablation) -> None:
    kinds = {each.name: each.kind for each in ablation.indexes}
    assert kinds["orders_pkey"] is Kind.PRIMARY_KEY
    assert kinds["one_place"] is Kind.UNIQUE_CONSTRAINT
    assert kinds["accounts_email_too"] is Kind.UNIQUE_INDEX
    assert kinds["orders_amount"] is Kind.INDEX
    assert kinds["log_kind"] is Kind.INDEX
    assert "log_first_kind_idx" not in kinds


def test_an_index_that_no_class_misses_is_unused(ablation: Ablation) -> None:
    found = finding(ablation, "orders_amount")
    assert found is not None
    assert (found.code, found.severity) == ("unused-index", Severity.WARNING)
    assert (
        "none does more work without it (11 query classes, 11 cases of arguments)" in found.message
    )
    assert "B of WAL" in found.message
    assert "KiB are freed" in found.message
    assert found.mend.endswith("`DROP INDEX CONCURRENTLY orders_amount`")
    assert cells(ablation, "orders_amount") == {}


def test_a_redundant_index_names_the_one_that_makes_it_so(ablation: Ablation) -> None:
    found = finding(ablation, "orders_number")
    assert found is not None
    assert found.code == "redundant-index"
    assert "answers nothing that `orders_number_placed` does not answer as well" in found.message
    assert "no query class scans it" in found.message


def test_who_used_a_redundant_index_falls_back_to_the_other(ablation: Ablation) -> None:
    cell = cells(ablation, "orders_account")["orders_of_account"]
    assert (cell.outcome, cell.scans) == (Outcome.SAME, 1)
    found = finding(ablation, "orders_account")
    assert found is not None
    assert found.code == "redundant-index"
    assert "joins_for_nothing, orders_of_account fall back to it" in found.message
    blocks = f"{cell.before.blocks} → {cell.after.blocks}"
    assert f"orders_of_account (typical) {blocks}" in found.message


def test_a_unique_index_beside_an_equal_constraint_is_redundant(ablation: Ablation) -> None:
    found = finding(ablation, "accounts_email_too")
    assert found is not None
    assert found.code == "redundant-index"
    assert "`accounts_email_key`" in found.message


def test_of_two_indexes_that_stand_in_for_each_other_one_may_go(ablation: Ablation) -> None:
    assert missed_by(ablation, "pairs_a_b") == missed_by(ablation, "pairs_b_a") == set()
    assert {each.name for each in ablation.indexes if each.is_spare} & {"pairs_a_b", "pairs_b_a"}
    assert (finding(ablation, "pairs_a_b") is None) != (finding(ablation, "pairs_b_a") is None)


def test_an_index_that_stands_in_for_a_redundant_one_stays(ablation: Ablation) -> None:
    assert cells(ablation, "orders_account_status") == {}
    assert index(ablation, "orders_account").is_spare
    assert finding(ablation, "orders_account_status") is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("orders_day", "and no write reaches it: building it failed"),
        ("orders_ghost", "yet every write maintains it; without it each inserted row costs"),
    ],
)
def test_an_invalid_index_is_told_from_an_unused_one(
    ablation: Ablation, name: str, kept: str
) -> None:
    assert not index(ablation, name).is_valid
    found = finding(ablation, name)
    assert found is not None
    assert found.code == "invalid-index"
    assert kept in found.message
    assert f"`REINDEX INDEX CONCURRENTLY {name}`" in found.mend


def test_a_class_fails_without_the_index_of_its_on_conflict(ablation: Ablation) -> None:
    cell = cells(ablation, "one_place")["put_in_cart"]
    assert cell.outcome is Outcome.FAILED
    assert "ON CONFLICT" in cell.said
    assert finding(ablation, "one_place") is None


def test_a_class_is_stopped_where_it_would_take_for_ever(ablation: Ablation) -> None:
    cell = cells(ablation, "events_article")["last_events"]
    assert cell.outcome is Outcome.STOPPED
    assert cell.factor > 10
    assert cell.after.ms < 5_000


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("stock_article", "in_stock"),  # only inside a plpgsql function
        ("lines_order", "drop_order"),  # only by the check of a foreign key
        ("orders_open", "open_since"),  # partial
        ("orders_lower", "find_number"),  # on an expression
        ("log_kind", "read_log"),  # of a partitioned table
    ],
)
def test_the_one_class_that_needs_it_does_more_work(
    ablation: Ablation, name: str, query: str
) -> None:
    assert missed_by(ablation, name) == {query}
    cell = cells(ablation, name)[query]
    assert cell.scans > 0
    assert cell.factor > 2
    assert cell.after.blocks > cell.before.blocks
    assert finding(ablation, name) is None


def test_an_index_is_missed_that_only_proves_something_to_the_planner(ablation: Ablation) -> None:
    assert missed_by(ablation, "names_word") == {"joins_for_nothing"}
    cell = cells(ablation, "names_word")["joins_for_nothing"]
    # the join is left out as long as the index is there
    assert cell.scans == 0
    assert cell.after.tuples > cell.before.tuples + 4_000


def test_a_foreign_key_keeps_its_only_index_from_being_unused(ablation: Ablation) -> None:
    evidence = index(ablation, "lines_order")
    assert evidence.foreign_keys == evidence.alone_for == ("lines_order_id_fkey on lines",)
    shared = index(ablation, "orders_account")
    assert shared.foreign_keys == ("orders_account_id_fkey on orders",)
    assert shared.alone_for == ()


def test_a_primary_key_tells_what_leans_on_it(ablation: Ablation) -> None:
    assert index(ablation, "orders_pkey").leaning == ("lines_order_id_fkey on lines",)


def test_a_foreign_key_without_index_is_found_with_the_statement(ablation: Ablation) -> None:
    found = finding(ablation, "lines_account_id_fkey on lines")
    assert found is not None
    assert found.code == "missing-fk-index"
    assert found.mend == "`CREATE INDEX CONCURRENTLY ON lines (account_id)`"
    assert "20,000 rows" in found.message


def test_nothing_else_is_found(ablation: Ablation) -> None:
    assert sorted((each.code, each.subject) for each in ablation.findings) == [
        ("invalid-index", "orders_day"),
        ("invalid-index", "orders_ghost"),
        ("missing-fk-index", "lines_account_id_fkey on lines"),
        ("redundant-index", "accounts_email_too"),
        ("redundant-index", "orders_account"),
        ("redundant-index", "orders_number"),
        ("unused-index", "cart_words"),
        ("unused-index", "orders_amount"),
        ("unused-index", "orders_number_placed"),
        ("unused-index", "pairs_a_b"),
    ]


def test_writing_to_an_index_has_its_price(ablation: Ablation) -> None:
    for name in ("orders_amount", "orders_pkey", "lines_order", "log_kind", "one_place"):
        cost = index(ablation, name).cost
        assert cost.unknown == ""
        assert cost.rows >= 50
        assert cost.wal_bytes is not None
        # an entry has 16 bytes at the least, its record some forty more
        assert 40 < cost.wal_bytes < 400


def test_a_gin_index_costs_what_sorting_in_takes(ablation: Ablation) -> None:
    gin, btree = index(ablation, "cart_words").cost, index(ablation, "one_place").cost
    assert gin.wal_bytes is not None
    assert btree.wal_bytes is not None
    # rows are written to a list first, and to the index later
    assert gin.wal_bytes > btree.wal_bytes


def test_what_is_empty_costs_nobody_knows_what(ablation: Ablation) -> None:
    assert index(ablation, "nothing_pkey").cost.unknown == "the table is empty"


def test_a_partial_index_is_written_for_its_rows_only(ablation: Ablation) -> None:
    partial, whole = (index(ablation, name).cost for name in ("orders_open", "orders_amount"))
    assert partial.wal_bytes is not None
    assert whole.wal_bytes is not None
    assert partial.wal_bytes < whole.wal_bytes / 4


def test_the_evidence_survives_a_file_and_holds_no_argument(ablation: Ablation) -> None:
    written = to_json(ablation)
    assert from_json(written, Ablation, source="memory") == ablation
    assert CANARY.encode() not in written


def test_everything_is_intact_afterwards(
    planted: Target, files: tuple[QueryClass, ...], pg_bin: Path | None
) -> None:
    with connect(planted) as connection:
        before, rows = read_catalogue(connection), _rows(connection)
    ablated(planted, files)
    with connect(planted) as connection:
        assert differences(before, read_catalogue(connection)) == ()
        assert _rows(connection) == rows
    # pg_amcheck finds fault with an invalid index, whoever made it so
    with connect(planted) as connection:
        connection.execute("DROP INDEX orders_day, orders_ghost")
    assert complaints(planted, find_binaries(pg_bin)) == ""


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    return {table: _count(connection, table) for table in TABLES}


def _count(connection: psycopg.Connection, table: str) -> int:
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    row = connection.execute(statement).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("moment", ["without stock_article", "inserting into orders"])
def test_an_interrupt_leaves_nothing_changed(
    planted: Target, files: tuple[QueryClass, ...], moment: str
) -> None:
    def interrupt(phase: str, *, done: int = 0, total: int | None = None) -> None:  # noqa: ARG001
        if phase == moment:
            raise KeyboardInterrupt

    with connect(planted) as connection:
        before = read_catalogue(connection)
    with pytest.raises(KeyboardInterrupt):
        ablated(planted, files, progress=interrupt)
    with connect(planted) as connection:
        assert differences(before, read_catalogue(connection)) == ()


def test_a_class_that_fails_with_all_indexes_is_named(
    planted: Target, files: tuple[QueryClass, ...]
) -> None:
    with connect(planted) as connection:
        connection.execute("DROP FUNCTION pieces_of")
    found = finding(ablated(planted, files), "in_stock")
    assert found is not None
    assert found.code == "cannot-ablate"
    assert "pieces_of" in found.message


def test_an_owner_who_is_no_superuser_learns_all_but_the_cost(
    server: Target, template: Target, files: tuple[QueryClass, ...]
) -> None:
    few = tuple(query for query in files if query.name in {"find_number", "read_log"})
    with (
        new_database(server, template=template.database) as target,
        connect(target) as connection,
    ):
        connection.execute("CREATE ROLE planted_owner LOGIN PASSWORD 'planted'")
        try:
            for table in TABLES:
                connection.execute(
                    sql.SQL("ALTER TABLE {} OWNER TO planted_owner").format(sql.Identifier(table))
                )
            owner = Target(
                conninfo=psycopg.conninfo.make_conninfo(
                    target.conninfo, user="planted_owner", password="planted"
                )
            )
            found = ablate(owner, few, arguments_of(few), progress=lambda *_, **__: None)
        finally:
            connection.execute("REASSIGN OWNED BY planted_owner TO CURRENT_USER")
            connection.execute("DROP OWNED BY planted_owner")
            connection.execute("DROP ROLE planted_owner")
    assert missed_by(found, "orders_lower") == {"find_number"}
    cost = index(found, "orders_lower").cost
    assert cost.wal_bytes is None
    assert "superuser" in cost.unknown


def test_classes_are_executed_as_their_roles(
    planted: Target, files: tuple[QueryClass, ...]
) -> None:
    few = tuple(query for query in files if query.name == "find_number")
    found = ablate(
        planted, few, arguments_of(few), roles={"": "pg_monitor"}, progress=lambda *_, **__: None
    )
    assert finding(found, "find_number") is not None
    assert "permission denied" in found.unread[0].said
