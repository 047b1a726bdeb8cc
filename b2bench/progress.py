"""How long work tells its progress to whoever started it, without knowing a console."""

from typing import Protocol


class Progress(Protocol):
    """Called as often as there is news; the command decides how it is shown."""

    def __call__(self, phase: str, *, done: int = 0, total: int | None = None) -> None:
        """Report that `phase` has `done` of `total` units behind it (`None`: unknown)."""


def silent(phase: str, *, done: int = 0, total: int | None = None) -> None:
    """Show nothing."""


def prefixed(progress: Progress, told: str) -> Progress:
    """Return a progress that names first what its phases belong to."""

    def tell(phase: str, *, done: int = 0, total: int | None = None) -> None:
        progress(f"{told}: {phase}", done=done, total=total)

    return tell
