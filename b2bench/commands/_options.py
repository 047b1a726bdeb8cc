"""Turn settings into a command's options, and its docstring into a small manual."""

import inspect
from collections.abc import Callable
from functools import wraps
from inspect import Parameter
from pathlib import Path
from typing import Annotated

import typer

from b2bench.commands._settings import KEYS, Key, Settings, read_settings
from b2bench.findings import ExitCode

# which server and which database
WHERE = ("dsn", "database", "state", "pg_bin")
# where the keys of personal data stand
KEY_PLACE = ("keys", "master_key_file")
# the embedded server, whatever else is named
EMBEDDED = ("state", "pg_bin")

Json = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write JSON there; - prints it.")
]
Junit = Annotated[
    Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there; - prints it.")
]

Command = Callable[..., ExitCode]


def with_settings(*names: str) -> Callable[[Command], Command]:
    """Give a command, whose first parameter is `settings`, an option for each named setting.

    Every setting can be read; the named ones can be given on the command line, too.
    """
    keys = [key for key in KEYS if key.name in names]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**given: object) -> ExitCode:
            flags = {key.name: given.pop(key.name) for key in keys}
            texts = {name: None if value is None else str(value) for name, value in flags.items()}
            return command(read_settings(texts), **given)

        _describe(wrapped, command, keys)
        return wrapped

    return decorate


def _describe(wrapped: Command, command: Command, keys: list[Key]) -> None:
    """Tell typer, which looks at signatures, what the command takes."""
    own = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(command).parameters.values()
        if parameter.annotation is not Settings
    ]
    arguments = [_parameter(key) for key in keys if key.is_argument]
    options = [_parameter(key) for key in keys if not key.is_argument]
    parameters = [*arguments, *own, *options]
    wrapped.__annotations__ = {each.name: each.annotation for each in parameters}
    wrapped.__doc__ = manual(command.__doc__ or "")
    vars(wrapped)["__signature__"] = inspect.Signature(parameters)


def _parameter(key: Key) -> Parameter:
    shown = f"{key.why} [{key.default}]" if key.default else key.why
    default = (
        typer.Argument(None, help=shown, metavar=key.metavar, show_default=False)
        if key.is_argument
        else typer.Option(None, key.flag, help=shown, metavar=key.metavar, show_default=False)
    )
    return Parameter(key.name, Parameter.KEYWORD_ONLY, default=default, annotation=str | None)


def manual(docstring: str) -> str:
    """Return a docstring whose indented paragraphs --help leaves as they are written."""
    paragraphs = inspect.cleandoc(docstring).split("\n\n")
    return "\n\n".join(
        f"\b\n{paragraph}" if "\n    " in f"\n{paragraph}" else paragraph
        for paragraph in paragraphs
    )
