"""Which of several .sql files fits: the newest that is not newer than what the server has."""

from importlib.resources.abc import Traversable
from pathlib import Path


def newest_not_above(folder: Traversable, name: str, version: str) -> Path | None:
    """Return the `<name>_<version>.sql` for a version such as `18` or `1.11`, or `<name>.sql`.

    `None` where every file is for a newer version.
    """
    wanted = _number(version.replace(".", "_"))
    paths = [*Path(str(folder)).glob(f"{name}_[0-9]*.sql"), *Path(str(folder)).glob(f"{name}.sql")]
    found = {_number(path.stem.removeprefix(name).removeprefix("_")): path for path in paths}
    fitting = [number for number in found if number <= wanted]
    return found[max(fitting)] if fitting else None


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("_") if part)
