"""Who installs need not be a superuser, and is told what only a superuser can take away."""

from collections.abc import Iterator

import pytest
from psycopg import sql

from b2bench.database import connect
from b2bench.errors import StatementFailed
from b2bench.marker import create_marked_database
from b2bench.target import Target
from schema import migrate
from schema.integrity import check_integrity

_CODE = "languages-for-everybody"
_PRIVILEGES_LEFT = """
SELECT c.relname
  FROM pg_class c
 CROSS JOIN LATERAL aclexplode(c.relacl) AS a
 WHERE a.grantee IN (SELECT r.oid FROM pg_roles r WHERE r.rolname ~ '^shop_')
UNION ALL
SELECT c.attrelid::regclass::text
  FROM pg_attribute c
 CROSS JOIN LATERAL aclexplode(c.attacl) AS a
 WHERE a.grantee IN (SELECT r.oid FROM pg_roles r WHERE r.rolname ~ '^shop_')
"""


@pytest.fixture
def installed(empty_database: Target, schema_template: Target) -> Iterator[Target]:
    """Give a shop that an ordinary owner of its database has installed, as that owner.

    The roles are there already, made by another.
    """
    assert schema_template
    name, database = sql.Identifier(_role(empty_database)), sql.Identifier(empty_database.database)
    with connect(empty_database) as connection:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, name))
    owner = empty_database.with_setting("role", _role(empty_database))
    create_marked_database(owner)
    try:
        yield owner
    finally:
        with connect(empty_database) as connection:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(name))
            connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(
                    database, sql.Identifier(connection.info.user)
                )
            )
            connection.execute(sql.SQL("DROP ROLE {}").format(name))


def _role(target: Target) -> str:
    return f"installer_of_{target.database}"


def _let_install(superuser: Target) -> None:
    """Do what only a superuser can."""
    name = sql.Identifier(_role(superuser))
    with connect(superuser) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        connection.execute(sql.SQL("GRANT shop_owner TO {}").format(name))


def test_what_a_superuser_has_to_do_first_is_said(installed: Target) -> None:
    with pytest.raises(
        StatementFailed, match=r"create extension .* have a superuser do that first"
    ):
        migrate.upgrade(installed)


def test_it_goes_up_and_down_and_up_again(installed: Target, empty_database: Target) -> None:
    _let_install(empty_database)
    migrate.upgrade(installed)
    assert migrate.verify(installed) == ()
    with connect(empty_database) as connection:
        connection.execute("GRANT CREATE ON SCHEMA public TO shop_reader")
        connection.execute("SET ROLE shop_reader")
        connection.execute("CREATE TABLE public.of_reader ()")
    migrate.downgrade(installed, "0025")
    with connect(empty_database) as connection:
        # what somebody made as one of the roles is still there
        connection.execute("DROP TABLE public.of_reader")
        assert connection.execute(_PRIVILEGES_LEFT.encode()).fetchall() == []
    migrate.upgrade(installed)
    assert migrate.verify(installed) == ()


def test_languages_that_everybody_has_are_named_with_their_mend(
    installed: Target, empty_database: Target
) -> None:
    _let_install(empty_database)
    migrate.upgrade(installed)
    found = [finding for finding in check_integrity(installed) if finding.code == _CODE]
    assert [finding.subject for finding in found] == ["language plpgsql", "language sql"]
    with connect(empty_database) as connection:
        for finding in found:
            connection.execute(finding.mend.removeprefix("as a superuser: ").encode())
    assert _CODE not in {finding.code for finding in check_integrity(installed)}
    migrate.downgrade(installed, "0025")
