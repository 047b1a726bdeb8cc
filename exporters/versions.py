"""Which of several .sql files fits: the newest that is not newer than what the server has."""

from importlib.resources.abc import Traversable
from pathlib import Path

from b2bench.errors import ExtensionMissing


def newest_not_above(folder: Traversable, name: str, version: str) -> Path:
    """Return `<name>_<major>_<minor>.sql` for an extension's version such as `1.11`.

    Raises:
        ExtensionMissing: every file is for a newer version.
    """
    wanted = _number(version.replace(".", "_"))
    found = {
        _number(path.stem.removeprefix(f"{name}_")): path
        for path in Path(str(folder)).glob(f"{name}_[0-9]*.sql")
    }
    fitting = [number for number in found if number <= wanted]
    if not fitting:
        raise ExtensionMissing(
            f"{name} {version} is too old: run ALTER EXTENSION {name} UPDATE as a superuser"
        )
    return found[max(fitting)]


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("_"))
