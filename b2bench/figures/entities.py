"""Entity-relationship diagrams: what is in one, and where everything in it stands."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from b2bench.figures.layered import Layout, Place, Point, Route, layered
from b2bench.figures.ranks import Block, Link

HEAD = 30
ROW = 22
FOOT = 5
SIDE = 12
BADGE = 20
BADGE_GAP = 3
NULL = 14
TITLE_SIZE = 13
NAME_SIZE = 12
TYPE_SIZE = 11
# the widest of the system's fixed-width fonts take 0.61 of their size
_LETTER = 0.61
_BETWEEN = 18
_BEHIND_BADGES = 5
_APART = 30
_PLAIN_APART = 16
_PLAIN_SLOT = 9
_STUB_HEIGHT = 18
_STUB_LINE = 26
_STUB_PADDING = 14
_STUB_MARGIN = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A column; marks are `PK`, `FK`, `UK`."""

    name: str
    type: str
    marks: tuple[str, ...] = ()
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A table; without rows it is drawn as its name alone.

    Args:
        tone: its colour, from 0.
        kind: what it is, if not a table.
        note: what a pointer over it is told.
    """

    name: str
    rows: tuple[Row, ...] = ()
    tone: int = 0
    kind: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A foreign key.

    Args:
        child: the table that has it.
        child_rows: its columns, the last of which its line leaves; none where no rows are drawn.
        parent: the table that it names; one that is not in the diagram becomes a stub.
        parent_rows: the columns that it names.
        optional: whether it may be NULL.
        single: whether a parent has at most one child.
        note: what a pointer over the line is told.
    """

    child: str
    parent: str
    child_rows: tuple[str, ...] = ()
    parent_rows: tuple[str, ...] = ()
    optional: bool = False
    single: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """What is drawn, and what it is called.

    Args:
        identity: a word for ids in the SVG.
        entities: tables; those that others hang on first, where they hang on each other.
        tones: what colours mean, where they mean something.
    """

    identity: str
    title: str
    subtitle: str
    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    tones: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A relation and the corners of its line, from the parent to the child."""

    relation: Relation
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A table outside the diagram, as a small box beside the row that names it."""

    name: str
    place: Place
    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """Joins the rows of a key with several columns; it opens to the right if `opens` is 1."""

    entity: str
    x: int
    top: int
    bottom: int
    opens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where everything of a diagram stands; 0, 0 is the upper left corner of it all."""

    places: Mapping[str, Place]
    lines: tuple[Line, ...]
    stubs: tuple[Stub, ...]
    brackets: tuple[Bracket, ...]
    width: int
    height: int


def plan(diagram: Diagram) -> Plan:
    """Return where boxes, stubs and lines of a diagram go."""
    names = {entity.name for entity in diagram.entities}
    inside = [relation for relation in diagram.relations if relation.parent in names]
    outside = _by_row(relation for relation in diagram.relations if relation.parent not in names)
    sizes = _Sizes(diagram.entities, inside)
    layout = layered(
        [sizes.block(entity, outside) for entity in diagram.entities],
        [sizes.link(relation) for relation in inside],
    )
    lines = tuple(_lines(layout, inside, sizes))
    stubs = tuple(_stubs(outside, sizes, layout.places))
    every = [*lines, *(stub.line for stub in stubs)]
    return Plan(
        places=layout.places,
        lines=lines,
        stubs=stubs,
        brackets=tuple(dict.fromkeys(_brackets(every, sizes, layout.places))),
        width=layout.width,
        height=layout.height,
    )


def letters(text: str, size: float) -> int:
    """Return the width of a text in a fixed-width font."""
    return round(len(text) * size * _LETTER + 0.5)


def badges_width(entity: Entity) -> int:
    """Return the width that a box keeps for its rows' marks."""
    most = max((len(row.marks) for row in entity.rows), default=0)
    return most * (BADGE + BADGE_GAP) + _BEHIND_BADGES if most else 0


def _by_row(outside: Iterator[Relation]) -> dict[tuple[str, str], list[Relation]]:
    found = defaultdict[tuple[str, str], list[Relation]](list)
    for relation in outside:
        found[relation.child, relation.child_rows[-1]].append(relation)
    return found


class _Sizes:
    """Sizes of boxes, and where the rows in them stand."""

    def __init__(self, entities: Sequence[Entity], inside: Sequence[Relation]) -> None:
        self._entities = {entity.name: entity for entity in entities}
        self._parents = defaultdict[str, set[str]](set)
        for relation in inside:
            self._parents[relation.child].add(relation.parent)

    def block(self, entity: Entity, outside: Mapping[tuple[str, str], list[Relation]]) -> Block:
        """Return the size of a box, with room for the stubs on its left."""
        stubs = [
            _stub_width(relations) + _STUB_LINE + _STUB_MARGIN
            for (child, _), relations in outside.items()
            if child == entity.name
        ]
        return Block(
            name=entity.name,
            width=_width(entity),
            height=self._height(entity),
            apart=_APART if entity.rows else _PLAIN_APART,
            left=max(stubs, default=0),
            slide=0 if entity.rows else HEAD // 2,
        )

    def link(self, relation: Relation) -> Link:
        """Return a relation's line as the layout knows it."""
        parent, child = self._entities[relation.parent], self._entities[relation.child]
        return Link(
            source=parent.name,
            source_y=self._port(parent, relation.parent_rows),
            target=child.name,
            target_y=self._port(child, relation.child_rows)
            if child.rows or parent is not child
            else self._height(child) - FOOT,
            weak=relation.optional,
        )

    def row_y(self, entity: str, row: str) -> int:
        """Return the middle of a row, from its box's top."""
        names = [each.name for each in self._entities[entity].rows]
        return HEAD + FOOT + ROW * names.index(row) + ROW // 2

    def _port(self, entity: Entity, rows: Sequence[str]) -> int:
        return self.row_y(entity.name, rows[-1]) if entity.rows else self._height(entity) // 2

    def _height(self, entity: Entity) -> int:
        if entity.rows:
            return HEAD + ROW * len(entity.rows) + 2 * FOOT
        return max(HEAD, _PLAIN_SLOT * (len(self._parents[entity.name]) + 1))


def _width(entity: Entity) -> int:
    title = letters(entity.name, TITLE_SIZE) + 2 * SIDE
    if entity.kind:
        title += letters(entity.kind, TYPE_SIZE) + _BETWEEN
    if not entity.rows:
        return title
    names = max(letters(row.name, NAME_SIZE) for row in entity.rows)
    types = max(letters(row.type, TYPE_SIZE) for row in entity.rows)
    return max(title, 2 * SIDE + badges_width(entity) + names + _BETWEEN + types + NULL)


def _stub_name(relations: Sequence[Relation]) -> str:
    return ", ".join(dict.fromkeys(relation.parent for relation in relations))


def _stub_width(relations: Sequence[Relation]) -> int:
    return letters(_stub_name(relations), TYPE_SIZE) + _STUB_PADDING


def _lines(layout: Layout, inside: Sequence[Relation], sizes: _Sizes) -> Iterator[Line]:
    by_link = defaultdict[Link, list[Route]](list)
    for route in layout.routes:
        by_link[route.link].append(route)
    for relation in inside:
        yield Line(relation=relation, points=by_link[sizes.link(relation)].pop(0).points)


def _stubs(
    outside: Mapping[tuple[str, str], list[Relation]],
    sizes: _Sizes,
    places: Mapping[str, Place],
) -> Iterator[Stub]:
    for (child, row), relations in outside.items():
        box, width = places[child], _stub_width(relations)
        y = box.y + sizes.row_y(child, row)
        right = box.x - _STUB_LINE
        yield Stub(
            name=_stub_name(relations),
            place=Place(x=right - width, y=y - _STUB_HEIGHT // 2, width=width, height=_STUB_HEIGHT),
            line=Line(relation=relations[0], points=((right, y), (box.x, y))),
        )


def _brackets(
    lines: Sequence[Line], sizes: _Sizes, places: Mapping[str, Place]
) -> Iterator[Bracket]:
    for line in lines:
        relation = line.relation
        for entity, rows, (x, _) in (
            (relation.child, relation.child_rows, line.points[-1]),
            (relation.parent, relation.parent_rows, line.points[0]),
        ):
            if len(rows) > 1 and entity in places:
                box = places[entity]
                heights = [box.y + sizes.row_y(entity, row) for row in rows]
                yield Bracket(
                    entity=entity,
                    x=x,
                    top=min(heights),
                    bottom=max(heights),
                    opens=1 if x == box.x else -1,
                )
