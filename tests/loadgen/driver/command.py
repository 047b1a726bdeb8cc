"""Runs a plan and prints the phase it ended in, as a command would: `command.py PLAN FOLDER`."""

import os
import sys
from pathlib import Path

from b2bench.progress import silent
from b2bench.records import read_record
from b2bench.runs import RunPlan
from b2bench.target import Target
from loadgen.driver.supervise import run_load

if __name__ == "__main__":
    plan = read_record(Path(sys.argv[1]), RunPlan)
    target = Target(conninfo=os.environ["LAB_DSN"])
    sys.stdout.write(run_load(target, plan, Path(sys.argv[2]), silent).phase)
