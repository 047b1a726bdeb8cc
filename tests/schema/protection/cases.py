"""Business cases of protection: who tries what, as whom, and how it is to end; from cases/*.sql."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from tests.schema.protection.acting import NOBODY, Actor, for_a_moment

_FOLDER = Path(__file__).parent / "cases"
_SHOP = _FOLDER / "shop.sql"
_CASE = re.compile(r"^-- case: ", re.MULTILINE)
_PART = re.compile(r"^-- as: (?P<actor>.+)\n(?:-- ends: (?P<ends>.+)\n)?", re.MULTILINE)
_ABOUT = re.compile(r"^-- about: (?P<names>.+)$", re.MULTILINE)
_OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What somebody tries, after what others did, and how it is to end.

    Args:
        about: tables, functions and roles that it rests on.
        parts: who does what, one after the other.
        ends: `true`, what the last statement answers; `changes 2`, rows that it changes; or
            `refused 42501`, the SQLSTATE of its refusal.
    """

    why: str
    about: frozenset[str]
    parts: tuple[tuple[Actor, str], ...]
    ends: str

    def holds(self, connection: psycopg.Connection) -> bool:
        """Run the case, take back what it did, and return whether it ended as it is to."""
        return self.outcome(connection) == self.ends

    def outcome(self, connection: psycopg.Connection) -> str:
        """Run the case and return how it ended."""
        with for_a_moment(connection):
            connection.execute("SELECT set_config('shop.as_of', '2026-06-01 12:00+00', true)")
            try:
                for actor, text in self.parts:
                    actor.take_on(connection)
                    cursor = connection.execute(text.encode())
            except psycopg.Error as error:
                return f"refused {error.sqlstate}"
            while cursor.nextset():
                pass
            if self.ends.startswith("changes"):
                return f"changes {cursor.rowcount}"
            row = cursor.fetchone() if cursor.description else None
            return "true" if row == (True,) else f"{row}"


@cache
def protection_cases() -> tuple[Case, ...]:
    """Return the cases of all files."""
    paths = [path for path in sorted(_FOLDER.glob("*.sql")) if path != _SHOP]
    return tuple(_case(text) for path in paths for text in _CASE.split(path.read_text())[1:])


def _case(text: str) -> Case:
    about, found = _ABOUT.search(text), list(_PART.finditer(text))
    assert about, text
    assert [bool(part["ends"]) for part in found] == [False] * (len(found) - 1) + [True], text
    ends = [part.end() for part in found]
    starts = [*(part.start() for part in found[1:]), len(text)]
    return Case(
        why=text.splitlines()[0],
        about=frozenset(about["names"].split()),
        parts=tuple(
            (_actor(part["actor"]), text[end:start])
            for part, end, start in zip(found, ends, starts, strict=True)
        ),
        ends=found[-1]["ends"],
    )


def _actor(words: str) -> Actor:
    role, *settings = words.split()
    pairs = dict(setting.split("=", 1) for setting in settings)
    return Actor(
        role=NOBODY if role == _OWNER else role,
        settings={f"shop.{name}": value for name, value in pairs.items()},
    )
