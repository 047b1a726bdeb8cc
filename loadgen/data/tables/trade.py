"""Quotation requests in all states, with their history and quotes; orders."""

import json
from collections.abc import Mapping

import numpy as np
import polars as pl

from loadgen.data import bits
from loadgen.data.columns import joined, keys, moments, money, numbered, picked, where
from loadgen.data.population import AS_OF_US, DAY_US, RFQ_STATUSES, Population
from loadgen.data.seasons import seasons
from loadgen.data.tables.catalogue import skus, titles
from loadgen.data.vocabulary import words

_HOUR_US = DAY_US // 24
_VALID_US = 30 * DAY_US
_ORDERED_DAYS = 700
# no request is older
OLDEST_REQUEST_DAYS = 635
# older than any transaction: what was loaded was there before all that the shop did
_BEFORE_ALL = 2
# quotes follow each other at this distance; halfway the request is back in review
_REVISION_US = 4 * _HOUR_US
# requests are flagged on working days at noon, last on Friday; the shop's "now" is Monday noon
_FLAGGED_AFTER_US = 4 * DAY_US
_SILENT, _VERY_LONG = 0.04, 0.05
_LONG_SENTENCES = 30
_PENDING, _IN_REVIEW, _QUOTED, _ACCEPTED, _DECLINED, _EXPIRED = range(len(RFQ_STATUSES))
FIRST_NUMBER = 1_000_001
AUDIT = "audit_events"


def rfq_requests(population: Population, start: int, stop: int) -> pl.DataFrame:
    """What is open is young; a quote that is still valid was sent in the last four weeks."""
    seed, ids = population.seed, keys(start, stop)
    rfq = np.arange(start, stop, dtype=np.int64)
    status = population.rfq_status[start:stop]
    submitted, answered = _moments(population, rfq)
    has_answer = (status != _PENDING) & (status != _IN_REVIEW)
    late = np.where(
        has_answer, answered - submitted > DAY_US, AS_OF_US - submitted > _FLAGGED_AFTER_US
    )
    _, updated = _step(population, rfq, population.steps_of_rfq[rfq] - 1)
    return pl.DataFrame(
        {
            "id": ids,
            "number": numbered("RFQ-", rfq + FIRST_NUMBER, 7),
            "account_id": population.rfq_account(rfq) + 1,
            "representative_id": where(
                (status != _PENDING) & ~population.declined_unread[start:stop],
                _representative(population, rfq) + 1,
            ),
            "status": picked(RFQ_STATUSES, status),
            "priority": picked(
                ("NORMAL", "LOW", "HIGH", "URGENT"),
                np.digitize(
                    bits.uniform(seed, "rfq_requests.priority", start, stop), [0.6, 0.8, 0.95]
                ),
            ),
            "message": _messages(population, rfq),
            "submitted_at": moments(submitted),
            "answered_at": where(has_answer, moments(answered)),
            "flagged_at": where(late, moments(submitted + DAY_US)),
            "updated_at": moments(updated),
        }
    )


def _representative(population: Population, rfq: bits.Ints) -> bits.Ints:
    rep = population.representatives
    return rep[bits.whole_at(population.seed, "rfq_requests.rep", rfq, len(rep))]


def _messages(population: Population, rfq: bits.Ints) -> pl.Series:
    """One sentence; one in 25 said nothing, one in a hundred a lot."""
    seed, messages = population.seed, words().messages
    first = bits.whole_at(seed, "rfq_requests.message", rfq, len(messages))
    kind = bits.uniform_at(seed, "rfq_requests.said", rfq)
    long = np.flatnonzero((kind >= _SILENT) & (kind < _VERY_LONG))
    more = (
        " " + picked(messages, (first[long] + 7 * place) % len(messages))
        for place in range(1, _LONG_SENTENCES)
    )
    said = picked(messages, first)
    said = said.scatter(long, joined(said.gather(long), *more))
    return where(kind >= _SILENT, said).fill_null("")


def _moments(population: Population, rfq: bits.Ints) -> tuple[bits.Ints, bits.Ints]:
    """Return when requests were submitted and, if they were, first answered (microseconds)."""
    seed, status = population.seed, population.rfq_status[rfq]
    at = bits.uniform_at(seed, "rfq_requests.submitted_at", rfq)
    oldest, youngest = (
        AS_OF_US - _HOUR_US - DAY_US * np.where(status <= _IN_REVIEW, still_open, rest)
        for still_open, rest in (
            (10, np.where(status == _QUOTED, 27, OLDEST_REQUEST_DAYS)),
            (0, np.where(status == _QUOTED, 2, 35)),
        )
    )
    submitted = seasons().between(at, oldest, youngest)
    hours = 1 + bits.whole_at(seed, "rfq_requests.answered_at", rfq, 36)
    return submitted, submitted + hours * _HOUR_US


def _step(population: Population, rfq: bits.Ints, place: bits.Ints) -> tuple[bits.Ints, bits.Ints]:
    """Return the state that a request's step led to, and when (microseconds).

    Submitted, then in review; quoted at each even place, in review again between two quotes; the
    last step leads to where the request stands.
    """
    status = population.rfq_status[rfq]
    # wide enough to be multiplied by microseconds
    revisions, place = population.revisions_of_rfq[rfq].astype(np.int64), place.astype(np.int64)
    submitted, answered = _moments(population, rfq)
    last = place == population.steps_of_rfq[rfq] - 1
    quote = np.maximum(place // 2 - 1, 0)
    to = np.where(last, status, np.where(place == 0, _PENDING, _QUOTED - place % 2))
    sent = answered + quote * _REVISION_US
    after = answered + (revisions - 1) * _REVISION_US
    after += np.where(status == _EXPIRED, _VALID_US, DAY_US)
    moment = np.where(to == _QUOTED, sent, sent + _REVISION_US // 2)
    moment = np.where(to == _DECLINED, answered, moment)
    moment = np.where(last & (revisions > 0) & (status > _QUOTED), after, moment)
    reviewed = np.minimum((submitted + answered) // 2, AS_OF_US)
    moment = np.where((place == 1) & (to == _IN_REVIEW), reviewed, moment)
    return to, np.where(place == 0, submitted, moment)


def rfq_status_history(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Every step that a request has taken; those after its submission by its representative."""
    rfq, place = bits.owners(population.steps_of_rfq, start, stop)
    to, moment = _step(population, rfq, place)
    before, _ = _step(population, rfq, np.maximum(place - 1, 0))
    before = np.where(place == 1, _PENDING, before)
    by_buyer = (place == 0) | (to == _ACCEPTED)
    by = np.where(by_buyer, population.rfq_account(rfq), _representative(population, rfq))
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "rfq_id": rfq + 1,
            "from_status": where(place > 0, picked(RFQ_STATUSES, before)),
            "to_status": picked(RFQ_STATUSES, to),
            "changed_by": where(to != _EXPIRED, by + 1),
            "changed_at": moments(moment),
        }
    )


def audit_events(population: Population, start: int, stop: int) -> pl.DataFrame:
    """What the history of requests left in the audit."""
    rfq, place = bits.owners(population.steps_of_rfq, start, stop)
    history = rfq_status_history(population, start, stop)
    row = joined('{"id": ', numbered("", rfq + 1, 1), ', "status": "')
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "table_name": picked(("rfq_requests",), np.zeros(stop - start, dtype=np.int64)),
            "record_key": numbered("", rfq + 1, 1),
            "operation": picked(("INSERT", "UPDATE"), (place > 0).astype(np.int64)),
            "transaction_id": np.full(stop - start, _BEFORE_ALL),
            "actor": _actors(history),
            "old_row": where(place > 0, joined(row, history["from_status"], '"}')),
            "new_row": joined(row, history["to_status"], '"}'),
            "occurred_at": history["changed_at"],
        }
    )


def _actors(history: pl.DataFrame) -> pl.Series:
    """The buyer asks and accepts, its representative does the rest; quotes expire by themselves."""
    by_buyer = pl.col("from_status").is_null() | (pl.col("to_status") == RFQ_STATUSES[_ACCEPTED])
    role = pl.when(by_buyer).then(pl.lit("shop_buyer/")).otherwise(pl.lit("shop_representative/"))
    named = pl.concat_str(role, pl.col("changed_by").cast(pl.String))
    return history.select(named.fill_null("shop_back_office")).to_series()


def load_events(
    rows: Mapping[str, int], table_sha256: Mapping[str, str], first_id: int
) -> pl.DataFrame:
    """Return what loading leaves in the audit: an event for each table, with rows and checksum."""
    tables = sorted(table_sha256)
    nothing = pl.Series([None] * len(tables), dtype=pl.String)
    return pl.DataFrame(
        {
            "id": first_id + np.arange(len(tables), dtype=np.int64),
            "table_name": pl.Series(tables),
            "record_key": nothing,
            "operation": pl.Series(["LOAD"] * len(tables)),
            "transaction_id": np.full(len(tables), _BEFORE_ALL),
            "actor": pl.Series(["shop_owner"] * len(tables)),
            "old_row": nothing,
            "new_row": pl.Series(
                [json.dumps({"rows": rows[t], "sha256": table_sha256[t]}) for t in tables]
            ),
            "occurred_at": moments(np.full(len(tables), AS_OF_US)),
        }
    )


def rfq_items(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of requests, of wanted products; a product stands in one once."""
    seed = population.seed
    rfq, place = bits.owners(population.items_of_rfq, start, stop)
    wishes = bits.chance(seed, "rfq_items.wishes", start, stop, 0.3)
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "rfq_id": rfq + 1,
            "variant_id": _item_variant(population, rfq, place) + 1,
            "quantity": _item_quantity(population, np.arange(start, stop, dtype=np.int64)),
            "target_price": where(
                wishes, money(100 + bits.whole(seed, "rfq_items.price", start, stop, 20_000))
            ),
        }
    )


def _item_variant(population: Population, rfq: bits.Ints, place: bits.Ints) -> bits.Ints:
    product = population.demanded("rfq_items.product", population.items_of_rfq[rfq], rfq, place)
    item = population.first_item[rfq] + place
    return population.variant_of(
        product, bits.uniform_at(population.seed, "rfq_items.variant_id", item)
    )


def _item_quantity(population: Population, item: bits.Ints) -> bits.Ints:
    return 1 + bits.whole_at(population.seed, "rfq_items.quantity", item, 200)


def quote_revisions(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The quotes of each request that has some; each offers less than the one before."""
    rfq, place = bits.owners(population.revisions_of_rfq, start, stop)
    sent = _moments(population, rfq)[1] + place * _REVISION_US
    return pl.DataFrame(
        {
            "id": keys(start, stop),
            "rfq_id": rfq + 1,
            "revision": place + 1,
            "total": money(_quote_totals(population, start, stop)),
            "sent_at": moments(sent),
            "valid_until": moments(sent + _VALID_US),
        }
    )


def _quote_totals(population: Population, start: int, stop: int) -> bits.Ints:
    begins = population.first_quote_line[start : stop + 1]
    lines = _lines_of_quotes(population, int(begins[0]), int(begins[-1]))
    quantity, unit_cents = _offered(population, *lines)
    return np.add.reduceat(quantity * unit_cents, begins[:-1] - begins[0])


def _lines_of_quotes(
    population: Population, start: int, stop: int
) -> tuple[bits.Ints, bits.Ints, bits.Ints]:
    """Return for lines of quotes their request, their place in it, and which revision it is."""
    quote, place = bits.places(population.first_quote_line, np.arange(start, stop, dtype=np.int64))
    rfq = np.searchsorted(population.first_revision, quote, side="right") - 1
    return rfq, place, quote - population.first_revision[rfq]


def _offered(
    population: Population, rfq: bits.Ints, place: bits.Ints, revision: bits.Ints
) -> tuple[bits.Ints, bits.Ints]:
    """Return quantities and prices in cents; every revision takes 3 % off the first price."""
    item = population.first_item[rfq] + place
    cents = 150 + bits.whole_at(population.seed, "quote_lines.price", item, 20_000)
    return _item_quantity(population, item), cents * (100 - 3 * revision) // 100


def quote_lines(population: Population, start: int, stop: int) -> pl.DataFrame:
    """What each quote offers, in the words of the catalogue."""
    rfq, place, revision = _lines_of_quotes(population, start, stop)
    quantity, unit_cents = _offered(population, rfq, place, revision)
    variant = _item_variant(population, rfq, place)
    return pl.DataFrame(
        {
            "revision_id": population.first_revision[rfq] + revision + 1,
            "line": place + 1,
            "variant_id": variant + 1,
            "sku": skus(population, variant),
            "title": titles(population, population.product_of_variant(variant)),
            "quantity": quantity,
            "unit_price": money(unit_cents),
            "line_total": money(unit_cents * quantity),
        }
    )


def orders(population: Population, start: int, stop: int) -> pl.DataFrame:
    """The first orders come from accepted quotes, the others straight from buyers."""
    seed, ids = population.seed, keys(start, stop)
    accepted = population.rfqs_in("ACCEPTED")
    from_quote = ids <= len(accepted)
    rfq = accepted[np.where(from_quote, ids - 1, 0)]
    revision = population.first_revision[rfq] + population.revisions_of_rfq[rfq]
    buyer = population.active_buyers(bits.uniform(seed, "orders.account_id", start, stop))
    account = np.where(from_quote, population.rfq_account(rfq), buyer)
    at = bits.uniform(seed, "orders.placed_at", start, stop)
    placed = seasons().between(at, AS_OF_US - _ORDERED_DAYS * DAY_US, AS_OF_US)
    _, accepted_at = _step(population, rfq, population.steps_of_rfq[rfq] - 1)
    return pl.DataFrame(
        {
            "id": ids,
            "number": numbered("ORD-", ids, 8),
            "account_id": account + 1,
            "revision_id": where(from_quote, revision),
            "total": money(_order_totals(population, start, stop)),
            "placed_at": moments(np.where(from_quote, accepted_at, placed)),
        }
    )


def order_lines(population: Population, start: int, stop: int) -> pl.DataFrame:
    """Lines of orders, whose sum is the order's total; those of a quote are the quote's."""
    order, place = bits.owners(population.lines_of_order, start, stop)
    quantity, unit_cents = _ordered(population, start, stop)
    return pl.DataFrame(
        {
            "order_id": order + 1,
            "line": place + 1,
            "variant_id": _ordered_variants(population, start, stop) + 1,
            "quantity": quantity,
            "unit_price": money(unit_cents),
            "line_total": money(unit_cents * quantity),
        }
    )


def _ordered(population: Population, start: int, stop: int) -> tuple[bits.Ints, bits.Ints]:
    """Return quantities and prices in cents of lines of orders: a quote's come first."""
    seed = population.seed
    quoted = min(stop, max(start, population.quoted_lines))
    rfq, place = _accepted(population, start, quoted)
    pieces, cents = _offered(population, rfq, place, population.revisions_of_rfq[rfq] - 1)
    return (
        np.concatenate((pieces, 1 + bits.whole(seed, "order_lines.quantity", quoted, stop, 100))),
        np.concatenate((cents, 150 + bits.whole(seed, "order_lines.price", quoted, stop, 20_000))),
    )


def _ordered_variants(population: Population, start: int, stop: int) -> bits.Ints:
    quoted = min(stop, max(start, population.quoted_lines))
    order, place = bits.owners(population.lines_of_order, quoted, stop)
    product = population.demanded(
        "order_lines.product", population.lines_of_order[order], order, place
    )
    within = bits.uniform(population.seed, "order_lines.variant_id", quoted, stop)
    return np.concatenate(
        (
            _item_variant(population, *_accepted(population, start, quoted)),
            population.variant_of(product, within),
        )
    )


def _accepted(population: Population, start: int, stop: int) -> tuple[bits.Ints, bits.Ints]:
    """Return for lines of orders from a quote its request, and the place in it."""
    order, place = bits.owners(population.lines_of_order, start, stop)
    return population.rfqs_in("ACCEPTED")[order], place


def _order_totals(population: Population, start: int, stop: int) -> bits.Ints:
    begins = bits.edges(population.lines_of_order)[start : stop + 1]
    quantity, unit_cents = _ordered(population, int(begins[0]), int(begins[-1]))
    return np.add.reduceat(quantity * unit_cents, begins[:-1] - begins[0])


TABLES = {
    "rfq_requests": rfq_requests,
    "rfq_items": rfq_items,
    "rfq_status_history": rfq_status_history,
    AUDIT: audit_events,
    "quote_revisions": quote_revisions,
    "quote_lines": quote_lines,
    "orders": orders,
    "order_lines": order_lines,
}
