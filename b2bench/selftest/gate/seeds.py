"""Regressions to plant: one .sql file each, with what the gate has to name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from b2bench.queries import QueryClass, query_class
from b2bench.sqlfile import Part, SqlFile, SqlFileError, read_sql_file

_OWN = "own"
_PARTS = frozenset(("setup", "change", "query", "changed_query"))
_DATABASE = ":database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """A way in which a query class gets worse.

    Args:
        name: the file's stem; also that of a query class of its own.
        family: kind of regression, e.g. `lost index`.
        cause: kind and identity of what the gate has to name, e.g. `index products_search`.
        needs: `jit`, or an extension, without which it cannot be planted.
        setup: statements that both sides get first.
        change: statements that only the candidate gets.
        baseline: the query class before.
        candidate: the query class after; the same, unless its text is what changes.
    """

    name: str
    why: str
    family: str
    cause: str
    needs: str
    setup: tuple[str, ...]
    change: tuple[str, ...]
    baseline: QueryClass
    candidate: QueryClass


def seed_paths() -> list[Path]:
    """Return the files, by name."""
    return sorted(Path(str(files(__package__) / "seeds")).glob("*.sql"))


def load_seeds(shop: Mapping[str, QueryClass]) -> tuple[Seed, ...]:
    """Return every seed.

    Args:
        shop: the shop's query classes by name.

    Raises:
        SqlFileError: a file is malformed.
    """
    return tuple(read_seed(path, shop) for path in seed_paths())


def read_seed(path: Path, shop: Mapping[str, QueryClass]) -> Seed:
    """Read one file.

    Raises:
        SqlFileError: it is malformed, or changes a query class that the shop has not.
    """
    file = read_sql_file(path)
    parts = {part.title: part for part in file.parts}
    if unknown := parts.keys() - _PARTS:
        raise SqlFileError(path, parts[min(unknown)].line, f"no part {min(unknown)!r}")
    baseline, changed = _queries(file, parts, shop)
    return Seed(
        name=path.stem,
        why=_header(file, "why"),
        family=_header(file, "family"),
        cause=_header(file, "cause"),
        needs=_optional(file, "needs"),
        setup=_statements(parts.get("setup")),
        change=_statements(parts.get("change")),
        baseline=baseline,
        candidate=changed,
    )


def _queries(
    file: SqlFile, parts: Mapping[str, Part], shop: Mapping[str, QueryClass]
) -> tuple[QueryClass, QueryClass]:
    name = _header(file, "class")
    if name == _OWN:
        if "query" not in parts:
            raise SqlFileError(file.path, 1, "a class of its own needs -- step: query")
        before = _with_text(file, parts["query"])
    elif name in shop:
        before = shop[name]
    else:
        raise SqlFileError(file.path, 1, f"the shop has no query class {name}")
    if "changed_query" not in parts:
        return before, before
    headers = file if name == _OWN else read_sql_file(before.path)
    return before, _with_text(headers, parts["changed_query"])


def _with_text(headers: SqlFile, text: Part) -> QueryClass:
    return query_class(replace(headers, parts=(replace(text, title=""),)))


def _header(file: SqlFile, key: str) -> str:
    if not (value := _optional(file, key)):
        raise SqlFileError(file.path, 1, f"-- {key}: is missing")
    return value


def _optional(file: SqlFile, key: str) -> str:
    header = file.header(key)
    return header.value if header else ""


def _statements(part: Part | None) -> tuple[str, ...]:
    """Return the statements of a part, which stand between empty lines."""
    if part is None:
        return ()
    return tuple(statement.strip() for statement in part.sql.split("\n\n") if statement.strip())


def addressed(statements: Sequence[str], database: str) -> tuple[str, ...]:
    """Return statements with the name of the database, as an identifier, where they want it."""
    return tuple(statement.replace(_DATABASE, database) for statement in statements)
