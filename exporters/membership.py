"""Which relations have series of their own: a bounded, sticky choice; the others are one."""

from collections.abc import Iterator, Mapping, Sequence

OTHER = "other"
MOST = 200


class Membership:
    """Admits leaders by some columns while there is room, and never sends one away.

    A series that comes and goes with a ranking makes a new one each time, and gaps.

    Args:
        labels: by which a member is known; all of them say `other` for the rest.
        criteria: columns; the leaders by each are admitted in turn.
        most: members there may be.
    """

    def __init__(self, labels: Sequence[str], criteria: Sequence[str], *, most: int = MOST) -> None:
        self.labels = tuple(labels)
        self._criteria = criteria
        self._most = most
        self._members = set[tuple[str, ...]]()

    def has(self, row: Mapping[str, object]) -> bool:
        """Return whether a row, or the labels of one, is a member's."""
        return self._key(row) in self._members

    def admit(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Admit the leaders among some rows, while there is room."""
        for key in self._leaders(rows):
            if len(self._members) >= self._most:
                return
            self._members.add(key)

    def _leaders(self, rows: Sequence[Mapping[str, object]]) -> Iterator[tuple[str, ...]]:
        share = self._most // len(self._criteria)
        for column in self._criteria:
            ranked = sorted(rows, key=lambda row: float(str(row.get(column) or 0)), reverse=True)
            yield from map(self._key, ranked[:share])

    def _key(self, row: Mapping[str, object]) -> tuple[str, ...]:
        return tuple(str(row[label]) for label in self.labels)
