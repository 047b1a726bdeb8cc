"""The text of the embedded server's postgresql.conf."""

import os
import re
from collections.abc import Mapping
from importlib.resources import files

from b2bench.errors import BadInput

_SMALL_MACHINE_BYTES = 2 * 1024**3
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_$]*)*")


def configuration(port: int, overrides: Mapping[str, str]) -> str:
    """Return the template with what belongs to this server; PostgreSQL takes the last word.

    Raises:
        BadInput: an override cannot be a setting.
    """
    template = files("b2bench.cluster").joinpath("postgresql.conf").read_text(encoding="utf-8")
    ours = {"port": str(port), "shared_buffers": _shared_buffers()}
    lines = [_line(name, value) for name, value in (*ours.items(), *overrides.items())]
    return "\n".join([template, "# This server.", *lines, ""])


def _shared_buffers() -> str:
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return "512MB" if memory_bytes >= _SMALL_MACHINE_BYTES else "128MB"


def _line(name: str, value: str) -> str:
    if not _NAME.fullmatch(name) or "\n" in value or "\0" in value:
        raise BadInput(f"{name!r} = {value!r} is no setting: write a name and a value in one line")
    quoted = value.replace("\\", "\\\\").replace("'", "''")
    return f"{name} = '{quoted}'"
