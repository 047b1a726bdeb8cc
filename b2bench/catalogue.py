"""What a database is made of, as text, so that two of them can be compared and a cause be named."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import psycopg
from psycopg.rows import class_row

Change = Literal["missing", "added", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueObject:
    """One definition: an index, column, function, trigger, policy, or setting."""

    kind: str
    identity: str
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every definition that can change how a query runs, ordered by kind and identity."""

    objects: tuple[CatalogueObject, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One object that the candidate has not, has in addition, or defines differently."""

    kind: str
    identity: str
    change: Change
    baseline_definition: str
    candidate_definition: str

    @property
    def shown(self) -> str:
        """The difference in a few words, e.g. `index products_search is missing`."""
        said = {"missing": "is missing", "added": "was added", "changed": "was changed"}[
            self.change
        ]
        if self.kind == "setting" and self.change == "changed":
            said = f"is {self.candidate_definition}, was {self.baseline_definition}"
        return f"{self.kind} {self.identity} {said}"


def read_catalogue(connection: psycopg.Connection) -> Catalogue:
    """Read the definitions of the session's database; b2bench's own schema is left out.

    Definitions say the schema of every name, whatever the session's search path.
    """
    settings = _read(connection, "catalogue_settings.sql")
    # taken back even inside of a transaction of the caller's
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL search_path = pg_catalog")
        objects = _read(connection, "catalogue.sql")
    found = (*settings, *objects)
    return Catalogue(objects=tuple(sorted(found, key=lambda item: (item.kind, item.identity))))


def _read(connection: psycopg.Connection, file: str) -> list[CatalogueObject]:
    cursor = connection.cursor(row_factory=class_row(CatalogueObject))
    return cursor.execute((files("b2bench") / file).read_text().encode()).fetchall()


def differences(baseline: Catalogue, candidate: Catalogue) -> tuple[Difference, ...]:
    """Return what the candidate has lost, gained or redefined, ordered by kind and identity."""
    return tuple(_differences(_by_identity(baseline), _by_identity(candidate)))


def _by_identity(catalogue: Catalogue) -> dict[tuple[str, str], str]:
    return {(item.kind, item.identity): item.definition for item in catalogue.objects}


def _differences(
    baseline: dict[tuple[str, str], str], candidate: dict[tuple[str, str], str]
) -> Iterator[Difference]:
    for kind, identity in sorted(baseline.keys() | candidate.keys()):
        before = baseline.get((kind, identity))
        after = candidate.get((kind, identity))
        if before == after:
            continue
        change: Change = "added" if before is None else "missing" if after is None else "changed"
        yield Difference(
            kind=kind,
            identity=identity,
            change=change,
            baseline_definition=before or "",
            candidate_definition=after or "",
        )
