"""`b2bench run --pgbench-twin`: both sides run, nothing is lost, the ratio is told."""

import re
from pathlib import Path

import pytest

from b2bench.cluster.binaries import find_binaries
from b2bench.records import read_record
from b2bench.target import Target
from reports.twin import TwinRecord
from tests.commands.calling import call, refusal

SHORT = ("--think", "0", "--duration", "2", "--warm-up", "1", "--pgbench-twin")


@pytest.fixture
def named(pg_bin: Path | None) -> tuple[str, ...]:
    return ("--pg-bin", str(pg_bin)) if pg_bin else ()


def test_the_mixed_load_has_a_whole_twin(
    shop: Target, tmp_path: Path, named: tuple[str, ...]
) -> None:
    load = ("run", "mixed", "--users", "8", "--twin-rounds", "1")
    done = call(*load, *SHORT, *named, folder=tmp_path, target=shop)
    assert done.returncode in (0, 1), done.stderr
    (folder,) = (tmp_path / "runs").iterdir()
    record = read_record(folder / "twin.json", TwinRecord)
    assert record.left_out == ()
    assert record.counts_agree
    (both,) = record.rounds
    for side in (both.ours, both.pgbench):
        assert side.completed > 0
        assert side.failed == 0
        assert sum(query.completed for query in side.queries) == side.completed
        assert side.counted > side.completed
    ours, theirs = ({query.name for query in s.queries} for s in (both.ours, both.pgbench))
    assert ours == theirs
    assert len(record.form) == 4
    assert (folder / "twin" / "run.sh").exists()
    ratio = r"^requests per second .*\(n=1\) .*\(n=1\) +\d+\.\d\d$"
    assert re.search(ratio, done.stdout, re.MULTILINE)


def test_what_pgbench_cannot_do_is_left_out_on_both_sides(
    shop: Target, tmp_path: Path, named: tuple[str, ...]
) -> None:
    queries = tmp_path / "queries"
    queries.mkdir()
    (queries / "one.sql").write_text("-- params:\nSELECT 1;\n")
    (queries / "scaled.sql").write_text("-- params:\nSELECT ':scale';\n")
    load = ("run", "--queries", "queries", "--users", "2", "--twin-rounds", "1")
    done = call(*load, *SHORT, *named, folder=tmp_path, target=shop)
    assert "left out on both sides: scaled, because pgbench would put" in done.stdout, done
    (folder,) = (tmp_path / "runs").iterdir()
    (both,) = read_record(folder / "twin.json", TwinRecord).rounds
    for side in (both.ours, both.pgbench):
        assert [query.name for query in side.queries] == ["one"]


def test_a_postgresql_without_pgbench_is_told_in_one_line(
    shop: Target, tmp_path: Path, pg_bin: Path | None
) -> None:
    binaries = find_binaries(pg_bin)
    lacking = tmp_path / "bin"
    lacking.mkdir()
    for name in ("initdb", "psql"):
        (lacking / name).symlink_to(binaries.program(name))
    # asked for its version only, and the real one looks for its libraries beside itself
    (lacking / "postgres").write_text(f'#!/bin/sh\nexec "{binaries.program("postgres")}" "$@"\n')
    (lacking / "postgres").chmod(0o755)
    done = call("run", "--pgbench-twin", "--pg-bin", "bin", folder=tmp_path, target=shop)
    assert "has no program pgbench" in refusal(done)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("given", "said"), [("0", "from 1 to 50"), ("51", "from 1 to 50"), ("many", "twin-rounds")]
)
def test_a_number_of_rounds_that_cannot_be(tmp_path: Path, given: str, said: str) -> None:
    done = call("run", "--pgbench-twin", "--twin-rounds", given, folder=tmp_path)
    assert said in refusal(done)
    assert list(tmp_path.iterdir()) == []
