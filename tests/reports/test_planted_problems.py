"""Problems planted in a database: each is found by its name, and its mend is proven."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.findings import Severity
from b2bench.target import Target
from tests.postgres import new_database
from tests.reports.planted import PLANTED, diagnosed_problem, plant


@pytest.fixture(scope="module")
def planted(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        plant(target)
        yield target


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_problem_is_found_and_its_mend_is_proven(
    planted: Target, tmp_path: Path, name: str
) -> None:
    codes = PLANTED[name][0].split("|")
    found = diagnosed_problem(planted, tmp_path, name)
    named = [each for each in found if each.advice.finding.code in codes]
    assert named, [each.finding.line for each in found]
    assert all(each.proven for each in named), [each.finding.line for each in named]
    assert all(each.advice.finding.severity is Severity.WARNING for each in named)
