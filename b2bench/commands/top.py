"""`b2bench top`: pg_activity on the database."""

import os
import sys

from b2bench.commands._options import WHERE, with_settings
from b2bench.commands._settings import Settings
from b2bench.errors import BadInput
from b2bench.findings import ExitCode


@with_settings(*WHERE)
def top(settings: Settings) -> ExitCode:
    """Watch the server at work, with pg_activity.

    q leaves it.

    Example:
        b2bench top
    """
    if not sys.stdout.isatty():
        raise BadInput("top draws on a terminal, and standard output is none")
    from b2bench.commands._console import progress_shown  # noqa: PLC0415 (--help stays fast)
    from b2bench.commands._target import find_target  # noqa: PLC0415
    from b2bench.database import reading  # noqa: PLC0415

    with progress_shown() as progress:
        target = find_target(settings, progress)
        with reading(target):
            pass  # whatever is wrong with the server, we say it in one line
    command, environment = pg_activity(target.conninfo)
    # it takes this process's place, so that the terminal and Ctrl-C are its own
    os.execvpe(command[0], command, environment)  # noqa: S606


def pg_activity(conninfo: str) -> tuple[list[str], dict[str, str]]:
    """Return the command line of pg_activity, and an environment that carries the password."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 (fast --help)

    address = conninfo_to_dict(conninfo)
    password = address.pop("password", None)
    environment = dict(os.environ) | ({"PGPASSWORD": str(password)} if password else {})
    command = [sys.executable, "-m", "pgactivity", make_conninfo("", **address)]
    return command, environment
