"""The same shop at two scales, made, explained and dropped."""

from decimal import Decimal
from pathlib import Path

import pytest

from b2bench.commands._capture import Selection
from b2bench.commands._growth import factors_of, take_growth
from b2bench.commands._queries import chosen_queries
from b2bench.commands._settings import Settings, read_settings
from b2bench.database import connect, maintenance
from b2bench.errors import BadInput
from b2bench.progress import silent
from b2bench.target import Target
from reports.growth import Growth


def settings_for(target: Target) -> Settings:
    return read_settings({"dsn": target.conninfo})


def grown(target: Target, factors: str, *names: str) -> Growth:
    settings = settings_for(target)
    selection = Selection(queries=chosen_queries(settings, names))
    return take_growth(settings, target, selection, factors_of(factors), silent)


def databases(target: Target) -> set[str]:
    with connect(maintenance(target)) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def test_each_scale_has_data_and_arguments_of_its_own_and_is_dropped(shop: Target) -> None:
    before = databases(shop)
    found = grown(shop, "2, 1", "browse_category", "report_price_bands", "accept_quote")
    assert databases(shop) == before
    assert found.scales == (Decimal(1), Decimal(2))
    by_query = {step.query: step for step in found.steps if step.case.value == "typical"}
    assert by_query.keys() == {"accept_quote", "browse_category", "report_price_bands"}
    # one reads the whole catalogue, which is twice as large
    whole, page = (by_query[name].points for name in ("report_price_bands", "browse_category"))
    assert 1.7 < whole[1].tuples / whole[0].tuples < 2.3
    assert page[1].tuples_per_row < 1.3 * page[0].tuples_per_row
    assert [each.code for each in found.findings if each.code == "schemas-differ"] == []


def test_an_index_that_only_the_database_has_is_said(shop: Target) -> None:
    with connect(shop) as connection:
        connection.execute("CREATE INDEX products_of_mine ON products (vendor)")
    found = grown(shop, "1,2", "account_by_auth_id")
    [finding] = [each for each in found.findings if each.code == "schemas-differ"]
    assert "products_of_mine" in finding.message


def test_a_data_set_that_a_run_changed_is_made_anew(shop: Target) -> None:
    with connect(shop) as connection:
        connection.execute("UPDATE b2bench_meta.data_set SET last_run = 'some-run'")
        connection.execute("CREATE INDEX products_of_mine ON products (vendor)")
    found = grown(shop, "1,2", "account_by_auth_id")
    assert "schemas-differ" not in [each.code for each in found.findings]


def test_a_factor_that_leaves_too_few_products_is_refused_before_anything_is_made(
    shop: Target,
) -> None:
    with pytest.raises(BadInput, match="leaves 50 of tiny's 200 products"):
        grown(shop, "1,0.25", "account_by_auth_id")


def test_a_foreign_database_cannot_be_made_larger(empty_database: Target, tmp_path: Path) -> None:
    (tmp_path / "one.sql").write_text("SELECT 1")
    settings = read_settings({"dsn": empty_database.conninfo, "queries": str(tmp_path)})
    selection = Selection(queries=chosen_queries(settings))
    with pytest.raises(BadInput, match="cannot make the same data larger: use --scale on"):
        take_growth(settings, empty_database, selection, factors_of("1,2"), silent)


@pytest.mark.parametrize("text", ["1", "1,1.0", "1,x", "0,1", "-1,2", "1,,2", "", "1,nan", "inf,1"])
def test_factors_are_two_different_numbers_above_0(text: str) -> None:
    with pytest.raises(BadInput, match=r"--scale '.*': .* e\.g\. 1,2,4"):
        factors_of(text)


def test_factors_stand_in_rising_order() -> None:
    assert factors_of("1, 0.25,0.5") == (Decimal("0.25"), Decimal("0.5"), Decimal(1))
