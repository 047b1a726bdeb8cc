"""A PgBouncer of our own in front of a server, for as long as one load lasts."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from b2bench.cluster.account import Account
from b2bench.cluster.guardian import give, guarded, private_folder
from b2bench.cluster.launch import free_port
from b2bench.cluster.poolerconfig import Pooling, credentials, pooler_configuration
from b2bench.cluster.poolerlogin import Entrance, find_entrance
from b2bench.cluster.processes import alive, wait_until
from b2bench.cluster.state import write_secret
from b2bench.database import connect
from b2bench.errors import BadInput, ClusterFailed, ServerUnreachable
from b2bench.target import Target

_FOLDERS = "/usr/sbin:/usr/local/sbin"
# 1.21 follows the protocol's prepared statements from one server session to the next; 1.22 adds
# DEALLOCATE ALL, which we do not send
_PREPARES_FROM = (1, 21)
_START_S = 15.0
_PORT_ATTEMPTS = 5
_PORT_TAKEN = "Address already in use"
_UP = "process up: "
_CONFIGURATION = "pgbouncer.ini"
_CLIENTS_LEAST = 100
_COMPLAINT = re.compile(r"\] (?:WARNING|ERROR|FATAL) (?:[CS]-0x\w+: \S+ )?(?P<text>.+)")
_LAST_WORDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PgBouncer:
    """An installed PgBouncer.

    Args:
        version: e.g. `(1, 18, 0)`.
    """

    program: Path
    version: tuple[int, ...]

    @property
    def shown(self) -> str:
        """The program with its version."""
        return f"PgBouncer {'.'.join(map(str, self.version))}"

    @property
    def prepares(self) -> bool:
        """Whether prepared statements pass through it in transaction mode."""
        return self.version[:2] >= _PREPARES_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooler:
    """A PgBouncer at work.

    Args:
        target: the database as it is reached through it; the password is the pooler's own.
    """

    target: Target
    pid: int


def find_pgbouncer(named: Path | None = None) -> PgBouncer:
    """Return the named PgBouncer, or the one that is installed.

    Raises:
        BadInput: there is none, or it does not run.
    """
    path = f"{os.environ.get('PATH', '')}:{_FOLDERS}"
    found = shutil.which(named.absolute() if named else "pgbouncer", path=path)
    if found is None and named:
        raise BadInput(f"{named} is no program: name PgBouncer's with --pgbouncer")
    if found is None:
        raise BadInput(
            "PgBouncer is not installed: `apt-get install pgbouncer`, or name one with --pgbouncer"
        )
    _, out, err = Account.ourselves().run([found, "--version"])
    version = version_of(out)
    if version is None:
        said = " ".join((err or out).split()) or "it said nothing"
        raise BadInput(f"{found} is no PgBouncer ({said}): name another with --pgbouncer")
    return PgBouncer(program=Path(found), version=version)


def version_of(text: str) -> tuple[int, ...] | None:
    r"""Return the version from what `pgbouncer --version` prints.

    >>> version_of("PgBouncer 1.18.0\nlibevent 2.1.12-stable")
    (1, 18, 0)
    """
    match = re.match(r"PgBouncer (?:version )?(\d+(?:\.\d+)+)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


@contextmanager
def pooled(
    pgbouncer: PgBouncer, target: Target, *, pool_size: int, clients: int, log: Path
) -> Iterator[Pooler]:
    """Put PgBouncer in transaction mode in front of a database; it is gone after the block.

    It runs as an unprivileged user where we are root, listens on 127.0.0.1, and ends when this
    process ends, however that comes about.

    Args:
        pgbouncer: which one.
        target: the database; its password stands in a file that only PgBouncer's user can read.
        pool_size: sessions with the server, at most.
        clients: sessions with the pooler that there will be.
        log: a file to be written by PgBouncer.

    Raises:
        BadInput: the target takes on a role, or has options that cannot pass.
        ServerUnreachable: no session with the server could be opened.
        ClusterFailed: PgBouncer does not start, or does not reach the server.
    """
    if target.role:
        raise BadInput(
            f"the role {target.role} cannot be taken on through PgBouncer, which would hand it to "
            "the next client: connect as a user of its own, or go --via direct"
        )
    entrance = find_entrance(target)
    account = Account.choose()
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        with private_folder(account) as folder:
            place = _Place(pgbouncer=pgbouncer, account=account, folder=folder, log=log)
            clients_most = max(_CLIENTS_LEAST, 2 * clients)
            pooling = place.furnish(entrance, pool_size=pool_size, clients=clients_most)
            with place.started() as pid:
                if pid is not None:
                    reached = Target(conninfo=entrance.conninfo(pooling.port), via="pgbouncer")
                    place.require_server(reached)
                    yield Pooler(target=reached, pid=pid)
                    return
        if _PORT_TAKEN not in place.complaints() or attempt == _PORT_ATTEMPTS:
            raise ClusterFailed(f"PgBouncer did not start: {place.complaints()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a PgBouncer runs, and as whom."""

    pgbouncer: PgBouncer
    account: Account
    folder: Path
    log: Path

    def furnish(self, entrance: Entrance, *, pool_size: int, clients: int) -> Pooling:
        """Write all files, and return what is in the configuration."""
        pooling = Pooling(
            port=free_port(),
            pool_size=pool_size,
            clients=clients,
            prepares=self.pgbouncer.prepares,
            auth_file=str(self.folder / "userlist.txt"),
            tls_files={name: str(self.folder / name) for name in entrance.tls_files},
        )
        self._keep("userlist.txt", credentials(entrance.login.user, entrance.password))
        for name, path in entrance.tls_files.items():
            self._keep(name, path.read_text(encoding="utf-8"))
        self._keep(_CONFIGURATION, pooler_configuration(entrance.login, pooling))
        return pooling

    def _keep(self, name: str, text: str) -> None:
        """Write a file that only PgBouncer's user can read."""
        write_secret(self.folder / name, text)
        give(self.folder / name, self.account)

    @contextmanager
    def started(self) -> Iterator[int | None]:
        """Start it and give its process id, `None` if it does not take connections."""
        argv = [self.pgbouncer.program, self.folder / _CONFIGURATION]
        with self.log.open("wb") as log, guarded(self.account, argv, self.folder, log) as pid:
            yield pid if self._is_up(pid) else None

    def _is_up(self, pid: int) -> bool:
        """Wait until it takes connections; `False` if it ended before, or takes too long.

        On its port somebody else may answer, so its own word is what counts.
        """

        def said_so() -> bool:
            return _UP in self.log.read_text(encoding="utf-8", errors="replace")

        wait_until(lambda: not alive(pid) or said_so(), _START_S)
        return alive(pid) and said_so()

    def require_server(self, reached: Target) -> None:
        """Check that a session through it comes about.

        Raises:
            ClusterFailed: it does not; the message quotes the log.
        """
        try:
            with connect(reached):
                return
        except ServerUnreachable as error:
            raise ClusterFailed(
                f"{self.pgbouncer.shown} does not reach the server: {self.complaints()}: go "
                "--via direct"
            ) from error

    def complaints(self) -> str:
        """Return the last complaints in the log, in one line."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        said = [match["text"] for line in lines if (match := _COMPLAINT.search(line))]
        last = list(dict.fromkeys(said or [line for line in lines if line]))[-_LAST_WORDS:]
        return "; ".join(last) or "it said nothing"
