"""Forms of files, apart from what writes them, so that a command's help is there at once."""

from enum import StrEnum


class Form(StrEnum):
    """What files are written in."""

    CSV = "csv"
    PARQUET = "parquet"
