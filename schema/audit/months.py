"""Months of the audit, made ahead: without one for today, nothing could be written."""

from dataclasses import dataclass
from datetime import date

from b2bench.database import connect
from b2bench.marker import require_marked
from b2bench.target import Target
from schema.audit.tables import require_audit, statement

# as many as the installation makes
AHEAD = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """How many months were made, and the first day of the last one that there is."""

    made: int
    last: date


def extend(target: Target, months: int) -> Extended:
    """Make the months from the current one to so many ahead that are not there yet.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: it has no audit.
    """
    with connect(target, application_name="b2bench (audit)") as connection:
        require_marked(connection, target)
        require_audit(connection)
        row = connection.execute(statement("extend").encode(), {"months": months}).fetchone()
    made, last = row or (0, date.min)
    return Extended(made=made, last=last)
