"""The run as it looks now, for exporters and whoever waits for it."""

import time

from b2bench.runs import LiveQuery, LiveSnapshot
from loadgen.driver.load import Load


def snapshot(load: Load) -> LiveSnapshot:
    """Return what the load did so far; the recorder has been flushed."""
    planned = {query.name: query for query in load.plan.queries}
    return LiveSnapshot(
        run=load.plan.run,
        workload=load.plan.workload,
        phase=load.phase,
        at_unix_s=time.time(),
        elapsed_s=load.window.elapsed_s,
        users=len(load.workers),
        queries=tuple(
            LiveQuery(
                name=name,
                slo_ms=seen.program.query.slo_ms,
                completed=seen.response.count,
                failed=seen.failures.total(),
                response=seen.buckets(),
                steps=planned[name].steps if name in planned else (),
            )
            for name, seen in load.recorder.queries.items()
        ),
    )
