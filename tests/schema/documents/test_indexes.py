"""What an index is there for."""

from collections.abc import Mapping

import pytest

from schema.documents.areas import Area
from schema.documents.catalogue import Index, Table
from schema.documents.indexes import Evidence, indexes_page, serves, supported

EVIDENCE = Evidence(
    said="Plans by hand.",
    classes=["find", "log"],
    uses={"children_plain": ["find"], "events_2026_note_idx": ["log"]},
    unexplained=["broken"],
)


def index(tables: Mapping[str, Table], table: str, name: str) -> Index:
    return next(each for each in tables[table].indexes if each.name == name)


def area(tables: Mapping[str, Table]) -> Area:
    return Area(name="all", title="All", why="of it", place=0, tables=tuple(tables.values()))


@pytest.mark.parametrize(
    ("table", "name", "what"),
    [
        ("children", "children_plain", "`find`"),
        ("events", "events_note", "`log`"),
        ("children", "children_pkey", "constraint only"),
        ("children", "children_first_title", "constraint only"),
        ("children", "children_friend_given", "foreign key"),
        ("children", "children_aunt_first", ""),
    ],
)
def test_what_an_index_serves(
    odd_tables: Mapping[str, Table], table: str, name: str, what: str
) -> None:
    assert serves(odd_tables[table], index(odd_tables, table, name), EVIDENCE) == what


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("children_pkey", ["children_parent_id_fkey"]),
        # every row that names somebody is in it
        ("children_friend_given", ["children_friend"]),
        # only some are in it
        ("children_aunt_first", []),
        ("children_aunt_id_key", ["children_aunt_id_fkey"]),
        ("children_apart", []),
    ],
)
def test_which_foreign_keys_an_index_supports(
    odd_tables: Mapping[str, Table], name: str, keys: list[str]
) -> None:
    found = supported(odd_tables["children"], index(odd_tables, "children", name))
    assert [key.name for key in found] == keys


def test_the_page_names_what_has_no_index_and_no_plans(odd_tables: Mapping[str, Table]) -> None:
    page = indexes_page([area(odd_tables)], EVIDENCE)
    assert "- [grandchildren](#grandchildren) (`parent_id`, `place`), names `children`" in page
    assert "- [parents](#parents) (`parent_id`), names `parents`" in page
    assert "No plans could be taken of `broken`." in page
    assert "| `find` | `children_plain` |" in page
    assert "`children_plain`: For search" in page
    assert (
        "| `children_apart` | `gist (parent_id, during) WHERE place > 1` | partial"
        " | exclusion constraint | – | constraint only |" in page
    )
    assert (
        "| `children_pkey` | `btree (parent_id, place)` | unique"
        " | primary key, named by 1 foreign key | `parent_id` | constraint only |" in page
    )


def test_without_evidence_the_page_says_so(odd_tables: Mapping[str, Table]) -> None:
    page = indexes_page([area(odd_tables)], None)
    assert "holds no\ndata set" in page
    assert "| serves |" not in page
    assert "Query classes and" not in page
