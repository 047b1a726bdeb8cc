"""Causes that experiments on copies find."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from b2bench.clones import clone
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.attribution import Candidate, name_causes
from reports.baseline import Baseline, record, without_constants
from reports.capture import Capture
from reports.cause import Cause
from reports.gate import Verdict, judge
from reports.gate_policy import Policy
from reports.gate_text import gate_text
from tests.postgres import change
from tests.reports.shop import FILES, SOURCE, captured


def copies_of(target: Target) -> Callable[[], AbstractContextManager[Target]]:
    return lambda: clone(target, "cause", of_scratch=True)


def judged(baseline: Capture | Baseline, shop: Target, queries: tuple[QueryClass, ...]) -> Verdict:
    """Judge a copy of the shop, and look for causes on others."""
    recorded = baseline if isinstance(baseline, Baseline) else record(baseline)
    with clone(shop, "explain", of_scratch=True) as copy:
        seen = captured(copy, queries)
    candidate = Candidate(
        captured=seen,
        queries=queries,
        source=SOURCE,
        seed=1,
        copies=copies_of(shop),
        policy=Policy(),
    )
    return name_causes(judge(recorded, seen), recorded, candidate, silent)


def causes_of(verdict: Verdict, subject: str) -> list[Cause]:
    return next(
        list(step.causes)
        for compared in verdict.comparisons.classes
        for step in compared.steps
        if step.subject == subject
    )


TOUCH = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
TRIGGER = "CREATE TRIGGER slow AFTER UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch()"


@pytest.fixture
def looked_at(
    shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> tuple[Capture, tuple[QueryClass, ...]]:
    return shop_capture, queries


@pytest.mark.parametrize(
    ("statements", "subject", "named"),
    [
        (["DROP INDEX products_sku"], "find_sku (typical)", "index products_sku"),
        (["DROP INDEX order_lines_order"], "count_lines (typical)", "index order_lines_order"),
        ([TOUCH, TRIGGER], "place_order · close (typical)", "trigger slow on orders"),
        (
            ["ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE"],
            "place_order · close (typical)",
            "constraint orders_pkey on orders",
        ),
        (
            ["UPDATE products SET note = note", "VACUUM products"],
            "scan_family (typical)",
            "bloat public.products",
        ),
    ],
    ids=["index", "index under a function", "trigger", "constraint with its index", "bloat"],
)
def test_undoing_the_cause_restores_the_work(
    shop: Target,
    looked_at: tuple[Capture, tuple[QueryClass, ...]],
    *,
    statements: list[str],
    subject: str,
    named: str,
) -> None:
    change(shop, *statements)
    before, queries = looked_at
    causes = causes_of(judged(before, shop, queries), subject)
    assert named in {f"{cause.kind} {cause.identity}" for cause in causes}
    assert all(cause.proven for cause in causes)


def test_of_several_differences_the_one_that_restores_the_work_is_named(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    change(
        shop,
        "DROP INDEX order_lines_order",
        "CREATE INDEX products_note ON products (note)",
        "ALTER FUNCTION lines_of(bigint) COST 200",
    )
    (cause,) = causes_of(judged(shop_capture, shop, queries), "count_lines (typical)")
    assert (cause.identity, cause.proven) == ("order_lines_order", True)


def test_two_that_are_needed_together_are_both_named(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    change(shop, "DROP INDEX order_lines_order", "DROP INDEX orders_account")
    causes = causes_of(judged(shop_capture, shop, queries), "open_orders (typical)")
    assert {cause.identity for cause in causes} == {"order_lines_order", "orders_account"}
    assert all(cause.proven for cause in causes)


def test_two_that_are_needed_are_found_among_many(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    change(shop, "DROP INDEX order_lines_order", "DROP INDEX orders_account")
    settings = ("geqo_effort = 3", "from_collapse_limit = 7", "join_collapse_limit = 9")
    change(shop, *(f"ALTER DATABASE {shop.database} SET {each}" for each in settings))
    change(shop, *(f"CREATE INDEX extra_{n} ON products (note, id)" for n in range(8)))
    causes = causes_of(judged(shop_capture, shop, queries), "open_orders (typical)")
    assert {cause.identity for cause in causes} == {"order_lines_order", "orders_account"}
    assert all(cause.proven for cause in causes)


def test_a_changed_file_is_named_when_nothing_else_restores_the_work(
    shop: Target, shop_capture: Capture, tmp_path: Path
) -> None:
    change(shop, "CREATE INDEX products_note ON products (note)")
    for name, text in FILES.items():
        (tmp_path / f"{name}.sql").write_text(text.replace("WHERE sku = ", "WHERE lower(sku) = "))
    verdict = judged(shop_capture, shop, load_queries(tmp_path))
    (cause,) = causes_of(verdict, "find_sku (typical)")
    assert (cause.kind, cause.proven) == ("query", False)
    assert "WHERE sku = $1" in cause.shown
    assert "WHERE LOWER(sku) = $1" in cause.shown


def test_a_lost_index_is_named_though_the_file_changed_too(
    shop: Target, shop_capture: Capture, tmp_path: Path
) -> None:
    change(shop, "DROP INDEX products_sku")
    for name, text in FILES.items():
        (tmp_path / f"{name}.sql").write_text(text.replace("SELECT id, sku", "SELECT sku, id"))
    (cause,) = causes_of(judged(shop_capture, shop, load_queries(tmp_path)), "find_sku (typical)")
    assert (cause.identity, cause.proven) == ("products_sku", True)


def test_other_data_are_an_unknown_cause(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    change(
        shop,
        "INSERT INTO products SELECT i, 'X-' || i, i % 100, repeat('x', 40)"
        "  FROM generate_series(20001, 30000) AS i",
        "VACUUM ANALYZE products",
    )
    verdict = judged(shop_capture, shop, queries)
    assert causes_of(verdict, "scan_family (typical)") == []
    assert "cause: unknown" in gate_text(verdict)


def test_without_constants_an_object_that_has_some_is_only_suspected(
    shop: Target, queries: tuple[QueryClass, ...]
) -> None:
    change(
        shop,
        "DROP INDEX order_lines_order",
        "CREATE INDEX order_lines_order ON order_lines (order_id) WHERE quantity > 1",
    )
    with clone(shop, "explain", of_scratch=True) as copy:
        baseline = without_constants(record(captured(copy, queries)))
    change(shop, "DROP INDEX order_lines_order")
    (cause,) = causes_of(judged(baseline, shop, queries), "open_orders (typical)")
    assert (cause.identity, cause.proven) == ("order_lines_order", False)


def test_a_state_that_maintenance_mends_is_not_put_down_to_a_changed_file(
    shop: Target, shop_capture: Capture, tmp_path: Path
) -> None:
    change(
        shop,
        "ALTER TABLE products ADD COLUMN innocent int",
        "UPDATE products SET note = note",
        "VACUUM products",
    )
    for name, text in FILES.items():
        (tmp_path / f"{name}.sql").write_text(text.replace("SELECT id, sku", "SELECT sku, id"))
    verdict = judged(shop_capture, shop, load_queries(tmp_path))
    (cause,) = causes_of(verdict, "scan_family (typical)")
    assert (cause.kind, cause.proven) == ("bloat", True)


def test_maintenance_that_an_undoing_brings_along_is_not_its_merit(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    change(
        shop,
        "ALTER TABLE products ADD COLUMN innocent int",
        "CREATE TABLE innocent (i int)",
        "UPDATE products SET note = note",
        "VACUUM products",
    )
    (cause,) = causes_of(judged(shop_capture, shop, queries), "scan_family (typical)")
    assert (cause.kind, cause.identity) == ("bloat", "public.products")


def test_what_a_second_look_does_not_confirm_is_a_note(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    baseline = record(shop_capture)
    change(shop, "DROP INDEX products_sku")
    with clone(shop, "explain", of_scratch=True) as copy:
        seen = captured(copy, queries)
    change(shop, "CREATE INDEX products_sku ON products (sku)")
    candidate = Candidate(
        captured=seen,
        queries=queries,
        source=SOURCE,
        seed=1,
        copies=copies_of(shop),
        policy=Policy(),
    )
    judged_so = judge(baseline, seen)
    assert not judged_so.passed
    verdict = name_causes(judged_so, baseline, candidate, silent)
    assert verdict.passed
    assert "not so on a second copy" in gate_text(verdict)


def test_a_verdict_without_a_regression_is_left_alone(
    shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    baseline = record(shop_capture)

    def no_copy() -> AbstractContextManager[Target]:
        raise AssertionError("nothing is to be looked for")

    candidate = Candidate(
        captured=shop_capture,
        queries=queries,
        source=SOURCE,
        seed=1,
        copies=no_copy,
        policy=Policy(),
    )
    verdict = judge(baseline, shop_capture)
    assert name_causes(verdict, baseline, candidate, silent) == verdict
