"""What the server said: its JSON log, and stderr before the log was open."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

_TELLING = ("WARNING", "ERROR", "FATAL", "PANIC", "HINT")
# what a healthy server says, too
_USUAL = (
    *(
        "redirecting log output",
        "Future log output",
        "starting PostgreSQL",
        "listening on",
        "ending log output",
    ),
    *("database system", "received", "shutting down", "checkpoint", "aborting any active"),
)
_LEVEL = re.compile(r"\b([A-Z]+):  (.*)")
# beside these, the rest is what followed from them
_REASON = re.compile(r"\b(ERROR|FATAL|PANIC|HINT|LOG):  |\berror: ")
_LAST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLog:
    """The files that a server of this data directory writes to.

    Args:
        data: the data directory.
        stderr: the file that takes stderr.
    """

    data: Path
    stderr: Path

    @property
    def current(self) -> Path:
        """The file that the server writes to, or wrote to last."""
        try:
            lines = (self.data / "current_logfiles").read_text(encoding="utf-8").splitlines()
        except OSError:
            lines = []
        names = (line.split(" ", 1)[1] for line in lines if line.startswith("jsonlog "))
        return next((self.data / name for name in names), self.stderr)

    def sizes(self) -> dict[Path, int]:
        """Return where each JSON log ends now."""
        return {path: path.stat().st_size for path in self._json_files()}

    def complaints(self, since: dict[Path, int]) -> str:
        """Return the server's last complaints since then, in one line; empty if there are none."""
        said = _stderr_complaints(self.stderr)
        for path in self._json_files():
            said += _json_complaints(path.read_bytes()[since.get(path, 0) :])
        return "; ".join(list(dict.fromkeys(said))[-_LAST:])

    def _json_files(self) -> list[Path]:
        return sorted((self.data / "log").glob("*.json"))


def _stderr_complaints(path: Path) -> list[str]:
    try:
        return last_words(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return []


def last_words(stderr: str) -> list[str]:
    """Return the last lines of a program's stderr that explain why it ended."""
    lines = [line.strip() for line in stderr.splitlines()]
    reasons = [line for line in lines if _REASON.search(line)]
    return [telling for line in reasons or lines if (telling := _telling(line))][-_LAST:]


def _telling(line: str) -> str:
    """Return a line without its prefix, or nothing if it does not explain a failure."""
    match = _LEVEL.search(line)
    if match is None:
        return line
    return match[2] if _explains(match[1], match[2]) else ""


def _explains(level: str, message: str) -> bool:
    return level in (*_TELLING, "LOG") and not message.startswith(_USUAL)


def _json_complaints(lines: bytes) -> list[str]:
    said = []
    for line in lines.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the server is still writing it
        message = str(entry.get("message", ""))
        if _explains(entry.get("error_severity", ""), message):
            said.append(": ".join(filter(None, (message, entry.get("detail"), entry.get("hint")))))
    return said
