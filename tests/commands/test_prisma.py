"""`b2bench schema prisma`: the text on standard output, or in a file and one line."""

from pathlib import Path

from b2bench.target import Target
from schema.prisma import prisma_schema
from tests.commands.calling import call, refusal


def test_the_text_goes_to_standard_output(bare_shop: Target, tmp_path: Path) -> None:
    done = call("schema", "prisma", folder=tmp_path, target=bare_shop)
    assert (done.returncode, done.stdout) == (0, prisma_schema(bare_shop)), done.stderr


def test_or_to_a_file(bare_shop: Target, tmp_path: Path) -> None:
    path = "prisma/schema.prisma"
    done = call("schema", "prisma", "--output", path, folder=tmp_path, target=bare_shop)
    assert (done.returncode, done.stdout) == (0, f"written: {path}\n"), done.stderr
    assert (tmp_path / path).read_text() == prisma_schema(bare_shop)


def test_a_database_without_tables_is_refused(empty_database: Target, tmp_path: Path) -> None:
    done = call("schema", "prisma", "-o", "new", folder=tmp_path, target=empty_database)
    assert "install them with `b2bench schema install`" in refusal(done)
    assert list(tmp_path.iterdir()) == []
