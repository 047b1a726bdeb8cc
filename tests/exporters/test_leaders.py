import numpy as np

from exporters.leaders import Leaders, Statement


def admitted(leaders: Leaders, growth: dict[str, tuple[float, ...]], now_s: float) -> list[str]:
    statements: list[Statement] = [("shop", ord(name)) for name in growth]
    gone = leaders.admit(statements, np.array(list(growth.values())), now_s)
    return [chr(queryid) for _, queryid in gone]


def members(leaders: Leaders, names: str) -> str:
    return "".join(name for name in names if ("shop", ord(name)) in leaders)


def test_the_first_by_each_criterion_are_admitted_and_nobody_who_did_nothing() -> None:
    leaders = Leaders([], most=4)
    admitted(leaders, {"a": (9, 0), "b": (1, 0), "c": (0, 5), "d": (0, 0)}, 0)
    assert members(leaders, "abcd") == "ac"


def test_a_full_house_admits_nobody_until_somebody_has_not_led_for_long() -> None:
    leaders = Leaders([], most=2, kept_s=100)
    admitted(leaders, {"a": (9,)}, 0)
    admitted(leaders, {"b": (9,)}, 90)
    assert admitted(leaders, {"c": (9,)}, 99) == []
    assert members(leaders, "abc") == "ab"
    assert admitted(leaders, {"c": (9,)}, 101) == ["a"]
    assert members(leaders, "abc") == "bc"


def test_somebody_who_leads_again_keeps_the_place() -> None:
    leaders = Leaders([], most=1, kept_s=100)
    admitted(leaders, {"a": (9,)}, 0)
    admitted(leaders, {"a": (1,)}, 90)
    assert admitted(leaders, {"c": (9,)}, 150) == []


def test_nobody_who_is_tired_goes_without_need() -> None:
    leaders = Leaders([], most=2, kept_s=100)
    admitted(leaders, {"a": (9,)}, 0)
    assert admitted(leaders, {"b": (9,)}, 1000) == []


def test_statements_of_query_classes_take_nobodys_place() -> None:
    leaders = Leaders([ord("n")], most=1)
    admitted(leaders, {"n": (9,), "a": (1,)}, 0)
    assert members(leaders, "na") == "na"
