"""`b2bench selftest load`, with less of everything: structure, not closeness."""

from pathlib import Path

from b2bench.target import Target
from tests.commands.calling import call

LITTLE = ["--rounds", "1", "--rate", "100", "--duration", "1500ms", "--lock", "400ms"]


def test_each_check_has_a_verdict_and_the_page_is_written(server: Target, tmp_path: Path) -> None:
    done = call("selftest", "load", *LITTLE, folder=tmp_path, target=server)
    *table, last = done.stdout.splitlines()
    assert last == "page: selftest-load.html", done.stderr
    checks = [line for line in table if " ÷ " in line and "cannot tell:" not in line]
    verdicts = [line.rsplit("  ", maxsplit=1)[-1].strip() for line in checks]
    assert len(verdicts) == 4
    worst = 1 if "not met" in verdicts else 2 if "cannot tell" in verdicts else 0
    assert done.returncode == worst, done.stdout
    assert (tmp_path / "selftest-load.html").read_text().startswith("<!doctype html>")
