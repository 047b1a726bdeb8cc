"""Explain query classes on a clone of our database, or read-only on somebody else's."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from b2bench.arguments import ArgumentSource, FirstCaseSource, RememberingSource
from b2bench.clones import clone
from b2bench.commands._queries import argument_source, chosen_queries
from b2bench.commands._settings import Settings
from b2bench.commands._target import is_ours
from b2bench.database import reading
from b2bench.marker import read_data_set
from b2bench.progress import Progress
from b2bench.queries import QueryClass
from b2bench.roles import Roles, find_roles
from b2bench.target import Target
from reports.capture import Capture, capture
from reports.ground import Ground, ground_of

BASELINES = Path("baselines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be explained, and with which arguments.

    Args:
        queries: the classes.
        examples: whether the files' own arguments are wanted in any case.
        csv: a folder of files with arguments.
        seed: of the arguments.
        as_of: what `:as_of` is to be in a database without a data set.
        scratch: whether a database that b2bench did not make is a copy to experiment with.
        typical_only: whether one case of each class is enough.
    """

    queries: Sequence[QueryClass]
    examples: bool = False
    csv: Path | None = None
    seed: int = 1
    as_of: datetime | None = None
    scratch: bool = False
    typical_only: bool = False


def everything(settings: Settings) -> Selection:
    """Return all query classes of the folder.

    Raises: as `chosen_queries`.
    """
    return Selection(queries=chosen_queries(settings), seed=settings.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A database whose query classes are explained.

    Args:
        target: the database itself.
        source: of the arguments.
        may_copy: whether it may be copied, so that what changes data can be explained, too.
        roles: that the query files name, on its server.
    """

    target: Target
    selection: Selection
    source: ArgumentSource
    may_copy: bool
    roles: Roles = field(default_factory=Roles)

    def copies(self, purpose: str) -> Callable[[], AbstractContextManager[Target]]:
        """Return what makes a copy that may be changed, and is dropped afterwards."""
        return lambda: clone(self.target, purpose, of_scratch=self.selection.scratch)


def find_subject(settings: Settings, target: Target, selection: Selection) -> Subject:
    """Return a database with the arguments for its query classes.

    Raises:
        NotOurDatabase, BadInput: the shop's queries need the shop's data.
    """
    source = argument_source(
        settings,
        target,
        examples=selection.examples,
        csv=selection.csv,
        as_of=selection.as_of,
    )
    if selection.typical_only:
        source = FirstCaseSource(source)
    ours = is_ours(target)
    with reading(target) as connection:
        roles = find_roles(connection, selection.queries)
    return Subject(
        target=target,
        # what is ours needs no permission
        selection=replace(selection, scratch=selection.scratch and not ours),
        source=RememberingSource(source),
        may_copy=ours or selection.scratch,
        roles=roles,
    )


def take_capture(
    settings: Settings, target: Target, selection: Selection, progress: Progress
) -> Capture:
    """Explain the selected query classes.

    Raises:
        NotOurDatabase, BadInput: the shop's queries need the shop's data.
    """
    return capture_subject(find_subject(settings, target, selection), progress)


def capture_subject(subject: Subject, progress: Progress) -> Capture:
    """Explain the selected query classes of a subject, on a copy where one may be made."""
    with _copy_or_itself(subject, progress) as target:
        captured = capture(
            target,
            subject.selection.queries,
            subject.source,
            seed=subject.selection.seed,
            progress=progress,
            clone=subject.may_copy,
            roles=subject.roles.taken,
        )
    return replace(captured, notices=subject.roles.findings)


@contextmanager
def _copy_or_itself(subject: Subject, progress: Progress) -> Iterator[Target]:
    if not subject.may_copy:
        yield subject.target
        return
    progress("copying the database")
    with subject.copies("explain")() as copy:
        yield copy


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
