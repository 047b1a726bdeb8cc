"""What the Markdown outputs share: a mark for each severity, and texts that fit into a cell."""

from b2bench.findings import Severity

MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "▫️"}


def one_line(text: str) -> str:
    """Return a text with its lines joined."""
    return " ".join(text.split())


def cell(text: str) -> str:
    """Return a text that fits into a cell of a table."""
    return one_line(text).replace("|", "\\|")
