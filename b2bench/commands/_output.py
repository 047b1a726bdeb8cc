"""Where a command may write: found out before the work, not after it."""

import os
from pathlib import Path

from b2bench.errors import BadInput
from b2bench.records import write_atomically


def require_file_place(path: Path) -> None:
    """Check that a file can be written there.

    Raises:
        BadInput: it cannot.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a file")
    require_folder_place(path.parent)


def require_folder_place(folder: Path) -> None:
    """Check that a folder is there or can be made.

    Raises:
        BadInput: it cannot.
    """
    try:
        there = next(each for each in (folder, *folder.absolute().parents) if _is_there(each))
    except OSError as error:
        raise BadInput(f"{folder} cannot be used: {error.strerror}") from error
    if not there.is_dir():
        raise BadInput(f"{folder} cannot be made, {there} is a file: choose another place")
    if not os.access(there, os.W_OK | os.X_OK):
        raise BadInput(f"{folder} cannot be written: choose another place")


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def write_text(path: Path, text: str) -> None:
    """Write a file whole, with its folder.

    Raises:
        BadInput: it cannot be written.
    """
    write_atomically(path, text.encode())
