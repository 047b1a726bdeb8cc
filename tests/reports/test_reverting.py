"""Each kind of difference is made, seen, undone and made again on a real server."""

import doctest
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from b2bench.catalogue import Catalogue, Difference, differences, read_catalogue
from b2bench.database import connect
from b2bench.target import Target
from reports import reverting_steps
from reports.reverting import CannotUndo, Undoing, apply, undoings
from tests.postgres import new_database
from tests.reports.way_back import way_back

SCHEMA = """
CREATE TYPE stage AS ENUM ('OPEN', 'DONE');
CREATE DOMAIN amount AS numeric(10,2) DEFAULT 0 CHECK (VALUE >= 0);
CREATE SCHEMA sales;
CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    company text NOT NULL,
    city varchar(40) DEFAULT 'Bern',
    folded text GENERATED ALWAYS AS (lower(company)) STORED,
    CONSTRAINT accounts_company UNIQUE (company)
);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES accounts ON DELETE CASCADE,
    status stage NOT NULL DEFAULT 'OPEN',
    total amount,
    note text,
    document jsonb,
    CONSTRAINT orders_total CHECK (total < 1000000)
) WITH (fillfactor = 80);
INSERT INTO accounts SELECT i, 'Company ' || i FROM generate_series(1, 300) AS i;
INSERT INTO orders (account_id, total, note, document)
SELECT 1 + i % 300, i, repeat('word ' || i, 100), jsonb_build_object('i', i)
  FROM generate_series(1, 900) AS i;
CREATE INDEX orders_account ON orders (account_id, id DESC) INCLUDE (status) WITH (fillfactor = 70);
CREATE INDEX orders_open ON orders (account_id) WHERE status = 'OPEN';
CREATE INDEX orders_note ON orders (lower(note));
ALTER INDEX orders_note ALTER COLUMN 1 SET STATISTICS 50;
CREATE INDEX orders_document ON orders USING gin (document) WITH (fastupdate = off);
CREATE STATISTICS orders_spread (ndistinct) ON account_id, status FROM orders;
ALTER STATISTICS orders_spread SET STATISTICS 200;
CREATE TABLE sales."Visits" (at date, "Account Id" bigint, PRIMARY KEY (at, "Account Id"))
    PARTITION BY RANGE (at);
CREATE TABLE sales.visits_24 PARTITION OF sales."Visits"
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE sales.visits_25 PARTITION OF sales."Visits"
    FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO sales."Visits" SELECT date '2024-06-01' + i, i FROM generate_series(1, 400) AS i;
CREATE INDEX visits_account ON sales."Visits" ("Account Id");
CREATE FUNCTION total_of(wanted bigint) RETURNS numeric LANGUAGE sql STABLE
    AS 'SELECT sum(total) FROM orders WHERE account_id = wanted';
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER orders_keep BEFORE UPDATE ON orders
    FOR EACH ROW WHEN (new.total > 10) EXECUTE FUNCTION keep();
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT
    USING (account_id = current_setting('shop.account_id')::bigint);
CREATE VIEW open_orders WITH (security_barrier = true) AS
    SELECT id, account_id, note FROM orders WHERE status = 'OPEN';
CREATE VIEW open_notes AS SELECT note FROM open_orders WHERE note <> '';
GRANT SELECT ON open_notes TO pg_monitor;
CREATE MATERIALIZED VIEW totals AS SELECT account_id, sum(total) AS total FROM orders GROUP BY 1;
CREATE UNIQUE INDEX totals_account ON totals (account_id);
CREATE TABLE heard (id bigint);
CREATE RULE heard_once AS ON INSERT TO heard WHERE new.id < 0 DO INSTEAD NOTHING;
CREATE FUNCTION same(bigint, text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS 'SELECT $1::text = $2';
CREATE OPERATOR === (LEFTARG = bigint, RIGHTARG = text, FUNCTION = same,
    RESTRICT = eqsel, JOIN = eqjoinsel);
VACUUM ANALYZE;
"""

# what is changed, and how the one change is said
ONE_CHANGE = {
    "index dropped": ("DROP INDEX orders_account", "index orders_account is missing"),
    "partial index dropped": ("DROP INDEX orders_open", "index orders_open is missing"),
    "index on an expression dropped": ("DROP INDEX orders_note", "index orders_note is missing"),
    "index added": ("CREATE INDEX extra ON orders (total)", "index extra was added"),
    "index narrowed": (
        "DROP INDEX orders_account; CREATE INDEX orders_account ON orders (account_id)",
        "index orders_account was changed",
    ),
    "predicate lost": (
        "DROP INDEX orders_open; CREATE INDEX orders_open ON orders (account_id)",
        "index orders_open was changed",
    ),
    "index invalid": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_account'::regclass",
        "index orders_account was changed",
    ),
    "index not ready": (
        "UPDATE pg_index SET indisvalid = false, indisready = false"
        " WHERE indexrelid = 'orders_open'::regclass",
        "index orders_open was changed",
    ),
    "index with pending list": (
        "ALTER INDEX orders_document SET (fastupdate = on)",
        "index orders_document was changed",
    ),
    "index less filled": (
        "ALTER INDEX orders_account RESET (fillfactor)",
        "index orders_account was changed",
    ),
    "index with options in another order": (
        "ALTER INDEX orders_account RESET (fillfactor); ALTER INDEX orders_account"
        " SET (deduplicate_items = off); ALTER INDEX orders_account SET (fillfactor = 70)",
        "index orders_account was changed",
    ),
    "index with fewer statistics": (
        "ALTER INDEX orders_note ALTER COLUMN 1 SET STATISTICS -1",
        "index orders_note was changed",
    ),
    "index of a key less filled": (
        "ALTER INDEX accounts_pkey SET (fillfactor = 30)",
        "index accounts_pkey was changed",
    ),
    "index of a view lost": ("DROP INDEX totals_account", "index totals_account is missing"),
    "type widened": (
        "ALTER TABLE accounts ALTER city TYPE varchar(80)",
        "column accounts.city was changed",
    ),
    "type changed": (
        "ALTER TABLE accounts ALTER city TYPE text",
        "column accounts.city was changed",
    ),
    "collation": (
        'ALTER TABLE accounts ALTER city TYPE varchar(40) COLLATE "C"',
        "column accounts.city was changed",
    ),
    "null allowed": (
        "ALTER TABLE orders ALTER account_id DROP NOT NULL",
        "column orders.account_id was changed",
    ),
    "null forbidden": (
        "ALTER TABLE orders ALTER note SET NOT NULL",
        "column orders.note was changed",
    ),
    "default": (
        "ALTER TABLE accounts ALTER city SET DEFAULT 'Basel WITH (a lake) STORAGE MAIN'",
        "column accounts.city was changed",
    ),
    "default lost": (
        "ALTER TABLE accounts ALTER city DROP DEFAULT",
        "column accounts.city was changed",
    ),
    "default of an enumerated type": (
        "ALTER TABLE orders ALTER status SET DEFAULT 'DONE'",
        "column orders.status was changed",
    ),
    "identity": (
        "ALTER TABLE orders ALTER id SET GENERATED BY DEFAULT",
        "column orders.id was changed",
    ),
    "no identity": (
        "ALTER TABLE orders ALTER id DROP IDENTITY",
        "column orders.id was changed",
    ),
    "no longer generated": (
        "ALTER TABLE accounts ALTER folded DROP EXPRESSION",
        "column accounts.folded was changed",
    ),
    "generated in another way": (
        "ALTER TABLE accounts DROP folded; ALTER TABLE accounts"
        " ADD folded text GENERATED ALWAYS AS (upper(company)) STORED",
        "column accounts.folded was changed",
    ),
    "generated column lost": (
        "ALTER TABLE accounts DROP folded",
        "column accounts.folded is missing",
    ),
    "storage, with views on the column": (
        "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
        "column orders.note was changed",
    ),
    "compression": (
        "ALTER TABLE orders ALTER document SET COMPRESSION pglz",
        "column orders.document was changed",
    ),
    "fewer statistics": (
        "ALTER TABLE orders ALTER account_id SET STATISTICS 1",
        "column orders.account_id was changed",
    ),
    "distinct values by hand": (
        "ALTER TABLE orders ALTER account_id SET (n_distinct = -1, n_distinct_inherited = 5)",
        "column orders.account_id was changed",
    ),
    "fill factor": ("ALTER TABLE orders RESET (fillfactor)", "table orders was changed"),
    "options": (
        "ALTER TABLE orders SET (fillfactor = 20, autovacuum_enabled = off)",
        "table orders was changed",
    ),
    "options in another order": (
        "ALTER TABLE orders RESET (fillfactor); ALTER TABLE orders SET (autovacuum_enabled = off);"
        "ALTER TABLE orders SET (fillfactor = 80)",
        "table orders was changed",
    ),
    "unlogged": ("ALTER TABLE heard SET UNLOGGED", "table heard was changed"),
    "row-level security lost": (
        "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
        "table orders was changed",
    ),
    "row-level security forced": (
        "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
        "table orders was changed",
    ),
    "partition moved": (
        'ALTER TABLE sales."Visits" DETACH PARTITION sales.visits_25; ALTER TABLE sales."Visits"'
        " ATTACH PARTITION sales.visits_25 FOR VALUES FROM ('2025-01-01') TO ('2027-01-01')",
        "table sales.visits_25 was changed",
    ),
    "foreign key lost": (
        "ALTER TABLE orders DROP CONSTRAINT orders_account_id_fkey",
        "constraint orders_account_id_fkey on orders is missing",
    ),
    "foreign key added": (
        "ALTER TABLE heard ADD CONSTRAINT heard_id FOREIGN KEY (id) REFERENCES accounts",
        "constraint heard_id on heard was added",
    ),
    "foreign key changed": (
        "ALTER TABLE orders DROP CONSTRAINT orders_account_id_fkey; ALTER TABLE orders"
        " ADD CONSTRAINT orders_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts",
        "constraint orders_account_id_fkey on orders was changed",
    ),
    "check lost": (
        "ALTER TABLE orders DROP CONSTRAINT orders_total",
        "constraint orders_total on orders is missing",
    ),
    "check not valid": (
        "ALTER TABLE orders DROP CONSTRAINT orders_total; ALTER TABLE orders"
        " ADD CONSTRAINT orders_total CHECK (total < 1000000) NOT VALID",
        "constraint orders_total on orders was changed",
    ),
    "function volatile": (
        "ALTER FUNCTION total_of VOLATILE",
        "function total_of(bigint) was changed",
    ),
    "function dearer": ("ALTER FUNCTION same COST 9", "function same(bigint,text) was changed"),
    "function with another result": (
        "DROP FUNCTION total_of; CREATE FUNCTION total_of(other bigint) RETURNS text"
        " LANGUAGE sql AS 'SELECT 1::text'",
        "function total_of(bigint) was changed",
    ),
    "function lost": ("DROP FUNCTION total_of", "function total_of(bigint) is missing"),
    "overloaded function": (
        "CREATE FUNCTION total_of(wanted int) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0'",
        "function total_of(integer) was added",
    ),
    "function of a trigger": (
        "CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM count(*) FROM orders; RETURN NEW; END'",
        "function keep() was changed",
    ),
    "trigger lost": (
        "DROP TRIGGER orders_keep ON orders",
        "trigger orders_keep on orders is missing",
    ),
    "trigger added": (
        "CREATE TRIGGER again AFTER INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION keep();"
        "ALTER TABLE accounts ENABLE ALWAYS TRIGGER again",
        "trigger again on accounts was added",
    ),
    "trigger without condition": (
        "CREATE OR REPLACE TRIGGER orders_keep BEFORE UPDATE ON orders"
        " FOR EACH ROW EXECUTE FUNCTION keep()",
        "trigger orders_keep on orders was changed",
    ),
    "trigger disabled": (
        "ALTER TABLE orders DISABLE TRIGGER orders_keep",
        "trigger orders_keep on orders was changed",
    ),
    "policy lost": ("DROP POLICY own ON orders", "policy own on orders is missing"),
    "policy added": (
        "CREATE POLICY all_of_it ON orders AS RESTRICTIVE TO pg_monitor, CURRENT_USER"
        " USING (true) WITH CHECK (id > 0)",
        "policy all_of_it on orders was added",
    ),
    "policy changed": (
        "ALTER POLICY own ON orders USING (total_of(account_id) > 0)",
        "policy own on orders was changed",
    ),
    "view changed": (
        "CREATE OR REPLACE VIEW open_orders AS SELECT id, account_id, note FROM orders",
        "view open_orders was changed",
    ),
    "view without its barrier": (
        "ALTER VIEW open_orders SET (security_barrier = off)",
        "view open_orders was changed",
    ),
    "view lost": ("DROP VIEW open_notes", "view open_notes is missing"),
    "view added": ("CREATE VIEW more AS SELECT * FROM open_notes", "view more was added"),
    "statistics lost": (
        "DROP STATISTICS orders_spread",
        "statistics public.orders_spread is missing",
    ),
    "statistics added": (
        "CREATE STATISTICS sales.more ON account_id, (total + 1) FROM orders",
        "statistics sales.more was added",
    ),
    "statistics changed": (
        "DROP STATISTICS orders_spread;"
        "CREATE STATISTICS orders_spread (mcv) ON account_id, status FROM orders",
        "statistics public.orders_spread was changed",
    ),
    "statistics with another target": (
        "ALTER STATISTICS orders_spread SET STATISTICS 3",
        "statistics public.orders_spread was changed",
    ),
    "rule lost": ("DROP RULE heard_once ON heard", "rule heard_once on heard is missing"),
    "rule disabled": (
        "ALTER TABLE heard DISABLE RULE heard_once",
        "rule heard_once on heard was changed",
    ),
    "domain's constraint lost": (
        "ALTER DOMAIN amount DROP CONSTRAINT amount_check",
        "domain constraint amount_check on amount is missing",
    ),
    "domain without default": (
        "ALTER DOMAIN amount DROP DEFAULT",
        "type amount was changed",
    ),
    "type added": ("CREATE TYPE mood AS ENUM ('GOOD', 'BAD')", "type mood was added"),
    "operator without estimate": (
        "ALTER OPERATOR === (bigint, text) SET (RESTRICT = NONE)",
        "operator public.===(bigint,text) was changed",
    ),
    "extension added": ("CREATE EXTENSION pg_trgm", "extension pg_trgm was added"),
}

NEW_CHANGE = {
    "virtual column added": (
        "ALTER TABLE heard ADD twice bigint GENERATED ALWAYS AS (id * 2) VIRTUAL",
        "column heard.twice was added",
    ),
    "stored column made virtual": (
        "ALTER TABLE accounts DROP folded; ALTER TABLE accounts"
        " ADD folded text GENERATED ALWAYS AS (lower(company)) VIRTUAL",
        "column accounts.folded was changed",
    ),
    "null forbidden, not checked": (
        "ALTER TABLE orders ADD CONSTRAINT noted NOT NULL note NOT VALID",
        "column orders.note was changed",
    ),
    "foreign key not enforced": (
        "ALTER TABLE orders ALTER CONSTRAINT orders_account_id_fkey NOT ENFORCED",
        "constraint orders_account_id_fkey on orders was changed",
    ),
}

# what is changed, and in how many places the catalogue shows the one change
MANY_PLACES = {
    "unique constraint lost": (
        "ALTER TABLE accounts DROP CONSTRAINT accounts_company",
        {
            "constraint accounts_company on accounts is missing",
            "index accounts_company is missing",
        },
    ),
    "primary key changed": (
        "ALTER TABLE accounts DROP CONSTRAINT accounts_pkey CASCADE;"
        "ALTER TABLE accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (id) INCLUDE (company);"
        "ALTER TABLE orders ADD CONSTRAINT orders_account_id_fkey"
        " FOREIGN KEY (account_id) REFERENCES accounts ON DELETE CASCADE",
        {
            "constraint accounts_pkey on accounts was changed",
            "index accounts_pkey was changed",
        },
    ),
    "primary key added": (
        "ALTER TABLE heard ADD CONSTRAINT heard_key UNIQUE (id)",
        {"constraint heard_key on heard was added", "index heard_key was added"},
    ),
    "index of a partitioned table lost": (
        "DROP INDEX sales.visits_account",
        {
            "index sales.visits_account is missing",
            'index sales."visits_24_Account Id_idx" is missing',
            'index sales."visits_25_Account Id_idx" is missing',
        },
    ),
    "trigger with its function": (
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER slowed AFTER UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION slow()",
        {"function slow() was added", "trigger slowed on accounts was added"},
    ),
    "type of a partitioned table's column": (
        'ALTER TABLE sales."Visits" ALTER "Account Id" TYPE numeric',
        {
            'column sales."Visits"."Account Id" was changed',
            'column sales.visits_24."Account Id" was changed',
            'column sales.visits_25."Account Id" was changed',
        },
    ),
    "column of a partitioned table added": (
        'ALTER TABLE sales."Visits" ADD note int',
        {
            'column sales."Visits".note was added',
            "column sales.visits_24.note was added",
            "column sales.visits_25.note was added",
        },
    ),
    "materialized view lost": (
        "DROP MATERIALIZED VIEW totals",
        {
            "column totals.account_id is missing",
            "column totals.total is missing",
            "index totals_account is missing",
            "table totals is missing",
            "view totals is missing",
        },
    ),
    "table added": (
        "CREATE TABLE more (id int PRIMARY KEY)",
        {
            "column more.id was added",
            "constraint more_pkey on more was added",
            "index more_pkey was added",
            "table more was added",
        },
    ),
}

ONE_WAY = {"column of a partitioned table added", "table added"}

IRREVERSIBLE = {
    "column lost": ("ALTER TABLE accounts DROP city", "values are lost"),
    "table lost": ("DROP TABLE heard", "rows are lost"),
    "enumerated type longer": ("ALTER TYPE stage ADD VALUE 'LOST'", "cannot be taken back"),
}


@pytest.fixture(scope="module")
def template(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        with connect(target) as connection:
            for statement in SCHEMA.split(";\n"):
                connection.execute(statement.encode())
        yield target


class Reused:
    """A copy for many tests: each leaves it as it was, or the next gets another."""

    def __init__(self, server: Target, template: Target) -> None:
        self._server, self._template = server, template
        self._opened = ExitStack()
        self._renew()

    def _renew(self) -> None:
        self.close()
        made = new_database(self._server, template=self._template.database)
        self.target = self._opened.enter_context(made)
        self._connection = self._opened.enter_context(connect(self.target))
        self._untouched = self.catalogue()

    def catalogue(self) -> Catalogue:
        return read_catalogue(self._connection)

    def change(self, statements: str) -> tuple[Catalogue, Catalogue]:
        """Return the catalogues before and after."""
        before = self.catalogue()
        if differences(self._untouched, before):
            self._renew()
            before = self._untouched
        self._connection.execute(statements.encode())
        return before, self.catalogue()

    def close(self) -> None:
        self._opened.close()


@pytest.fixture(scope="module")
def reused(server: Target, template: Target) -> Iterator[Reused]:
    copies = Reused(server, template)
    yield copies
    copies.close()


@pytest.fixture
def copy(server: Target, template: Target) -> Iterator[Target]:
    with new_database(server, template=template.database) as target:
        yield target


def change(target: Target, statements: str) -> tuple[Catalogue, Catalogue]:
    """Return the catalogues before and after."""
    before = catalogue(target)
    with connect(target) as connection:
        connection.execute(statements.encode())
    return before, catalogue(target)


def catalogue(target: Target) -> Catalogue:
    with connect(target) as connection:
        return read_catalogue(connection)


def found(before: Catalogue, after: Catalogue) -> tuple[Undoing, ...]:
    return undoings(differences(before, after), before, after)


def shown(differences_: tuple[Difference, ...]) -> set[str]:
    return {difference.shown for difference in differences_}


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(reverting_steps).failed == 0


@pytest.mark.parametrize(("statements", "said"), ONE_CHANGE.values(), ids=ONE_CHANGE)
def test_a_change_is_seen_undone_and_made_again(reused: Reused, statements: str, said: str) -> None:
    before, after = reused.change(statements)
    assert shown(differences(before, after)) == {said}
    [undoing] = found(before, after)
    apply(undoing, reused.target)
    assert differences(before, reused.catalogue()) == ()
    apply(way_back(undoing), reused.target)
    assert differences(after, reused.catalogue()) == ()
    apply(undoing, reused.target)


@pytest.mark.pg(">= 18")
@pytest.mark.parametrize(("statements", "said"), NEW_CHANGE.values(), ids=NEW_CHANGE)
def test_a_change_of_a_newer_kind_is_seen_undone_and_made_again(
    reused: Reused, statements: str, said: str
) -> None:
    test_a_change_is_seen_undone_and_made_again(reused, statements, said)


@pytest.mark.parametrize("name", MANY_PLACES)
def test_a_change_that_shows_in_many_places_is_undone_as_one(reused: Reused, name: str) -> None:
    statements, said = MANY_PLACES[name]
    before, after = reused.change(statements)
    assert shown(differences(before, after)) == said
    [undoing] = found(before, after)
    apply(undoing, reused.target)
    assert differences(before, reused.catalogue()) == ()
    if name in ONE_WAY:
        assert way_back(undoing).refusal
    else:
        apply(way_back(undoing), reused.target)
        assert differences(after, reused.catalogue()) == ()
        apply(undoing, reused.target)


@pytest.mark.parametrize(("statements", "why"), IRREVERSIBLE.values(), ids=IRREVERSIBLE)
def test_what_is_lost_is_not_made_up(copy: Target, statements: str, why: str) -> None:
    before, after = change(copy, statements)
    [undoing] = found(before, after)
    assert why in undoing.refusal
    with pytest.raises(CannotUndo, match=why):
        apply(undoing, copy)
    assert differences(after, catalogue(copy)) == ()
