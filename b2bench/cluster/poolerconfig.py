"""The text of PgBouncer's configuration: where the server is, and as whom to log in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from b2bench.errors import BadInput

_OPTION = re.compile(r"(?:-c|--)(?P<name>[A-Za-z_][\w.-]*)=(?P<value>.*)", re.DOTALL)
# as many as any workload of ours has statements, and then some
_PREPARED_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How a session with the server comes about.

    Args:
        host: an address, a name, or the folder of a socket.
        options: libpq's, such as `-c jit=off`.
        sslmode: `disable`, `require`, `verify-ca` or `verify-full`.
    """

    host: str
    port: str
    user: str
    database: str
    password: str = field(default="", repr=False)
    options: str = ""
    sslmode: str = "disable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooling:
    """How PgBouncer is to work.

    Args:
        port: on 127.0.0.1.
        pool_size: server sessions at most.
        clients: client sessions at most.
        prepares: whether this version carries prepared statements.
        tls_files: PgBouncer's names of TLS files, each with its path.
    """

    port: int
    pool_size: int
    clients: int
    prepares: bool
    auth_file: str
    tls_files: Mapping[str, str] = field(default_factory=dict)


def pooler_configuration(login: Login, pooling: Pooling) -> str:
    """Return the template with what belongs to this server; it holds the server's password.

    Raises:
        BadInput: a value cannot stand in the file.
    """
    template = files("b2bench.cluster").joinpath("pgbouncer.ini").read_text(encoding="utf-8")
    ours = [f"{name} = {value}" for name, value in _settings(login, pooling)]
    return "\n".join([template, *ours, "", "[databases]", f"* = {_connection(login)}", ""])


def _settings(login: Login, pooling: Pooling) -> Iterator[tuple[str, object]]:
    yield "listen_port", pooling.port
    yield "auth_file", pooling.auth_file
    yield "default_pool_size", pooling.pool_size
    yield "max_client_conn", pooling.clients
    yield "server_tls_sslmode", login.sslmode
    yield from pooling.tls_files.items()
    if pooling.prepares:
        yield "max_prepared_statements", _PREPARED_MOST


def _connection(login: Login) -> str:
    parts = {
        "host": login.host,
        "port": login.port,
        "dbname": login.database,
        "user": login.user,
        "password": login.password,
        "connect_query": _first_query(login.options),
    }
    return " ".join(f"{name}={_quoted(value)}" for name, value in parts.items() if value)


def _first_query(options: str) -> str:
    """Return the statement that settles what libpq's options say; PgBouncer knows no options."""
    settings = [
        f"set_config({_quoted(name)}, {_quoted(value)}, false)"
        for name, value in settings_of(options).items()
    ]
    return f"SELECT {', '.join(settings)}" if settings else ""


def settings_of(options: str) -> dict[str, str]:
    r"""Return the settings that a session begins with, from libpq's `options`.

    >>> settings_of(r"-c jit=off -csearch_path=a,\ b --work-mem=8MB")
    {'jit': 'off', 'search_path': 'a, b', 'work_mem': '8MB'}

    Raises:
        BadInput: something other than a setting is among them.
    """
    words = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r"(?:\\.|[^\s\\])+", options)]
    joined = re.sub(r"(^|\0)-c\0", r"\1-c", "\0".join(words)).split("\0")
    return dict(_setting(word) for word in joined if word)


def _setting(word: str) -> tuple[str, str]:
    match = _OPTION.fullmatch(word)
    if match is None:
        raise BadInput(
            f"the connection string's option {word!r} does not pass through PgBouncer: leave only "
            "settings such as options='-c jit=off'"
        )
    return match["name"].replace("-", "_"), match["value"]


def credentials(user: str, password: str) -> str:
    """Return the file that says who may connect.

    The password stands there as it is: PgBouncer 1.18 takes what clients prove with a SCRAM
    secret for its own key to the server, where it logs in with another password.
    """
    doubled = user.replace('"', '""')
    return f'"{doubled}" "{password}"\n'


def _quoted(value: str) -> str:
    """Return a value as both PgBouncer and SQL quote it.

    Raises:
        BadInput: it has more than one line.
    """
    if "\n" in value or "\r" in value:
        raise BadInput("a password or setting of several lines does not pass through PgBouncer")
    return "'" + value.replace("'", "''") + "'"
