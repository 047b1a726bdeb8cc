"""Events and seals as a person sees them, or as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from rich.table import Table

from b2bench.commands._console import table
from schema.audit.history import Change, Event
from schema.audit.seal import Chain


def events_table(events: Sequence[Event]) -> Table:
    """Return one line for each event: when, who, what, and the columns that changed."""
    rows = (
        (
            event.occurred_at.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds"),
            event.actor,
            event.operation,
            str(event.transaction_id),
            ", ".join(_said(event, change) for change in event.changes) or "nothing",
        )
        for event in events
    )
    return table("when", "who", "what", ">transaction", "changed", rows=rows)


def _said(event: Event, change: Change) -> str:
    if event.old_row is None:
        return f"{change.column}: {_value(change.after)}"
    if event.new_row is None:
        return f"{change.column}: {_value(change.before)}"
    return f"{change.column}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Any) -> str:  # noqa: ANN401 (whatever a column holds)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def as_json(events: Sequence[Event]) -> str:
    """Return the events as a JSON list."""
    return json.dumps(
        [asdict(event) | {"occurred_at": event.occurred_at.isoformat()} for event in events],
        ensure_ascii=False,
        indent=2,
    )


def chains_table(chains: Sequence[Chain]) -> Table:
    """Return one line for each month with seals."""
    rows = (
        (
            chain.partition if chain.there else f"{chain.partition} (taken away)",
            f"{chain.seals:,}",
            f"{chain.events:,}",
            chain.head,
        )
        for chain in chains
    )
    return table("month", ">seals", ">events", "last digest", rows=rows)
