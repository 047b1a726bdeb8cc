"""The user that server programs run as: ourselves, or an unprivileged one when we are root."""

import os
import pwd
import signal
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from b2bench.errors import ClusterFailed

_UNPRIVILEGED = ("postgres", "nobody")
_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user; `switched` says that it is not the one we are."""

    name: str
    uid: int
    gid: int
    switched: bool

    @classmethod
    def choose(cls, data: Path | None = None) -> "Account":
        """Return the user for the server whose data directory this is, or for a new one.

        PostgreSQL wants to run as the owner of its data, and never as root.
        """
        if os.geteuid() != 0:
            return cls.ourselves()
        if data is not None and data.exists() and (status := data.stat()).st_uid != 0:
            return cls(
                name=_name(status.st_uid), uid=status.st_uid, gid=status.st_gid, switched=True
            )
        entry = _unprivileged()
        return cls(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, switched=True)

    @classmethod
    def ourselves(cls) -> "Account":
        """Return the user that we are."""
        return cls(name=_name(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), switched=False)

    def start(
        self,
        argv: Sequence[str | Path],
        *,
        stderr: int | IO[bytes] = subprocess.PIPE,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Start a program as this user, in a session of its own, without our environment.

        Raises:
            ClusterFailed: it cannot be started.
        """
        try:
            return subprocess.Popen(
                [os.fspath(part) for part in argv],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd="/",
                env=server_environment(),
                user=self.uid if self.switched else None,
                group=self.gid if self.switched else None,
                extra_groups=[] if self.switched else None,
                start_new_session=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise ClusterFailed(
                f"{argv[0]} cannot be run as user {self.name}: {error}: run b2bench as an ordinary "
                "user, or name other binaries with --pg-bin"
            ) from error

    def run(self, argv: Sequence[str | Path]) -> tuple[int, str, str]:
        """Run a program to its end: exit code, stdout, stderr. An interrupt ends it, too.

        Raises:
            ClusterFailed: it cannot be started.
        """
        process = self.start(argv)
        try:
            out, err = process.communicate()
        except BaseException:
            # the program leads its own session, so its children go with it
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return process.returncode, out.decode(errors="replace"), err.decode(errors="replace")

    def reads(self, files: Iterable[Path]) -> bool:
        """Return whether this user can read all these files, found by trying."""
        script = 'for file; do test -r "$file" || exit 1; done'
        return self.run(["/bin/sh", "-c", script, "sh", *files])[0] == 0

    def reaches(self, folder: Path) -> bool:
        """Return whether this user can work below a folder, or below where it will be made."""
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", folder])[0] == 0


def _unprivileged() -> pwd.struct_passwd:
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ClusterFailed(
        "PostgreSQL does not run as root and neither of the users postgres and nobody exists: "
        "make one with `useradd --system postgres`"
    )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def server_environment() -> dict[str, str]:
    """Return the little that a server may know of us: no PG*, no LD_*, no secrets."""
    return {"PATH": os.environ.get("PATH") or _PATH, "LC_ALL": "C"}


def client_environment() -> dict[str, str]:
    """Return our environment without what would lead libpq or the loader elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LD_"))}
