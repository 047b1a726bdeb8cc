"""Baselines in files."""

from pathlib import Path

import pytest

from b2bench.errors import BaselineUnusable
from reports.baseline import BASELINE_VERSION, read_baseline, record, write_baseline
from reports.capture import Capture


def test_a_baseline_survives_its_file(shop_capture: Capture, tmp_path: Path) -> None:
    baseline = record(shop_capture)
    write_baseline(tmp_path / "b.json", baseline)
    assert read_baseline(tmp_path / "b.json") == baseline


def test_the_file_is_the_same_bytes_for_the_same_work(
    shop_capture: Capture, tmp_path: Path
) -> None:
    for name in ("first.json", "second.json"):
        write_baseline(tmp_path / name, record(shop_capture))
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()


def test_no_argument_gets_into_the_file(shop_capture: Capture, tmp_path: Path) -> None:
    write_baseline(tmp_path / "b.json", record(shop_capture))
    text = (tmp_path / "b.json").read_text()
    assert "SKU-4711" not in text
    assert "products_sku" in text


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineUnusable, match="`b2bench baseline record`"):
        read_baseline(tmp_path / "b.json")


@pytest.mark.parametrize("text", ["", "{", '{"ground": 1}'])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(BaselineUnusable, match=r"cannot be read.*`b2bench baseline record`"):
        read_baseline(tmp_path / "b.json")


def test_another_version_is_refused(shop_capture: Capture, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    write_baseline(path, record(shop_capture))
    text = path.read_text()
    path.write_text(
        text.replace(f'"baseline_version": {BASELINE_VERSION}', '"baseline_version": 99')
    )
    with pytest.raises(BaselineUnusable, match="version 99"):
        read_baseline(path)
