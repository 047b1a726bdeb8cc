"""The command `b2bench`, and the border at which an error becomes one line."""

import logging
import os
import signal
import sys
import traceback
from types import FrameType
from typing import NoReturn, cast

import typer

from b2bench.commands import make_command
from b2bench.errors import B2benchError
from b2bench.findings import ExitCode

_AGAIN_S = 0.01
_INTERRUPTED = 128 + signal.SIGINT
_TERMINATED = 128 + signal.SIGTERM
# typer exports this exception, and not the family that it belongs to
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__bases__[0])


def main() -> NoReturn:
    """Run the command line and exit: 0 it is fine, 1 the verdict is no, 2 it could not be done."""
    signal.signal(signal.SIGTERM, _end)
    keep_interrupts()
    # what psycopg warns of reaches us as an exception, too
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    try:
        code = _run()
        sys.stdout.flush()
    except B2benchError as error:
        code = _say(str(error), ExitCode.COULD_NOT)
    except _UsageError as error:
        code = _usage(error)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except BrokenPipeError:
        # whoever read our output has gone; the interpreter must not stumble over the rest of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.COULD_NOT
    except Exception:  # noqa: BLE001 (a defect must not look like a verdict, whose exit code is 1)
        traceback.print_exc()
        code = _say("this is a defect of b2bench: please report it", ExitCode.COULD_NOT)
    if code == _INTERRUPTED:
        _say("interrupted", code)
    sys.exit(code)


def keep_interrupts() -> None:
    """Deliver an interrupt once more that came where Python drops exceptions: in destructors."""
    sys.unraisablehook = _deliver_again


def _deliver_again(dropped: "sys.UnraisableHookArgs") -> None:
    match dropped.exc_value:
        case KeyboardInterrupt():
            signal.signal(signal.SIGALRM, signal.default_int_handler)
        case SystemExit():
            signal.signal(signal.SIGALRM, _end)
        case _:
            sys.__unraisablehook__(dropped)
            return
    signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


def _run() -> int:
    code = make_command().main(prog_name="b2bench", standalone_mode=False)
    return ExitCode.FINE if code is None else int(code)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leave in order, so that copies are dropped and the load's process is ended."""
    sys.exit(_TERMINATED)


def _usage(error: typer.BadParameter) -> int:
    message = error.format_message()
    if not message or type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return ExitCode.COULD_NOT
    path = error.ctx.command_path if error.ctx else "b2bench"
    return _say(f"{message.rstrip('.')}: see `{path} --help`", ExitCode.COULD_NOT)


def _say(message: str, code: int) -> int:
    sys.stderr.write(f"b2bench: {' '.join(message.split())}\n")
    return code


if __name__ == "__main__":
    main()
