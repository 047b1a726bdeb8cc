"""Tracks in the channel between two layers: where lines that change their height run upright."""

from collections.abc import Sequence
from dataclasses import dataclass

_APART = 10
_SAME = 4
# two lines one over the other are worse than any two that cross
_OVERLAP = 20
_ROUNDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossover:
    """A bundle that enters a channel at one height and leaves it at others."""

    bundle: int
    enters: int
    leaves: tuple[int, ...]

    @property
    def top(self) -> int:
        """The upper end of its upright line."""
        return min(self.enters, *self.leaves)

    @property
    def bottom(self) -> int:
        """The lower end of its upright line."""
        return max(self.enters, *self.leaves)


def tracks(crossovers: Sequence[Crossover]) -> dict[int, int]:
    """Return each bundle's track, counted from the left, so that few lines cross.

    Bundles that keep their height need none.
    """
    bent = [each for each in crossovers if each.top != each.bottom]
    order = _ordered(sorted(bent, key=lambda each: (each.enters, each.bundle)))
    found = dict[int, int]()
    for place, crossover in enumerate(order):
        taken = [found[other.bundle] for other in order[:place] if _meet(other, crossover)]
        found[crossover.bundle] = max(taken, default=-1) + 1
    return found


def _ordered(order: list[Crossover]) -> list[Crossover]:
    """Move one after the other to the best place until none has a better one."""
    for _ in range(_ROUNDS):
        before = list(order)
        for crossover in before:
            rest = [each for each in order if each is not crossover]
            order = min(
                ([*rest[:place], crossover, *rest[place:]] for place in range(len(order))),
                key=_cost,
            )
        if order == before:
            break
    return order


def _cost(order: Sequence[Crossover]) -> int:
    return sum(
        _crossings(left, right) for place, left in enumerate(order) for right in order[place + 1 :]
    )


def _crossings(left: Crossover, right: Crossover) -> int:
    """Count what crosses when one's upright line is left of the other's."""
    leaving = sum(right.top - _SAME < y < right.bottom + _SAME for y in left.leaves)
    entering = left.top - _SAME < right.enters < left.bottom + _SAME
    over = sum(abs(right.enters - y) < _SAME for y in left.leaves)
    return leaving + entering + _OVERLAP * over


def _meet(one: Crossover, other: Crossover) -> bool:
    return one.top - _APART < other.bottom and other.top - _APART < one.bottom
