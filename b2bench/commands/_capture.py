"""Explain query classes on a clone of our database, or read-only on somebody else's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from b2bench.clones import clone
from b2bench.commands._queries import argument_source, chosen_queries
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import reading
from b2bench.marker import read_data_set
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.target import Target
from reports.capture import Capture, capture
from reports.ground import Ground, ground_of

BASELINES = Path("baselines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be explained, and with which arguments."""

    queries: Sequence[QueryClass]
    examples: bool = False
    csv: Path | None = None


def everything(settings: Settings) -> Selection:
    """Return all query classes of the folder.

    Raises: as `chosen_queries`.
    """
    return Selection(queries=chosen_queries(settings))


def take_capture(
    settings: Settings, target: Target, selection: Selection, progress: Progress
) -> Capture:
    """Explain the selected query classes.

    Raises:
        NotOurDatabase, BadInput: the shop's queries need the shop's data.
    """
    source = argument_source(settings, target, examples=selection.examples, csv=selection.csv)
    progress("copying the database")
    with _subject(target) as (subject, is_clone):
        return capture(
            subject,
            selection.queries,
            source,
            seed=settings.seed,
            progress=progress,
            clone=is_clone,
        )


@contextmanager
def _subject(target: Target) -> Iterator[tuple[Target, bool]]:
    """Yield a clone of our database, else the database itself, and which of the two it is."""
    if not is_ours(target):
        yield target, False
        return
    with clone(target, "explain") as copy:
        yield copy, True


def baseline_path(settings: Settings, target: Target) -> Path:
    """Return the named baseline, else the one for this data set and server."""
    if settings.baseline is not None:
        return settings.baseline
    with reading(target) as connection:
        ground = ground_of(connection, read_data_set(connection))
    return BASELINES / f"{_data(ground, target)}-pg{ground.server_major}.json"


def _data(ground: Ground, target: Target) -> str:
    if ground.data_set is None:
        return target.database.replace("/", "_")
    scale = "" if ground.data_set.scale == "1" else f"-x{ground.data_set.scale}"
    return ground.data_set.profile + scale
