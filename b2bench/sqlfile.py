"""An .sql file with headers: `-- key: value` lines, then SQL, in one part or in named steps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from b2bench.errors import BadInput

_HEADER = re.compile(r"--\s*(?P<key>[a-z_]+):(?:\s+(?P<value>.*\S))?\s*$")
_STEP = re.compile(r"--\s*step:\s*(?P<title>.*\S)\s*$")
# What a semicolon or a `:name` can hide in: alternatives of a verbose expression, longest first.
LITERALS = r"""(?P<dollar>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
      | (?P<escape>[eE]'(?:[^'\\]|\\.|'')*')
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<comment>--[^\n]*|/\*.*?\*/)"""


class SqlFileError(BadInput):
    """An .sql file cannot be used; the message names file and line."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One `-- key: value` line."""

    key: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """SQL under a `-- step:` line, or the whole body with an empty title; `line` is 1-based."""

    title: str
    sql: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFile:
    """Headers in file order, and at least one part."""

    path: Path
    headers: tuple[Header, ...]
    parts: tuple[Part, ...]

    def header(self, key: str) -> Header | None:
        """Return the first header with this key."""
        return next((header for header in self.headers if header.key == key), None)


def read_sql_file(path: Path) -> SqlFile:
    """Read and split one file.

    Raises:
        SqlFileError: it is not UTF-8, or has no SQL.
        BadInput: it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SqlFileError(path, 1, "not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error
    return parse_sql(path, text)


def parse_sql(path: Path, text: str) -> SqlFile:
    """Split a file's text into headers (before any SQL) and parts.

    Raises:
        SqlFileError: a step or the file has no SQL.
    """
    lines = text.splitlines()
    body_start = _end_of_headers(lines)
    headers = tuple(_headers(lines[:body_start]))
    parts = tuple(_parts(lines, body_start))
    for part in parts:
        if not part.sql:
            raise SqlFileError(
                path, part.line, f"no SQL {f'in step {part.title}' if part.title else 'here'}"
            )
    return SqlFile(path=path, headers=headers, parts=parts)


def _end_of_headers(lines: list[str]) -> int:
    for number, line in enumerate(lines):
        if _STEP.match(line) or (line.strip() and not line.startswith("--")):
            return number
    return len(lines)


def _headers(lines: list[str]) -> Iterator[Header]:
    for number, line in enumerate(lines, start=1):
        if match := _HEADER.match(line):
            yield Header(key=match["key"], value=match["value"] or "", line=number)


def _parts(lines: list[str], start: int) -> Iterator[Part]:
    title, first, body = "", start + 1, list[str]()
    for number, line in enumerate(lines[start:], start=start + 1):
        if match := _STEP.match(line):
            if title or "".join(body).strip():
                yield Part(title=title, sql=_trim(body), line=first)
            title, first, body = match["title"], number, []
        else:
            body.append(line)
    yield Part(title=title, sql=_trim(body), line=first)


def _trim(body: list[str]) -> str:
    return "\n".join(body).strip()
