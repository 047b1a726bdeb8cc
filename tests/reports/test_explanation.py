"""The whole report: what is told first, what is hidden, and an earlier one beside."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from b2bench.arguments import one_of_each_case
from b2bench.database import connect, reading
from b2bench.progress import silent
from b2bench.queries import QueryClass, load_queries
from b2bench.records import from_json, to_json
from b2bench.target import Target
from reports.capture import Capture
from reports.diagnosis import prove
from reports.explain_markdown import explain_markdown
from reports.explain_page import render_explain_page
from reports.explain_text import explain_text
from reports.explained_beside import beside
from reports.explanation import Explanation, mends, redacted, unproven
from reports.facts import read_facts
from tests.figures.html import assert_offline_and_sound
from tests.postgres import new_database
from tests.reports.shop import SOURCE, captured, captured_deeply, explanation, install

CANARY = "canary4711"
NUMBER = "987654321"
# constants in every place where a file may have some
FILES = {
    "in_text": """
-- params: sku text
-- example: canary4711

-- canary4711 in a comment
SELECT id, $$canary4711$$ AS dollar /* canary4711 /* canary4711 */ */
  FROM products WHERE sku <> 'canary4711' AND note = 'canary4711' AND family <> 987654321;
""",
    "in_key": """
-- params: value text
-- example: canary4711

SELECT id FROM documents WHERE doc ->> 'canary4711' = :value;
""",
    "in_page": """
-- example:

SELECT id, sku FROM products WHERE sku <> 'canary4711' ORDER BY id LIMIT 10 OFFSET 15000;
""",
    "in_function": """
-- params: note text
-- example: canary4711

SELECT count_notes(:note);
""",
    "refused": """
-- params: number text
-- example: canary4711

SELECT :number::int FROM products LIMIT 1;
""",
    "refused_by_name": """
-- params: name text
-- example: canary4711

SELECT :name::regclass, 987654321;
""",
    "refused_by_function": """
-- params: note text
-- example: canary4711

SELECT complain(:note);
""",
    "refused_text": """
SELECT id FROM products WHERE note = 'canary4711' 'canary4711' AND family = 987654321;
""",
    "in_partition": """
-- params: word text
-- example: canary4711

SELECT id FROM words WHERE lower(word) || 'canary4711' = :word || 'canary4711';
""",
}
MORE = """
CREATE EXTENSION pg_stat_statements;
CREATE TABLE documents (id int PRIMARY KEY, doc jsonb NOT NULL);
INSERT INTO documents
SELECT i, jsonb_build_object('canary4711', 'v' || i) FROM generate_series(1, 20000) AS i;
UPDATE documents SET doc = jsonb_build_object('canary4711', 'canary4711') WHERE id = 5;
CREATE TABLE words (id int NOT NULL, word varchar(20) NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE words_few PARTITION OF words FOR VALUES FROM (0) TO (6000);
CREATE TABLE words_more PARTITION OF words FOR VALUES FROM (6000) TO (20000);
INSERT INTO words SELECT i, 'w' || i FROM generate_series(1, 15000) AS i;
CREATE FUNCTION complain(note text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = note || ' is not told', DETAIL = note;
END $$;
CREATE FUNCTION count_notes(wanted text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM products WHERE note = wanted OR note = 'canary4711');
END $$;
"""


@pytest.fixture(scope="module")
def told(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explanation]:
    """Give the report of classes that hold a canary in every place."""
    folder = tmp_path_factory.mktemp("canary")
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(text.lstrip())
    with new_database(server) as target:
        install(target)
        with connect(target) as connection:
            connection.execute(MORE)
            connection.execute("VACUUM ANALYZE documents, words")
        yield told_of(target, load_queries(folder))


def told_of(target: Target, queries: tuple[QueryClass, ...]) -> Explanation:
    found = captured_deeply(target, queries)
    drawn = {query.name: one_of_each_case(SOURCE, query, seed=1) for query in queries}
    with reading(target) as connection:
        facts = read_facts(connection)
    explained = {each.query for each in found.classes if each.cases}
    tried = [query for query in queries if query.name in explained]
    diagnoses = prove(target, found, tried, drawn, facts=facts, progress=silent)
    return Explanation(
        capture=found,
        diagnoses=diagnoses,
        is_proven=True,
        beside=beside(found, found, source="earlier.json"),
    )


@pytest.mark.parametrize("constant", [CANARY, NUMBER])
def test_no_constant_is_in_any_format(told: Explanation, constant: str) -> None:
    assert constant in render_explain_page(told, show_arguments=True)
    assert constant not in render_explain_page(told)
    assert constant not in explain_markdown(told)
    assert constant not in explain_text(told)
    assert constant not in to_json(redacted(told)).decode()


def test_the_canary_was_where_it_could_leak(told: Explanation) -> None:
    proven = {each.query: each.proven for each in told.diagnoses if each.proven}
    assert proven.keys() >= {"in_key", "in_page", "in_partition"}
    assert CANARY in str(proven["in_key"])
    assert CANARY in str(proven["in_partition"])
    assert [finding.subject for finding in told.capture.findings] == [
        "refused",
        "refused_by_function",
        "refused_by_name",
        "refused_text",
    ]
    steps = {c.query: c.cases[0].steps[0] for c in told.capture.classes if c.cases}
    assert CANARY in str(steps["in_function"].nested)


def test_what_is_proven_is_told_first(told: Explanation) -> None:
    text = explain_text(told)
    assert text.index("proven: ") < text.index("== in_key")
    outline = assert_offline_and_sound(render_explain_page(told))
    assert "What to do" in outline.text
    assert "Each of these was applied on a copy" in outline.text
    found = mends(told)
    assert [mend.fix.shown for mend in found]
    assert {each.query for each in unproven(told)} <= {each.query for each in told.diagnoses}


def test_the_record_is_read_as_it_was_written(told: Explanation) -> None:
    hidden = redacted(told)
    assert from_json(to_json(hidden), Explanation, source="test") == hidden


def test_markdown_and_text_of_a_small_report(shop_capture: Capture) -> None:
    calm = replace(
        shop_capture,
        classes=tuple(
            replace(
                captured,
                cases=tuple(
                    replace(
                        case,
                        steps=tuple(replace(step, execution_ms=1.0) for step in case.steps),
                    )
                    for case in captured.cases
                ),
            )
            for captured in shop_capture.classes
        ),
    )
    table = explain_markdown(explanation(calm))
    assert "| find_sku | typical | 1.00 ms | 20 ms |" in table
    assert "open_orders" in table
    text = explain_text(explanation(calm))
    assert "== find_sku" in text
    assert "Index Scan using products_sku on products (rows 1 → 1, loops 1" in text


def test_an_earlier_report_shows_where_work_and_plan_changed(
    shop: Target, queries: tuple[QueryClass, ...], shop_capture: Capture
) -> None:
    with connect(shop) as connection:
        connection.execute("DROP INDEX products_sku")
    now = captured(shop, queries)
    found = beside(shop_capture, now, source="before.json")
    assert found.reasons == ()
    (pair,) = [each for each in found.changed if each.query == "find_sku"]
    assert pair.is_worse
    assert pair.has_other_plan
    page = render_explain_page(replace(explanation(now), beside=found))
    outline = assert_offline_and_sound(page)
    assert "compared-find_sku-typical-main" in outline.ids
    assert "before.json" in outline.text
    back = beside(now, shop_capture, source="x").changed
    assert not any(each.is_worse for each in back if each.query == "find_sku")


def test_classes_that_only_one_report_has_are_named(shop_capture: Capture) -> None:
    fewer = replace(shop_capture, classes=shop_capture.classes[1:])
    first = shop_capture.classes[0].query
    assert beside(shop_capture, fewer, source="x").only_before == (first,)
    assert beside(fewer, shop_capture, source="x").only_after == (first,)
    assert beside(shop_capture, shop_capture, source="x").changed == ()
