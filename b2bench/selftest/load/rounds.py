"""Rounds of the same loads: ours and pgbench's in turn, calm and with a lock in the middle."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from b2bench.clones import scratch
from b2bench.database import connect
from b2bench.errors import RunFailed
from b2bench.progress import Progress, silent
from b2bench.selftest.load.driven import Driven, drive, due_s, open_plan, saturating_plan
from b2bench.selftest.load.lock import Held, TableLock, table_lock
from b2bench.selftest.load.peer import Observed, observe
from b2bench.selftest.load.setup import Setup
from b2bench.selftest.load.simulation import Seconds, Stall, simulate
from b2bench.target import Target
