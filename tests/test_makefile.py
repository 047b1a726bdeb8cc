"""The environment is made by the Makefile, or one line says what is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        ("version_info", "is not Python 3.11 or newer: name one with make PYTHON=python3.12"),
        ("ensurepip", "cannot make environments: apt-get install python3-venv"),
    ],
)
def test_what_python_lacks_is_told_in_one_line(refused: str, said: str, tmp_path: Path) -> None:
    """A Python that refuses one thing stands for one that is too old, or lacks a package."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$2" in *{refused}*) exit 1;; esac\nexec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    done = subprocess.run(
        ["make", "install", "PYTHON=./python"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert said in line
    assert not (tmp_path / ".venv").exists()
