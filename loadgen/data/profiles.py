"""Named sizes of the data set, read from profiles.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from b2bench.errors import BadInput

_FILE = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A name and row counts; those of the tables not named here follow from them."""

    name: str
    rows: Mapping[str, int]


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles."""
    return tuple(_read())


def load_profile(name: str) -> Profile:
    """Return a profile.

    Raises:
        BadInput: there is none of that name.
    """
    profiles = _read()
    if name not in profiles:
        raise BadInput(f"unknown profile {name!r}: there is {', '.join(profiles)}")
    return Profile(name=name, rows=profiles[name])


def _read() -> dict[str, dict[str, int]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
