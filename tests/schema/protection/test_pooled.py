"""Behind a pooler, who somebody was ends with its transaction, also with one that fails."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from b2bench.cluster.pgbouncer import find_pgbouncer, pooled
from b2bench.database import connect
from b2bench.target import Target
from tests.components import require

# as shop_application: no rights of its own, one of these for a transaction
_MAKE = """
CREATE ROLE {name} LOGIN NOINHERIT PASSWORD {password}
  IN ROLE shop_buyer, shop_representative, shop_back_office, shop_sync
"""
_WHO = """
SELECT current_user = session_user, nullif(current_setting('shop.account_id', true), '')
"""
_COUNT = "SELECT count(*) FROM {}"
_CARTS = "SELECT array_agg(id ORDER BY id) FROM carts"
_DENIED = psycopg.errors.InsufficientPrivilege
Session = psycopg.Connection
Failure = Callable[[Session], object]


@pytest.fixture
def application(guarded_shop: Target) -> Iterator[Target]:
    """Give the shop to a login of this test's own that is a member of the same roles."""
    name, password = sql.Identifier(f"test_application_{secrets.token_hex(4)}"), secrets.token_hex()
    with connect(guarded_shop) as connection:
        connection.execute(sql.SQL(_MAKE).format(name=name, password=sql.Literal(password)))
        try:
            yield Target(
                conninfo=make_conninfo(
                    guarded_shop.conninfo, user=name.as_string()[1:-1], password=password
                )
            )
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


@contextmanager
def _two_clients_of_one_session(application: Target, log: Path) -> Iterator[tuple[Session, ...]]:
    require("pgbouncer")
    with pooled(find_pgbouncer(), application, pool_size=1, clients=4, log=log) as pooler:
        target = pooler.target.conninfo
        with (
            psycopg.connect(target, autocommit=True, prepare_threshold=None) as first,
            psycopg.connect(target, autocommit=True, prepare_threshold=None) as second,
        ):
            assert _backend(first) == _backend(second)
            yield first, second


def _backend(session: Session) -> object:
    row = session.execute("SELECT pg_backend_pid()").fetchone()
    return row and row[0]


@pytest.fixture
def clients(application: Target, tmp_path: Path) -> Iterator[tuple[Session, ...]]:
    with _two_clients_of_one_session(application, tmp_path / "pgbouncer.log") as pair:
        yield pair


def _act(session: Session, account_id: int) -> None:
    """Take on role and account for the transaction, as the driver does."""
    session.execute("SET LOCAL ROLE shop_buyer")
    session.execute("SELECT set_config('shop.account_id', %s, true)", (str(account_id),))


def _divide(session: Session) -> None:
    session.execute("SELECT 1 / 0")


def _trespass(session: Session) -> None:
    session.execute("DELETE FROM orders")


def _break_at_commit(session: Session) -> None:
    """Leave behind an order whose lines do not add up, which only the commit finds."""
    session.execute(
        "INSERT INTO orders (number, account_id, revision_id, total, placed_at)"
        " VALUES ('ORD-Q4', 1, 4, 40, '2026-06-01')"
    )


def _give_up(_: Session) -> None:
    raise psycopg.Rollback


def _hang_up(session: Session) -> None:
    session.close()


def _fail_as_a_buyer(session: Session, fail: Failure) -> None:
    with session.transaction():
        _act(session, 1)
        fail(session)


def _assert_nobody(session: Session) -> None:
    assert session.execute(_WHO).fetchone() == (True, None)
    for table in ("carts", "accounts", "products", "orders"):
        with pytest.raises(_DENIED, match="permission denied"):
            session.execute(_COUNT.format(table).encode())


def test_the_application_sees_its_account_s_rows_in_its_transaction_alone(
    clients: tuple[Session, ...],
) -> None:
    first, second = clients
    with first.transaction():
        _act(first, 1)
        assert first.execute(_CARTS).fetchone() == ([1, 2],)
    _assert_nobody(second)
    with second.transaction():
        _act(second, 4)
        assert second.execute(_CARTS).fetchone() == ([3, 4],)
    _assert_nobody(first)


@pytest.mark.parametrize("fail", [_divide, _trespass, _break_at_commit])
def test_after_an_error_the_next_client_is_nobody(
    clients: tuple[Session, ...], fail: Failure
) -> None:
    first, second = clients
    with pytest.raises(psycopg.Error):
        _fail_as_a_buyer(first, fail)
    _assert_nobody(second)
    _assert_nobody(first)


def test_after_a_transaction_was_given_up_the_next_client_is_nobody(
    clients: tuple[Session, ...],
) -> None:
    first, second = clients
    with first.transaction():
        _act(first, 1)
        _give_up(first)
    _assert_nobody(second)


def test_after_a_client_hung_up_in_its_transaction_the_next_one_is_nobody(
    application: Target, tmp_path: Path
) -> None:
    with _two_clients_of_one_session(application, tmp_path / "pgbouncer.log") as (first, second):
        first.execute("BEGIN")
        _act(first, 1)
        _hang_up(first)
        _assert_nobody(second)


def test_a_role_without_an_account_sees_nothing_of_the_one_before(
    clients: tuple[Session, ...],
) -> None:
    first, second = clients
    with first.transaction():
        _act(first, 1)
    with second.transaction():
        second.execute("SET LOCAL ROLE shop_buyer")
        # after SET LOCAL the setting is '' and not NULL
        assert second.execute(_CARTS).fetchone() == (None,)


def test_what_is_set_for_the_session_reaches_the_next_client(
    application: Target, tmp_path: Path
) -> None:
    """The control, and the reason for SET LOCAL: the next client is who the one before was."""
    with _two_clients_of_one_session(application, tmp_path / "pgbouncer.log") as (first, second):
        first.execute("SET ROLE shop_buyer")
        first.execute("SELECT set_config('shop.account_id', '1', false)")
        with pytest.raises(psycopg.errors.DivisionByZero):
            first.execute("SELECT 1 / 0")
        assert second.execute(_WHO).fetchone() == (False, "1")
        assert second.execute(_CARTS).fetchone() == ([1, 2],)


def test_the_application_itself_may_do_nothing_and_take_neither_owner_nor_reader(
    application: Target,
) -> None:
    with psycopg.connect(application.conninfo, autocommit=True) as session:
        _assert_nobody(session)
        for role in ("shop_owner", "shop_reader", "shop_application"):
            with pytest.raises(_DENIED, match="permission denied to set role"):
                session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
