"""Which statements are shown one by one: those of query classes, and the leaders."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from exporters.growth import Floats

# a statement's database and the server's number for it
Statement = tuple[str, int]
# a leader keeps its place so long after it has led for the last time
_KEPT_S = 3600.0


class Leaders:
    """Admits leaders while there is room; membership is sticky, series do not come and go.

    Args:
        named: numbers of statements that are always members and take nobody's room.
        most: how many others there may be.
        kept_s: who has not led for so long makes room when room is needed.
    """

    def __init__(self, named: Collection[int], *, most: int, kept_s: float = _KEPT_S) -> None:
        self._named = set(named)
        self._most = most
        self._kept_s = kept_s
        self._led_at_s = dict[Statement, float]()

    def __contains__(self, statement: Statement) -> bool:
        return statement[1] in self._named or statement in self._led_at_s

    def name(self, queryids: Iterable[int]) -> None:
        """Make statements members for good; leaders among them give their places free."""
        self._named |= set(queryids)
        self._led_at_s = {
            each: at_s for each, at_s in self._led_at_s.items() if each[1] not in self._named
        }

    def admit(
        self, statements: Sequence[Statement], growth: Floats, now_s: float
    ) -> list[Statement]:
        """Admit the leaders by each column of what has grown; return who had to make room.

        A statement may be there several times, once for each role.
        """
        others = [place for place, each in enumerate(statements) if each[1] not in self._named]
        leading = self._leading([statements[place] for place in others], growth[others])
        self._led_at_s |= {each: now_s for each in leading if each in self._led_at_s}
        coming = [each for each in dict.fromkeys(leading) if each not in self._led_at_s]
        gone = self._make_room(len(coming), now_s)
        self._led_at_s |= dict.fromkeys(coming[: self._room], now_s)
        return gone

    @property
    def _room(self) -> int:
        return max(0, self._most - len(self._led_at_s))

    def _leading(self, statements: Sequence[Statement], growth: Floats) -> list[Statement]:
        """Return the first of each column in turn, so that no column fills the room alone.

        At once no more than half the room is asked for.
        """
        columns = growth.shape[1]
        each = -(-self._most // (2 * columns))
        places = np.argsort(-growth, axis=0, kind="stable")[:each]
        grown = np.take_along_axis(growth, places, axis=0) > 0
        return [statements[place] for place in places[grown].tolist()]

    def _make_room(self, wanted: int, now_s: float) -> list[Statement]:
        tired = [each for each, at_s in self._led_at_s.items() if now_s - at_s > self._kept_s]
        gone = sorted(tired, key=self._led_at_s.__getitem__)[: max(0, wanted - self._room)]
        for statement in gone:
            del self._led_at_s[statement]
        return gone
