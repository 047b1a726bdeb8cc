"""The files of planted regressions."""

from pathlib import Path

import pytest

from b2bench.queries import by_name, load_queries
from b2bench.selftest.gate.seeds import addressed, load_seeds, read_seed, seed_paths
from b2bench.sqlfile import SqlFileError
from tests.shop import QUERIES

SHOP = by_name(load_queries(QUERIES))


@pytest.mark.parametrize("path", seed_paths(), ids=lambda path: path.stem)
def test_each_says_what_gets_worse_and_what_is_to_be_named(path: Path) -> None:
    seed = read_seed(path, SHOP)
    assert seed.why
    assert seed.family
    assert " " in seed.cause
    assert seed.change or seed.candidate != seed.baseline
    assert seed.candidate.name == seed.baseline.name
    assert all(statement.endswith(";") for statement in (*seed.setup, *seed.change))


def test_there_are_many_of_many_families() -> None:
    seeds = load_seeds(SHOP)
    assert len(seeds) >= 60
    assert len({seed.family for seed in seeds}) >= 30


def test_a_changed_text_of_the_shop_keeps_its_parameters() -> None:
    seed = next(each for each in load_seeds(SHOP) if each.name == "lost_condition")
    assert seed.baseline == SHOP["browse_category"]
    assert seed.candidate.parameters == seed.baseline.parameters
    assert "status" in seed.baseline.steps[0].sql.partition("WHERE")[2]
    assert "status" not in seed.candidate.steps[0].sql.partition("WHERE")[2]


def test_the_database_is_named_where_a_statement_wants_it() -> None:
    assert addressed(["ALTER DATABASE :database SET jit = on;"], '"Odd"') == (
        'ALTER DATABASE "Odd" SET jit = on;',
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "-- why: x\n-- family: y\n-- class: own\n-- step: change\nSELECT 1;",
            "needs -- step: query",
        ),
        ("-- why: x\n-- family: y\n-- class: nobody\n-- step: change\nSELECT 1;", "class nobody"),
        ("-- why: x\n-- family: y\n-- step: change\nSELECT 1;", "-- class: is missing"),
        ("-- class: own\n-- step: chance\nSELECT 1;", "no part 'chance'"),
    ],
)
def test_a_mistake_is_named_with_its_file(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.sql"
    path.write_text(text)
    with pytest.raises(SqlFileError, match=said) as raised:
        read_seed(path, SHOP)
    assert "odd.sql:" in str(raised.value)
