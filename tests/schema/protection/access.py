"""The access that access.toml declares: who may do what with which columns and rows."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
EVERYTHING = "*"
_FILE = Path(__file__).with_name("access.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What stands in access.toml.

    Args:
        owner: the role that may do everything with every table.
        roles: those that act.
        nothing: those that have no right of their own.
        granted: columns by role, table and verb; `*` alone for a right to the whole table.
        rows: predicates by role, by table, where row-level security is on.
        sequences: the roles that may draw from a sequence, by its name.
        functions: the three kinds of functions, and those without a search path.
    """

    owner: str
    roles: tuple[str, ...]
    nothing: tuple[str, ...]
    granted: Mapping[tuple[str, str, str], frozenset[str]]
    rows: Mapping[str, Mapping[str, str]]
    sequences: Mapping[str, frozenset[str]]
    functions: Mapping[str, frozenset[str]]
    tables: tuple[str, ...]

    def columns(self, role: str, table: str, verb: str) -> frozenset[str]:
        """Return the columns that a role has a right to; none, some, or `*`."""
        if role == self.owner:
            return frozenset({EVERYTHING})
        return self.granted.get((role, table, verb), frozenset())


@cache
def declared() -> Access:
    """Read the file."""
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    groups = text["tables"]
    return Access(
        owner=text["owner"],
        roles=tuple(text["roles"]),
        nothing=tuple(text["nothing"]),
        granted=dict(_granted(groups)),
        rows={n: group["rows"] for group in groups for n in group["names"] if "rows" in group},
        sequences={name: frozenset(given["usage"]) for name, given in text["sequences"].items()},
        functions={kind: frozenset(names) for kind, names in text["functions"].items()},
        tables=tuple(name for group in groups for name in group["names"]),
    )


def _granted(
    groups: list[dict[str, Any]],
) -> Iterator[tuple[tuple[str, str, str], frozenset[str]]]:
    for group in groups:
        for table in group["names"]:
            for verb in VERBS:
                for role in group.get(verb.lower(), ()):
                    yield (role, table, verb), frozenset({EVERYTHING})
                for role, columns in group.get(f"{verb.lower()}_columns", {}).items():
                    yield (role, table, verb), frozenset(columns.split())
