"""A database that a command works on: where it is, as whom, and which way."""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.errors import BadInput

Way = Literal["direct", "pgbouncer"]
_QUOTED = re.compile(r'".*"', re.DOTALL)
_SHOWN = ("host", "port", "dbname", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One database of one server.

    Args:
        conninfo: a libpq connection string or URI; may hold a password, so it is never shown.
        role: the role to take on after connecting, if another than the session's.
        via: straight to the server, or through a pooler.
    """

    conninfo: str = field(repr=False)
    role: str | None = None
    via: Way = "direct"

    @classmethod
    def parse(cls, dsn: str) -> "Target":
        """Check a connection string that a user wrote.

        Raises:
            BadInput: libpq cannot read it.
        """
        try:
            make_conninfo(dsn)
        except ProgrammingError as error:
            # what libpq quotes may be a part of the password
            reason = _QUOTED.sub("…", str(error).strip())
            raise BadInput(
                f"the connection string cannot be read ({reason}): write it as "
                "postgresql://user@host:port/database"
            ) from None
        return cls(conninfo=dsn)

    def for_database(self, name: str) -> "Target":
        """Return the same server and role, another database."""
        return replace(self, conninfo=make_conninfo(self.conninfo, dbname=name))

    def with_setting(self, name: str, value: str) -> "Target":
        """Return the same database for sessions that begin with a setting, beside their own.

        >>> Target.parse("dbname=shop options='-c jit=off'").with_setting("geqo", "off").conninfo
        "dbname=shop options='-c jit=off -c geqo=off'"
        """
        begun = str(conninfo_to_dict(self.conninfo).get("options") or "")
        options = f"{begun} -c {name}={value}".strip()
        return replace(self, conninfo=make_conninfo(self.conninfo, options=options))

    @property
    def database(self) -> str:
        """The name of the database, as far as the connection string says it."""
        return str(conninfo_to_dict(self.conninfo).get("dbname") or "")

    @property
    def shown(self) -> str:
        """The target as a person may see it: no password, no key."""
        parts = conninfo_to_dict(self.conninfo)
        return (
            " ".join(f"{key}={parts[key]}" for key in _SHOWN if parts.get(key)) or "libpq default"
        )

    def __str__(self) -> str:
        return self.shown
