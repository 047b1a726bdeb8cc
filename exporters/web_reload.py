"""The web configuration as its files say it now: they are read again when one of them changes."""

import ssl
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from b2bench.errors import BadInput
from exporters.web_config import WebConfig, read_web_config

T = TypeVar("T")
Warn = Callable[[str], object]
_State = tuple[tuple[int, ...] | None, ...]


class LiveConfig:
    """What holds for the next connection and the next request.

    Args:
        path: the web configuration file; `None` for plain HTTP without a password.
        warn: is told once of each change that cannot be used.

    Raises:
        BadInput: the file, or one that it names, cannot be used.
    """

    def __init__(self, path: Path | None, warn: Warn) -> None:
        self._path = path
        self.at_start = read_web_config(path) if path else WebConfig()
        self._last_context = self.at_start.tls.context() if self.at_start.tls else None
        self._config = _Reread[WebConfig](warn)
        self._context = _Reread[ssl.SSLContext | None](warn)

    def config(self) -> WebConfig:
        """Return what is asked for now.

        Raises:
            BadInput: the file has changed and cannot be used; so nobody may pass.
        """
        if self._path is None:
            return self.at_start
        return self._config.now([self._path], self._read)

    def context(self) -> ssl.SSLContext | None:
        """Return what to encrypt with: the last certificates that could be read.

        A certificate and its key are replaced one after the other, which must not cost a scrape.
        """
        try:
            tls = self.config().tls
            if tls is not None:
                self._last_context = self._context.now(tls.files, tls.context, beside=tls)
        except BadInput:
            pass  # whoever reads the warnings knows
        return self._last_context

    def _read(self) -> WebConfig:
        config = read_web_config(self._path) if self._path else self.at_start
        if (config.tls is None) != (self.at_start.tls is None):
            raise BadInput(
                f"{self._path}: TLS begins and ends with a restart: start the exporter again"
            )
        return config


class _Reread(Generic[T]):
    """Something made of files, made again when one of them has changed."""

    def __init__(self, warn: Warn) -> None:
        self._warn = warn
        self._lock = threading.Lock()
        self._seen: tuple[object, _State] | None = None
        self._made: T
        self._refusal = ""

    def now(self, files: Sequence[Path], make: Callable[[], T], *, beside: object = None) -> T:
        """Return what is made of the files as they are.

        Args:
            files: whose change counts.
            make: reads them.
            beside: what else it is made of.

        Raises:
            BadInput: it cannot be made of them.
        """
        with self._lock:
            # the state comes first: what changes while it is read is read once more
            seen = (beside, tuple(_state(path) for path in files))
            if seen != self._seen:
                self._try(make)
                self._seen = seen
            if self._refusal:
                raise BadInput(self._refusal)
            return self._made

    def _try(self, make: Callable[[], T]) -> None:
        self._refusal = ""
        try:
            self._made = make()
        except BadInput as error:
            self._refusal = str(error)
            self._warn(self._refusal)


def _state(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
