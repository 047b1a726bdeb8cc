"""Diagrams of a schema."""

from collections.abc import Mapping

from schema.documents.areas import Area
from schema.documents.catalogue import Table
from schema.documents.diagrams import area_diagram, mermaid, overview_diagram


def area(tables: Mapping[str, Table], *names: str) -> Area:
    chosen = tuple(tables[name] for name in names)
    return Area(name="some", title="Some", why="of them", place=3, tables=chosen)


def test_columns_carry_their_marks(odd_tables: Mapping[str, Table]) -> None:
    (entity,) = area_diagram(area(odd_tables, "children")).entities
    marks = {row.name: row.marks for row in entity.rows}
    assert marks["parent_id"] == ("PK", "FK")
    assert marks["aunt_id"] == ("FK", "UK")
    assert marks["title"] == ()
    assert entity.tone == 3


def test_a_foreign_key_says_how_many_and_whether_there_may_be_none(
    odd_tables: Mapping[str, Table],
) -> None:
    found = area_diagram(area(odd_tables, "children", "grandchildren")).relations
    by_column = {(each.child, each.child_rows[0]): each for each in found}
    assert not by_column["children", "parent_id"].optional
    assert by_column["children", "friend_id"].optional
    assert not by_column["children", "friend_id"].single
    assert by_column["children", "aunt_id"].single
    key = by_column["grandchildren", "parent_id"]
    assert (key.parent, key.parent_rows) == ("children", ("parent_id", "place"))


def test_the_overview_joins_two_tables_once(odd_tables: Mapping[str, Table]) -> None:
    found = overview_diagram([area(odd_tables, "parents", "children", "titles")])
    pairs = [(each.child, each.parent) for each in found.relations]
    assert pairs == [("parents", "parents"), ("children", "parents")]
    assert found.subtitle.startswith("2 tables, 1 view, ")


def test_mermaid_has_tables_columns_and_cardinalities(odd_tables: Mapping[str, Table]) -> None:
    tables = [odd_tables["parents"], odd_tables["grandchildren"]]
    assert mermaid(tables) == GOLDEN


GOLDEN = """\
erDiagram
    parents {
        bigint id PK
        bigint parent_id FK "may be NULL"
        text code UK "may be NULL"
        colour colour
        cents price "may be NULL"
    }
    grandchildren {
        bigint parent_id FK "may be NULL"
        integer place FK "may be NULL"
        text note "may be NULL"
    }
    parents |o--o{ parents : "parent_id"
    children |o--o{ grandchildren : "parent_id, place"
"""
