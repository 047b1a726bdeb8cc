"""Start, stop, look at and remove the embedded PostgreSQL server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from b2bench.cluster.account import Account, client_environment
from b2bench.cluster.binaries import Binaries, find_binaries, usable_binaries
from b2bench.cluster.configuration import configuration
from b2bench.cluster.datadirectory import SUPERUSER, require_data_directory, require_same_major
from b2bench.cluster.launch import HOST, Launch, await_ready, stop_server
from b2bench.cluster.lock import (
    locked,
    locked_if_there,
    remove,
    remove_remains,
    require_not_foreign,
)
from b2bench.cluster.processes import Postmaster, find_postmaster
from b2bench.cluster.refusals import explained
from b2bench.cluster.serverlog import ServerLog
from b2bench.cluster.state import Home, Memory, find_home
from b2bench.database import connect
from b2bench.errors import ClusterFailed, ServerUnreachable
from b2bench.progress import Progress, silent
from b2bench.target import Target

_PHASES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """The embedded server as it is now.

    Args:
        running: whether it takes connections.
        port: on 127.0.0.1, while it runs.
        version: of the server that runs or ran last, e.g. `18.6`; else of the one that would.
        pid: the postmaster's.
        log_file: what it writes to, or wrote to last.
    """

    running: bool
    port: int | None
    data_directory: Path
    version: str
    pid: int | None
    log_file: Path


class EmbeddedServer:
    """One PostgreSQL server of our own, which outlives the command that started it.

    Args:
        state_directory: where it lives; all that it needs is made below.
        pg_bin: the bin folder of another PostgreSQL than the wheel's, 15 or newer.
        overrides: settings that win over ours.
    """

    def __init__(
        self,
        state_directory: Path,
        *,
        pg_bin: Path | None = None,
        overrides: Mapping[str, str] = {},
    ) -> None:
        self._state_directory = state_directory
        self._pg_bin = pg_bin
        self._overrides = dict(overrides)

    @explained()
    def start(self, progress: Progress = silent) -> Target:
        """Start the server unless it runs, and return its database `postgres` as superuser.

        Raises:
            BadInput: the state directory cannot be used.
            ServerTooOld: the binaries are older than PostgreSQL 15.
            ClusterFailed: the server cannot be started, or runs with other settings.
        """
        progress("looking for PostgreSQL", done=0, total=_PHASES)
        binaries = find_binaries(self._pg_bin)
        home = find_home(self._state_directory)
        with locked(home) as token:
            postmaster = self._running(home, token, binaries)
            if postmaster is None:
                postmaster = self._launched(home, token, binaries, progress)
            progress("connecting", done=3, total=_PHASES)
            target = _target(home, postmaster.port)
            home.remember(Memory(port=postmaster.port, version=_prepare(target)))
        progress("PostgreSQL is running", done=_PHASES, total=_PHASES)
        return target

    def _running(self, home: Home, token: str, binaries: Binaries) -> Postmaster | None:
        postmaster = find_postmaster(home.data, token)
        if postmaster is None:
            return None
        require_same_major(home, binaries)
        self._require_same_settings(home, postmaster.port)
        return await_ready(home.data, token, postmaster.pid)

    def _require_same_settings(self, home: Home, port: int) -> None:
        settings = (home.data / "postgresql.conf").read_text(encoding="utf-8")
        if self._overrides and settings != configuration(port, self._overrides):
            raise ClusterFailed(
                "the embedded server already runs with other settings: stop it first with "
                "`b2bench server stop`"
            )

    def _launched(
        self, home: Home, token: str, binaries: Binaries, progress: Progress
    ) -> Postmaster:
        account = Account.choose(home.data)
        usable = usable_binaries(binaries, account, home.copies)
        progress("making the data directory", done=1, total=_PHASES)
        sync = self._overrides.get("fsync") != "off"
        require_data_directory(home, usable, account, sync=sync)
        progress("starting PostgreSQL", done=2, total=_PHASES)
        return Launch(
            home=home,
            token=token,
            binaries=usable,
            account=account,
            overrides=self._overrides,
        ).start()

    @explained()
    def stop(self) -> bool:
        """Stop the server, ending its sessions; `False` if it was not running.

        Raises:
            ClusterFailed: it does not end.
        """
        home = find_home(self._state_directory)
        with locked_if_there(home):
            return _stop(home)

    @explained()
    def status(self) -> ServerStatus:
        """Look at the server without changing or waiting for anything."""
        home = find_home(self._state_directory)
        postmaster, memory = _ready(home), home.memory()
        return ServerStatus(
            running=postmaster is not None,
            port=postmaster.port if postmaster else None,
            data_directory=home.data,
            version=memory.version if memory else find_binaries(self._pg_bin).version,
            pid=postmaster.pid if postmaster else None,
            log_file=ServerLog(data=home.data, stderr=home.stderr).current,
        )

    @explained()
    def target(self, database: str = "postgres") -> Target:
        """Return a database of the running server, as superuser.

        Raises:
            ServerUnreachable: it is not running.
        """
        home = find_home(self._state_directory)
        postmaster = _ready(home)
        if postmaster is None:
            raise ServerUnreachable(
                f"the embedded server in {self._state_directory} is not running: start it with "
                "`b2bench server start`"
            )
        return _target(home, postmaster.port).for_database(database)

    @explained()
    def psql_command(self, database: str) -> tuple[list[str], dict[str, str]]:
        """Return a psql command line and the environment that carries its password.

        Raises:
            ServerUnreachable: the server is not running.
        """
        address = conninfo_to_dict(self.target(database).conninfo)
        environment = client_environment() | {"PGPASSWORD": str(address.pop("password"))}
        program = find_binaries(self._pg_bin).program("psql")
        return [str(program), f"--dbname={make_conninfo('', **address)}"], environment

    @explained()
    def destroy(self) -> bool:
        """Stop the server and remove all that was made; `False` if there was nothing.

        Raises:
            ClusterFailed: the folder is not ours, or the server does not end.
        """
        home = find_home(self._state_directory)
        with locked_if_there(home) as there:
            if not there:
                require_not_foreign(home)
                return remove_remains(home)
            _stop(home)
            remove(home)
            return True


def _ready(home: Home) -> Postmaster | None:
    token = home.token()
    postmaster = find_postmaster(home.data, token) if token else None
    return postmaster if postmaster and postmaster.ready else None


def _stop(home: Home) -> bool:
    token = home.token()
    return token is not None and stop_server(home.data, token)


def _target(home: Home, port: int) -> Target:
    # encryption is off by name, or libpq spends round trips on asking
    conninfo = make_conninfo(
        host=HOST,
        port=port,
        user=SUPERUSER,
        password=home.password(),
        dbname="postgres",
        sslmode="disable",
        gssencmode="disable",
    )
    return Target(conninfo=conninfo)


def _prepare(target: Target) -> str:
    """Make what monitoring reads, and return the server's version."""
    with connect(target, application_name="b2bench (server start)") as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        version = connection.info.parameter_status("server_version") or ""
    return version.split(" ")[0]
