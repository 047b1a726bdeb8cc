"""What went wrong is said on stderr, once until it is well again, and costs nobody else."""

import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

import psycopg

from b2bench.errors import B2benchError

Result = TypeVar("Result")


class Complaints:
    """Runs what may fail for as long as the exporter lives."""

    def __init__(self) -> None:
        self._ill = set[str]()

    def attempt(self, who: str, action: Callable[[], Result]) -> Result | None:
        """Return what the action returns, `None` where it failed.

        What the server refuses is one line; a bug shows its traceback.
        """
        try:
            result = action()
        except (B2benchError, psycopg.Error) as error:
            self._say(who, " ".join(str(error).split()))
        except Exception as error:  # noqa: BLE001 (a bug in one collector is no reason to hide the others)
            self._say(who, "".join(traceback.format_exception(error)).rstrip())
        else:
            self._ill.discard(who)
            return result
        return None

    def _say(self, who: str, what: str) -> None:
        if who not in self._ill:
            self._ill.add(who)
            sys.stderr.write(f"{who}: {what}\n")
            sys.stderr.flush()
