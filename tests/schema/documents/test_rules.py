"""Business rules in words."""

from collections.abc import Mapping

import pytest

from schema.documents.catalogue import Table
from schema.documents.rules import rules


def said(table: Table) -> dict[str, str]:
    """Return rules by what holds them."""
    return {rule.holder: rule.said for rule in rules(table)}


def test_a_rule_is_said_in_the_words_of_its_comment(odd_tables: Mapping[str, Table]) -> None:
    assert said(odd_tables["children"])["CHECK `children_title`"] == "A child has a title"


@pytest.mark.parametrize(
    ("table", "holder", "rule"),
    [
        ("children", "CHECK `children_place`", "`place >= 1 AND place <= 9`"),
        (
            "children",
            "EXCLUDE `children_apart`",
            "No two rows with the same `parent_id`, overlapping `during`, of those where"
            " `place > 1`",
        ),
        (
            "children",
            "PRIMARY KEY `children_pkey`",
            "At most one row for each combination of `parent_id`, `place`",
        ),
        (
            "children",
            "UNIQUE INDEX `children_first_title`",
            "At most one row for each `lower(title)`, of those where `place = 1`",
        ),
        (
            "parents",
            "UNIQUE `parents_code_key`",
            "At most one row for each `code`; any number with NULL in `code`",
        ),
        (
            "parents",
            "UNIQUE `parents_colour_price_key`",
            "At most one row for each combination of `colour`, `price`",
        ),
        (
            "parents",
            "FOREIGN KEY `parents_parent_id_fkey`",
            "`parent_id` names a row of `parents`; deleting it is refused while this row is there"
            " (RESTRICT)",
        ),
        (
            "children",
            "FOREIGN KEY `children_parent_id_fkey`",
            "`parent_id` names a row of `parents`; deleting it deletes this row (CASCADE)",
        ),
        (
            "children",
            "FOREIGN KEY `children_friend`",
            "`friend_id` names a row of `parents`; deleting it sets `friend_id` to NULL (SET NULL)",
        ),
        (
            "children",
            "FOREIGN KEY `children_aunt_id_fkey`",
            "`aunt_id` names a row of `parents`; deleting it is refused while this row is there at"
            " the end of the transaction (NO ACTION)",
        ),
        (
            "grandchildren",
            "FOREIGN KEY `grandchildren_child`",
            "`parent_id`, `place` name a row of `children`; deleting it sets `place` to NULL"
            " (SET NULL)",
        ),
        (
            "children",
            "trigger `children_title_kept`, before update of title: `keep_title()`",
            "A title is kept for good",
        ),
        (
            "children",
            "policy `children_own` for SELECT, role public",
            "Sees and changes rows where `friend_id = 1`",
        ),
    ],
)
def test_what_has_no_comment_is_made_readable(
    odd_tables: Mapping[str, Table], table: str, holder: str, rule: str
) -> None:
    assert said(odd_tables[table])[holder] == rule


def test_a_number_that_the_database_gives_is_no_rule(odd_tables: Mapping[str, Table]) -> None:
    assert not any("parents_pkey" in holder for holder in said(odd_tables["parents"]))


def test_what_two_triggers_hold_is_one_rule(odd_tables: Mapping[str, Table]) -> None:
    (rule,) = [rule for rule in rules(odd_tables["events"]) if "trigger" in rule.holder]
    assert rule.said == "Refuse change"
    assert "`events_kept`, before" in rule.holder
    assert "`events_kept_whole`, before truncate" in rule.holder
