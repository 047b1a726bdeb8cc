"""Heights at which items of a layer stand, so that most links run straight."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A top at which an item would stand, and how much it matters."""

    top: float
    weight: float


@dataclass(slots=True, kw_only=True)
class _Pile:
    """Items that stand as close as they may; `wishes` are for the top of the first."""

    items: int
    wishes: list[Wish] = field(default_factory=list)

    @property
    def top(self) -> float:
        """The weighted median, which makes the sum of distances from the wishes least."""
        ranked = sorted(self.wishes, key=lambda wish: wish.top)
        sums, total = list[float](), 0.0
        for wish in ranked:
            total += wish.weight
            sums.append(total)
        return ranked[bisect_left(sums, total / 2)].top


def stack(wishes: Sequence[Sequence[Wish]], offsets: Sequence[float]) -> list[float]:
    """Return tops in the given order, as near to the wishes as the distances allow.

    Pools adjacent violators, see https://en.wikipedia.org/wiki/Isotonic_regression.

    Args:
        wishes: for each item at least one.
        offsets: the least distance of each item's top from the first one's.

    >>> near = [[Wish(top=0, weight=1)], [Wish(top=4, weight=1)], [Wish(top=90, weight=1)]]
    >>> stack(near, [0, 10, 20])
    [-6, 4, 90]
    """
    piles = list[_Pile]()
    for own, offset in zip(wishes, offsets, strict=True):
        moved = [Wish(top=wish.top - offset, weight=wish.weight) for wish in own]
        piles.append(_Pile(items=1, wishes=moved))
        while len(piles) > 1 and piles[-2].top > piles[-1].top:
            upper = piles.pop()
            piles[-1].items += upper.items
            piles[-1].wishes += upper.wishes
    firsts = [pile.top for pile in piles for _ in range(pile.items)]
    return [first + offset for first, offset in zip(firsts, offsets, strict=True)]
