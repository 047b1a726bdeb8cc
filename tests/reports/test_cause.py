"""What changed in the catalogue, and which of it matters to a statement."""

import doctest

from b2bench.catalogue import Catalogue, CatalogueObject, differences
from b2bench.findings import Finding, Severity
from reports import cause
from reports.cause import because, likely_causes, mend, suspects

OBJECTS = {
    "index_sku": CatalogueObject(
        kind="index",
        identity="shop.products_sku",
        definition="CREATE INDEX products_sku ON shop.products USING btree (sku)",
    ),
    "index_lines": CatalogueObject(
        kind="index",
        identity="lines_order",
        definition="CREATE INDEX lines_order ON public.order_lines USING btree (order_id)",
    ),
    "column": CatalogueObject(kind="column", identity="shop.products.sku", definition="text"),
    "function": CatalogueObject(
        kind="function",
        identity="count_lines(bigint)",
        definition="... SELECT count(*) FROM order_lines WHERE order_id = wanted ...",
    ),
    "trigger": CatalogueObject(
        kind="trigger", identity="audit on orders", definition="... EXECUTE FUNCTION log_it()"
    ),
    "log_it": CatalogueObject(
        kind="function", identity="log_it()", definition="... INSERT INTO log_lines ..."
    ),
    "index_log": CatalogueObject(
        kind="index",
        identity="log_lines_at",
        definition="CREATE INDEX log_lines_at ON public.log_lines USING brin (at)",
    ),
    "work_mem": CatalogueObject(kind="setting", identity="work_mem", definition="16MB"),
}
BASELINE = Catalogue(objects=tuple(OBJECTS.values()))
SHAPE = ("Index Scan using products_sku on products",)


def named(statement: str, shape: tuple[str, ...], *missing: str) -> list[str]:
    """Return the causes for a statement after some objects have gone."""
    left = tuple(item for name, item in OBJECTS.items() if name not in missing)
    found = differences(BASELINE, Catalogue(objects=left))
    return [each.identity for each in likely_causes(suspects(statement, shape, found, BASELINE))]


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(cause).failed == 0


def test_an_index_of_the_plan_comes_before_everything_else() -> None:
    missing = ("index_sku", "column", "work_mem", "index_lines")
    assert named("SELECT * FROM products", SHAPE, *missing) == ["shop.products_sku"]


def test_a_column_of_a_table_in_the_plan_comes_before_a_setting() -> None:
    assert named("SELECT", SHAPE, "column", "work_mem") == ["shop.products.sku"]


def test_an_index_that_only_a_function_uses_is_found_through_it() -> None:
    assert named("SELECT count_lines($1)", ("Result",), "index_lines") == ["lines_order"]


def test_an_index_that_only_a_triggers_function_uses_is_found_through_both() -> None:
    assert named("UPDATE orders ...", ("Update on orders",), "index_log") == ["log_lines_at"]


def test_a_setting_may_be_the_cause_of_anything() -> None:
    assert named("SELECT 1", ("Result",), "work_mem", "index_sku") == ["work_mem"]


def test_what_has_nothing_to_do_with_a_statement_is_no_cause() -> None:
    assert named("SELECT 1", ("Result",), "index_sku", "function") == []


def test_an_unknown_cause_is_said_to_be_unknown() -> None:
    finding = Finding(code="c", severity=Severity.ERROR, subject="q", message="more")
    assert because(finding, ()).message == "more; cause: unknown"
    assert "ANALYZE" in because(finding, ()).mend


def test_a_mend_brings_back_what_was_there() -> None:
    after = CatalogueObject(kind="setting", identity="work_mem", definition="1MB")
    left = tuple(
        item for name, item in OBJECTS.items() if name not in {"index_sku", "work_mem", "column"}
    )
    found = differences(BASELINE, Catalogue(objects=(*left, after)))
    assert [mend(each) for each in found] == [
        "restore column shop.products.sku, or record a new baseline",
        "create it again: CREATE INDEX products_sku ON shop.products USING btree (sku)",
        "set work_mem = 16MB again",
    ]


def test_names_that_need_quotes_are_found_in_plans() -> None:
    index = CatalogueObject(
        kind="index",
        identity='"My Shop"."m ix"',
        definition='CREATE INDEX "m ix" ON "My Shop"."My Table" USING btree (a)',
    )
    other = CatalogueObject(
        kind="index",
        identity='"My Shop"."other ix"',
        definition='CREATE INDEX "other ix" ON "My Shop"."Else" USING btree (a)',
    )
    before = Catalogue(objects=(index, other))
    found = differences(before, Catalogue(objects=()))
    statement = 'SELECT a FROM "My Shop"."My Table" WHERE a = $1'
    groups = suspects(statement, ("Index Scan using m ix on My Table",), found, before)
    assert [[each.identity for each in group] for group in groups] == [['"My Shop"."m ix"']]


def test_an_index_of_all_partitions_is_made_on_all_of_them() -> None:
    parent = CatalogueObject(
        kind="index",
        identity="visits_at",
        definition="CREATE INDEX visits_at ON ONLY public.visits USING btree (at)",
    )
    (lost,) = differences(Catalogue(objects=(parent,)), Catalogue(objects=()))
    assert mend(lost).endswith("CREATE INDEX visits_at ON public.visits USING btree (at)")
