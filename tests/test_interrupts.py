"""An interrupt is not lost where Python cannot raise it."""

import signal
import subprocess
import sys

import pytest

SCRIPT = """
import signal, sys, time, weakref
from b2bench.__main__ import _end, keep_interrupts

class Something:
    pass

keep_interrupts()
signal.signal(signal.SIGTERM, _end)
something = Something()
# the signal is handled inside the callback, and what the handler raises is dropped there
reference = weakref.ref(something, lambda _: signal.raise_signal(signal.{name}))
del something
time.sleep(30)
"""


@pytest.mark.parametrize(
    ("name", "code"), [("SIGINT", -signal.SIGINT), ("SIGTERM", 128 + signal.SIGTERM)]
)
def test_a_signal_in_a_callback_still_ends_the_process(name: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == code
    assert "Exception ignored" not in done.stderr
