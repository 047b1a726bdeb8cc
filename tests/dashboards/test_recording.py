"""A recorded run is found, regrouped, and read up to where it was cut off."""

import gzip
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from b2bench.runs import METRICS_FILE
from dashboards.prometheus_server import replaying
from dashboards.recording import find_recording, regroup
from tests.components import require

_SCRAPE = """\
# HELP x Some thing
# TYPE x gauge
x{{a="b c"}} {value} {at}
# TYPE up gauge
up 1 {at}
"""


def _member(value: float, at: float) -> bytes:
    return gzip.compress(_SCRAPE.format(value=value, at=f"{at:.3f}").encode())


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "r1" / METRICS_FILE
    file.parent.mkdir()
    file.write_bytes(b"".join(_member(10 * k, 1_000_000_000 + 5 * k) for k in range(6)))
    return file


def test_series_are_grouped_and_labelled(recording: Path, tmp_path: Path) -> None:
    window = regroup(recording, tmp_path / "out")
    lines = (tmp_path / "out").read_text().splitlines()
    assert lines[:4] == [
        "# HELP x Some thing",
        "# TYPE x gauge",
        'x{instance="run",job="b2bench",a="b c"} 0 1000000000.000',
        'x{instance="run",job="b2bench",a="b c"} 10 1000000005.000',
    ]
    assert 'up{instance="run",job="b2bench"} 1 1000000025.000' in lines
    assert lines[-1] == "# EOF"
    assert (window.begin_s, window.end_s) == (1_000_000_002.5, 1_000_000_027.5)
    assert window.interval_s == 5


def test_a_prometheus_gives_back_what_was_recorded(recording: Path) -> None:
    require("prometheus")
    with replaying(recording) as (prometheus, window):
        [series] = prometheus.query_range(
            "x", begin_s=window.begin_s, end_s=window.end_s, step_s=window.step_s
        )
        assert [value for _, value in series.points] == [0, 10, 20, 30, 40, 50]
        [rate] = prometheus.query("rate(x[20s])", at_s=window.end_s)
        assert rate.last == 2


def test_a_cut_off_scrape_is_left_out(recording: Path, tmp_path: Path) -> None:
    recording.write_bytes(recording.read_bytes()[:-7])
    window = regroup(recording, tmp_path / "out")
    assert window.end_s == 1_000_000_022.5


def test_a_damaged_file_says_so(recording: Path, tmp_path: Path) -> None:
    recording.write_bytes(b"no gzip at all")
    with pytest.raises(BadInput, match="is damaged"):
        regroup(recording, tmp_path / "out")


def test_a_file_without_a_whole_scrape_says_so(recording: Path, tmp_path: Path) -> None:
    recording.write_bytes(recording.read_bytes()[:20])
    with pytest.raises(BadInput, match="no whole scrape"):
        regroup(recording, tmp_path / "out")


def test_the_newest_recording_of_a_folder_is_found(recording: Path, tmp_path: Path) -> None:
    newer = tmp_path / "r2" / METRICS_FILE
    newer.parent.mkdir()
    newer.write_bytes(recording.read_bytes())
    assert find_recording(tmp_path) == newer
    assert find_recording(recording.parent) == recording


def test_no_recording_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="b2bench run --record-metrics"):
        find_recording(tmp_path)
