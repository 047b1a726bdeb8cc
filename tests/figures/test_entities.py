"""Entity-relationship diagrams: where things stand, and that lines go where they should."""

from itertools import combinations, pairwise
from random import Random

import pytest

from b2bench.figures.entities import Diagram, Entity, Line, Plan, Relation, Row, plan
from b2bench.figures.layered import Place, Point

ID = Row(name="id", type="bigint", marks=("PK",))


def table(name: str, *parents: str, optional: frozenset[str] = frozenset()) -> Entity:
    keys = [
        Row(name=f"{parent}_id", type="bigint", marks=("FK",), nullable=parent in optional)
        for parent in parents
    ]
    more = [Row(name=f"fact_{number}", type="text") for number in range(len(name) % 5)]
    return Entity(name=name, rows=(ID, *keys, *more))


def names(child: str, parent: str, *, optional: bool = False) -> Relation:
    return Relation(
        child=child,
        parent=parent,
        child_rows=(f"{parent}_id",),
        parent_rows=("id",),
        optional=optional,
    )


def diagram(*entities: Entity, relations: list[Relation]) -> Diagram:
    return Diagram(
        identity="er", title="T", subtitle="t", entities=entities, relations=tuple(relations)
    )


def drawn_from(parents: dict[str, list[str]], optional: frozenset[str] = frozenset()) -> Diagram:
    """Return tables with a foreign key to each of their parents; `optional` ones may be NULL."""
    entities = [table(child, *found, optional=optional) for child, found in parents.items()]
    relations = [
        names(child, parent, optional=parent in optional)
        for child, found in parents.items()
        for parent in found
    ]
    return diagram(*entities, relations=relations)


def without_rows(given: Diagram) -> Diagram:
    return diagram(
        *(Entity(name=entity.name) for entity in given.entities),
        relations=[
            Relation(child=each.child, parent=each.parent, optional=each.optional)
            for each in given.relations
        ],
    )


def at_random(seed: int, count: int) -> Diagram:
    """Return tables that name up to three earlier ones, some themselves, and one a later one."""
    random = Random(seed)  # noqa: S311 (a sample, not a secret)
    found = dict[str, list[str]]()
    for number in range(count):
        earlier = random.sample(sorted(found), min(len(found), random.randrange(4)))
        itself = [f"t{number}"] if random.random() < 0.1 else []
        found[f"t{number}"] = [*earlier, *itself]
    last = f"t{count - 1}"
    if last not in found["t0"]:
        found["t0"].append(last)
    return drawn_from(found, optional=frozenset((last,)))


SHOP = drawn_from(
    {
        "account": [],
        "category": ["category"],
        "product": ["category"],
        "variant": ["product"],
        "axis": ["product"],
        "option": ["axis"],
        "selection": ["variant", "option"],
        "cart": ["account"],
        "cart_line": ["cart", "variant"],
        "price": ["account", "product", "variant"],
        "lonely": [],
    },
    optional=frozenset(("category",)),
)
CIRCLE = drawn_from(
    {"request": ["order"], "quote": ["request"], "order": ["quote"]},
    optional=frozenset(("order",)),
)
DIAGRAMS = {
    "shop": SHOP,
    "shop without rows": without_rows(SHOP),
    "circle": CIRCLE,
    "circle without rows": without_rows(CIRCLE),
    "alone": drawn_from({"only": []}),
    **{f"random {seed}": at_random(seed, 24) for seed in range(6)},
    **{f"random {seed} without rows": without_rows(at_random(seed, 24)) for seed in range(6)},
}


@pytest.fixture(scope="module", params=DIAGRAMS, ids=str)
def planned(request: pytest.FixtureRequest) -> tuple[Diagram, Plan]:
    given = DIAGRAMS[request.param]
    return given, plan(given)


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def runs_through(start: Point, end: Point, box: Place) -> bool:
    left, right = sorted((start[0], end[0]))
    top, bottom = sorted((start[1], end[1]))
    return left < box.right and right > box.x and top < box.bottom and bottom > box.y


def test_no_box_lies_on_another(planned: tuple[Diagram, Plan]) -> None:
    given, found = planned
    assert set(found.places) == {entity.name for entity in given.entities}
    touching = [
        pair for pair in combinations(found.places.items(), 2) if overlap(pair[0][1], pair[1][1])
    ]
    assert touching == []


def test_everything_is_inside_the_picture(planned: tuple[Diagram, Plan]) -> None:
    _, found = planned
    corners = [point for line in found.lines for point in line.points]
    corners += [(place.right, place.bottom) for place in found.places.values()]
    corners += [(place.x, place.y) for place in found.places.values()]
    assert all(0 <= x <= found.width and 0 <= y <= found.height for x, y in corners)


def test_every_relation_has_a_line_that_is_level_or_upright(planned: tuple[Diagram, Plan]) -> None:
    given, found = planned
    assert [line.relation for line in found.lines] == list(given.relations)
    for line in found.lines:
        for (x, y), (next_x, next_y) in pairwise(line.points):
            assert (x == next_x) != (y == next_y), line


def test_a_line_begins_at_its_parents_side_and_ends_at_its_childs(
    planned: tuple[Diagram, Plan],
) -> None:
    _, found = planned
    for line in found.lines:
        for name, (x, y) in (
            (line.relation.parent, line.points[0]),
            (line.relation.child, line.points[-1]),
        ):
            box = found.places[name]
            assert x in (box.x, box.right), line
            assert box.y < y < box.bottom, line


def test_no_line_runs_through_a_box(planned: tuple[Diagram, Plan]) -> None:
    _, found = planned
    through = [
        (line.relation.child, line.relation.parent, name)
        for line in found.lines
        for start, end in pairwise(line.points)
        for name, box in found.places.items()
        if runs_through(start, end, box)
    ]
    assert through == []


def test_two_bundles_never_lie_on_one_another(planned: tuple[Diagram, Plan]) -> None:
    """Lines of one column of one parent share a trunk; any others may cross, and no more."""
    _, found = planned
    for one, other in combinations(found.lines, 2):
        if one.points[0] != other.points[0]:
            shared = [
                (piece, another)
                for piece in pairwise(one.points)
                for another in pairwise(other.points)
                if lie_on_another(piece, another)
            ]
            assert shared == [], (one.relation, other.relation)


def lie_on_another(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    for along, across in ((0, 1), (1, 0)):
        level = {one[0][across], one[1][across], other[0][across], other[1][across]}
        if len(level) == 1:
            starts = max(min(piece[0][along], piece[1][along]) for piece in (one, other))
            ends = min(max(piece[0][along], piece[1][along]) for piece in (one, other))
            return starts < ends
    return False


def test_a_line_meets_the_rows_of_its_columns() -> None:
    found = plan(SHOP)
    line = line_of(found, "cart_line", "cart")
    # the head, half a row, and a foot of room above the first row
    assert line.points[0][1] == found.places["cart"].y + 30 + 5 + 11
    assert line.points[-1][1] == found.places["cart_line"].y + 30 + 5 + 22 + 11


def line_of(found: Plan, child: str, parent: str) -> Line:
    return next(
        line
        for line in found.lines
        if (line.relation.child, line.relation.parent) == (child, parent)
    )


def test_a_table_stands_to_the_right_of_those_it_names() -> None:
    found = plan(SHOP)
    for line in found.lines:
        if line.relation.child != line.relation.parent:
            assert found.places[line.relation.parent].right < found.places[line.relation.child].x, (
                line
            )


def test_in_a_circle_the_key_that_may_be_null_gives_way() -> None:
    found = plan(CIRCLE)
    places = found.places
    assert places["request"].right < places["quote"].x
    assert places["quote"].right < places["order"].x
    back = line_of(found, "request", "order")
    assert back.points[0][0] == places["order"].x
    assert back.points[-1][0] == places["request"].right


def test_a_table_outside_is_a_stub_beside_the_row_that_names_it() -> None:
    given = diagram(
        table("cart", "account"),
        table("line", "cart", "variant"),
        relations=[names("cart", "account"), names("line", "cart"), names("line", "variant")],
    )
    found = plan(given)
    assert [stub.name for stub in found.stubs] == ["account", "variant"]
    for stub in found.stubs:
        box = found.places[stub.line.relation.child]
        assert stub.place.right < box.x
        assert stub.line.points[-1] == (box.x, stub.place.y + stub.place.height // 2)
        assert not any(overlap(stub.place, other) for other in found.places.values())
        assert stub.place.x >= 0


def test_no_line_of_another_row_runs_through_a_stub() -> None:
    found = plan(
        diagram(
            table("cart"),
            table("line", "variant", "cart", "price"),
            relations=[names("line", "variant"), names("line", "cart"), names("line", "price")],
        )
    )
    (line,) = found.lines
    assert not any(
        runs_through(start, end, stub.place)
        for stub in found.stubs
        for start, end in pairwise(line.points)
    )


def test_the_rows_of_a_key_with_several_columns_are_joined() -> None:
    key = Relation(
        child="line",
        parent="stock",
        child_rows=("variant_id", "place_id"),
        parent_rows=("id", "stock_id"),
    )
    found = plan(
        diagram(table("stock", "stock"), table("line", "variant", "place"), relations=[key])
    )
    ours, theirs = found.brackets
    box = found.places["line"]
    assert (ours.entity, ours.opens) == ("line", 1)
    assert (ours.top, ours.bottom) == (box.y + 68, box.y + 90)
    assert (theirs.entity, theirs.opens) == ("stock", -1)


def test_tables_that_nothing_joins_stand_below() -> None:
    found = plan(SHOP)
    others = [place.bottom for name, place in found.places.items() if name != "lonely"]
    assert found.places["lonely"].y > max(others)


def test_the_same_diagram_is_planned_the_same() -> None:
    assert plan(SHOP) == plan(SHOP)
