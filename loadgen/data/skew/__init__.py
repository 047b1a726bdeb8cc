"""How skewed a data set is: laws declared beforehand, rows as they stand in the database.

The laws stand here a second time, written down apart from the code that makes the rows: a change
there that is not declared here comes to light, as does a data set that was changed after its load.
"""

from loadgen.data.skew.measures import Skew
from loadgen.data.skew.stream import STREAM_DRAWS, Demand, demands
from loadgen.data.skew.survey import skews

__all__ = ["STREAM_DRAWS", "Demand", "Skew", "demands", "skews"]
