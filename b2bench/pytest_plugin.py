"""The gate inside of a project's own tests: a fixture, and one test for each query file.

pytest loads this module in every environment that has b2bench, so it imports nothing else until
somebody asks for the gate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from _pytest._code.code import TracebackStyle

    from b2bench.findings import Finding
    from reports.comparison import Comparison
    from reports.gate import Verdict

_GATE = pytest.StashKey["QueryGate"]()


class QueryRegressed(AssertionError):
    """A query class does more than the baseline says; the message names what and why."""


class QueryGate:
    """Query classes beside their baseline, explained at the first question and then known.

    Server, folder of queries, baseline and policy are those of `b2bench gate`: from `B2BENCH_*`,
    else from b2bench.toml in the working directory.
    """

    def __init__(self, *, quick: bool) -> None:
        self._quick = quick
        self._verdict: Verdict | None = None

    @property
    def verdict(self) -> Verdict:
        """What `b2bench gate` would say.

        Raises:
            B2benchError: there is no server, no baseline, or it stands on another ground.
        """
        if self._verdict is None:
            self._verdict = _judge(quick=self._quick)
        return self._verdict

    def check(self, query: str) -> None:
        """Pass if a query class does no more than the baseline says.

        Raises:
            QueryRegressed: it does.
            LookupError: neither the folder nor the baseline has such a class.
            B2benchError: as `verdict`.
        """
        __tracebackhide__ = True
        compared = self.compared(query)
        if lines := [*_against(compared.findings), *_against(self.verdict.comparisons.notices)]:
            raise QueryRegressed("\n".join(lines))

    def compared(self, query: str) -> Comparison:
        """Return a class beside its baseline.

        Raises:
            LookupError: there is no such class.
            B2benchError: as `verdict`.
        """
        for compared in self.verdict.comparisons.classes:
            if compared.query == query:
                return compared
        raise LookupError(f"no query class {query}")


def _judge(*, quick: bool) -> Verdict:
    from b2bench.commands._gate import Wishes, perform_gate
    from b2bench.commands._settings import read_settings
    from b2bench.progress import silent

    return perform_gate(read_settings({}), Wishes(quick=quick), silent).verdict


def _against(findings: Sequence[Finding]) -> Sequence[str]:
    """Return those that fail, with the cause and what mends it."""
    from b2bench.findings import Severity

    return [found.line for found in findings if found.severity is Severity.ERROR]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the gate."""
    group = parser.getgroup("b2bench", "query gate")
    group.addoption(
        "--b2bench-gate",
        action="store_true",
        help="collect .sql files as tests, each beside its baseline",
    )
    group.addoption(
        "--b2bench-quick", action="store_true", help="judge one case of each query class"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the query files that lie in the folders which pytest was given."""
    if file_path.suffix != ".sql" or not parent.config.getoption("--b2bench-gate"):
        return None
    collected: pytest.Collector = QueryFile.from_parent(parent, path=file_path)
    return collected


@pytest.fixture(scope="session")
def query_gate(pytestconfig: pytest.Config) -> QueryGate:
    """Give the gate: `query_gate.check("open_orders")` fails when that class does more work."""
    return _gate_of(pytestconfig)


def _gate_of(config: pytest.Config) -> QueryGate:
    if _GATE not in config.stash:
        config.stash[_GATE] = QueryGate(quick=bool(config.getoption("--b2bench-quick")))
    return config.stash[_GATE]


class QueryFile(pytest.File):
    """A query file: one query class, one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the test."""
        item: QueryItem = QueryItem.from_parent(self, name=self.path.stem)
        # explained once and not by every process of pytest-xdist
        if self.config.pluginmanager.hasplugin("xdist"):
            item.add_marker(pytest.mark.xdist_group("b2bench-gate"))
        yield item


class QueryItem(pytest.Item):
    """Whether a query class does what its baseline says."""

    def runtest(self) -> None:
        """Compare the class."""
        gate = _gate_of(self.config)
        compared = gate.compared(self.name)
        if not compared.steps and not _against(compared.findings):
            pytest.skip("; ".join(found.message for found in compared.notices))
        gate.check(self.name)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: TracebackStyle | None = None,
    ) -> str:
        """Return what was found; the trace of our own code tells nothing about a query."""
        from b2bench.errors import B2benchError

        if isinstance(excinfo.value, QueryRegressed | LookupError | B2benchError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the class stands."""
        return self.path, 0, f"query class {self.name}"
