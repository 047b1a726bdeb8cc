"""The schema's documents, with plans as evidence of which query classes an index serves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from b2bench.cluster.embedded import EmbeddedServer
from b2bench.commands._capture import everything, take_capture
from b2bench.commands._settings import Settings
from b2bench.commands._target import find_target
from b2bench.database import reading
from b2bench.findings import Finding
from b2bench.marker import read_data_set, require_marked
from b2bench.progress import Progress
from b2bench.target import Target
from loadgen.data.generate import generate
from loadgen.data.profiles import load_profile
from reports.capture import Capture
from reports.plans import indexes_used
from schema import migrate
from schema.documents.areas import areas
from schema.documents.catalogue import read_schema
from schema.documents.indexes import Evidence
from schema.documents.pages import documents

_FRESH_PROFILE = "standard"
_THROWN_AWAY = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """Texts by file name, and what went wrong with the evidence in them."""

    texts: Mapping[str, str]
    findings: tuple[Finding, ...]


@contextmanager
def source(settings: Settings, progress: Progress, *, fresh: bool) -> Iterator[Target]:
    """Yield the database that the documents are made of; a fresh one is removed afterwards.

    Raises: as `find_target`.
    """
    if not fresh:
        yield find_target(settings, progress)
        return
    with TemporaryDirectory(prefix="b2bench-") as folder:
        server = EmbeddedServer(
            Path(folder) / ".b2bench", pg_bin=settings.pg_bin, overrides=_THROWN_AWAY
        )
        try:
            target = server.start(progress).for_database(settings.database)
            migrate.install(target, progress)
            generate(target, load_profile(_FRESH_PROFILE), seed=settings.seed, progress=progress)
            yield target
        finally:
            server.destroy()


def make_documents(settings: Settings, target: Target, progress: Progress) -> Documents:
    """Return the documents of a database, with evidence if it holds data.

    Raises:
        NotOurDatabase: b2bench did not make the database.
        BadInput: a table is in no area, or a load did not finish.
    """
    with reading(target) as connection:
        require_marked(connection, target)
        data_set = read_data_set(connection)
    schema = read_schema(target)
    found = areas(schema)
    if data_set is None:
        return Documents(texts=documents(schema, found, None), findings=())
    capture = take_capture(
        settings, target.with_setting("enable_seqscan", "off"), everything(settings), progress
    )
    partial = {index.name for table in schema.tables for index in table.indexes if index.predicate}
    texts = documents(schema, found, _evidence(capture, partial))
    return Documents(texts=texts, findings=capture.findings)


def _evidence(capture: Capture, partial: AbstractSet[str]) -> Evidence:
    uses = defaultdict[str, list[str]](list)
    for captured in capture.classes:
        plans = [step.plan for case in captured.cases for step in case.steps]
        for index in sorted(
            {name for plan in plans for name in indexes_used(plan, partial=partial)}
        ):
            uses[index].append(captured.query)
    return Evidence(
        said=_said(capture),
        classes=[each.query for each in capture.classes if not each.failed],
        uses=uses,
        unexplained=[each.query for each in capture.classes if each.failed],
    )


def _said(capture: Capture) -> str:
    data_set = capture.ground.data_set
    data = f"data set {data_set.profile}, seed {data_set.seed}" if data_set else "data of its own"
    return (
        f"The plans are PostgreSQL {capture.ground.server_major}'s ({data}), for typical, rare and"
        " common arguments and a miss, with `enable_seqscan` off: a small table the planner would"
        " read as a whole where it uses an index of a large one."
    )
