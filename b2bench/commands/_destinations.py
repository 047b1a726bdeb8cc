"""Where the files for programs go: files, or one of them to standard output and nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from b2bench.commands._output import require_file_place, write_text
from b2bench.errors import BadInput

_STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destinations:
    """The files that were asked for, by option.

    Raises:
        BadInput: two of them are standard output, or one cannot be written.
    """

    files: Mapping[str, Path]

    @classmethod
    def asked(cls, **files: Path | None) -> "Destinations":
        """Check the files before the work begins."""
        named = {f"--{option}": path for option, path in files.items() if path is not None}
        printed = [option for option, path in named.items() if path == _STANDARD_OUTPUT]
        if len(printed) > 1:
            raise BadInput(f"{' and '.join(printed)} cannot both be standard output: name a file")
        for path in named.values():
            if path != _STANDARD_OUTPUT:
                require_file_place(path)
        return cls(files=named)

    @property
    def is_printed(self) -> bool:
        """Whether standard output belongs to one of the files, and nobody else may write there."""
        return _STANDARD_OUTPUT in self.files.values()

    def write(self, option: str, text: Callable[[], str]) -> None:
        """Write what an option asked for, if it did.

        Raises:
            BadInput: the file cannot be written.
        """
        path = self.files.get(option)
        if path == _STANDARD_OUTPUT:
            typer.echo(text(), nl=False)
        elif path is not None:
            write_text(path, text())
