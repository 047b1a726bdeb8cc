"""What `b2bench schema prisma` writes: every table, every shape."""

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from b2bench.database import connect
from b2bench.target import Target
from schema.prisma import names, prisma_schema
from tests.postgres import new_database
from tests.reports.conftest import Golden

HERE = Path(__file__).parent / "prisma"


def test_every_column_has_its_line(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        columns = connection.execute(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped"
        ).fetchall()
    assert set(columns) == set(_columns(prisma_schema(bare_shop)))


def test_every_enumeration_has_its_labels(bare_shop: Target) -> None:
    with connect(bare_shop) as connection:
        enums = connection.execute(
            "SELECT t.typname, array_agg(e.enumlabel::text ORDER BY e.enumsortorder)"
            " FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid"
            " WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname"
        ).fetchall()
    found = {
        _mapped(body): re.findall(r"^  (\w+)", body, re.MULTILINE)
        for body in _bodies("enum", prisma_schema(bare_shop))
    }
    assert found == dict(enums)


def _columns(written: str) -> Iterator[tuple[str, str]]:
    """Yield table and column of each field that is no relation."""
    for body in _bodies("model", written):
        for line in body.splitlines():
            field = re.match(r"  (\w+) +\S+", line)
            if field and "@relation" not in line:
                mapped = re.search(r'@map\("(.+?)"\)', line)
                yield _mapped(body), mapped[1] if mapped else field[1]


def _bodies(kind: str, written: str) -> list[str]:
    return re.findall(rf"^{kind} \w+ {{\n(.*?)^}}", written, re.MULTILINE | re.DOTALL)


def _mapped(body: str) -> str:
    found = re.search(r'^  @@map\("(.+)"\)', body, re.MULTILINE)
    assert found is not None, body
    return found[1]


def test_names_as_documented() -> None:
    assert doctest.testmod(names).failed == 0


def test_databases_of_one_schema_give_one_text(bare_shop: Target, shop: Target) -> None:
    assert prisma_schema(bare_shop) == prisma_schema(shop)


@pytest.fixture(scope="module")
def shapes(server: Target) -> Iterator[Target]:
    """Give a database with every shape that has words in Prisma, and some that have none."""
    with new_database(server) as target:
        with connect(target) as connection:
            connection.execute((HERE / "shapes.sql").read_bytes())
        yield target


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("a serial key", "id Int @id @default(autoincrement()) @db.Integer"),
        ("an identity key", "number BigInt @default(autoincrement()) @db.BigInt"),
        ("a key of two columns", "@@id([country, number])"),
        ("a tree", 'peopleByManager People[] @relation("People_manager")'),
        ("one of two keys to a table", 'staysByGuest Stays[] @relation("Stays_guest")'),
        ("one for one", 'staysByHost Stays? @relation("Stays_host")'),
        ("a label that is no name", 'so_so @map("so-so")'),
        ("such a label as default", "mood Mood @default(so_so)"),
        ("a generated column", 'mailKey String? @default(dbgenerated("lower(mail)"))'),
        ("an array", "nicknames String[] @db.Text"),
        ("a range", 'extent Unsupported("int4range")'),
        ("a domain", 'name String @default("it\'s \\"me\\"") @db.VarChar(20)'),
        ("an index that descends", '@@index([active, seen(sort: Desc)], map: "people_lately")'),
        ("a partial index", "/// In the database only: unique index people_one_mail (partial)"),
        (
            "a key to another type",
            "/// In the database only: FOREIGN KEY (stay) REFERENCES stays(id)",
        ),
        ("a table without a key", 'visits Visits[] @relation("Visits_stay") @ignore'),
    ],
)
def test_a_shape_in_prismas_words(shapes: Target, shape: str, line: str) -> None:
    written = re.sub(" +", " ", prisma_schema(shapes))
    assert f"\n {line}" in written or f"\n{line}" in written, shape


def test_all_shapes_together(shapes: Target) -> None:
    Golden(HERE.parent / "golden").check("shapes.prisma", prisma_schema(shapes))
