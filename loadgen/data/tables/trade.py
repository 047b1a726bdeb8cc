"""Quotation requests in all states, their quotes, and orders."""

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import keys, moments, money, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, RFQ_STATUSES, Population
from loadgen.data.vocabulary import words

_HOUR_US = DAY_US // 24
_VALID_US = 30 * DAY_US
_OPEN = [RFQ_STATUSES.index(status) for status in ("PENDING", "IN_REVIEW")]
_QUOTED = RFQ_STATUSES.index("QUOTED")
_ANSWERED = [RFQ_STATUSES.index(s) for s in ("QUOTED", "ACCEPTED", "DECLINED", "EXPIRED")]
FIRST_NUMBER = 1_000_001


def rfq_requests(population: Population, start: int, stop: int) -> pl.DataFrame:
    """What is open is young; a quote that is still valid was sent in the last four weeks."""
    seed, ids = population.seed, keys(start, stop)
    status = population.rfq_status[start:stop]
    rep = population.representatives
    assigned = status != RFQ_STATUSES.index("PENDING")
    submitted, answered = _moments(population, np.arange(start, stop))
    has_answer = np.isin(status, _ANSWERED)
    has_quote = np.isin(ids - 1, population.quoted_rfqs)
    sentences = words().sentences
    return pl.DataFrame(
        {
            "id": ids,
            "number": numbered("RFQ-", ids - 1 + FIRST_NUMBER, 7),
            "account_id": population.rfq_account[start:stop] + 1,
            "representative_id": where(
                assigned, rep[bits.whole(seed, "rfq_requests.rep", start, stop, len(rep))] + 1
            ),
            "status": picked(RFQ_STATUSES, status),
            "priority": picked(
                ("NORMAL", "LOW", "HIGH", "URGENT"),
                np.digitize(
                    bits.uniform(seed, "rfq_requests.priority", start, stop), [0.6, 0.8, 0.95]
                ),
            ),
            "message": picked(
                sentences, bits.whole(seed, "rfq_requests.message", start, stop, len(sentences))
            ),
            "quoted_total": where(has_quote, money(_totals(population, np.arange(start, stop)))),
            "submitted_at": moments(submitted),
            "answered_at": where(has_answer, moments(answered)),
            "valid_until": where(has_quote, moments(answered + _VALID_US)),
            "updated_at": moments(np.where(has_answer, answered, submitted)),
        }
    )


def _moments(population: Population, rfq: bits.Ints) -> tuple[bits.Ints, bits.Ints]:
    """Return when requests were submitted and, if they were, answered (microseconds)."""
    seed, count = population.seed, population.rfqs
    status = population.rfq_status[rfq]
    at = bits.uniform(seed, "rfq_requests.submitted_at", 0, count)[rfq]
    age_days = np.where(
        np.isin(status, _OPEN), at * 10, np.where(status == _QUOTED, 2 + at * 25, 35 + at * 600)
    )
    submitted = AS_OF_US - (age_days * DAY_US).astype(np.int64) - _HOUR_US
    hours = 1 + bits.whole(seed, "rfq_requests.answered_at", 0, count, 36)[rfq]
    return submitted, submitted + hours * _HOUR_US


def _totals(population: Population, rfq: bits.Ints) -> bits.Ints:
    cents = bits.whole(population.seed, "rfq_requests.total", 0, population.rfqs, 5_000_000)
    return 1_000 + cents[rfq]


def rfq_items(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of requests; a variant stands in one once."""
    seed = population.seed
    rfq, place = bits.owners(population.items_of_rfq, start, stop)
    wishes = bits.chance(seed, "rfq_items.wishes", start, stop, 0.3)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "rfq_id": rfq + 1,
            "variant_id": population.few_of("rfq_items.variant", rfq, place, population.variants)
            + 1,
            "quantity": 1 + bits.whole(seed, "rfq_items.quantity", start, stop, 200),
            "target_price": where(
                wishes, money(100 + bits.whole(seed, "rfq_items.price", start, stop, 20_000))
            ),
        }
    )


def quote_revisions(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The quote of each request that has one."""
    rfq = population.quoted_rfqs[start:stop]
    _, answered = _moments(population, rfq)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "rfq_id": rfq + 1,
            "revision": np.ones(len(rfq), dtype=np.int64),
            "total": money(_totals(population, rfq)),
            "sent_at": moments(answered),
            "valid_until": moments(answered + _VALID_US),
        }
    )


def orders(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The first orders come from accepted quotes, the others straight from buyers."""
    seed, ids = population.seed, keys(start, stop)
    accepted = population.rfqs_in("ACCEPTED")
    from_quote = ids <= len(accepted)
    rfq = accepted[np.where(from_quote, ids - 1, 0)]
    revision = np.searchsorted(population.quoted_rfqs, rfq) + 1
    buyer = population.active_buyers(bits.uniform(seed, "orders.account_id", start, stop))
    account = np.where(from_quote, population.rfq_account[rfq], buyer)
    age_us = (bits.uniform(seed, "orders.placed_at", start, stop) * 700 * DAY_US).astype(np.int64)
    placed = np.where(from_quote, _moments(population, rfq)[1] + DAY_US, AS_OF_US - age_us)
    return pl.DataFrame(
        {
            "id": ids,
            "number": numbered("ORD-", ids, 8),
            "account_id": account + 1,
            "revision_id": where(from_quote, revision),
            "total": money(_order_totals(population)[start:stop]),
            "placed_at": moments(placed),
        }
    )


def order_lines(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of orders, whose sum is the order's total."""
    order, place = bits.owners(population.lines_of_order, start, stop)
    quantity, unit_cents = _priced(population, start, stop)
    return pl.DataFrame(
        {
            "order_id": order + 1,
            "line": place + 1,
            "variant_id": population.few_of(
                "order_lines.variant", order, place, population.variants
            )
            + 1,
            "quantity": quantity,
            "unit_price": money(unit_cents),
            "line_total": money(unit_cents * quantity),
        }
    )


def _priced(population: Population, start: int, stop: int) -> tuple[bits.Ints, bits.Ints]:
    quantity = 1 + bits.whole(population.seed, "order_lines.quantity", start, stop, 100)
    return quantity, 150 + bits.whole(population.seed, "order_lines.price", start, stop, 20_000)


def _order_totals(population: Population) -> bits.Ints:
    counts = population.lines_of_order
    quantity, unit_cents = _priced(population, 0, int(counts.sum()))
    return np.add.reduceat(quantity * unit_cents, bits.firsts(counts))


TABLES = {
    "rfq_requests": rfq_requests,
    "rfq_items": rfq_items,
    "quote_revisions": quote_revisions,
    "orders": orders,
    "order_lines": order_lines,
}
