"""`b2bench gate` and `b2bench baseline` as somebody's CI calls them, on a database of theirs."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from b2bench.commands._gate import with_causes
from b2bench.database import connect
from b2bench.errors import BadInput
from b2bench.findings import Severity
from b2bench.progress import silent
from b2bench.queries import load_queries
from b2bench.target import Target
from reports.attribution import Candidate
from reports.baseline import read_baseline
from reports.gate import judge
from reports.gate_policy import Policy
from tests.commands.calling import call, refusal
from tests.postgres import new_database
from tests.reports.shop import SOURCE, captured, install, write_queries

WHERE = ("--queries", "queries", "--baseline", "b.json")


@pytest.fixture(scope="module")
def installed(server: Target) -> Iterator[Target]:
    with new_database(server) as target:
        install(target)
        yield target


@pytest.fixture
def theirs(server: Target, installed: Target) -> Iterator[Target]:
    with new_database(server, template=installed.database) as target:
        yield target


@pytest.fixture
def project(theirs: Target, tmp_path: Path) -> Path:
    """Give a folder with queries and the baseline of their database."""
    (tmp_path / "queries").mkdir()
    write_queries(tmp_path / "queries", "find_sku", "place_order")
    done = call("baseline", "record", *WHERE, "--scratch", folder=tmp_path, target=theirs)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    return tmp_path


def test_every_format_is_written_at_once_with_a_proven_cause(theirs: Target, project: Path) -> None:
    with connect(theirs) as connection:
        connection.execute("DROP INDEX products_sku")
    written = ("--markdown", "c.md", "--json", "g.json", "--junit", "g.xml", "--sarif", "g.sarif")
    history = ("--history", "h.jsonl")
    done = call("gate", *WHERE, "--scratch", *written, *history, folder=project, target=theirs)
    assert (done.returncode, done.stderr) == (1, "")
    assert "cause: index products_sku is missing" in done.stdout
    assert "place_order" not in done.stdout
    assert "products_sku" in (project / "c.md").read_text()
    assert json.loads((project / "g.json").read_text())["exit_code"] == 1
    assert "products_sku" in (project / "g.xml").read_text()
    assert "queries/find_sku.sql" in (project / "g.sarif").read_text()
    assert len((project / "h.jsonl").read_text().splitlines()) == 1
    shown = call("history", "show", "h.jsonl", folder=project)
    assert (shown.returncode, shown.stderr) == (0, "")


def test_without_leave_to_copy_nothing_is_changed_and_the_cause_is_probable(
    theirs: Target, project: Path
) -> None:
    with connect(theirs) as connection:
        connection.execute("DROP INDEX products_sku")
    done = call("gate", *WHERE, folder=project, target=theirs)
    assert done.returncode == 1
    assert "cause: probably index products_sku is missing" in done.stdout
    assert "place_order: changes data or locks rows" in done.stdout


def test_quick_judges_one_case_and_misses_none(theirs: Target, project: Path) -> None:
    done = call("gate", *WHERE, "--scratch", "--quick", folder=project, target=theirs)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "no regression in 2 query classes" in done.stdout


def test_a_policy_in_the_folder_holds(theirs: Target, project: Path) -> None:
    with connect(theirs) as connection:
        connection.execute("DROP INDEX products_sku")
    (project / "gate-policy.toml").write_text(
        "[classes.find_sku.severities]\n"
        + "".join(
            f'{code} = "warning"\n'
            for code in (
                "plan-shape-changed",
                "blocks-increased",
                "tuples-increased",
                "executed-blocks-increased",
            )
        )
    )
    done = call("gate", *WHERE, folder=project, target=theirs)
    assert done.returncode == 0, done.stdout
    shown = call("gate", "--show-policy", folder=project)
    assert '[classes."find_sku".severities]' in shown.stdout


def test_an_accepted_class_passes_and_its_reason_is_kept(theirs: Target, project: Path) -> None:
    with connect(theirs) as connection:
        connection.execute("DROP INDEX products_sku")
    why = ("--why", "labels are  printed at night")
    done = call("baseline", "accept", "find_sku", *why, *WHERE, folder=project, target=theirs)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert call("gate", *WHERE, folder=project, target=theirs).returncode == 0
    shown = call("baseline", "show", "--baseline", "b.json", folder=project)
    assert "labels are printed at night" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing", "--why", "so"), "there is no query class nothing"),
        (("find_sku", "--why", " "), "--why is empty"),
    ],
)
def test_what_cannot_be_accepted_is_told(
    arguments: tuple[str, ...], said: str, theirs: Target, project: Path
) -> None:
    before = (project / "b.json").read_text()
    done = call("baseline", "accept", *arguments, *WHERE, folder=project, target=theirs)
    assert said in refusal(done)
    assert (project / "b.json").read_text() == before


def test_a_baseline_keeps_no_arguments_and_no_constants_of_queries(
    theirs: Target, project: Path
) -> None:
    (project / "queries" / "find_canary.sql").write_text(
        "-- why: Canary4711\n-- params: sku text\n-- example: Canary4711\n"
        "SELECT id, 'Canary4711' AS word FROM products WHERE sku = :sku -- Canary4711\n"
    )
    with connect(theirs) as connection:
        connection.execute("UPDATE products SET sku = 'Canary4711' WHERE id = 7")
        connection.execute("CREATE INDEX canaries ON products (id) WHERE sku = 'Canary4711'")
    record = ("baseline", "record", *WHERE, "--without-constants")
    assert call(*record, folder=project, target=theirs).returncode == 0
    kept = (project / "b.json").read_text()
    assert "find_canary" in kept
    assert "canaries" in kept
    assert "Canary4711" not in kept
    passed = call("gate", *WHERE, folder=project, target=theirs)
    assert passed.returncode == 0, passed.stdout


SLEEPY = """
CREATE OR REPLACE FUNCTION lines_of(wanted bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM pg_sleep(0.03);
    RETURN (SELECT count(*) FROM order_lines WHERE order_id = wanted);
END $$
"""


def test_what_waits_and_does_no_more_work_is_found_by_time_alone(
    theirs: Target, tmp_path: Path
) -> None:
    (tmp_path / "queries").mkdir()
    write_queries(tmp_path / "queries", "count_lines")
    record = ("baseline", "record", *WHERE)
    assert call(*record, folder=tmp_path, target=theirs).returncode == 0
    with connect(theirs) as connection:
        connection.execute(SLEEPY)
    by_work = call("gate", *WHERE, "--scratch", folder=tmp_path, target=theirs)
    assert by_work.returncode == 0, by_work.stdout
    time = ("--time", "--quick", "--json", "g.json")
    by_time = call("gate", *WHERE, "--scratch", *time, folder=tmp_path, target=theirs)
    assert (by_time.returncode, by_time.stderr) == (1, ""), by_time.stdout
    assert "confirmed twice" in by_time.stdout
    (timing,) = json.loads((tmp_path / "g.json").read_text())["timings"]
    assert timing["verdict"] == "slower"
    assert timing["low"] > 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--time",), "name the baseline's with --against, or say --scratch"),
        (("--against", "dbname=other"), "--against is for timing: say --time, too"),
        (("--baseline-queries", "queries"), "--baseline-queries is for timing"),
        (("--time", "--against", "host=127.0.0.1 port=1 dbname=x"), "port=1"),
    ],
)
def test_what_cannot_be_timed_is_told(
    arguments: tuple[str, ...], said: str, theirs: Target, project: Path
) -> None:
    line = refusal(call("gate", *WHERE, *arguments, folder=project, target=theirs))
    assert said in line


def test_a_verdict_stands_though_its_causes_cannot_be_looked_for(
    theirs: Target, project: Path
) -> None:
    queries = load_queries(project / "queries")
    with connect(theirs) as connection:
        connection.execute("DROP INDEX products_sku")
    seen = captured(theirs, queries, clone=False)
    baseline = read_baseline(project / "b.json")

    def taken() -> AbstractContextManager[Target]:
        raise BadInput("it cannot be copied while somebody is connected to it")

    candidate = Candidate(
        captured=seen,
        queries=queries,
        source=SOURCE,
        seed=1,
        copies=taken,
        policy=Policy(),
    )
    verdict = with_causes(judge(baseline, seen), baseline, candidate, silent)
    assert verdict.exit_code == 1
    warned = [found for found in verdict.findings if found.code == "causes-not-sought"]
    assert [found.severity for found in warned] == [Severity.WARNING]
    assert "somebody is connected" in warned[0].message
