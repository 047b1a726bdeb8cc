"""What is read from a catalogue, and what is left out."""

from collections.abc import Mapping

from schema.documents.catalogue import SchemaCatalogue, Table


def test_partitions_and_what_extensions_bring_are_left_out(odd_schema: SchemaCatalogue) -> None:
    assert [table.name for table in odd_schema.tables] == [
        "children",
        "events",
        "grandchildren",
        "parents",
        "titles",
    ]
    assert [function.name for function in odd_schema.functions] == ["keep_title", "refuse_change"]
    assert [each.name for each in odd_schema.types] == ["cents", "colour"]


def test_columns_say_where_their_values_come_from(odd_tables: Mapping[str, Table]) -> None:
    parents, children = odd_tables["parents"], odd_tables["children"]
    assert parents.column("id").identity == "always"
    assert parents.column("colour").default == "'RED'::colour"
    assert not parents.column("colour").nullable
    assert children.column("plain").generated == "(lower(title) || '-'::text)"
    assert children.column("plain").default == ""


def test_a_foreign_key_is_known_at_both_its_ends(odd_tables: Mapping[str, Table]) -> None:
    (key,) = odd_tables["grandchildren"].references
    assert (key.columns, key.parent_columns) == (["parent_id", "place"], ["parent_id", "place"])
    assert key in odd_tables["children"].referenced_by


def test_a_partitioned_index_knows_those_of_its_partitions(odd_tables: Mapping[str, Table]) -> None:
    index = next(each for each in odd_tables["events"].indexes if each.name == "events_note")
    assert index.partitions == ["events_2026_note_idx"]
    assert odd_tables["events"].partitioned_by == "RANGE (at)"


def test_not_null_is_no_check_on_any_version(odd_tables: Mapping[str, Table]) -> None:
    assert [check.name for check in odd_tables["parents"].checks] == []
    assert [check.name for check in odd_tables["children"].checks] == [
        "children_place",
        "children_title",
        "children_apart",
    ]
