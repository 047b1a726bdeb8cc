from pathlib import Path

import numpy as np
import pytest

from b2bench.errors import RunFailed
from b2bench.selftest.load.peer import read_log

# client, number, time, script, end in seconds and microseconds, lag; due at 100.0, 101.0 and 102.5
LOG = """\
0 0 1500 0 100 1500 40
1 0 2000 0 101 2000 60
0 1 250000 0 102 750000 249000
"""


def test_a_log_is_read_from_when_a_transaction_was_due(tmp_path: Path) -> None:
    (tmp_path / "pgbench_log.17").write_text(LOG)
    seen = read_log(tmp_path, warmup_s=1, measured_s=10)
    assert np.round(seen.due_s, 6).tolist() == [0, 1.5]
    assert seen.response_s.tolist() == [0.002, 0.25]
    assert seen.lag_s.tolist() == [0.00006, 0.249]


@pytest.mark.parametrize("line", ["0 0 1500 0 100 1500", "0 0 failed 0 100 1500 40"])
def test_a_line_without_figures_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "pgbench_log.17").write_text(f"{LOG}{line}\n")
    with pytest.raises(RunFailed, match=r"pgbench_log\.17, line 4: .+ is no transaction"):
        read_log(tmp_path, warmup_s=1, measured_s=10)


def test_a_log_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunFailed, match="left no log"):
        read_log(tmp_path, warmup_s=1, measured_s=10)
