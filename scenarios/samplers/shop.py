"""The shop's argument source: one sampler per query class, on the data set's own population."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from b2bench.arguments import Arguments, Case, Value
from b2bench.errors import BadInput
from b2bench.marker import require_data_set
from b2bench.queries import AS_OF, QueryClass
from b2bench.target import Target
from loadgen.data.generate import GENERATOR_VERSION
from loadgen.data.population import Population
from scenarios.samplers import accounts, back_office, carts, catalogue, pricing, stock, trade
from scenarios.samplers.draws import Draws

Sampler = Callable[[Population, Draws], list[tuple[Case, Mapping[str, Value]]]]
SAMPLERS: Mapping[str, Sampler] = {
    **accounts.SAMPLERS,
    **catalogue.SAMPLERS,
    **pricing.SAMPLERS,
    **carts.SAMPLERS,
    **trade.SAMPLERS,
    **stock.SAMPLERS,
    **back_office.SAMPLERS,
}


class ShopSource:
    """Draws whole correlated rows of arguments with the data's own popularity and whales."""

    def __init__(self, population: Population, as_of: datetime) -> None:
        self._population = population
        self._as_of = as_of

    def draw(self, query: QueryClass, *, seed: int, count: int) -> Sequence[Arguments]:
        """Return arguments, the same for the same data set and seed.

        Raises:
            BadInput: there is no sampler for the query class.
        """
        sampler = SAMPLERS.get(query.sampler)
        if sampler is None:
            raise BadInput(
                f"no sampler {query.sampler!r} for {query.path}: "
                f"there is {', '.join(sorted(SAMPLERS))}"
            )
        rows = sampler(self._population, Draws(seed=seed, name=query.sampler, count=count))
        return [
            Arguments(values={**values, AS_OF: self._as_of}, case=case) for case, values in rows
        ]


def shop_source(target: Target) -> ShopSource:
    """Return the source that fits what was loaded into a database.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: no complete data set is in it, or another version of b2bench made it.
    """
    data_set = require_data_set(target)
    if data_set.generator_version != GENERATOR_VERSION:
        raise BadInput(
            f"the data in {target.database} were made by another version of b2bench: "
            "run `b2bench data generate`"
        )
    return ShopSource(Population(data_set.recipe, data_set.seed), data_set.as_of)
