"""`b2bench explain` as a person calls it."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from b2bench.database import connect
from b2bench.records import from_json
from b2bench.target import Target
from reports.explanation import Explanation
from tests.commands.calling import call, refusal
from tests.postgres import change, new_database
from tests.reports import guarded
from tests.reports.shop import install, write_queries

CANARY = "canary4711"


@pytest.fixture
def foreign(server: Target, tmp_path: Path) -> Iterator[Target]:
    """Give a database that b2bench did not make, and a folder of queries beside."""
    with new_database(server) as target:
        install(target)
        (tmp_path / "mine").mkdir()
        write_queries(tmp_path / "mine")
        yield target


def counts(target: Target) -> list[tuple[int, ...]]:
    with connect(target) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),"
            " (SELECT count(*) FROM pg_index), (SELECT count(*) FROM pg_statistic_ext)"
        ).fetchall()


def test_every_format_is_written_at_once(shop: Target, tmp_path: Path) -> None:
    done = call(
        *("explain", "--class", "price_cart", "--class", "browse_category"),
        *("-o", "page.html", "--json", "report.json", "--markdown", "report.md"),
        *("--text", "report.txt"),
        folder=tmp_path,
        target=shop,
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = from_json((tmp_path / "report.json").read_bytes(), Explanation, source="report.json")
    assert [each.query for each in report.capture.classes] == ["browse_category", "price_cart"]
    assert report.is_proven
    assert not report.shows_arguments
    assert "price_cart" in (tmp_path / "page.html").read_text()
    assert "| price_cart |" in (tmp_path / "report.md").read_text()
    assert "== price_cart" in (tmp_path / "report.txt").read_text()


def test_what_is_printed_is_nothing_else(shop: Target, tmp_path: Path) -> None:
    done = call(
        *("explain", "--class", "price_cart", "--no-prove", "--json", "-"),
        folder=tmp_path,
        target=shop,
    )
    assert not from_json(done.stdout.encode(), Explanation, source="-").is_proven
    both = call("explain", "--json", "-", "--text", "-", folder=tmp_path, target=shop)
    assert "cannot both be standard output" in refusal(both)


def test_the_schema_of_the_json_needs_no_server(tmp_path: Path) -> None:
    done = call("explain", "--json-schema", folder=tmp_path)
    assert "Explanation" in json.loads(done.stdout)["$defs"]


def test_a_foreign_database_is_only_read(foreign: Target, tmp_path: Path) -> None:
    before = counts(foreign)
    done = call("explain", "--queries", "mine", folder=tmp_path, target=foreign)
    assert done.returncode == 0
    assert "needs-clone" in (tmp_path / "explain.html").read_text()
    assert "not tried" in (tmp_path / "explain.html").read_text()
    assert counts(foreign) == before


def test_a_scratch_copy_is_tried_on_and_left_as_it_was(foreign: Target, tmp_path: Path) -> None:
    (tmp_path / "mine" / "scan_family.sql").write_text(
        "-- params: family int\n-- example: 42\n\nSELECT id FROM products WHERE family = :family;\n"
    )
    before = counts(foreign)
    done = call("explain", "--queries", "mine", "--scratch", folder=tmp_path, target=foreign)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mends scan_family: CREATE INDEX CONCURRENTLY ON public.products (family)" in done.stdout
    assert "needs-clone" not in (tmp_path / "explain.html").read_text()
    assert counts(foreign) == before


def test_indexes_are_dropped_only_where_it_is_allowed(foreign: Target, tmp_path: Path) -> None:
    done = call("explain", "--queries", "mine", "--ablate", folder=tmp_path, target=foreign)
    assert "say --scratch" in refusal(done)
    before = counts(foreign)
    done = call(
        "explain", "--queries", "mine", "--ablate", "--scratch", folder=tmp_path, target=foreign
    )
    assert done.returncode == 0
    assert 'id="indexes"' in (tmp_path / "explain.html").read_text()
    assert counts(foreign) == before


def test_data_that_b2bench_did_not_make_cannot_be_made_larger(
    foreign: Target, tmp_path: Path
) -> None:
    done = call("explain", "--queries", "mine", "--scale", "1,2", folder=tmp_path, target=foreign)
    assert "use --scale on a database of `b2bench data generate`" in refusal(done)
    assert not (tmp_path / "explain.html").exists()


def test_an_earlier_report_is_put_beside(foreign: Target, tmp_path: Path) -> None:
    explain = ("explain", "--queries", "mine", "--class", "find_sku")
    assert call(*explain, "--json", "old.json", folder=tmp_path, target=foreign).returncode == 0
    with connect(foreign) as connection:
        connection.execute("DROP INDEX products_sku")
    done = call(*explain, "--against", "old.json", folder=tmp_path, target=foreign)
    assert done.returncode == 0
    page = (tmp_path / "explain.html").read_text()
    assert 'id="compared-find_sku-typical-main"' in page


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--against", "{}", "has version 0, this b2bench reads"),
        ("--against", "no json", "old.json cannot be read"),
        ("--statistics", "SELECT 1;", "pg_dump --statistics-only"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_before_the_work(
    foreign: Target, tmp_path: Path, option: str, text: str, said: str
) -> None:
    (tmp_path / "old.json").write_text(text)
    done = call("explain", "--queries", "mine", option, "old.json", folder=tmp_path, target=foreign)
    assert said in refusal(done)
    assert not (tmp_path / "explain.html").exists()


def test_no_constant_is_said_or_written(foreign: Target, tmp_path: Path) -> None:
    (tmp_path / "mine" / "noted.sql").write_text(
        f"-- params: note text\n-- example: {CANARY}\n\n"
        f"SELECT id FROM products WHERE note = :note OR sku = '{CANARY}';\n"
    )
    for name, select in {
        "refused": f"SELECT :note::int, '{CANARY}'::date",
        "refused_by_name": "SELECT :note::regclass",
        "refused_by_function": "SELECT complain(:note)",
        "refused_text": f"SELECT :note, '{CANARY}' '{CANARY}'",
    }.items():
        (tmp_path / "mine" / f"{name}.sql").write_text(
            f"-- params: note text\n-- example: {CANARY}\n\n{select};\n"
        )
    with connect(foreign) as connection:
        connection.execute(
            "CREATE FUNCTION complain(note text) RETURNS int LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'no %', note; END$$"
        )
    shown = call(
        *("explain", "--queries", "mine", "--show-arguments", "--json", "earlier.json"),
        folder=tmp_path,
        target=foreign,
    )
    assert shown.returncode == 1
    assert CANARY not in shown.stdout + shown.stderr
    for name in ("explain.html", "earlier.json"):
        assert CANARY in (tmp_path / name).read_text(), name
    done = call(
        *("explain", "--queries", "mine", "--scratch", "--ablate", "--against", "earlier.json"),
        *("--json", "report.json", "--markdown", "report.md", "--text", "report.txt"),
        folder=tmp_path,
        target=foreign,
    )
    assert done.returncode == 1  # some classes are refused
    assert 'id="compared"' in (tmp_path / "explain.html").read_text()
    assert CANARY not in done.stdout + done.stderr
    for name in ("explain.html", "report.json", "report.md", "report.txt"):
        assert CANARY not in (tmp_path / name).read_text(), name


def test_what_protection_adds_is_measured_only_where_it_is_allowed(
    server: Target, tmp_path: Path
) -> None:
    with guarded.new_role(server) as role, new_database(server) as target:
        guarded.install(target, role)
        guarded.write_queries(tmp_path / "mine", role)
        protection = ("explain", "--queries", "mine", "--class", "change", "--protection")
        assert "say --scratch" in refusal(call(*protection, folder=tmp_path, target=target))
        alone = call("explain", "--protection-triggers", "x%", folder=tmp_path, target=target)
        assert "--protection-triggers is for --protection" in refusal(alone)
        done = call(
            *(*protection, "--scratch", "--no-prove", "--markdown", "report.md"),
            *("--json", "report.json", "--text", "report.txt"),
            folder=tmp_path,
            target=target,
        )
        with connect(server) as connection:
            left = connection.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
                (f"{target.database}_",),
            ).fetchall()
    assert (done.returncode, done.stderr, left) == (0, "", [])
    report = from_json((tmp_path / "report.json").read_bytes(), Explanation, source="report.json")
    assert report.protection is not None
    (cost,) = report.protection.cases
    assert cost.met == ("orders.own_orders", "orders.audit_orders")
    assert "| change | typical |" in (tmp_path / "report.md").read_text()
    assert "change (typical): policies" in (tmp_path / "report.txt").read_text()
    assert 'id="protection"' in (tmp_path / "explain.html").read_text()


def test_a_role_that_may_not_be_taken_on_is_said_once(server: Target, tmp_path: Path) -> None:
    password = secrets.token_hex(8)
    with (
        guarded.new_role(server) as role,
        guarded.new_role(server, f"LOGIN PASSWORD '{password}' IN ROLE pg_read_all_data") as user,
        new_database(server) as target,
    ):
        guarded.install(target, role)
        guarded.write_queries(tmp_path / "mine", role)
        conninfo = psycopg.conninfo.make_conninfo(target.conninfo, user=user, password=password)
        done = call(
            *("explain", "--queries", "mine", "--class", "product", "--class", "own_orders"),
            folder=tmp_path,
            target=Target(conninfo=conninfo),
        )
        change(target, f"DROP OWNED BY {role}")
    assert done.returncode == 0
    said = [line for line in done.stdout.splitlines() if role in line]
    assert len(said) == 1
    assert said[0].startswith(f"warning: {role}: may not be taken on by the session's user")
    assert "role-refused" in (tmp_path / "explain.html").read_text()
