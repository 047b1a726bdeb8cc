"""What the documentation says is so: commands run, links lead somewhere, files are listed."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.target import Target
from tests.commands.calling import call, exporting, load_ran
from tests.components import require
from tests.shop import QUERIES

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], key=str)
# tests of their own start Locust's page, and look for a capacity, which takes
# minutes, and do the selftest with less of everything, and drop indexes for few classes, and
# start a Prometheus, record metrics and draw them
ELSEWHERE = [
    ["B2BENCH_DSN=$(b2bench server dsn)", "locust", "-f", "scenarios/locustfile.py"],
    ["b2bench", "capacity", "search", "--slo", "100ms"],
    ["b2bench", "selftest", "load"],
    ["b2bench", "explain", "--ablate"],
    ["b2bench", "monitor"],
    ["b2bench", "run", "--record-metrics"],
    ["b2bench", "dashboards", "preview"],
    ["b2bench", "dashboards", "preview", "--run", "runs"],
]


def commands(page: Path) -> Iterator[list[str]]:
    """Yield every command line of a page's `sh` blocks, without comments."""
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if words := shlex.split(line, comments=True):
                yield words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_is_there(page: Path) -> None:
    for command in commands(page):
        if command[0] == "make":
            done = subprocess.run(
                ["make", "--dry-run", *command[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_does_its_job(page: Path, shop: Target, tmp_path: Path) -> None:
    for command in commands(page):
        if command[0] == "make" or command in ELSEWHERE:
            continue
        # the duration that counts is ours
        program, *arguments = [re.sub(r"^\d+m$", "2s", word) for word in command]
        assert program == "b2bench", command
        if "pgbouncer" in arguments or arguments[0] == "poolers":
            require("pgbouncer")
        if arguments == ["export"]:
            with exporting(shop, tmp_path) as url:
                assert url.endswith("/metrics")
            continue
        more = {"B2BENCH_DURATION": "2s", "B2BENCH_WARM_UP": "0"}
        done = call(*arguments, folder=tmp_path, target=shop, more=more)
        loads = arguments[0] in {"run", "poolers"}
        did = load_ran(done) if loads else done.returncode == 0
        assert did, (command, done.stdout, done.stderr)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_the_map_of_the_workload_lists_every_query_class() -> None:
    listed = (ROOT / "docs" / "workload.md").read_text()
    assert [path.stem for path in QUERIES.glob("*.sql") if f"| {path.stem} |" not in listed] == []
