"""The values of expressions: pgbench itself says what they are."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy import stats

from b2bench.pgbench.evaluation import NoValue, evaluate, reduced
from b2bench.pgbench.expressions import parse_expression
from b2bench.queries import read_query_class
from b2bench.script_arguments import ScriptSource
from b2bench.target import Target
from tests.pgbench_database import drawn_by_pgbench

# the seed of hashes is random in pgbench, so it is named here
EXPRESSIONS = (
    "7 / 2",
    "-7 / 2",
    "7 / -2",
    "-7 % 3",
    "7 % -3",
    "mod(7.6, 3)",
    "7 / 2.0",
    "1 + 2 * 3 - 4",
    "8 - 4 - 2",
    "100000 * :scale",
    ":client_id + 5",
    "1e3",
    "1.5e-7 * 3",
    "1.0",
    "2 / 3.0",
    "123456789012345678 * 10.0",
    "-9223372036854775808",
    "-9223372036854775808 % -1",
    "int(2.5) * 10 + int(3.5)",
    "int(-2.5)",
    "double(3)",
    "abs(-4.5)",
    "abs(-9)",
    "least(3, 1, 2)",
    "greatest(3, 1.5, 2)",
    "sqrt(2)",
    "ln(10)",
    "exp(1)",
    "pi()",
    "pow(2, 10)",
    "power(2.0, 0.5)",
    "6 & 3 | 8 # 1",
    "~5 + 1",
    "1 << 40 >> 3",
    "-16 >> 2",
    "1 << 63",
    "1 < 2",
    "2 <= 1.5",
    "3 > 2 and not 2 <> 2",
    "1 = 1.0 or null",
    "null and true",
    "true and null",
    "false and null",
    "null + 1",
    "null is null",
    "1 notnull",
    "null isnull",
    "1 is true",
    "(1 = 1) is not false",
    "case when 0 then 1 when 0.5 then 2 else 3 end",
    "case when null then 1 end",
    "hash(42, 7)",
    "hash_murmur2(-42, 7)",
    "hash_fnv1a(42, -7)",
    "hash_fnv1a(-1, 5432)",
    "permute(0, 1, 5)",
    "permute(1, 2, 5)",
    "permute(17, 1000, 42)",
    "permute(999999999, 1000000007, -5432)",
    "permute(-3, 4611686018427387905, 123456789)",
    "debug(5)",
)


def test_every_expression_has_the_value_that_pgbench_writes(
    pgbench_database: Target, pgbench: Path, tmp_path: Path
) -> None:
    names = [f"x{number}" for number in range(len(EXPRESSIONS))]
    sets = [f"\\set {name} {text}" for name, text in zip(names, EXPRESSIONS, strict=True)]
    # pgbench puts a value between quotes, too; as a query class the names stand alone
    theirs = drawn_by_pgbench(
        pgbench,
        pgbench_database,
        tmp_path,
        "\n".join([*sets, inserting({name: f"':{name}'" for name in names}.items())]),
    )
    path = tmp_path / "ours.sql"
    path.write_text("\n".join([*sets, f"SELECT {', '.join(f':{name}' for name in names)}"]))
    source = ScriptSource(datetime.now(UTC), scale=1)
    values = source.draw(read_query_class(path), seed=1, count=1)[0].values
    ours = {x: "NULL" if values[x] is None else str(values[x]) for x in names}
    assert dict(zip(EXPRESSIONS, ours.values(), strict=True)) == {
        EXPRESSIONS[names.index(name)]: value for name, value in theirs
    }


DISTRIBUTIONS = (
    "random(1, 1000)",
    "random(-5000, 5000)",
    "random_exponential(1, 1000, 2.5)",
    "random_exponential(-20, 20, 0.1)",
    "random_gaussian(1, 1000, 2.0)",
    "random_gaussian(1, 1000, 5.0)",
    "random_zipfian(1, 1000, 1.001)",
    "random_zipfian(1, 1000, 1.5)",
    "random_zipfian(0, 9, 3)",
    "random_zipfian(1, 100000000, 1.05)",
)
_COLUMNS, _TRANSACTIONS = 100, 100
_BINS = 30


def test_random_values_are_distributed_as_pgbenchs_own(
    pgbench_database: Target, pgbench: Path, tmp_path: Path
) -> None:
    lines = list[str]()
    for number, text in enumerate(DISTRIBUTIONS):
        variables = [f"x{number}_{column}" for column in range(_COLUMNS)]
        lines += [f"\\set {variable} {text}" for variable in variables]
        lines.append(inserting((text, f":{variable}") for variable in variables))
    rows_drawn = drawn_by_pgbench(
        pgbench, pgbench_database, tmp_path, "\n".join(lines), transactions=_TRANSACTIONS
    )
    for text in DISTRIBUTIONS:
        theirs = [int(value) for name, value in rows_drawn if name == text]
        assert len(theirs) == _COLUMNS * _TRANSACTIONS
        ours = drawn(text, 7, len(theirs))
        assert likeness(theirs, ours) > 0.001, text


def inserting(rows: Iterable[tuple[str, str]]) -> str:
    """Return a statement that inserts names and, as pgbench replaces them, variables."""
    values = ", ".join(f"('{name}', {variable})" for name, variable in rows)
    return f"INSERT INTO drawn VALUES {values};"  # noqa: S608 (a script for pgbench)


def drawn(text: str, seed: int, count: int) -> list[int]:
    expression, random = parse_expression(text), Random(seed)  # noqa: S311 (a sample)
    return [int(evaluate(expression, {}, random) or 0) for _ in range(count)]


def likeness(theirs: Sequence[int], ours: Sequence[int]) -> float:
    """Return the probability of such a difference between two samples of one distribution."""
    edges = np.unique(np.quantile([*theirs, *ours], np.linspace(0, 1, _BINS)))
    bins = [Counter(np.searchsorted(edges, sample).tolist()) for sample in (theirs, ours)]
    table = [[count[place] for place in bins[0] | bins[1]] for count in bins]
    return float(stats.chi2_contingency(table).pvalue)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("random_zipfian(1, 1000, 1.5)", "random_zipfian(1, 1000, 1.6)"),
        ("random_gaussian(1, 1000, 5.0)", "random_gaussian(1, 1000, 5.3)"),
        ("random_exponential(1, 1000, 2.5)", "random_exponential(1, 1000, 2.8)"),
    ],
)
def test_the_comparison_would_see_another_parameter(text: str, other: str) -> None:
    count = _COLUMNS * _TRANSACTIONS
    assert likeness(drawn(text, 1, count), drawn(other, 2, count)) < 0.001


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "division by zero"),
        ("1 % 0", "division by zero"),
        ("1 / 0.0", "division by zero"),
        ("9223372036854775807 + 1", "bigint out of range"),
        ("-9223372036854775808 / -1", "bigint out of range"),
        ("int(1e19)", "bigint out of range"),
        ("int(1e300 * 1e300)", "double to int overflow"),
        ("sqrt(-1)", "no finite value"),
        ("1 + true", "cannot coerce boolean to int"),
        ("1 and true", "cannot coerce int to boolean"),
        ("random(2, 1)", "empty range"),
        ("random(-9223372036854775808, 9223372036854775807)", "too large"),
        ("random_gaussian(1, 9, 1.9)", "random_gaussian, 1.9, is out of range"),
        ("random_zipfian(1, 9, 1)", "random_zipfian, 1, is out of range"),
        ("random_exponential(1, 9, 0)", "random_exponential, 0, is out of range"),
        ("permute(1, 0, 1)", "greater than zero"),
    ],
)
def test_what_ends_pgbenchs_client_has_no_value(text: str, said: str) -> None:
    with pytest.raises(NoValue, match=said):
        drawn(text, 1, 1)


def test_what_is_known_is_computed_once_and_what_is_drawn_is_not() -> None:
    expression = reduced(parse_expression("random(1, 10 * :scale) + :x"), {"scale": 5})
    assert expression == parse_expression("random(1, 50) + :x")


def test_a_branch_that_is_never_taken_may_have_no_value() -> None:
    assert drawn("case when 1 then 2 else 1 / 0 end", 1, 1) == [2]
    expression = reduced(parse_expression("case when 1 then 2 else 1 / 0 end"), {})
    assert evaluate(expression, {}, Random(1)) == 2  # noqa: S311 (draws nothing)


def test_both_ends_of_a_range_are_drawn() -> None:
    for text in ("random(1, 3)", "random_gaussian(1, 3, 2)", "random_zipfian(1, 3, 2)"):
        assert set(drawn(text, 1, 500)) == {1, 2, 3}
    assert set(drawn("random_exponential(1, 3, 1)", 1, 500)) == {1, 2, 3}
    assert set(drawn("random_zipfian(5, 5, 2)", 1, 5)) == {5}
