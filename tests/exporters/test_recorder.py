"""What an exporter shows is written down, scrape by scrape."""

import gzip
import time
from itertools import pairwise
from pathlib import Path

import pytest

from b2bench.cluster.processes import wait_until
from b2bench.database import connect
from b2bench.target import Target
from exporters.exporter import Exporter, Watch
from exporters.recorder import recording


@pytest.fixture
def exporter(server: Target, tmp_path: Path) -> Exporter:
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    return Exporter(Watch(server=server, database=server, statements=[], runs=tmp_path))


def test_scrapes_are_equally_far_apart_and_the_last_one_comes_after_the_end(
    exporter: Exporter, tmp_path: Path
) -> None:
    file = tmp_path / "metrics.om.gz"
    with recording(exporter, file, every_s=1) as recorder:
        assert wait_until(lambda: recorder.account().scrapes == 2, 30)
        ended_s = time.time()
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    moments = [float(line.split()[-1]) for line in lines if line.startswith("pg_up ")]
    assert len(moments) == recorder.account().scrapes == 3
    assert moments[-1] > ended_s
    assert all(after - before > 0.5 for before, after in pairwise(moments))
    assert sum(line.startswith("up 1 ") for line in lines) == 3
    assert sum(line.startswith("scrape_samples_post_metric_relabeling ") for line in lines) == 3
    assert "# EOF" not in lines
    assert recorder.account().server_s > 0


def test_a_recording_that_fails_says_so_and_disturbs_nobody(
    exporter: Exporter, tmp_path: Path
) -> None:
    with recording(exporter, tmp_path / "nowhere" / "metrics.om.gz", every_s=1) as recorder:
        assert wait_until(lambda: bool(recorder.account().problem), 30)
    account = recorder.account()
    assert account.scrapes == 0
    assert "cannot be written: No such file" in account.problem


def test_an_error_does_not_wait_for_the_last_scrape(exporter: Exporter, tmp_path: Path) -> None:
    begun_s = time.monotonic()
    with pytest.raises(KeyError), recording(exporter, tmp_path / "m.gz", every_s=3600):
        raise KeyError
    assert time.monotonic() - begun_s < 600
