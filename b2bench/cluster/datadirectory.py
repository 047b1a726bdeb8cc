"""A new data directory: made beside its place and moved there when it is whole."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from b2bench.cluster.account import Account
from b2bench.cluster.binaries import Binaries
from b2bench.cluster.serverlog import last_words
from b2bench.cluster.state import Home, write_secret
from b2bench.errors import ClusterFailed

SUPERUSER = "b2bench"
_UNFINISHED = "unfinished-"
_BUILTIN_LOCALE_MAJOR = 17
_LOCALES_BY_PREFERENCE = {
    True: (("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),),
    False: (("--locale=C.UTF-8",), ("--locale=C",)),
}


def require_data_directory(home: Home, binaries: Binaries, account: Account, *, sync: bool) -> None:
    """Make the data directory, unless it is there.

    Raises:
        ClusterFailed: it is there and of another major version, or initdb failed.
    """
    for remains in home.folder.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(remains, ignore_errors=True)
    if home.data.exists():
        require_same_major(home, binaries)
        return
    with _unfinished(home, account) as folder:
        _initdb(folder, binaries, account, home.new_password(), sync=sync)
        (folder / "data").rename(home.data)


def require_same_major(home: Home, binaries: Binaries) -> None:
    """Check that the binaries can read the data.

    Raises:
        ClusterFailed: they are of another major version.
    """
    version_file = home.data / "PG_VERSION"
    major = version_file.read_text(encoding="ascii").strip() if version_file.exists() else "none"
    if major != str(binaries.major):
        raise ClusterFailed(
            f"the data in {home.data} are of PostgreSQL {major} and the binaries of "
            f"{binaries.major}: name the data's binaries with --pg-bin, or remove the data with "
            "`b2bench server destroy`"
        )


@contextmanager
def _unfinished(home: Home, account: Account) -> Iterator[Path]:
    """Give a folder of the account's own that is gone afterwards."""
    folder = home.folder / f"{_UNFINISHED}{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    try:
        _give(folder, account)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initdb(
    folder: Path, binaries: Binaries, account: Account, password: str, *, sync: bool
) -> None:
    password_file = folder / "password"
    write_secret(password_file, password)
    _give(password_file, account)
    command = [
        binaries.program("initdb"),
        f"--pgdata={folder / 'data'}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        *(() if sync else ("--no-sync",)),
    ]
    for locale in _LOCALES_BY_PREFERENCE[binaries.major >= _BUILTIN_LOCALE_MAJOR]:
        code, _, err = account.run([*command, *locale])
        if code == 0:
            return
        if "locale" not in err:
            break
    raise ClusterFailed(
        f"initdb failed: {'; '.join(last_words(err)) or f'exit code {code}'}: mend that, and start "
        "again with `b2bench server start`"
    )


def _give(path: Path, account: Account) -> None:
    if account.switched:
        os.chown(path, account.uid, account.gid)
