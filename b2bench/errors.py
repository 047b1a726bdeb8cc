"""The one family of errors that becomes one line on stderr and exit code 2."""


class B2benchError(Exception):
    """A command cannot do its job; the message says why and how to mend it."""


class BadInput(B2benchError):
    """Something that the user gave cannot be used."""


class ServerUnreachable(B2benchError):
    """No session with the server could be opened."""


class ServerTooOld(B2benchError):
    """The server is older than PostgreSQL 15."""


class ExtensionMissing(B2benchError):
    """An extension that the command needs is not installed or not loaded."""


class NotOurDatabase(B2benchError):
    """The database does not carry b2bench's mark, so nothing in it is touched."""


class StatementFailed(B2benchError):
    """The server refused a statement that the command needs."""


class ClusterFailed(B2benchError):
    """The embedded server could not be started, stopped or removed."""


class BaselineUnusable(B2benchError):
    """The baseline is missing, damaged, or stands on another ground."""


class RunFailed(B2benchError):
    """The load could not be run to its end."""


class MonitoringFailed(B2benchError):
    """Prometheus could not be started, or ended by itself."""


class KeysUnusable(B2benchError):
    """A master key, a key store or a sealed value cannot be used."""
