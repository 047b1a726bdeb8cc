"""Plans of the statements that functions and triggers execute, which EXPLAIN does not show."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import errors

from reports.plans import JsonObject

_LOGGED = re.compile(r"duration: (?P<ms>[\d.]+) ms  plan:\n(?P<entry>\{.*\})\s*$", re.DOTALL)
_MOST = 5
_SETTINGS = {
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_verbose": "on",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
    # arguments are nobody's business here
    "auto_explain.log_parameter_max_length": "0",
    "client_min_messages": "notice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedPlan:
    """A statement that others execute: its slowest execution's plan, and all executions together.

    Args:
        sql: its text as the function has it.
        plan: the entry that auto_explain gave.
        calls: executions on behalf of one step.
        total_ms: of all executions.
        blocks: shared blocks of all executions.
    """

    sql: str
    plan: JsonObject
    calls: int
    total_ms: float
    blocks: int


@dataclass(slots=True)
class Listener:
    """Collects what auto_explain says of a session."""

    heard: list[tuple[float, JsonObject]] = field(default_factory=list)

    def __call__(self, notice: psycopg.errors.Diagnostic) -> None:
        """Keep a notice that holds a plan."""
        match = _LOGGED.search(notice.message_primary or "")
        if match is not None:
            self.heard.append((float(match["ms"]), json.loads(match["entry"])))

    def nested(self, outer: str) -> tuple[NestedPlan, ...]:
        """Return what was heard since the last time, without the outer statement; most work first.

        Args:
            outer: the text of the statement that was executed.
        """
        found = dict[str, list[tuple[float, JsonObject]]]()
        for duration_ms, entry in self.heard:
            if (text := str(entry.get("Query Text", ""))) != outer:
                found.setdefault(text, []).append((duration_ms, entry))
        self.heard.clear()
        plans = (_together(text, executions) for text, executions in found.items())
        # an expression of a function's own reads nothing
        reading = (plan for plan in plans if plan.blocks)
        return tuple(sorted(reading, key=lambda plan: -plan.blocks)[:_MOST])


def _together(text: str, executions: Sequence[tuple[float, JsonObject]]) -> NestedPlan:
    _, slowest = max(executions, key=lambda each: each[0])
    return NestedPlan(
        sql=text,
        plan=slowest,
        calls=len(executions),
        total_ms=sum(duration_ms for duration_ms, _ in executions),
        blocks=sum(_blocks(entry["Plan"]) for _, entry in executions),
    )


def _blocks(root: JsonObject) -> int:
    return int(root.get("Shared Hit Blocks", 0)) + int(root.get("Shared Read Blocks", 0))


@contextmanager
def listening(connection: psycopg.Connection) -> Iterator[Listener | None]:
    """Let the server tell a session of every plan; `None` where it may not.

    It takes a superuser, as which the session has to be at this moment.
    """
    try:
        connection.execute("LOAD 'auto_explain'")
        for name, value in _SETTINGS.items():
            connection.execute(
                "SELECT set_config(name, %s, false) FROM pg_settings WHERE name = %s",
                (value, name),
            )
    except (errors.InsufficientPrivilege, errors.UndefinedFile):
        yield None
        return
    listener = Listener()
    connection.add_notice_handler(listener)
    yield listener
