"""Quotation requests: the steps they may take, two people at once, and those nobody answers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product

import psycopg
import pytest

from b2bench.database import connect
from b2bench.target import Target
from tests.shop import run_class

_STATES = ("PENDING", "IN_REVIEW", "QUOTED", "ACCEPTED", "DECLINED", "EXPIRED")
_ALLOWED = {
    ("PENDING", "IN_REVIEW"),
    ("PENDING", "DECLINED"),
    ("IN_REVIEW", "QUOTED"),
    ("IN_REVIEW", "DECLINED"),
    ("QUOTED", "ACCEPTED"),
    ("QUOTED", "DECLINED"),
    ("QUOTED", "EXPIRED"),
    ("QUOTED", "IN_REVIEW"),
}
_ASKED = datetime(2026, 6, 1, 12, tzinfo=UTC)
_VALID = timedelta(days=30)
# the way from PENDING to each state
_WAYS = {
    "PENDING": (),
    "IN_REVIEW": ("IN_REVIEW",),
    "QUOTED": ("IN_REVIEW", "QUOTED"),
    "ACCEPTED": ("IN_REVIEW", "QUOTED", "ACCEPTED"),
    "DECLINED": ("DECLINED",),
    "EXPIRED": ("IN_REVIEW", "QUOTED", "EXPIRED"),
}


class Request:
    """A quotation request that time goes by for."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self.at = _ASKED
        row = connection.execute(
            "INSERT INTO rfq_requests (account_id, submitted_at, updated_at) VALUES (1, %s, %s)"
            " RETURNING id",
            (self.at, self.at),
        ).fetchone()
        assert row is not None
        self.key = row[0]
        self._revisions = 0

    def go(self, status: str) -> None:
        """Take a step, with a quote and with time gone by as it needs them."""
        self.at += _VALID if status == "EXPIRED" else timedelta(hours=1)
        if status == "QUOTED":
            self.quote()
        self._connection.execute(
            "UPDATE rfq_requests SET status = %s, updated_at = %s WHERE id = %s",
            (status, self.at, self.key),
        )

    def quote(self) -> None:
        """Draft and send the next revision."""
        self._revisions += 1
        self._connection.execute(
            "WITH draft AS (INSERT INTO quote_revisions (rfq_id, revision) VALUES (%s, %s)"
            "   RETURNING id)"
            " INSERT INTO quote_lines SELECT id, 1, 1, 'L-1', 'Lock', 1, 5, 5 FROM draft",
            (self.key, self._revisions),
        )
        self._connection.execute(
            "UPDATE quote_revisions SET sent_at = %s, valid_until = %s"
            " WHERE rfq_id = %s AND revision = %s",
            (self.at, self.at + _VALID, self.key, self._revisions),
        )


@pytest.mark.parametrize("step", list(product(_STATES, _STATES)), ids="-".join)
def test_six_states_by_six(small_shop: Target, step: tuple[str, str]) -> None:
    with psycopg.connect(small_shop.conninfo) as connection:
        request = Request(connection)
        for status in _WAYS[step[0]]:
            request.go(status)
        if step in _ALLOWED:
            request.go(step[1])
        else:
            with pytest.raises(psycopg.errors.CheckViolation, match=" to ".join(step)):
                request.go(step[1])
        connection.rollback()


def test_of_two_people_who_accept_at_once_one_wins(stocked: Target) -> None:
    accept = "UPDATE rfq_requests SET status = 'ACCEPTED', updated_at = '2026-06-01' WHERE id = 3"
    with psycopg.connect(stocked.conninfo) as first, ThreadPoolExecutor() as pool:
        first.execute(accept.encode())
        second = pool.submit(_execute, stocked, accept)
        assert not second.done()
        first.commit()
        with pytest.raises(psycopg.errors.CheckViolation, match="from ACCEPTED to ACCEPTED"):
            second.result()


def _execute(target: Target, statement: str) -> None:
    with psycopg.connect(target.conninfo) as connection:
        connection.execute(statement.encode())


def test_a_quote_that_eight_accept_at_once_becomes_one_order(stocked: Target) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _accept(stocked), range(8)))
    with connect(stocked) as connection:
        orders = connection.execute("SELECT total FROM orders WHERE revision_id = 1").fetchall()
        lines = connection.execute(
            "SELECT l.sku, o.quantity, o.line_total FROM order_lines o"
            " JOIN quote_lines l ON (l.variant_id, l.revision_id) = (o.variant_id, 1)"
            " WHERE o.order_id <> 1"
        ).fetchall()
    assert orders == [(160,)]
    assert lines == [("L-1", 20, 160)]


def _accept(target: Target) -> None:
    with psycopg.connect(target.conninfo) as connection:
        run_class(connection, "accept_quote", {"account_id": 4, "as_of": _ASKED})


def test_a_quote_is_sent_with_the_accounts_prices(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        connection.execute("DELETE FROM quote_revisions WHERE id = 2")
        run_class(connection, "send_quote", {"representative_id": 3, "as_of": _ASKED})
        quote = connection.execute(
            "SELECT q.total, l.unit_price, r.status FROM quote_revisions q"
            " JOIN quote_lines l ON l.revision_id = q.id JOIN rfq_requests r ON r.id = q.rfq_id"
            " WHERE q.rfq_id = 2"
        ).fetchall()
    # ten pieces at 20 less 10 % for a PREMIUM account
    assert quote == [(180, 18, "QUOTED")]


def test_a_request_goes_to_its_region_then_to_who_has_most_room(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        values = {"rfq_id": 1, "as_of": _ASKED}
        # 3 has one in review, 5 has none
        assert run_class(connection, "assign_rfq", values) == [[(5,)]]
        connection.execute("UPDATE accounts SET territory = '{Florida}' WHERE id = 5")
        assert run_class(connection, "assign_rfq", values) == [[(3,)]]
        connection.execute("UPDATE accounts SET max_rfq_capacity = 1 WHERE id = 3")
        assert run_class(connection, "assign_rfq", values) == [[(5,)]]


@pytest.mark.parametrize(
    ("hours", "flagged"), [(23.99, set()), (24, {1}), (24.01, {1}), (24 * 30, {1, 2})]
)
def test_a_request_without_an_answer_is_flagged_after_24_hours(
    stocked: Target, hours: float, flagged: set[int]
) -> None:
    submitted = datetime(2026, 5, 30, 12, tzinfo=UTC)
    with psycopg.connect(stocked.conninfo) as connection:
        # 2 was submitted ten days earlier; here it is as old as the last case makes it
        connection.execute(
            "UPDATE rfq_requests SET submitted_at = %s, updated_at = %s WHERE id = 2",
            (submitted + timedelta(days=29), submitted + timedelta(days=29)),
        )
        values = {"limit_rows": 10, "as_of": submitted + timedelta(hours=hours)}
        [rows] = run_class(connection, "flag_unanswered_rfqs", values)
        assert {key for (key,) in rows} == flagged
        [again] = run_class(connection, "flag_unanswered_rfqs", values)
        assert again == []


def test_stale_quotes_expire_and_good_ones_stay(stocked: Target) -> None:
    with psycopg.connect(stocked.conninfo) as connection:
        good_until = datetime(2026, 6, 20, 12, tzinfo=UTC)
        for moment, expired in ((good_until - timedelta(seconds=1), []), (good_until, [(3,)])):
            values = {"expired_by": moment, "as_of": _ASKED}
            assert run_class(connection, "expire_quotes", values) == [expired]
