"""Make `vocabulary.json` with Faker, once; the generator reads the file, so that hashes stay."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

from faker import Faker

FILE = Path(__file__).with_name("vocabulary.json")
_PHRASES = Path(__file__).with_name("phrases.toml")
_SEED = 20_260_101
_COUNTS = {"companies": 400, "first_names": 300, "last_names": 300}
_SENTENCES = 400
# of eight names, so many are English, and one each is from the neighbours
_ENGLISH = 6
_NEIGHBOURS = ("fr_CA", "es_MX")
_BLANK = re.compile(r"\{(\w+)\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DRAWN: Mapping[str, Callable[[Faker], str]] = {
    "few": lambda faker: str(faker.random_int(2, 48)),
    "many": lambda faker: str(faker.random_int(1, 96) * 10),
    "city": lambda faker: faker.city(),
    "month": lambda faker: str(faker.random_element(_MONTHS)),
}


def make() -> dict[str, list[str]]:
    """Return distinct words and sentences of each kind, in the order in which they were made."""
    english, *neighbours = (_faker(locale) for locale in ("en_US", *_NEIGHBOURS))
    turns = cycle([english] * _ENGLISH + neighbours)
    makers: dict[str, Callable[[], str]] = {
        "companies": lambda: next(turns).company(),
        "first_names": lambda: next(turns).first_name(),
        "last_names": lambda: next(turns).last_name(),
    }
    words = {kind: _distinct(makers[kind], count) for kind, count in _COUNTS.items()}
    phrases = tomllib.loads(_PHRASES.read_text(encoding="utf-8"))
    return words | {
        kind: _distinct(partial(_sentence, turns, lists), _SENTENCES)
        for kind, lists in phrases.items()
    }


def _sentence(turns: "cycle[Faker]", phrases: Mapping[str, Sequence[str]]) -> str:
    """Return a sentence with its blanks filled, never twice with the same phrase."""
    faker = next(turns)
    sentence = str(faker.random_element(phrases["sentences"]))
    fillings = {
        kind: iter(_fillings(faker, kind, count, phrases))
        for kind, count in Counter(_BLANK.findall(sentence)).items()
    }
    return _BLANK.sub(lambda blank: next(fillings[blank[1]]), sentence)


def _fillings(
    faker: Faker, kind: str, count: int, phrases: Mapping[str, Sequence[str]]
) -> Sequence[str]:
    if kind in _DRAWN:
        return [_DRAWN[kind](faker) for _ in range(count)]
    return [str(phrase) for phrase in faker.random_sample(phrases[kind], count)]


def _faker(locale: str) -> Faker:
    faker = Faker(locale)
    faker.seed_instance(_SEED)
    return faker


def _distinct(make_one: Callable[[], str], count: int) -> list[str]:
    found = dict[str, None]()
    while len(found) < count:
        found[make_one()] = None
    return list(found)


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
