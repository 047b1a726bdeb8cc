"""How a pooler comes to the server, and how its clients come to the pooler."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from b2bench.cluster.launch import HOST
from b2bench.cluster.poolerconfig import Login
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.target import Target

# libpq's names, where it looks without them, and PgBouncer's names
_TLS_FILES = (
    ("sslrootcert", "root.crt", "server_tls_ca_file"),
    ("sslcert", "postgresql.crt", "server_tls_cert_file"),
    ("sslkey", "postgresql.key", "server_tls_key_file"),
)
_VERIFYING = ("verify-ca", "verify-full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """A login on either side of the pooler.

    Args:
        login: the pooler's with the server.
        password: the clients', made for this pooler alone.
        tls_files: by PgBouncer's names.
    """

    login: Login
    password: str = field(repr=False)
    tls_files: Mapping[str, Path]

    def conninfo(self, port: int) -> str:
        """Return the clients' connection string, complete, so that no PG* variable changes it."""
        return make_conninfo(
            host=HOST,
            port=port,
            dbname=self.login.database,
            user=self.login.user,
            password=self.password,
            options="",
            sslmode="disable",
            gssencmode="disable",
            channel_binding="disable",
            target_session_attrs="any",
        )


def find_entrance(target: Target) -> Entrance:
    """Ask libpq how it comes to the server: it knows service files, variables and passwords.

    Raises: as `connect`.
    """
    with connect(target, application_name="b2bench (pooler)") as session:
        wire = session.pgconn
        said = {each.keyword.decode(): (each.val or b"").decode() for each in wire.info}
        sslmode = _sslmode(said["sslmode"]) if wire.ssl_in_use else "disable"
        by_name = sslmode == "verify-full" or not wire.hostaddr
        login = Login(
            # a name may have addresses of which the server listens on one
            host=(wire.host if by_name else wire.hostaddr).decode(),
            port=wire.port.decode(),
            user=wire.user.decode(),
            database=wire.db.decode(),
            password=wire.password.decode(),
            options=said["options"],
            sslmode=sslmode,
        )
    return Entrance(
        login=login,
        password=secrets.token_urlsafe(24),
        tls_files=dict(_tls_files(said, sslmode)),
    )


def _sslmode(wanted: str) -> str:
    """Return the mode for a server of which we know that it speaks TLS."""
    return wanted if wanted in _VERIFYING else "require"


def _tls_files(said: Mapping[str, str], sslmode: str) -> Iterator[tuple[str, Path]]:
    if sslmode == "disable":
        return
    for keyword, usual, name in _TLS_FILES:
        path = Path(said[keyword] or Path("~/.postgresql", usual).expanduser())
        if path.is_file():
            yield name, path
        elif said[keyword] and (sslmode in _VERIFYING or keyword != "sslrootcert"):
            raise BadInput(
                f"{keyword}={said[keyword]} does not pass through PgBouncer: name a file"
            )
