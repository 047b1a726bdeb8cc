"""The recorded plans, by version and name."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One plan as a server of some version gave it."""

    version: str
    name: str
    entry: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.version}-{self.name}"


def recorded() -> Iterator[Recorded]:
    """Yield every plan."""
    for path in sorted(HERE.glob("pg*.jsonl")):
        for line in path.read_text().splitlines():
            found = json.loads(line)
            yield Recorded(version=path.stem, name=found["name"], entry=found["entry"])
