"""Work that is taken over into a baseline with a reason."""

from datetime import UTC, datetime

import pytest

from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.acceptance import accept
from reports.baseline import Acceptance, record, without_constants
from reports.capture import Capture
from reports.gate import judge
from tests.reports.shop import captured

REASON = Acceptance(why="the label printer is gone", at=datetime(2026, 1, 2, tzinfo=UTC))


def test_an_accepted_class_passes_and_the_others_do_not(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("DROP INDEX products_sku, order_lines_order")
    candidate, baseline = captured(shop, queries), record(shop_capture)
    changed = accept(baseline, candidate, "find_sku", REASON)
    failing = {each.subject for each in judge(changed, candidate).findings}
    assert "find_sku (typical)" not in failing
    assert "open_orders (typical)" in failing
    assert changed.catalogue == baseline.catalogue
    kept = {each.query: each.accepted for each in changed.classes}
    assert kept["find_sku"] == (REASON,)
    assert kept["open_orders"] == ()


def test_the_last_acceptance_takes_the_catalogue_over(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("DROP INDEX products_sku")
    candidate = captured(shop, queries)
    changed = accept(record(shop_capture), candidate, "find_sku", REASON)
    assert changed.catalogue == candidate.catalogue
    assert judge(changed, candidate).passed


def test_a_baseline_without_constants_stays_without(
    shop: Target, shop_capture: Capture, queries: tuple[QueryClass, ...]
) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE INDEX canaries ON products (id) WHERE sku = 'canary'")
    candidate = captured(shop, queries)
    changed = accept(without_constants(record(shop_capture)), candidate, "find_sku", REASON)
    assert "canaries" in str(changed.catalogue)
    assert "'canary'" not in str(changed)


def test_a_second_acceptance_keeps_the_first(shop_capture: Capture) -> None:
    again = accept(
        accept(record(shop_capture), shop_capture, "find_sku", REASON),
        shop_capture,
        "find_sku",
        REASON,
    )
    assert next(each for each in again.classes if each.query == "find_sku").accepted == (
        REASON,
        REASON,
    )


def test_a_class_that_is_not_there_cannot_be_accepted(shop_capture: Capture) -> None:
    with pytest.raises(BadInput, match="there is no query class find_sku2"):
        accept(record(shop_capture), shop_capture, "find_sku2", REASON)
