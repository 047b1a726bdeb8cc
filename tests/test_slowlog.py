"""What a line of the server's JSON log says of a slow statement."""

import json

import pytest

from b2bench.slowlog import slow_line, time_of


def line(message: str, **more: object) -> bytes:
    entry = {"timestamp": "2026-11-26 21:36:33.123 UTC", "dbname": "shop", "message": message}
    return json.dumps(entry | more, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "message",
    [
        "duration: 301.250 ms  statement: SELECT 1",
        "duration: 301.250 ms  execute b2_1: SELECT $1",
        "Dauer: 301.250 ms  Anweisung: SELECT 1",
    ],
)
def test_a_duration_is_read_in_any_language(message: str) -> None:
    found = slow_line(line(message, query_id=-7, application_name="shop"))
    assert found is not None
    assert (found.duration_ms, found.queryid, found.at) == (301.25, -7, "2026-11-26 21:36:33.123")
    assert (found.database, found.application) == ("shop", "shop")


@pytest.mark.parametrize(
    "text",
    [
        line("duration: 301.250 ms  plan:\nQuery Text: SELECT 1"),
        line("checkpoint complete: wrote 3 buffers in 12 ms  or so"),
        line("duration: 301.250 ms  statement: SELECT 1")[:-9],
        b"",
    ],
    ids=["auto_explain", "another message", "cut", "empty"],
)
def test_everything_else_is_no_slow_statement(text: bytes) -> None:
    assert slow_line(text) is None


def test_a_statement_without_a_number_has_none() -> None:
    found = slow_line(line("duration: 301.250 ms  statement: SELECT 1", query_id=0))
    assert found is not None
    assert found.queryid is None


def test_a_lines_time_is_known_before_it_is_parsed() -> None:
    assert time_of(line("anything")) == "2026-11-26 21:36:33.123"
    assert time_of(b"} the rest of something") == ""
