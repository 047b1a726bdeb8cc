"""Draw an entity-relationship diagram as SVG for light and dark, each time the same bytes."""

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from b2bench.figures.entities import (
    BADGE,
    BADGE_GAP,
    FOOT,
    HEAD,
    NULL,
    ROW,
    SIDE,
    Bracket,
    Diagram,
    Entity,
    Line,
    Plan,
    Row,
    Stub,
    badges_width,
    plan,
)
from b2bench.figures.layered import Place, Point

TONES = 9
_MARGIN = 28
_TOP = 74
_TITLE_Y = 36
_SUBTITLE_Y = 55
_CORNER = 6
_TURN = 7
_TOE = 5
_HEEL = 11
_BAR = 7
_BRACKET = 4
_ABOVE_LEGEND = 44
_LEGEND_LINE = 24
_LEGEND_LETTER = 6.6
_LEGEND_GAP = 22
_SIGN = 32
_TITLE_LETTER = 12.5
_LEAST_WIDTH = 620


def draw(diagram: Diagram) -> str:
    """Return the diagram as the text of an SVG file."""
    planned = plan(diagram)
    width = max(planned.width, _LEAST_WIDTH, *_words_widths(diagram)) + 2 * _MARGIN
    legend, legend_height = _legend(diagram, planned, width - 2 * _MARGIN)
    height = _TOP + planned.height + _ABOVE_LEGEND + legend_height
    title, subtitle = escape(diagram.title), escape(diagram.subtitle)
    parts = [
        *_opening(diagram, width, height),
        f'<text class="title" x="{_MARGIN}" y="{_TITLE_Y}">{title}</text>',
        f'<text class="subtitle" x="{_MARGIN}" y="{_SUBTITLE_Y}">{subtitle}</text>',
        f'<g transform="translate({_MARGIN} {_TOP})">',
        *_drawing(diagram, planned),
        "</g>",
        f'<g transform="translate({_MARGIN} {_TOP + planned.height + 40})">',
        *legend,
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _words_widths(diagram: Diagram) -> tuple[int, int]:
    return (
        round(len(diagram.title) * _TITLE_LETTER),
        round(len(diagram.subtitle) * _LEGEND_LETTER),
    )


def _opening(diagram: Diagram, width: int, height: int) -> Iterator[str]:
    style = (files("b2bench.figures") / "entities.css").read_text(encoding="utf-8")
    identity = escape(diagram.identity)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="{identity}-title {identity}-desc">'
    )
    yield f'<title id="{identity}-title">{escape(diagram.title)}</title>'
    yield f'<desc id="{identity}-desc">{escape(_description(diagram))}</desc>'
    yield f"<style>\n{style}</style>"
    yield f'<rect class="paper" width="{width}" height="{height}"/>'


def _description(diagram: Diagram) -> str:
    """Return the picture in words, for those who do not see it."""
    tables = ", ".join(entity.name for entity in diagram.entities)
    names = "; ".join(f"{each.child} names {each.parent}" for each in diagram.relations)
    return f"Tables: {tables}. Foreign keys: {names or 'none'}."


def _drawing(diagram: Diagram, planned: Plan) -> Iterator[str]:
    tones = {entity.name: entity.tone % TONES for entity in diagram.entities}
    # a piece that a dashed line shares with a solid one looks solid
    for line in sorted(planned.lines, key=lambda line: not line.relation.optional):
        yield from _drawn_line(line, tones[line.relation.parent])
    for stub in planned.stubs:
        yield from _drawn_stub(stub)
    for entity in diagram.entities:
        yield from _drawn_entity(entity, planned.places[entity.name])
    for bracket in planned.brackets:
        yield _drawn_bracket(bracket)


def _drawn_line(line: Line, tone: int) -> Iterator[str]:
    yield f'<g class="line tone-{tone}">{_note(line.relation.note)}'
    yield from _strokes(line)
    yield "</g>"


def _strokes(line: Line) -> Iterator[str]:
    optional = " optional" if line.relation.optional else ""
    yield f'<path class="way{optional}" d="{_rounded(line.points)}"/>'
    yield f'<path class="end" d="{_one(line.points)}{_many(line)}"/>'


def _note(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _rounded(points: Sequence[Point]) -> str:
    """Return a path along the points that turns in curves."""
    parts = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        turn = min(_TURN, _length(before, corner) / 2, _length(corner, after) / 2)
        parts.append(f"L{_at(_towards(corner, before, turn))}")
        parts.append(f"Q{_at(corner)} {_at(_towards(corner, after, turn))}")
    return "".join([*parts, f"L{_at(points[-1])}"])


def _length(one: Point, other: Point) -> int:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(start: Point, end: Point, distance: float) -> tuple[float, float]:
    share = distance / max(_length(start, end), 1)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _at(point: tuple[float, float]) -> str:
    return f"{point[0]:g} {point[1]:g}"


def _one(points: Sequence[Point]) -> str:
    """Return the parent's end: a bar."""
    (x, y), (next_x, _) = points[0], points[1]
    return f"M{x + (_BAR if next_x > x else -_BAR)} {y - _TOE}v{2 * _TOE}"


def _many(line: Line) -> str:
    """Return the child's end: a crow's foot, or a bar where there is at most one child."""
    (before_x, _), (x, y) = line.points[-2:]
    away = -1 if before_x < x else 1
    if line.relation.single:
        return f"M{x + _BAR * away} {y - _TOE}v{2 * _TOE}"
    return f"M{x} {y - _TOE}L{x + _HEEL * away} {y}L{x} {y + _TOE}"


def _drawn_stub(stub: Stub) -> Iterator[str]:
    place = stub.place
    yield f'<g class="stub">{_note(stub.line.relation.note)}'
    yield from _strokes(stub.line)
    yield f'<rect {_box(place)} rx="4"/>'
    middle = place.x + place.width / 2
    yield f'<text x="{middle:g}" y="{place.y + 13}">{escape(stub.name)}</text></g>'


def _drawn_bracket(bracket: Bracket) -> str:
    reach = _BRACKET * bracket.opens
    x = bracket.x + 2 * reach
    return f'<path class="bracket" d="M{x} {bracket.top}h{-reach}V{bracket.bottom}h{reach}"/>'


def _drawn_entity(entity: Entity, place: Place) -> Iterator[str]:
    yield f'<g class="entity tone-{entity.tone % TONES}">{_note(entity.note)}'
    yield f'<rect class="box" {_box(place)} rx="{_CORNER}"/>'
    yield f'<path class="tint" d="{_tint(entity, place)}"/>'
    base = place.y + (HEAD if entity.rows else place.height) // 2 + 5
    yield f'<text class="name" x="{place.x + SIDE}" y="{base}">{escape(entity.name)}</text>'
    if entity.kind:
        right = place.right - SIDE
        yield f'<text class="type" x="{right}" y="{base}">{escape(entity.kind)}</text>'
    if entity.rows:
        yield f'<path class="rule" d="M{place.x} {place.y + HEAD}h{place.width}"/>'
    for number, row in enumerate(entity.rows):
        yield from _drawn_row(entity, row, place, place.y + HEAD + FOOT + ROW * number)
    yield "</g>"


def _box(place: Place) -> str:
    return f'x="{place.x}" y="{place.y}" width="{place.width}" height="{place.height}"'


def _tint(entity: Entity, place: Place) -> str:
    """Return the head of a box, or all of one without rows."""
    across, arc = place.width - 2 * _CORNER, f"a{_CORNER} {_CORNER} 0 0 1"
    top = f"M{place.x} {place.y + _CORNER}{arc} 6 -6h{across}{arc} 6 6"
    if entity.rows:
        return f"{top}v{HEAD - _CORNER}h{-place.width}z"
    return f"{top}v{place.height - 2 * _CORNER}{arc} -6 6h{-across}{arc} -6 -6z"


def _drawn_row(entity: Entity, row: Row, place: Place, top: int) -> Iterator[str]:
    for number, mark in enumerate(row.marks):
        yield _badge(mark, place.x + SIDE + number * (BADGE + BADGE_GAP), top + ROW // 2)
    x, base = place.x + SIDE + badges_width(entity), top + 15
    yield f'<text class="row" x="{x}" y="{base}">{escape(row.name)}</text>'
    yield f'<text class="type" x="{place.right - SIDE - NULL}" y="{base}">{escape(row.type)}</text>'
    if row.nullable:
        yield _circle(place.right - SIDE - 3, top + ROW // 2)


def _badge(mark: str, x: int, middle: int) -> str:
    kind = escape(mark.lower())
    return (
        f'<rect class="badge {kind}" x="{x}" y="{middle - 7}" width="{BADGE}" height="14" rx="3"/>'
        f'<text class="mark {kind}" x="{x + BADGE // 2}" y="{middle + 3}">{escape(mark)}</text>'
    )


def _circle(x: int, y: int) -> str:
    return f'<circle class="null" cx="{x}" cy="{y}" r="3"/>'


def _legend(diagram: Diagram, planned: Plan, width: int) -> tuple[list[str], int]:
    """Return what colours and signs mean, in lines of a width, and how high they are."""
    parts, x, y = list[str](), 0, 0
    for sign, words in [*_colours(diagram), *_signs(diagram, planned)]:
        room = _SIGN + round(len(words) * _LEGEND_LETTER)
        if x and x + room > width:
            x, y = 0, y + _LEGEND_LINE
        parts.append(
            f'<g transform="translate({x} {y})">{sign}'
            f'<text class="words" x="{_SIGN}" y="4">{escape(words)}</text></g>'
        )
        x += room + _LEGEND_GAP
    return parts, y + _LEGEND_LINE


def _colours(diagram: Diagram) -> Iterator[tuple[str, str]]:
    for tone, words in diagram.tones:
        kind = f"swatch tone-{tone % TONES}"
        yield f'<rect class="{kind}" x="6" y="-6" width="18" height="12" rx="3"/>', words


def _signs(diagram: Diagram, planned: Plan) -> Iterator[tuple[str, str]]:
    """Yield those signs that the diagram has, with their meaning."""
    lines = [*planned.lines, *(stub.line for stub in planned.stubs)]
    rows = [row for entity in diagram.entities for row in entity.rows]
    for mark, words in (("PK", "primary key"), ("FK", "foreign key"), ("UK", "unique")):
        if any(mark in row.marks for row in rows):
            yield _badge(mark, 4, 0), words
    if any(not line.relation.single for line in lines):
        foot = '<path class="end" d="M5 -5v10M26 -5L15 0L26 5"/>'
        yield f'<path class="way" d="M0 0H26"/>{foot}', "many rows name one"
    if any(line.relation.single for line in lines):
        bars = '<path class="end" d="M5 -5v10M21 -5v10"/>'
        yield f'<path class="way" d="M0 0H26"/>{bars}', "at most one names it"
    if any(line.relation.optional for line in lines):
        yield '<path class="way optional" d="M0 0H26"/>', "may name none"
    if planned.brackets:
        yield '<path class="bracket" d="M18 -7h-4V7h4"/>', "key of several columns"
    if any(row.nullable for row in rows):
        yield _circle(16, 0), "may be NULL"
    if planned.stubs:
        yield (
            '<g class="stub"><rect x="2" y="-7" width="24" height="14" rx="4"/></g>',
            "table of another area",
        )
