"""Make `vocabulary.json` with Faker, once; the generator reads the file, so that hashes stay."""

import json
from collections.abc import Callable
from pathlib import Path

from faker import Faker

FILE = Path(__file__).with_name("vocabulary.json")
_SEED = 20_260_101
_COUNTS = {"companies": 400, "first_names": 300, "last_names": 300, "sentences": 400}


def make() -> dict[str, list[str]]:
    """Return distinct words of each kind, in the order in which Faker made them."""
    faker = Faker("en_US")
    faker.seed_instance(_SEED)
    makers: dict[str, Callable[[], str]] = {
        "companies": faker.company,
        "first_names": faker.first_name,
        "last_names": faker.last_name,
        "sentences": lambda: str(faker.sentence(nb_words=12)),
    }
    return {kind: _distinct(makers[kind], count) for kind, count in _COUNTS.items()}


def _distinct(make_one: Callable[[], str], count: int) -> list[str]:
    found = dict[str, None]()
    while len(found) < count:
        found[make_one()] = None
    return list(found)


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
