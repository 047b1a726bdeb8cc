"""The shop's roles as Locust users; what each asks, and how often, stands in workloads.toml."""

from collections.abc import Mapping

from b2bench.queries import Frequency, QueryClass
from loadgen.driver.users import PostgresUser
from scenarios.workloads import scenario_weights

_WEIGHTS = {
    Frequency.HOT: 100.0,
    Frequency.MEDIUM: 20.0,
    Frequency.LOW: 4.0,
    Frequency.BATCH: 1.0,
}


class Buyer(PostgresUser):
    """A dealer or professional: finds products, fills a cart, asks for quotations."""

    queries = scenario_weights("Buyer")


class PricingDesk(PostgresUser):
    """Asks what items, pages and carts cost an account."""

    queries = scenario_weights("PricingDesk")


class Representative(PostgresUser):
    """Looks after accounts and answers their requests for quotation."""

    queries = scenario_weights("Representative")


class BackOffice(PostgresUser):
    """Follows the synchronisation, reads reports and looks records up."""

    queries = scenario_weights("BackOffice")


class Housekeeping(PostgresUser):
    """The jobs that run at night."""

    queries = scenario_weights("Housekeeping")


class Synchronisation(PostgresUser):
    """Shopify: sends batches of products and counts of stock."""

    queries = scenario_weights("Synchronisation")


class Visitor(PostgresUser):
    """Runs a stranger's folder of query files, each as often as its frequency says."""

    @classmethod
    def weights(cls, planned: Mapping[str, QueryClass]) -> Mapping[str, float]:
        """Return every query class of the plan."""
        return {name: _WEIGHTS[query.frequency] for name, query in planned.items()}


class Anybody(PostgresUser):
    """A session that serves every scenario of a workload, as one of a pool does.

    The mix of requests is the same however few sessions there are; the plan says how often each
    query class is run.
    """
