"""No format of the gate shows anybody's values, wherever they hide."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.queries import QueryClass, load_queries
from b2bench.target import Target
from reports.baseline import record
from reports.gate import Verdict, judge
from reports.gate_history import append_history, read_history
from reports.gate_json import gate_json
from reports.gate_junit import gate_junit
from reports.gate_markdown import gate_markdown
from reports.gate_sarif import gate_sarif
from reports.gate_text import gate_text
from reports.history_changes import history_changes
from reports.history_page import render_history_page
from reports.history_text import history_text
from tests.postgres import new_database
from tests.reports.shop import captured

CANARY = "canary8642"
NUMBER = "987654321"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)

BEFORE = {
    "of_note": """
-- why: products that somebody wrote something about
-- params: note text
-- example: canary8642

-- canary8642 in a comment
SELECT id, note /* canary8642 /* canary8642 */ */
  FROM products WHERE note = 'canary8642' AND sku <> :note AND family <> 987654321;
""",
    "changed": """
-- params: note text
-- example: canary8642

SELECT count(*) FROM products WHERE note = :note OR sku = $$canary8642$$ OR sku = E'canary8642\\n';
""",
    "called": """
-- params: note text
-- example: canary8642

SELECT margin_of(:note) AS margin;
""",
    "raising": "SELECT may_raise() AS nothing;",
    "casting": """
-- params: note text
-- example: canary8642

SELECT id FROM products WHERE id = CASE WHEN may_cast() THEN :note::int ELSE 1 END;
""",
    "writing": """
-- params: note text
-- example: canary8642

UPDATE products SET note = 'canary8642' || :note WHERE id = 5;
""",
    "seen": "SELECT count(*) FROM noted;",
}
AFTER = BEFORE | {
    "changed": """
-- params: note text
-- example: canary8642

SELECT count(*) FROM products p JOIN orders o ON o.id = p.id AND o.status <> 'canary8642'
 WHERE note = :note OR sku = 'canary8642 or another' OR o.status IN ('canary8642', $x$canary8642$x$)
 LIMIT 987654321;
""",
    "bad_example": """
-- params: id bigint
-- example: canary8642

SELECT id FROM products WHERE id = :id;
""",
}
FAIR = """
UPDATE products SET note = 'canary8642' WHERE id % 100 = 3;
CREATE INDEX products_noted ON products (note, id) WHERE note = 'canary8642';
CREATE FUNCTION margin_of(text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM products WHERE note = $1 AND note = 'canary8642');
END $$;
CREATE FUNCTION may_raise() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION may_cast() RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE VIEW noted AS SELECT id, note FROM products WHERE note = 'canary8642';
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;
ALTER TABLE products ADD COLUMN hint text GENERATED ALWAYS AS (note || 'canary8642') STORED;
ANALYZE products;
"""
# PostgreSQL names what it quotes, so every place is changed that may end up in words
FOUL = """
DROP INDEX products_noted;
CREATE OR REPLACE FUNCTION margin_of(text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT count(*) FROM products p JOIN orders o USING (id)
             WHERE note = $1 OR note = 'canary8642' OR p.id = 987654321);
END $$;
CREATE OR REPLACE FUNCTION may_raise() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'canary8642' USING DETAIL = 'canary8642', HINT = 'canary8642';
END $$;
CREATE OR REPLACE FUNCTION may_cast() RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OR REPLACE VIEW noted AS
SELECT id, note FROM products WHERE note = 'canary8642' OR sku LIKE '%canary8642%';
CREATE TRIGGER stamped BEFORE UPDATE ON products FOR EACH ROW
  WHEN (new.note LIKE 'canary8642%') EXECUTE FUNCTION stamp('canary8642');
CREATE POLICY seldom ON products USING (note <> 'canary8642 of nobody');
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products ADD CONSTRAINT likely CHECK (note <> 'canary8642 of nobody');
ALTER TABLE products DROP COLUMN hint;
ALTER TABLE products ADD COLUMN hint text GENERATED ALWAYS AS (note || 'canary8642 x') STORED;
CREATE STATISTICS of_products ON (note || 'canary8642'), sku FROM products;
UPDATE products SET note = 'canary8642' WHERE id % 100 = 4;
"""


def classes(folder: Path, texts: Mapping[str, str]) -> tuple[QueryClass, ...]:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.sql").write_text(text.lstrip())
    return load_queries(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("birds")


@pytest.fixture(scope="module")
def fouled(server: Target, shop_template: Target, folder: Path) -> Verdict:
    """Give the verdict on a shop in which a canary sits in every place, and every place changed."""
    with new_database(server, template=shop_template.database) as target:
        with connect(target) as connection:
            connection.execute(FAIR)
        baseline = record(captured(target, classes(folder / "before", BEFORE)))
        assert [each.query for each in baseline.classes] == sorted(BEFORE)
        with connect(target) as connection:
            connection.execute(FOUL)
        return judge(baseline, captured(target, classes(folder / "after", AFTER)))


@pytest.fixture(scope="module")
def formats(fouled: Verdict, folder: Path) -> dict[str, str]:
    """Give the verdict in every format."""
    file = folder / "history.jsonl"
    append_history(file, fouled, "0123456789", AT, {"seen (typical)": 1.5})
    history = read_history(file)
    queries = load_queries(folder / "after")
    return {
        "text": gate_text(fouled),
        "Markdown": gate_markdown(fouled),
        "JSON": gate_json(fouled),
        "JUnit": gate_junit(fouled, AT),
        "SARIF": gate_sarif(fouled, queries, folder),
        "history": file.read_text(),
        "history's page": render_history_page(history, "history"),
        "history's text": history_text(history_changes(history)),
    }


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "Markdown",
        "JSON",
        "JUnit",
        "SARIF",
        "history",
        "history's page",
        "history's text",
    ],
)
def test_no_value_is_in_any_format(formats: Mapping[str, str], name: str) -> None:
    text = formats[name]
    assert CANARY not in text
    assert NUMBER not in text


def test_every_place_was_told_of(fouled: Verdict, formats: Mapping[str, str]) -> None:
    failed = {found.subject for found in fouled.findings if found.code == "cannot-explain"}
    assert failed == {"bad_example", "raising", "casting"}
    kinds = {difference.kind for difference in fouled.comparisons.differences}
    assert kinds >= {
        *("index", "function", "view", "trigger", "policy", "constraint", "column", "statistics"),
    }
    text = formats["text"]
    for said in (
        "index products_noted is missing",
        "query changed was changed",
        "WHERE (note = ‹…›::text)",
    ):
        assert said in text
    assert "margin_of(text)" in formats["JSON"]
    assert "function margin_of(text) was changed" in formats["Markdown"]
    for query in ("called", "changed", "of_note", "seen", "writing"):
        assert f"{query} (typical)" in text
        assert f"{query} (typical)" in formats["history"]
