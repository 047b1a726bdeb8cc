"""--help of each command is a small manual with an example."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from b2bench.commands import make_command
from tests.commands.calling import call


def _leaves(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Yield each command that does something, with the words that call it."""
    children = getattr(command, "commands", {})
    if not children:
        yield name, command
    for word, child in children.items():
        yield from _leaves(child, (*name, word))


@pytest.mark.parametrize(("name", "command"), list(_leaves(make_command())), ids=str)
def test_every_command_has_an_example_that_calls_it(name: tuple[str, ...], command: Any) -> None:  # noqa: ANN401
    examples = command.help.partition("Example")[2]
    assert f"b2bench {' '.join(name)}" in examples


def test_help_needs_no_server_and_names_every_command(tmp_path: Path) -> None:
    done = call("--help", folder=tmp_path)
    assert done.returncode == 0
    words = (
        "demo server schema data run compare capacity poolers explain baseline gate export settings"
        " top health selftest"
    )
    for name in words.split():
        assert f"\n  {name} " in done.stdout
