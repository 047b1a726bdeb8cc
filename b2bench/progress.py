"""How long work tells its progress to whoever started it, without knowing a console."""

from typing import Protocol


class Progress(Protocol):
    """Called as often as there is news; the command decides how it is shown."""

    def __call__(self, phase: str, *, done: int = 0, total: int | None = None) -> None:
        """Report that `phase` has `done` of `total` units behind it (`None`: unknown)."""


def silent(phase: str, *, done: int = 0, total: int | None = None) -> None:
    """Show nothing."""
