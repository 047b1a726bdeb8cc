from dataclasses import dataclass
from pathlib import Path

import pytest

from b2bench.errors import BadInput
from b2bench.records import read_record, write_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: int
    y: tuple[int, ...] = ()


def test_a_record_comes_back(tmp_path: Path) -> None:
    write_record(tmp_path / "new" / "point.json", Point(x=1, y=(2, 3)))
    assert read_record(tmp_path / "new" / "point.json", Point) == Point(x=1, y=(2, 3))
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["point.json"]


def test_a_damaged_record_names_file_and_field(tmp_path: Path) -> None:
    path = tmp_path / "point.json"
    path.write_text('{"x": "one"}')
    with pytest.raises(BadInput, match=r"point.json.*\$\.x"):
        read_record(path, Point)


def test_a_parent_that_is_a_file_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="choose another place"):
        write_record(tmp_path / "file" / "point.json", Point(x=1))
