"""The database roles that query files name, as far as the server has them and lets us take them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from b2bench.findings import Finding, Severity
from b2bench.queries import QueryClass

# from 16 on a membership may come without the right to SET ROLE
_SET_PRIVILEGE_SINCE = 160_000
_ON_SERVER = """
SELECT rolname, pg_has_role(session_user, oid, %s)
  FROM pg_roles
 WHERE rolname = ANY (%s)
 ORDER BY rolname
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The roles of some query files on one server.

    Args:
        taken: database role by the role that a query file names; a file whose role is not in it
            runs as the session's user.
        refused: roles that the server has, and that the session's user may not take on.
        missing: roles that the server does not have.
    """

    taken: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """A warning where the server has some of the roles, and some of them may not be taken."""
        if not self.refused:
            return ()
        named = ", ".join(self.refused)
        return (
            Finding(
                code="role-refused",
                severity=Severity.WARNING,
                subject=named,
                message="may not be taken on by the session's user, so the query classes that "
                "name it run as that user, whose rights and policies are others",
                mend=f"`GRANT {named} TO …`, or connect as a user who may",
            ),
        )


def find_roles(connection: psycopg.Connection, queries: Sequence[QueryClass]) -> Roles:
    """Look up the roles that query files name.

    Args:
        connection: to any database of the server; its session's user is the one who is asked for.
        queries: the classes.
    """
    named = sorted({query.role for query in queries if query.role})
    if not named:
        return Roles()
    newer = connection.info.server_version >= _SET_PRIVILEGE_SINCE
    # SET ROLE asks for the session's user, whatever role the session has now
    rows = connection.execute(_ON_SERVER, ("SET" if newer else "MEMBER", named)).fetchall()
    found = dict[str, bool](rows)
    return Roles(
        taken={name: name for name, may in found.items() if may},
        refused=tuple(name for name, may in found.items() if not may),
        missing=tuple(name for name in named if name not in found),
    )


def roles_of(connection: psycopg.Connection, queries: Sequence[QueryClass]) -> Mapping[str, str]:
    """Return the database role by the role that a query file names, where it may be taken on.

    Queries whose role is not in it run as the session's user: it is no error, for a stranger's
    folder of queries may name roles of another server.

    Args: as `find_roles`.
    """
    return find_roles(connection, queries).taken
