"""What a session finds out about rows that it does not see: refusals, errors, plans, statistics.

Some of it cannot be closed; those tests say what remains, and why.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.target import Target
from tests.postgres import new_database
from tests.schema.protection.acting import Actor, buyer, for_a_moment, representative, taken_back

_GUARDED_FROM_BUYERS = [
    "accounts",
    "account_pricing",
    "carts",
    "cart_items",
    "orders",
    "order_lines",
    "rfq_items",
    "rfq_status_history",
    "quote_revisions",
    "quote_lines",
]
_COUNT = "SELECT count(*) FROM {} WHERE {}"
_ROWS = "SELECT * FROM {} WHERE {}"
_WITH_KEY = "INSERT INTO {} ({}) VALUES ('1')"
_PEEK = "SELECT * FROM {} t WHERE pg_temp.peek(t)"
_PRICES = "SELECT id FROM account_pricing WHERE account_id = {}"
_UNGUARDED = "SET LOCAL row_security = off; SELECT * FROM {}"
_EXPLAIN = "EXPLAIN (FORMAT JSON) "
_ANALYZE = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "


@pytest.fixture
def session(guarded_shop: Target) -> Iterator[psycopg.Connection]:
    with taken_back(guarded_shop) as connection:
        yield connection


@pytest.fixture(scope="module")
def tiny_shop(server: Target, shop_template: Target) -> Iterator[Target]:
    with new_database(server, template=shop_template.database) as target:
        yield target


@pytest.fixture
def whales(tiny_shop: Target) -> Iterator[psycopg.Connection]:
    """Give the data set, in which account 44 has many price rules."""
    with taken_back(tiny_shop) as connection:
        yield connection


def _said(connection: psycopg.Connection, actor: Actor, statement: str) -> tuple[str, ...]:
    """Return all that a refusal says, or the rows that an answer has."""
    with for_a_moment(connection):
        actor.take_on(connection)
        try:
            cursor = connection.execute(statement.encode())
            rows = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.Error as error:
            diag = error.diag
            texts = (diag.message_primary, diag.message_detail, diag.message_hint, diag.context)
            return (error.sqlstate or "?", *(text or "" for text in texts))
    return tuple(map(repr, rows))


_ORACLES = [
    # what is tried, with a key that is another's, and with one that nobody has
    (
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES ({}, 1, 1, now())",
        3,
        900,
    ),
    (
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES ({}, 1, 1, now())"
        " ON CONFLICT (cart_id, variant_id) DO UPDATE SET quantity = excluded.quantity",
        3,
        900,
    ),
    (
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES ({}, 1, 1, now())"
        " ON CONFLICT DO NOTHING",
        3,
        900,
    ),
    ("INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES ({}, 2, 1)", 7, 900),
    ("INSERT INTO rfq_items (rfq_id, variant_id, quantity) VALUES ({}, 1, 1)", 3, 900),
    ("INSERT INTO order_lines VALUES ({}, 1, 1, 5, 7, 35)", 2, 900),
    ("INSERT INTO order_lines VALUES ({}, 9, 1, 5, 7, 35)", 2, 900),
    (
        "INSERT INTO orders (number, account_id, revision_id, total, placed_at)"
        " VALUES ('{}', 1, NULL, 0, now())",
        "ORD-Q5",
        "ORD-Q900",
    ),
    (
        "INSERT INTO orders (number, account_id, revision_id, total, placed_at)"
        " VALUES ('ORD-Q{0}', 1, {0}, 35, now())",
        5,
        900,
    ),
    (
        "INSERT INTO orders (number, account_id, revision_id, total, placed_at)"
        " VALUES ('ORD-Q4', 1, {}, 40, now()) ON CONFLICT DO NOTHING",
        5,
        900,
    ),
    (
        "INSERT INTO carts (account_id, status, name, created_at, updated_at)"
        " VALUES ({}, 'SAVED', 'Secret', now(), now())",
        4,
        900,
    ),
    (
        "INSERT INTO carts (account_id, status, created_at, updated_at)"
        " VALUES ({}, 'CURRENT', now(), now()) ON CONFLICT DO NOTHING",
        4,
        900,
    ),
    (
        "INSERT INTO rfq_requests (account_id, submitted_at, updated_at) VALUES ({}, now(), now())",
        4,
        900,
    ),
    ("UPDATE carts SET updated_at = now() WHERE id = {}", 3, 900),
    ("UPDATE carts SET name = 'x', status = 'SAVED' WHERE id = {}", 3, 900),
    ("DELETE FROM carts WHERE id = {}", 3, 900),
    ("DELETE FROM cart_items WHERE cart_id = {}", 3, 900),
    ("UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = now() WHERE id = {}", 3, 900),
    ("SELECT FROM carts WHERE id = {} FOR UPDATE", 3, 900),
    ("SELECT FROM rfq_requests WHERE id = {} FOR SHARE NOWAIT", 3, 900),
    ("SELECT company FROM accounts WHERE id = {}", 4, 900),
    ("SELECT * FROM price_items({}, '{{1}}', '{{1}}', '2026-06-01')", 4, 900),
    ("SELECT pg_get_serial_sequence('carts', 'id'), {} > 0", 3, 900),
]


@pytest.mark.parametrize(("statement", "theirs", "nobodys"), _ORACLES)
def test_a_buyer_cannot_tell_anothers_key_from_one_that_nobody_has(
    session: psycopg.Connection, statement: str, theirs: object, nobodys: object
) -> None:
    said = [_said(session, buyer(1), statement.format(key)) for key in (theirs, nobodys)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("statement", "theirs", "nobodys"),
    [
        ("INSERT INTO quote_revisions (rfq_id, revision) VALUES ({}, 1)", 3, 900),
        ("INSERT INTO quote_lines VALUES ({}, 1, 1, 'L-1', 'Lock', 1, 1, 1)", 1, 900),  # sent
        ("INSERT INTO quote_lines VALUES ({}, 1, 1, 'L-1', 'Lock', 1, 1, 1)", 2, 900),  # a draft
        ("INSERT INTO quote_lines VALUES ({}, 7, 1, 'L-1', 'Lock', 1, 1, 1)", 2, 900),
        ("UPDATE quote_lines SET quantity = 1 WHERE revision_id = {}", 1, 900),
        ("DELETE FROM quote_revisions WHERE id = {}", 1, 900),
        ("UPDATE rfq_requests SET status = 'IN_REVIEW' WHERE id = {}", 2, 900),
    ],
)
def test_a_representative_cannot_tell_a_colleagues_key_from_one_that_nobody_has(
    session: psycopg.Connection, statement: str, theirs: int, nobodys: int
) -> None:
    said = [_said(session, representative(5), statement.format(key)) for key in (theirs, nobodys)]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("rfq_requests", "id"),
        ("rfq_requests", "number"),
        ("rfq_items", "id"),
        ("orders", "id"),
        ("carts", "id"),
        ("cart_items", "id"),
    ],
)
def test_a_key_is_not_chosen_so_no_violation_tells_which_are_taken(
    session: psycopg.Connection, table: str, key: str
) -> None:
    assert _said(session, buyer(1), _WITH_KEY.format(table, key))[0] == "42501"


def test_without_the_order_of_checks_the_oracles_would_tell(session: psycopg.Connection) -> None:
    """The control: with a policy that lets every row in, the same statements tell keys apart."""
    for policy in ("buyer_own ON cart_items", "buyer_asks ON rfq_items"):
        session.execute(f"ALTER POLICY {policy} WITH CHECK (true)".encode())
    told = [
        statement
        for statement, theirs, nobodys in _ORACLES
        if _said(session, buyer(1), statement.format(theirs))
        != _said(session, buyer(1), statement.format(nobodys))
    ]
    assert {statement.split()[2] for statement in told} == {"cart_items", "rfq_items"}


def test_a_trigger_s_function_is_not_hung_on_a_table_of_ones_own(
    session: psycopg.Connection,
) -> None:
    names = session.execute(
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace"
    ).fetchall()
    make = "CREATE TEMPORARY TABLE own (id bigint, total numeric); CREATE TRIGGER own BEFORE INSERT"
    assert len(names) > 20
    for (name,) in names:
        said = _said(session, buyer(1), f"{make} ON own FOR EACH ROW EXECUTE FUNCTION {name}")
        assert said[0] == "42501", name


def test_if_it_could_be_it_would_tell_the_total_of_any_quote(session: psycopg.Connection) -> None:
    """The control: what the revoked right is worth where the function has its owner's rights."""
    session.execute("GRANT EXECUTE ON FUNCTION send_quote() TO PUBLIC")
    session.execute("ALTER FUNCTION send_quote() SECURITY DEFINER")
    hang = (
        "CREATE TEMPORARY TABLE own (id bigint, total numeric);"
        " CREATE TRIGGER own BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION send_quote()"
    )
    with for_a_moment(session):
        buyer(1).take_on(session)
        session.execute(hang.encode())
        row = session.execute("INSERT INTO own (id) VALUES (5) RETURNING total").fetchone()
    assert row == (35,)


def test_lines_of_a_sent_quote_stay_also_where_a_representative_brings_a_trigger(
    session: psycopg.Connection,
) -> None:
    """Rules let a cascade through that comes from a trigger; a trigger of one's own is none."""
    trick = (
        "CREATE TEMPORARY TABLE own (id int);"
        "CREATE FUNCTION pg_temp.trick() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE public.quote_lines SET variant_id = NULL, unit_price = 1, line_total = 5"
        "  WHERE revision_id = 3; RETURN NULL; END $$;"
        "CREATE TRIGGER own AFTER INSERT ON own EXECUTE FUNCTION pg_temp.trick();"
        "INSERT INTO own VALUES (1)"
    )
    assert _said(session, representative(5), trick)[0] == "42501"
    # with a language at hand, the policy still holds
    session.execute("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")
    assert _said(session, representative(5), trick)[0] == "42501"


_PEEKS = [
    # evaluated for a row that is not seen, each of these would tell a value of it
    ("cart_items", "1 / (quantity - 77) > -9", "22012"),
    ("accounts", "(company || 'x')::int > 0", "22P02"),
    ("accounts", "1 / nullif(length(company) - 8, 0) IS NOT NULL", ""),
    ("orders", "1 / (total - 35) > -9", "22012"),
    ("account_pricing", "1 / (fixed_price - 7) > -9", "22012"),
    ("quote_revisions", "1 / (total - 35) > -9", "22012"),
    ("quote_lines", "1 / (unit_price - 7) > -9", "22012"),
    ("order_lines", "1 / (unit_price - 7) > -9", "22012"),
    ("rfq_items", "1 / (quantity - 20) > -9", "22012"),
    ("carts", "1 / (length(name) - 6) IS NOT NULL", "22012"),
    ("rfq_status_history", "1 / (id - (SELECT max(id) FROM rfq_status_history)) IS NULL", ""),
]


@pytest.mark.parametrize("enabled", ["seqscan", "indexscan", "bitmapscan"])
@pytest.mark.parametrize(("table", "condition", "of_all"), _PEEKS)
def test_a_condition_does_not_fail_on_a_row_that_is_not_seen(
    session: psycopg.Connection, table: str, condition: str, of_all: str, enabled: str
) -> None:
    for name in ("seqscan", "indexscan", "bitmapscan"):
        session.execute(f"SET LOCAL enable_{name} = {'on' if name == enabled else 'off'}".encode())
    statement = _COUNT.format(table, condition)
    nobody = buyer(6)  # sees one row of accounts, none of the others
    if "company" not in condition:
        assert _said(session, nobody, statement) == ("(0,)",)
    else:
        assert "Locks Inc" not in "".join(_said(session, nobody, statement))
    if of_all:
        everybody = _said(session, Actor(role="shop_reader"), statement)
        assert everybody[0] == of_all


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES (1, 2, 0, now())",
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
        " VALUES (1, 2, NULL, now())",
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at) VALUES (1, 1, 1, now())",
        "INSERT INTO cart_items (cart_id, variant_id, quantity, added_at)"
        " VALUES (1, 900, 1, now())",
        "UPDATE cart_items SET quantity = -quantity",
        "INSERT INTO carts (account_id, status, name, created_at, updated_at)"
        " VALUES (1, 'SAVED', 'Spring', now(), now())",
        "INSERT INTO rfq_requests (account_id, submitted_at, updated_at)"
        " VALUES (1, now(), now() - INTERVAL '1 day')",
    ],
)
def test_a_refusal_prints_no_row(session: psycopg.Connection, statement: str) -> None:
    state, primary, detail, _, _ = _said(session, buyer(1), statement)
    assert state.startswith("23")
    assert "(" not in detail
    assert "(" not in primary


def test_a_refusal_of_a_public_table_prints_its_row(session: psycopg.Connection) -> None:
    """The control: details are printed where nobody is kept from a row."""
    detail = _said(
        session, Actor(role="shop_back_office"), "UPDATE volume_discounts SET percent = 0"
    )
    assert "Failing row contains" in detail[2]


def test_no_code_of_ones_own_looks_at_rows_before_the_policy_does(
    session: psycopg.Connection,
) -> None:
    """Even where it may be brought along, and says that it costs nothing."""
    session.execute("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")
    with for_a_moment(session):
        buyer(1).take_on(session)
        session.execute("CREATE TEMPORARY TABLE seen (what text)")
        session.execute(
            "CREATE FUNCTION pg_temp.peek(what anyelement) RETURNS boolean"
            " LANGUAGE plpgsql COST 0.0001"
            " AS $$ BEGIN INSERT INTO seen VALUES (what::text); RETURN true; END $$"
        )
        for table in _GUARDED_FROM_BUYERS:
            session.execute(_PEEK.format(table).encode())
        session.execute("SELECT id FROM rfq_requests WHERE pg_temp.peek(message)")
        session.execute("UPDATE carts SET updated_at = updated_at WHERE pg_temp.peek(name)")
        session.execute("RESET ROLE")
        seen = [what for (what,) in session.execute("SELECT what FROM seen")]
    assert seen
    assert not [what for what in seen if what and ("Secret" in what or "Locks Inc" in what)]


def test_a_function_is_not_declared_leakproof_by_who_acts(session: psycopg.Connection) -> None:
    session.execute("GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC")
    make = (
        "CREATE FUNCTION pg_temp.f(int) RETURNS boolean LANGUAGE plpgsql LEAKPROOF AS 'BEGIN END'"
    )
    assert _said(session, buyer(1), make)[0] == "42501"


@pytest.mark.parametrize("role", ["shop_buyer", "shop_representative", "shop_sync", "shop_reader"])
def test_statistics_of_guarded_tables_are_hidden(whales: psycopg.Connection, role: str) -> None:
    with for_a_moment(whales):
        Actor(role=role, settings={"shop.account_id": "1"}).take_on(whales)
        rows = whales.execute(
            "SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'"
        ).fetchall()
        extended = whales.execute("SELECT count(*) FROM pg_stats_ext").fetchone()
    shown = {name for (name,) in rows}
    assert "products" in shown
    assert not shown & {*_GUARDED_FROM_BUYERS, "rfq_requests", "account_shopify_customers"}
    assert extended is not None


def _plan(connection: psycopg.Connection, actor: Actor, statement: str) -> dict[str, Any]:
    with for_a_moment(connection):
        actor.take_on(connection)
        row = connection.execute(statement.encode()).fetchone()
    assert row is not None
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    found: dict[str, Any] = plan[0]["Plan"]
    return found


@pytest.mark.parametrize(
    ("table", "conditions"),
    [
        ("account_pricing", ("fixed_price > 1", "fixed_price > 100000")),
        ("account_pricing", ("markdown_percent = 5", "markdown_percent = 99.99")),
        ("orders", ("total > 1", "total > 100000000")),
        ("orders", ("number LIKE '%ORD-%'", "number LIKE '%XXX-%'")),
        ("carts", ("status = 'SAVED'", "status = 'CURRENT'")),
        ("quote_lines", ("sku ILIKE '%HW-%'", "sku ILIKE '%XX-%'")),
        ("rfq_status_history", ("to_status = 'PENDING'", "to_status = 'EXPIRED'")),
        ("rfq_items", ("target_price > 1", "target_price > 100000000")),
    ],
)
def test_an_estimate_says_nothing_of_a_condition_that_is_not_leakproof(
    whales: psycopg.Connection, table: str, conditions: tuple[str, str]
) -> None:
    plans = [
        _plan(whales, buyer(1), _EXPLAIN + _ROWS.format(table, condition))
        for condition in conditions
    ]
    assert plans[0]["Plan Rows"] == plans[1]["Plan Rows"]


def _busiest_and_quietest(connection: psycopg.Connection) -> tuple[int, int]:
    rows = connection.execute(
        "SELECT account_id FROM account_pricing GROUP BY account_id ORDER BY count(*) DESC"
    ).fetchall()
    return rows[0][0], rows[-1][0]


def test_what_remains_an_estimate_tells_how_busy_another_account_is(
    whales: psycopg.Connection,
) -> None:
    """Equality of keys is leakproof, so that an index serves policy and query at once.

    The planner then looks its value up among the most common ones, and a plan's cost says about how
    many rows an account has: a magnitude, nothing of what is in them. It takes a session that sends
    SQL of its own. To close it, the index would have to be given up.
    """
    busy, quiet = _busiest_and_quietest(whales)
    costs = [
        _plan(
            whales,
            buyer(1),
            _EXPLAIN + _PRICES.format(account),
        )
        for account in (busy, quiet)
    ]
    nothing = [
        _plan(whales, buyer(1), f"{_EXPLAIN} SELECT FROM account_pricing WHERE id = {key}")
        for key in (1, 10**12)
    ]
    assert json.dumps(costs[0]).replace(str(busy), "") != json.dumps(costs[1]).replace(
        str(quiet), ""
    )
    assert nothing[0]["Total Cost"] == nothing[1]["Total Cost"]


def test_what_remains_an_estimate_tells_how_values_are_spread_over_all_accounts(
    whales: psycopg.Connection,
) -> None:
    """Comparisons of keys, texts and instants are leakproof, so their statistics are used as well.

    Where a line's policy looks up what it is a line of, the planner guesses that it shows a half,
    and its estimate of the rest is one of all accounts: which goods are quoted most, not for whom.
    """
    estimates = [
        _plan(whales, buyer(1), f"{_EXPLAIN} SELECT FROM quote_lines WHERE sku >= '{sku}'")
        for sku in ("A", "Z")
    ]
    assert estimates[0]["Plan Rows"] > 100 * estimates[1]["Plan Rows"]


def test_what_remains_counting_what_a_plan_removes_tells_that_a_key_is_there(
    session: psycopg.Connection,
) -> None:
    """EXPLAIN ANALYZE counts the rows that a policy removes, after an index has found them.

    So it answers whether a key that one can guess is taken: an order's number, an account's id at
    the authentication provider. It shows no value, and the same can be had from time alone.
    EXPLAIN is no right that could be revoked: do not pass SQL of a stranger on.
    """
    session.execute("SET LOCAL enable_seqscan = off")
    session.execute("SET LOCAL enable_bitmapscan = off")
    removed = {
        number: _plan(
            session, buyer(1), f"{_ANALYZE} SELECT FROM orders WHERE number = '{number}'"
        ).get("Rows Removed by Filter", 0)
        for number in ("ORD-Q5", "ORD-Q900")
    }
    assert removed == {"ORD-Q5": 1, "ORD-Q900": 0}


def test_what_remains_the_size_of_a_table_is_no_secret(session: psycopg.Connection) -> None:
    """Everybody reads pg_class, the catalogue that says how many rows a table has in all."""
    session.execute("ANALYZE accounts")
    rows = _said(session, buyer(1), "SELECT reltuples FROM pg_class WHERE relname = 'accounts'")
    assert rows == ("(6.0,)",)


def test_what_remains_whoever_sets_the_account_is_that_account(
    session: psycopg.Connection,
) -> None:
    """The server believes the setting: the application vouches for it, and binds what is typed.

    A session that runs a stranger's SQL as shop_buyer is any buyer, and none of the other roles'
    rights; with RESET ROLE it is the application, and takes another.
    """
    with for_a_moment(session):
        buyer(1).take_on(session)
        session.execute("SELECT set_config('shop.account_id', '4', true)")
        assert session.execute("SELECT company FROM accounts").fetchall() == [("Locks Inc",)]


def test_what_remains_the_clock_is_the_application_s(session: psycopg.Connection) -> None:
    """A step's instant is an argument, so that tests and loads are the same on every day.

    Whoever writes SQL of its own as a buyer can so accept a quote that ran out, by dating it back.
    """
    late = "UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '{}' WHERE id = 4"
    assert _said(session, buyer(1), late.format("2026-07-01"))[0] == "23514"
    assert _said(session, buyer(1), late.format("2026-06-20")) == ("(1,)",)


def test_what_remains_numbers_tell_how_much_is_asked_for(session: psycopg.Connection) -> None:
    """Numbers of requests count up, as on paper, and a buyer draws its own; keys do as well."""
    drawn = [_said(session, buyer(1), "SELECT nextval('rfq_numbers')") for _ in range(2)]
    first, second = (int(rows[0].strip("(,)")) for rows in drawn)
    assert second == first + 1


def test_what_remains_who_may_delete_may_lock_everybody_out(session: psycopg.Connection) -> None:
    """A policy guards rows; LOCK TABLE asks for the right to the table, which deleting lines needs.

    It takes a session that sends SQL of its own, and lasts as long as statements may: the
    application's login wants a lock_timeout and a statement_timeout.
    """
    lock = "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT"
    for table, refused in (("carts", False), ("rfq_requests", True), ("accounts", True)):
        said = _said(session, buyer(1), lock.format(table))
        assert (said[0] == "42501") is refused, table


def test_row_security_off_refuses_and_shows_nothing(session: psycopg.Connection) -> None:
    for table in _GUARDED_FROM_BUYERS:
        statement = _UNGUARDED.format(table)
        assert _said(session, buyer(1), statement)[0] == "42501", table


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT count(*) FROM {} TABLESAMPLE SYSTEM (100)",
        "SELECT count(*) FROM ONLY {}",
        "WITH rows AS NOT MATERIALIZED (SELECT * FROM {}) SELECT count(*) FROM rows",
        "SELECT count(*) FROM (TABLE {}) AS t",
        "SELECT count(*) FROM {} WHERE ctid IN ('(0,1)', '(0,2)', '(0,3)', '(0,4)')",
        "SELECT count(*) FROM {} WHERE xmin::text <> '0'",
        "SELECT count(DISTINCT tableoid) FROM {}",
        "SELECT count(*) FROM products LEFT JOIN {} AS t ON true WHERE t.ctid IS NOT NULL",
    ],
)
def test_no_way_of_reading_passes_by_a_policy(session: psycopg.Connection, statement: str) -> None:
    for table in set(_GUARDED_FROM_BUYERS) - {"accounts"}:
        assert _said(session, buyer(6), statement.format(table)) == ("(0,)",), table


def test_a_copy_has_the_rows_that_are_seen_and_brings_none_in(session: psycopg.Connection) -> None:
    with for_a_moment(session):
        buyer(1).take_on(session)
        with session.cursor().copy("COPY carts (id) TO STDOUT") as copy:
            copied = b"".join(bytes(block) for block in copy).split()
        assert copied == [b"1", b"2"]
        with (
            pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"),
            session.cursor().copy(
                "COPY cart_items (cart_id, variant_id, quantity, added_at) FROM STDIN"
            ),
        ):
            pass


def test_prepared_statements_and_cursors_follow_the_role_and_the_account(
    session: psycopg.Connection,
) -> None:
    session.execute("PREPARE carts_of AS SELECT array_agg(id ORDER BY id) FROM carts")
    session.execute("SET LOCAL plan_cache_mode = force_generic_plan")

    def seen() -> object:
        row = session.execute("EXECUTE carts_of").fetchone()
        return row and row[0]

    assert seen() == [1, 2, 3, 4]
    for account, carts in ((1, [1, 2]), (4, [3, 4]), (6, None), (1, [1, 2])):
        with for_a_moment(session):
            buyer(account).take_on(session)
            assert seen() == carts
    assert seen() == [1, 2, 3, 4]
    session.execute("DEALLOCATE carts_of")


def test_what_others_send_is_hidden_from_who_acts(guarded_shop: Target) -> None:
    secret = "'typed by another'"
    with connect(guarded_shop) as other, taken_back(guarded_shop) as connection:
        other.execute(f"SELECT {secret}".encode())
        activity = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        shown = connection.execute(activity, (other.info.backend_pid,)).fetchall()
        assert secret in shown[0][0]
        for role in ("shop_buyer", "shop_representative", "shop_back_office", "shop_sync"):
            with for_a_moment(connection):
                Actor(role=role).take_on(connection)
                hidden = connection.execute(activity, (other.info.backend_pid,)).fetchall()
                assert hidden == [("<insufficient privilege>",)]
                texts = connection.execute(
                    "SELECT query FROM pg_stat_statements WHERE query LIKE '%%typed by another%%'"
                ).fetchall()
                assert texts == []


def test_of_statements_a_role_sees_its_own_without_values(guarded_shop: Target) -> None:
    with psycopg.connect(guarded_shop.conninfo) as connection:
        buyer(4).take_on(connection)
        connection.execute("SELECT 'canary', count(*) FROM carts WHERE name = 'canary'")
        connection.commit()
    with taken_back(guarded_shop) as connection:
        buyer(1).take_on(connection)
        texts = connection.execute(
            sql.SQL(
                "SELECT query FROM pg_stat_statements WHERE query <> '<insufficient privilege>'"
            )
        ).fetchall()
        foreign = connection.execute(
            "SELECT count(*) FROM pg_stat_statements"
            " WHERE userid <> 'shop_buyer'::regrole AND query <> '<insufficient privilege>'"
        ).fetchone()
    assert [text for (text,) in texts if "count(*) FROM carts WHERE name = $" in text]
    assert not [text for (text,) in texts if "canary" in text]
    assert foreign == (0,)
