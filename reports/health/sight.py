"""A session that looks: SQL from the files beside, rows as dataclasses, and what it may not see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.rows import class_row

Row = TypeVar("Row")


class NotSeen(Exception):
    """Something could not be looked at; the message says why, with the mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who looks (as SQL writes it), at what, and when by the server's clock."""

    role: str
    database: str
    at: datetime
    sees_statistics: bool


class Sight:
    """What a session sees of its server.

    Args:
        connection: in autocommit mode, so that a refused statement spoils none that follow.
    """

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        (self.role,) = self.rows("sight", Role)

    def rows(
        self, name: str, kind: type[Row], parameters: Mapping[str, object] | None = None
    ) -> list[Row]:
        """Return the answer of sql/<name>.sql.

        Raises:
            NotSeen: the role may not, it would have to wait, or the server knows no answer.
            psycopg.Error: the session is gone.
        """
        return self.answers(sql.SQL(statement(name)), kind, parameters)

    def answers(
        self,
        query: sql.SQL | sql.Composed,
        kind: type[Row],
        parameters: Mapping[str, object] | None = None,
    ) -> list[Row]:
        """Return the answer of a statement, as `rows` does."""
        try:
            with self.connection.cursor(row_factory=class_row(kind)) as cursor:
                return cursor.execute(query, parameters).fetchall()
        except errors.InsufficientPrivilege as error:
            raise NotSeen(f"{_said(error)}: {self.grant('pg_monitor')}") from error
        except errors.LockNotAvailable as error:
            raise NotSeen("somebody locks what it reads: look again when that is over") from error
        except errors.QueryCanceled as error:
            raise NotSeen(f"{_said(error)}: look again when the server is less busy") from error
        except psycopg.Error as error:
            # a server that is PostgreSQL's relative may lack something; that is no reason to stop
            if self.connection.closed:
                raise
            raise NotSeen(f"this server does not tell: {_said(error)}") from error

    def require_statistics(self) -> None:
        """Check that the role sees what other roles' sessions do.

        Raises:
            NotSeen: it sees its own only.
        """
        if not self.role.sees_statistics:
            raise NotSeen(f"only this role's own are shown to it: {self.grant('pg_monitor')}")

    def grant(self, right: str) -> str:
        """Return the statement that gives this role another's rights."""
        return f"GRANT {right} TO {self.role.role}"


def statement(name: str) -> str:
    """Return the SQL of a file."""
    return (files("reports.health") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def _said(error: psycopg.Error) -> str:
    return " ".join((error.diag.message_primary or str(error)).split())
