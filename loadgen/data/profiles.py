"""Named sizes of the data set, read from profiles.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from b2bench.errors import BadInput

_FILE = Path(__file__).with_name("profiles.toml")
# a shop ten times as large has no more warehouses, and one as small as this still has each status
_UNSCALED = frozenset({"locations"})
_FEWEST_PRODUCTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A name and row counts; those of the tables not named here follow from them.

    Args:
        scale: by which the named counts were multiplied.
    """

    name: str
    rows: Mapping[str, int]
    scale: Decimal = Decimal(1)

    @property
    def shown(self) -> str:
        """The name, with the factor if there is one."""
        return self.name if self.scale == 1 else f"{self.name} ×{self.scale}"

    def scaled(self, factor: Decimal) -> "Profile":
        """Return the profile with every count times the factor, rounded.

        Raises:
            BadInput: so few products would be left that the data could not hold every case.
        """
        rows = {
            name: count if name in _UNSCALED else _times(count, factor)
            for name, count in self.rows.items()
        }
        if rows["products"] < _FEWEST_PRODUCTS:
            raise BadInput(
                f"scale {factor} leaves {rows['products']} of {self.name}'s"
                f" {self.rows['products']:,} products: take one that leaves {_FEWEST_PRODUCTS}"
            )
        return Profile(name=self.name, rows=rows, scale=self.scale * factor)


def _times(count: int, factor: Decimal) -> int:
    return int((count * factor).to_integral_value(ROUND_HALF_UP))


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
