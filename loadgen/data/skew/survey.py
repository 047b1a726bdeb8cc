"""Measure in the database every skew that the generator declares."""

from psycopg import Connection

from b2bench.marker import DataSet
from loadgen.data.population import Population
from loadgen.data.skew.catalogue import catalogue
from loadgen.data.skew.customers import customers
from loadgen.data.skew.measures import Skew
from loadgen.data.skew.stream import stream
from loadgen.data.skew.trade import trade


def skews(connection: Connection, data_set: DataSet) -> tuple[Skew, ...]:
    """Measure every skew that is declared; the session only reads.

    Args:
        connection: to the database that holds the data set.
        data_set: what was loaded, as its mark says.
    """
    population = Population(data_set.recipe, data_set.seed)
    return (
        *catalogue(connection, data_set.recipe),
        *customers(connection, population, data_set.recipe),
        *trade(connection, data_set.recipe),
        *stream(connection, population),
    )
