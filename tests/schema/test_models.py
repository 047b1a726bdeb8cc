"""docs/models.md and the catalogue say the same."""

import re
from pathlib import Path

import pytest

from b2bench.target import Target
from schema.tables import tables_in_order

_PAGE = Path(__file__).parents[2] / "docs" / "models.md"
_MODELS = """
accounts account_shopify_customers account_pricing dealers dealer_shopify_customers dealer_pricing
products product_variants catalog_product_variants product_variant_groups product_variant_options
product_variant_selections product_images product_catalogs volume_discounts product_sync_log
technical_specifications specification_categories specification_unit_conversions
specification_change_log standard_units specification_templates
rfq_requests rfq_items cart_items saved_carts saved_cart_items
locations inventory_locations audit_logs
"""


def _rows(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_each_of_the_thirty_models_has_its_table(
    bare_shop: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    _, models, others = _PAGE.read_text().split("\n## ")
    tables = {table.name for table in tables_in_order(bare_shop)}
    targets = {model: re.findall(r"`(\w+)`", cell) for model, cell, _ in _rows(models)}
    found = [model for model in targets if targets[model] and set(targets[model]) <= tables]
    with capsys.disabled():
        print(f" {len(found)} of {len(targets)} models in {len(tables)} tables")  # noqa: T201
    assert found == _MODELS.split()
    new = {name.strip("`") for name, _ in _rows(others)}
    assert new | {name for names in targets.values() for name in names} == tables
