"""Who asks for quotations, and who answers."""

from collections.abc import Mapping
from datetime import timedelta

from b2bench.arguments import Case, Value
from loadgen.data.bits import Ints
from loadgen.data.population import AS_OF, Population
from loadgen.data.vocabulary import words
from scenarios.samplers.accounts import buyers
from scenarios.samplers.draws import Draws

Rows = list[tuple[Case, Mapping[str, Value]]]
_LINES_MOST = 20
_BATCH = 500


def create_rfq(population: Population, draws: Draws) -> Rows:
    """Return a buyer, a message and one to twenty lines, no variant twice."""
    account_ids = buyers(population, draws).tolist()
    counts = (1 + draws.whole("lines", _LINES_MOST)).tolist()
    first = draws.whole("first", population.variants).tolist()
    sentences = words().messages.to_list()
    messages = draws.whole("message", len(sentences)).tolist()
    rows: Rows = []
    for account_id, count, start, message in zip(account_ids, counts, first, messages, strict=True):
        variants = [(start + 7919 * place) % population.variants + 1 for place in range(count)]
        variants = list(dict.fromkeys(variants))
        rows.append(
            (
                Case.COMMON if count == _LINES_MOST else Case.RARE if count == 1 else Case.TYPICAL,
                {
                    "account_id": account_id,
                    "message": sentences[message],
                    "variant_ids": variants,
                    "quantities": [1 + (start + place) % 50 for place in range(len(variants))],
                },
            )
        )
    return rows


def representative(population: Population, draws: Draws) -> Rows:
    """Return representatives, all as likely."""
    return [
        (Case.TYPICAL, {"representative_id": key})
        for key in _representatives(population, draws, "rep").tolist()
    ]


def _representatives(population: Population, draws: Draws, purpose: str) -> Ints:
    chosen = draws.whole(purpose, len(population.representatives))
    return population.representatives[chosen] + 1


def reassign_rfqs(population: Population, draws: Draws) -> Rows:
    """Return two representatives: who hands over, and who takes."""
    return [
        (Case.TYPICAL, {"from_id": leaves, "to_id": takes})
        for leaves, takes in zip(
            _representatives(population, draws, "from").tolist(),
            _representatives(population, draws, "to").tolist(),
            strict=True,
        )
    ]


def assign_rfq(population: Population, draws: Draws) -> Rows:
    """Return new requests."""
    new = population.rfqs_in("PENDING")
    chosen = new[draws.whole("rfq", len(new))] + 1
    return [(Case.TYPICAL, {"rfq_id": key}) for key in chosen.tolist()]


def quoted_account(population: Population, draws: Draws) -> Rows:
    """Return accounts that a quote was sent to; the busy have more of them."""
    quoted = population.rfqs_in("QUOTED")
    accounts = population.rfq_account(quoted[draws.whole("rfq", len(quoted))]) + 1
    return [(Case.TYPICAL, {"account_id": key}) for key in accounts.tolist()]


def expire_quotes(_population: Population, draws: Draws) -> Rows:
    """Return days of the next month, by which ever more quotes have expired."""
    days = (1 + draws.whole("days", 30)).tolist()
    return [(Case.TYPICAL, {"expired_by": AS_OF + timedelta(days=day)}) for day in days]


def flag_unanswered_rfqs(_population: Population, draws: Draws) -> Rows:
    """Return the size of a batch."""
    return [(Case.TYPICAL, {"limit_rows": _BATCH})] * draws.count


SAMPLERS = {
    "create_rfq": create_rfq,
    "representative_dashboard": representative,
    "take_rfq": representative,
    "send_quote": representative,
    "assign_rfq": assign_rfq,
    "reassign_rfqs": reassign_rfqs,
    "accept_quote": quoted_account,
    "decline_quote": quoted_account,
    "expire_quotes": expire_quotes,
    "flag_unanswered_rfqs": flag_unanswered_rfqs,
}
