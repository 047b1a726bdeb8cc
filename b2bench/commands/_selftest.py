"""What a command tells of a selftest."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from b2bench.commands._console import BAD, DOUBTFUL, GOOD, say, show, table
from b2bench.selftest.load.checks import Check, Verdict

_STYLES: dict[Verdict, str] = {"met": GOOD, "not met": BAD, "cannot tell": DOUBTFUL}


def say_checks(checks: Sequence[Check], page: Path) -> None:
    """Show each check with its verdict, why nothing can be told, and where the page lies."""
    rows = (
        (check.what, check.measured, check.wanted, Text(check.verdict, _STYLES[check.verdict]))
        for check in checks
    )
    show(table("what", "measured", "wanted", "verdict", rows=rows))
    for why in dict.fromkeys(check.why for check in checks if check.why):
        say(f"cannot tell: {why}", style=DOUBTFUL)
    say(f"page: {page}")
