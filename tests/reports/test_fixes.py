"""What is proposed is SQL that a real server takes, about the right table and column."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from b2bench.arguments import one_of_each_case
from b2bench.catalogue import Catalogue, read_catalogue
from b2bench.database import connect, reading
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.capture import capture
from reports.diagnosis import Diagnosis, prove
from reports.facts import Facts, read_facts
from reports.fixes import Kind
from tests.postgres import new_database
from tests.reports.shop import SOURCE

SCHEMA = """
CREATE DOMAIN email AS text;
CREATE TABLE people (
    id int PRIMARY KEY,
    "E Mail" varchar(80) NOT NULL,
    address email NOT NULL,
    code char(10) NOT NULL,
    pad text NOT NULL
);
INSERT INTO people
SELECT i, 'm' || i || '@x', 'm' || i || '@x', 'c' || i, repeat('x', 100)
  FROM generate_series(1, 8000) AS i;
CREATE VIEW seen AS SELECT * FROM people WHERE pad <> 'y';
CREATE TABLE "order" (
    id int PRIMARY KEY,
    "user" int NOT NULL,
    "Odd t.b" int NOT NULL,
    at timestamptz NOT NULL
);
INSERT INTO "order"
SELECT i, i % 5000, i, timestamptz '2020-01-01 UTC' + i % 1000 * interval '1 day'
  FROM generate_series(1, 8000) AS i;
CREATE TABLE parts (id int NOT NULL, region int NOT NULL, sku text NOT NULL, pad text NOT NULL)
PARTITION BY LIST (region);
CREATE TABLE "Parts 1" PARTITION OF parts FOR VALUES IN (1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (2);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES IN (0) PARTITION BY LIST (region);
CREATE TABLE parts_00 PARTITION OF parts_0 FOR VALUES IN (0);
INSERT INTO parts
SELECT i, i % 3, 'S' || i, repeat('x', 100) FROM generate_series(1, 18000) AS i;
CREATE FUNCTION "Fold"(given int) RETURNS int LANGUAGE plpgsql IMMUTABLE
AS 'BEGIN RETURN given + 1; END';
CREATE FUNCTION "Now It"() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 3; END';
CREATE FUNCTION drawn(given int) RETURNS int LANGUAGE plpgsql
AS 'BEGIN RETURN given + floor(random()); END';
CREATE TABLE orders_of_others (id int PRIMARY KEY, person numeric NOT NULL);
INSERT INTO orders_of_others SELECT i, i * 300 FROM generate_series(1, 20) AS i;
"""
FILES = {
    "varchar": (
        '-- params: wanted text\n-- example: m7@x\n\nSELECT id FROM people WHERE "E Mail" = :wanted'
    ),
    "varchar_like": (
        "-- params: wanted text\n-- example: m77%\n\n"
        'SELECT id FROM people WHERE "E Mail" LIKE :wanted'
    ),
    "domain": (
        "-- params: wanted text\n-- example: m7@x\n\nSELECT id FROM seen WHERE address = :wanted"
    ),
    "padded": (
        "-- params: wanted text\n-- example: c7\n\nSELECT id FROM people WHERE code = :wanted"
    ),
    "reserved": (
        "-- params: wanted int\n-- example: 7\n\n"
        'SELECT id FROM "order" AS "select" WHERE "user" = :wanted'
    ),
    "odd": '-- params: n int\n-- example: 7\n\nSELECT id FROM "order" t WHERE "Odd t.b" = :n',
    "partitioned": "-- params: n text\n-- example: S7\n\nSELECT id FROM parts WHERE sku = :n",
    "quoted_function": (
        '-- params: n int\n-- example: 7\n\nSELECT id FROM "order" WHERE "Fold"("user") = :n'
    ),
    "volatile_in_key": (
        '-- params: n int\n-- example: 7\n\nSELECT id FROM "order" WHERE drawn("user") = :n'
    ),
    "volatile_call": 'SELECT id FROM "order" WHERE id = "Now It"()',
    "not_immutable": (
        '-- params: n date\n-- example: 2020-02-02\n\nSELECT id FROM "order" WHERE at::date = :n'
    ),
    "rows": (
        'SELECT id FROM "order" WHERE ("user", "Odd t.b") > (4990, 5)'
        ' AND ("user", "Odd t.b") < (4992, 5)'
    ),
    "whole_row": "SELECT id FROM people AS p WHERE p.* IS NULL",
    "wrong_type": ("SELECT p.id, p.pad FROM orders_of_others r JOIN people p ON p.id = r.person"),
    "another_answer": (
        "-- params: n date\n-- example: 1999-01-01\n\n"
        'SELECT id FROM "order" WHERE at::timestamp::date = :n'
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was found and tried in a database, and what is in it before and afterwards."""

    diagnoses: Mapping[str, tuple[Diagnosis, ...]]
    facts: Facts
    before: Catalogue
    after: Catalogue

    def one(self, query: str) -> Diagnosis:
        """Return the one warning of a class."""
        (found,) = (
            each for each in self.diagnoses[query] if each.advice.finding.code != "estimate-off"
        )
        return found

    def shown(self, query: str) -> list[str]:
        """Return what was proposed for it."""
        return [trial.fix.shown for trial in self.one(query).trials]


@pytest.fixture(scope="module")
def told(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("fixes")
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(text)
    queries = load_queries(folder)
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute(SCHEMA)
            connection.execute("CREATE EXTENSION pg_stat_statements")
            connection.execute("VACUUM ANALYZE")
            before = read_catalogue(connection)
        found = capture(target, queries, SOURCE, seed=1, progress=silent, clone=True)
        assert found.findings == ()
        drawn = {query.name: one_of_each_case(SOURCE, query, seed=1) for query in queries}
        with reading(target) as connection:
            facts = read_facts(connection)
        diagnoses = prove(target, found, queries, drawn, facts=facts, progress=silent)
        with connect(target) as connection:
            after = read_catalogue(connection)
    return Told(
        diagnoses={
            query.name: tuple(each for each in diagnoses if each.query == query.name)
            for query in queries
        },
        facts=facts,
        before=before,
        after=after,
    )


@pytest.mark.parametrize(
    ("query", "code", "shown"),
    [
        ("varchar", "seq-scan", 'CREATE INDEX CONCURRENTLY ON public.people ("E Mail")'),
        (
            "varchar_like",
            "seq-scan",
            'CREATE INDEX CONCURRENTLY ON public.people ("E Mail" text_pattern_ops)',
        ),
        ("domain", "seq-scan", "CREATE INDEX CONCURRENTLY ON public.people (address)"),
        ("padded", "cast-on-column", "CREATE INDEX CONCURRENTLY ON public.people (((code)::text))"),
        ("reserved", "seq-scan", 'CREATE INDEX CONCURRENTLY ON public."order" ("user")'),
        ("odd", "seq-scan", 'CREATE INDEX CONCURRENTLY ON public."order" ("Odd t.b")'),
        ("partitioned", "seq-scan", "CREATE INDEX ON public.parts (sku)"),
        (
            "quoted_function",
            "function-per-row",
            'CREATE INDEX CONCURRENTLY ON public."order" (("Fold"("user")))',
        ),
        ("volatile_call", "function-per-row", 'ALTER FUNCTION public."Now It"() STABLE'),
        ("rows", "seq-scan", 'CREATE INDEX CONCURRENTLY ON public."order" ("user")'),
        (
            "wrong_type",
            "cast-on-column",
            "ALTER TABLE public.orders_of_others ALTER COLUMN person TYPE integer"
            " USING person::integer",
        ),
    ],
)
def test_what_is_proposed_helps(told: Told, query: str, code: str, shown: str) -> None:
    found = told.one(query)
    assert found.advice.finding.code == code
    proven = [trial.fix.shown for trial in found.trials if trial.is_proven]
    assert shown in proven


def test_a_column_that_is_only_called_otherwise_is_not_cast(told: Told) -> None:
    # "E Mail"::text is the same bytes, but code::text loses its blanks
    assert told.facts.keeps_values("public.people", '"E Mail"', "text")
    assert told.facts.keeps_values("public.people", "address", "text")
    assert not told.facts.keeps_values("public.people", "code", "text")
    # as many bytes, but compared in another way
    assert not told.facts.keeps_values("public.people", '"E Mail"', "character")
    assert not told.facts.keeps_values("public.people", "pad", "character")
    assert not told.facts.keeps_values("public.people", "id", "oid")
    assert not told.facts.keeps_values("public.people", "id", "text")


def test_a_volatile_function_is_in_no_index(told: Told) -> None:
    assert not any("INDEX" in shown for shown in told.shown("volatile_in_key"))


def test_what_the_server_does_not_index_is_said_in_its_words(told: Told) -> None:
    indexes = [each for each in told.one("not_immutable").trials if each.fix.kind is Kind.INDEX]
    assert [trial.why for trial in indexes] == [
        "cannot be applied: functions in index expression must be marked IMMUTABLE (42P17)"
    ]


def test_a_row_as_a_whole_is_no_key(told: Told) -> None:
    assert told.shown("whole_row") == []


def test_partitions_are_one_finding_and_have_one_index(told: Told) -> None:
    found = told.one("partitioned")
    assert found.advice.finding.subject == "parts"
    assert found.proven is not None
    assert found.proven.after is not None
    # three of them, each looked up
    assert found.proven.after.blocks < 12
    assert "ON ONLY" in found.proven.fix.note
    sizes = {trial.size_bytes for trial in told.one("domain").trials if trial.size_bytes}
    assert found.proven.size_bytes > min(sizes)


def test_an_empty_answer_proves_no_other_text(told: Told) -> None:
    for diagnosis in told.diagnoses["another_answer"]:
        rewritten = [trial for trial in diagnosis.trials if trial.fix.rewrite]
        assert not any(trial.is_proven for trial in rewritten)


def test_nothing_of_a_trial_stays(told: Told) -> None:
    assert told.after == told.before


def test_no_proposal_holds_a_parameter_or_the_plans_own_values(told: Told) -> None:
    statements = [
        statement
        for diagnoses in told.diagnoses.values()
        for diagnosis in diagnoses
        for trial in diagnosis.trials
        for statement in trial.fix.statements
    ]
    assert len(statements) > len(FILES)
    assert not any("$" in statement or "Plan " in statement for statement in statements)
    refused = [
        trial.why
        for diagnoses in told.diagnoses.values()
        for diagnosis in diagnoses
        for trial in diagnosis.trials
        if "42601" in trial.why
    ]
    assert refused == []
