"""How other programs reach the database: for a person, for pgAdmin, for libpq; never a password."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.commands._output import write_text
from b2bench.commands._settings import Settings
from b2bench.commands._target import embedded_server
from b2bench.database import connect, maintenance
from b2bench.errors import BadInput, ServerUnreachable
from b2bench.target import Target

SERVERS_FILE = "servers.json"
SERVICE_FILE = "pg_service.conf"
SERVICE = "b2bench"
MAINTENANCE_SERVICE = "b2bench-maintenance"
_GROUP = "b2bench"
_MADE_BY = "# made by `b2bench server connect-info`"
_CONNECT_TIMEOUT_S = 10
# of a session's parameters those that say how it is secured, and hold no secret themselves
_SECURITY = (
    "sslmode", "sslnegotiation", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir",
    "ssl_min_protocol_version", "ssl_max_protocol_version", "channel_binding", "require_auth",
    "gssencmode", "passfile",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectInfo:
    """One database of one server, as another program is told of it.

    Args:
        maintenance: the database that a tool opens first.
        security: libpq's parameters beside the address, without a default's.
        password: empty where the server asks for none, or it is kept elsewhere.
        is_embedded: whether it is b2bench's own server.
    """

    host: str
    port: int
    database: str
    maintenance: str
    user: str
    security: Mapping[str, str]
    password: str = field(repr=False)
    is_embedded: bool


def connect_info(settings: Settings) -> ConnectInfo:
    """Return how to reach the database that the settings name.

    Raises:
        ServerUnreachable: the named server cannot be reached, or the embedded one does not run.
    """
    if settings.dsn is None:
        return _of_embedded(embedded_server(settings).target(settings.database))
    return _of_named(Target.parse(settings.dsn))


def _of_embedded(target: Target) -> ConnectInfo:
    # its database may still have to be installed, so nobody connects
    parts = {name: str(value) for name, value in conninfo_to_dict(target.conninfo).items()}
    return ConnectInfo(
        host=parts["host"],
        port=int(parts["port"]),
        database=parts["dbname"],
        maintenance=maintenance(target).database,
        user=parts["user"],
        security=_security(parts),
        password=parts["password"],
        is_embedded=True,
    )


def _of_named(target: Target) -> ConnectInfo:
    # libpq fills in from the environment and from service files what the string leaves out
    with connect(target) as connection:
        info = connection.info
        return ConnectInfo(
            host=info.host,
            port=info.port,
            database=info.dbname,
            maintenance=_maintenance(target, info.dbname),
            user=info.user,
            security=_security(info.get_parameters()),
            password=info.password,
            is_embedded=False,
        )


def _maintenance(target: Target, own: str) -> str:
    """Return the database `postgres`, or one's own where that may not be opened."""
    try:
        with connect(maintenance(target)) as connection:
            return connection.info.dbname
    except ServerUnreachable:
        return own


def _security(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: parameters[name] for name in _SECURITY if parameters.get(name)}


def lines(info: ConnectInfo) -> list[str]:
    """Return what a person types into another tool."""
    shown = {
        "host": info.host,
        "port": str(info.port),
        "database": info.database,
        "maintenance": info.maintenance,
        "user": info.user,
        **info.security,
        "password": _where_the_password_is(info),
        "psql": f'psql "{_conninfo(info)}"',
    }
    width = max(map(len, shown))
    return [f"{name:{width}}  {value}" for name, value in shown.items()]


def _where_the_password_is(info: ConnectInfo) -> str:
    if not info.password:
        return "none was needed, or it is in libpq's password file"
    here = "`b2bench server connect-info --pgpass` prints a line for ~/.pgpass"
    return f"{here}, `b2bench server dsn` the whole" if info.is_embedded else here


def _conninfo(info: ConnectInfo) -> str:
    return make_conninfo("", **_libpq(info, info.database))


def _libpq(info: ConnectInfo, database: str) -> dict[str, str]:
    address = {"host": info.host, "port": str(info.port), "dbname": database, "user": info.user}
    return {**address, **info.security}


def pgpass_line(info: ConnectInfo) -> str:
    """Return the line of a password file, for every database of the server.

    Raises:
        BadInput: there is no password.
    """
    if not info.password:
        raise BadInput("no password was used: write it into the connection string of --dsn")
    # libpq looks for a socket's folder under a name of its own
    host = "*" if info.host.startswith("/") else info.host
    fields = (host, str(info.port), "*", info.user, info.password)
    return ":".join(
        text if text == "*" else text.replace("\\", r"\\").replace(":", r"\:") for text in fields
    )


def write_files(folder: Path, info: ConnectInfo) -> list[Path]:
    """Write pgAdmin's and libpq's files, and return where.

    Raises:
        BadInput: they cannot be written, or files of the same name are somebody else's.
    """
    texts = {
        folder / SERVERS_FILE: pgadmin_servers(info),
        folder / SERVICE_FILE: pg_service(info),
    }
    _require_ours(folder / SERVERS_FILE, _is_our_servers_file)
    _require_ours(folder / SERVICE_FILE, lambda text: text.startswith(_MADE_BY))
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def pgadmin_servers(info: ConnectInfo) -> str:
    """Return the server as pgAdmin 4 imports it."""
    server = {
        "Name": f"{info.database} on {info.host}:{info.port}",
        "Group": _GROUP,
        "Host": info.host,
        "Port": info.port,
        "MaintenanceDB": info.maintenance,
        "Username": info.user,
        "ConnectionParameters": {
            "sslmode": "prefer",
            "connect_timeout": _CONNECT_TIMEOUT_S,
            **info.security,
        },
    }
    return json.dumps({"Servers": {"1": server}}, indent=2) + "\n"


def pg_service(info: ConnectInfo) -> str:
    """Return a service file of libpq with the database and the one for maintenance.

    Raises:
        BadInput: a value cannot stand in such a file.
    """
    sections = {SERVICE: info.database, MAINTENANCE_SERVICE: info.maintenance}
    blocks = [_MADE_BY]
    for name, database in sections.items():
        entries = _libpq(info, database).items()
        blocks.append("\n".join([f"[{name}]", *(_entry(key, value) for key, value in entries)]))
    return "\n\n".join(blocks) + "\n"


def _entry(key: str, value: str) -> str:
    # the file knows no quotes
    if value != value.strip() or not value.isprintable():
        raise BadInput(f"{key} {value!r} cannot stand in {SERVICE_FILE}: use a plainer name")
    return f"{key}={value}"


def _require_ours(path: Path, is_ours: Callable[[str], bool]) -> None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: choose another folder") from error
    if not is_ours(text):
        raise BadInput(f"{path} is not ours and is left alone: choose another folder")


def _is_our_servers_file(text: str) -> bool:
    try:
        groups = [server["Group"] for server in json.loads(text)["Servers"].values()]
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return groups == [_GROUP]
