"""Boxes in layers from left to right, joined by lines that run level and upright around them."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from b2bench.figures.alignment import Wish, stack
from b2bench.figures.channels import Crossover, tracks
from b2bench.figures.ranks import (
    LANE_Y,
    Block,
    Bundle,
    Item,
    Link,
    Ranked,
    Segment,
    gap,
    lane,
    rank,
)

Point = tuple[int, int]

_LEAVE = 26
_ARRIVE = 26
_TRACK = 11
_NARROWEST = 64
_LOOP = 16
_APART = 8
_EDGE = 5
_SHELF_GAP = 46
_LEAST_WIDTH = 900
_WIDE = 1.5
_ROUNDS = 12
_OWN_WEIGHT = 0.01
_LANE_WEIGHT = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a box stands; `x` and `y` are its upper left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The right side."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower side."""
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A link's way: corners from where it leaves its source to where it arrives."""

    link: Link
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Boxes by name, and lines, in a picture that begins at 0, 0."""

    places: Mapping[str, Place]
    routes: tuple[Route, ...]
    width: int
    height: int


def layered(blocks: Sequence[Block], links: Sequence[Link]) -> Layout:
    """Place boxes and lead lines, the same for the same input.

    A box stands to the right of those that its links come from. All boxes of a layer are as wide
    as the widest. Boxes that nothing joins to the others are set in rows below them.
    """
    return _in_rows([_connected(part, _inside(part, links)) for part in _parts(blocks, links)])


def _parts(blocks: Sequence[Block], links: Sequence[Link]) -> list[list[Block]]:
    """Split boxes into groups that nothing joins, the largest first."""
    group = {block.name: block.name for block in blocks}
    for link in links:
        joined, kept = group[link.source], group[link.target]
        group = {name: kept if root == joined else root for name, root in group.items()}
    parts = defaultdict[str, list[Block]](list)
    for block in blocks:
        parts[group[block.name]].append(block)
    return sorted(parts.values(), key=lambda part: (-len(part), -max(b.height for b in part)))


def _inside(part: Sequence[Block], links: Sequence[Link]) -> list[Link]:
    names = {block.name for block in part}
    return [link for link in links if link.source in names]


def _in_rows(parts: Sequence[Layout]) -> Layout:
    """Set layouts side by side in rows that are about as wide as the picture should be."""
    area = sum((part.width + _SHELF_GAP) * (part.height + _SHELF_GAP) for part in parts)
    most = max(math.sqrt(area * _WIDE), _LEAST_WIDTH, *(part.width for part in parts))
    places, routes = dict[str, Place](), list[Route]()
    x = y = row_height = width = 0
    for part in parts:
        if x and x + part.width > most:
            x, y, row_height = 0, y + row_height + _SHELF_GAP, 0
        moved = _moved(part, x, y)
        places |= moved.places
        routes += moved.routes
        x += part.width + _SHELF_GAP
        row_height, width = max(row_height, part.height), max(width, x - _SHELF_GAP)
    return Layout(places=places, routes=tuple(routes), width=width, height=y + row_height)


def _moved(layout: Layout, x: int, y: int) -> Layout:
    return replace(
        layout,
        places={
            name: replace(place, x=place.x + x, y=place.y + y)
            for name, place in layout.places.items()
        },
        routes=tuple(
            replace(route, points=tuple((at_x + x, at_y + y) for at_x, at_y in route.points))
            for route in layout.routes
        ),
    )


def _connected(blocks: Sequence[Block], links: Sequence[Link]) -> Layout:
    """Lay out boxes that are joined with each other, or one alone."""
    loops = [link for link in links if link.source == link.target]
    ranked = rank(blocks, [link for link in links if link not in loops])
    first = _Heights(ranked, _stacked(ranked)).settled()
    spread = replace(ranked, segments=_spread(ranked, first))
    tops = _rounded(_Heights(spread, first).settled())
    slides = {block.name: block for block in blocks if block.slide}
    slid = replace(spread, segments=_slid(spread, tops, slides))
    columns = _columns(blocks, slid, tops)
    places = dict(_placed(blocks, ranked, tops, columns))
    ways = _Ways(slid, tops, columns, places)
    routes = [*ways.routes(), *(_loop(link, places) for link in loops)]
    corners = [point for route in routes for point in route.points]
    return Layout(
        places=places,
        routes=tuple(routes),
        width=max([place.right for place in places.values()] + [x for x, _ in corners]),
        height=max([place.bottom for place in places.values()] + [y for _, y in corners]),
    )


def _stacked(ranked: Ranked) -> dict[str, float]:
    """Return tops where every layer is as close as it may be, and centred."""
    tops = dict[str, float]()
    for layer in ranked.layers:
        offsets = _offsets(layer)
        middle = (offsets[-1] + layer[-1].height) / 2
        tops |= {item.name: offset - middle for item, offset in zip(layer, offsets, strict=True)}
    return tops


def _offsets(layer: Sequence[Item]) -> list[float]:
    found = [0.0]
    for above, below in pairwise(layer):
        found.append(found[-1] + above.height + gap(above, below))
    return found


def _rounded(tops: Mapping[str, float]) -> dict[str, int]:
    highest = min(tops.values())
    return {name: round(top - highest) for name, top in tops.items()}


class _Heights:
    """Moves items up and down within their layers until most lines are straight."""

    def __init__(self, ranked: Ranked, tops: Mapping[str, float]) -> None:
        self._layers = ranked.layers
        self._tops = dict(tops)
        self._beside = _beside(ranked)

    def settled(self) -> dict[str, float]:
        """Go over the layers to and fro: first each looks at one side, in the end at both."""
        count = len(self._layers)
        for number in range(_ROUNDS):
            rightwards = number % 2 == 0
            sides = {-1, 1} if number >= _ROUNDS // 2 else {-1 if rightwards else 1}
            for layer in range(count) if rightwards else range(count - 1, -1, -1):
                self._settle(self._layers[layer], sides)
        return self._tops

    def _settle(self, items: Sequence[Item], sides: set[int]) -> None:
        wishes = [[*self._wishes(item, sides), self._own(item)] for item in items]
        for item, top in zip(items, stack(wishes, _offsets(items)), strict=True):
            self._tops[item.name] = top

    def _own(self, item: Item) -> Wish:
        return Wish(top=self._tops[item.name], weight=_OWN_WEIGHT)

    def _wishes(self, item: Item, sides: set[int]) -> Iterator[Wish]:
        for neighbour in self._beside[item.name]:
            if neighbour.side in sides:
                top = self._tops[neighbour.name] + neighbour.difference
                yield Wish(top=top, weight=neighbour.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Neighbour:
    """An item of the layer on the left (`side` -1) or right (1), joined by a segment.

    Args:
        difference: what is added to its top to make the segment straight.
    """

    name: str
    side: int
    difference: float
    weight: float


def _beside(ranked: Ranked) -> Mapping[str, list[_Neighbour]]:
    found = defaultdict[str, list[_Neighbour]](list)
    lanes = {item.name for layer in ranked.layers for item in layer if item.is_lane}
    for channel in ranked.segments:
        for each in channel:
            weight = _LANE_WEIGHT if {each.left, each.right} & lanes else 1.0
            lower = each.left_y - each.right_y
            found[each.right].append(
                _Neighbour(name=each.left, side=-1, difference=lower, weight=weight)
            )
            found[each.left].append(
                _Neighbour(name=each.right, side=1, difference=-lower, weight=weight)
            )
    return found


def _spread(ranked: Ranked, tops: Mapping[str, float]) -> tuple[tuple[Segment, ...], ...]:
    """Return segments of which no two bundles touch an item's side at one place."""
    shifts = _shifts(ranked, tops)
    return tuple(
        tuple(
            replace(
                each,
                left_y=each.left_y + shifts[each.left, 1, each.left_y, each.bundle],
                right_y=each.right_y + shifts[each.right, -1, each.right_y, each.bundle],
            )
            for each in channel
        )
        for channel in ranked.segments
    )


def _shifts(ranked: Ranked, tops: Mapping[str, float]) -> dict[tuple[str, int, float, int], float]:
    """Return by how much each bundle gives way to others at an item, side and height."""
    sharing = defaultdict[tuple[str, int, float], list[tuple[float, int]]](list)
    for channel in ranked.segments:
        for each in channel:
            start, end = tops[each.left] + each.left_y, tops[each.right] + each.right_y
            sharing[each.right, -1, each.right_y].append((start, each.bundle))
            sharing[each.left, 1, each.left_y].append((end, each.bundle))
    return {
        (*where, bundle): _APART * (place - (len(bundles) - 1) / 2)
        for where, found in sharing.items()
        for bundles in [list(dict.fromkeys(bundle for _, bundle in sorted(found)))]
        for place, bundle in enumerate(bundles)
    }


def _slid(
    ranked: Ranked, tops: Mapping[str, int], slides: Mapping[str, Block]
) -> tuple[tuple[Segment, ...], ...]:
    """Return segments that are straight if all it takes is to arrive a little higher or lower."""
    found = list[tuple[Segment, ...]]()
    for channel in ranked.segments:
        arriving = defaultdict[str, list[Segment]](list)
        for each in sorted(channel, key=lambda each: each.right_y):
            arriving[each.right].append(each)
        moved = {
            each: height
            for name, block in slides.items()
            for each, height in _arrivals(block, arriving[name], tops)
        }
        found.append(
            tuple(replace(each, right_y=moved.get(each, each.right_y)) for each in channel)
        )
    return tuple(found)


def _arrivals(
    block: Block, arriving: Sequence[Segment], tops: Mapping[str, int]
) -> Iterator[tuple[Segment, float]]:
    """Yield where segments arrive at a box, in their order and at their distance."""
    wishes = list[list[Wish]]()
    for each in arriving:
        straight = tops[each.left] + each.left_y - tops[block.name]
        is_near = abs(straight - each.right_y) <= block.slide
        wishes.append(
            [Wish(top=straight, weight=2) if is_near else Wish(top=each.right_y, weight=1)]
        )
    heights = stack(wishes, [_APART * place for place in range(len(arriving))])
    if all(_EDGE <= height <= block.height - _EDGE for height in heights):
        yield from zip(arriving, heights, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """A layer's boxes, and the channel behind it.

    Args:
        x: of the boxes' left side.
        tracks: x of each bundle's upright line in the channel.
    """

    x: int
    width: int
    tracks: Mapping[int, int]


def _columns(blocks: Sequence[Block], ranked: Ranked, tops: Mapping[str, int]) -> list[_Column]:
    by_name = {block.name: block for block in blocks}
    columns, x = list[_Column](), 0
    for layer, channel in zip(ranked.layers, [*ranked.segments, ()], strict=True):
        here = [by_name[item.name] for item in layer if not item.is_lane]
        x += max((block.left for block in here), default=0)
        width = max((block.width for block in here), default=0)
        found = tracks(_crossovers(channel, tops))
        upright = _TRACK * max(found.values(), default=0)
        room = max(_NARROWEST, _LEAVE + upright + _ARRIVE)
        first = x + width + (room - upright) // 2
        at = {bundle: first + _TRACK * track for bundle, track in found.items()}
        columns.append(_Column(x=x, width=width, tracks=at))
        x += width + room
    return columns


def _crossovers(channel: Sequence[Segment], tops: Mapping[str, int]) -> list[Crossover]:
    enters, leaves = dict[int, int](), defaultdict[int, set[int]](set)
    for each in channel:
        enters[each.bundle] = round(tops[each.left] + each.left_y)
        leaves[each.bundle].add(round(tops[each.right] + each.right_y))
    return [
        Crossover(bundle=bundle, enters=height, leaves=tuple(sorted(leaves[bundle])))
        for bundle, height in enters.items()
    ]


def _placed(
    blocks: Sequence[Block],
    ranked: Ranked,
    tops: Mapping[str, int],
    columns: Sequence[_Column],
) -> Iterator[tuple[str, Place]]:
    column_of = {
        item.name: column
        for layer, column in zip(ranked.layers, columns, strict=True)
        for item in layer
    }
    for block in blocks:
        column = column_of[block.name]
        yield (
            block.name,
            Place(x=column.x, y=tops[block.name], width=column.width, height=block.height),
        )


class _Ways:
    """Leads each link through the channels and lanes between its boxes."""

    def __init__(
        self,
        ranked: Ranked,
        tops: Mapping[str, int],
        columns: Sequence[_Column],
        places: Mapping[str, Place],
    ) -> None:
        self._bundles = ranked.bundles
        self._tops = tops
        self._columns = columns
        self._places = places
        self._layer_of = {item.name: n for n, layer in enumerate(ranked.layers) for item in layer}
        self._segments = {
            (each.bundle, each.right, each.right_port): each
            for channel in ranked.segments
            for each in channel
        }

    def routes(self) -> Iterator[Route]:
        """Yield each link's route, from its source to its target."""
        for number, bundle in enumerate(self._bundles):
            for link in bundle.links:
                corners = _corners(self._way(number, bundle, link))
                yield Route(link=link, points=tuple(corners[:: -1 if bundle.turned else 1]))

    def _way(self, number: int, bundle: Bundle, link: Link) -> list[Point]:
        """Return points from a link's left end to its right one."""
        name, port = bundle.right(link)
        segments = [
            *(
                self._segments[number, lane(number, layer), LANE_Y]
                for layer in range(self._layer_of[bundle.block] + 1, self._layer_of[name])
            ),
            self._segments[number, name, port],
        ]
        points = [(self._places[bundle.block].right, self._enters(segments[0]))]
        for segment in segments:
            start, end = self._enters(segment), self._leaves(segment)
            if start != end:
                x = self._columns[self._layer_of[segment.left]].tracks[number]
                points += [(x, start), (x, end)]
        return [*points, (self._places[name].x, self._leaves(segments[-1]))]

    def _enters(self, segment: Segment) -> int:
        return round(self._tops[segment.left] + segment.left_y)

    def _leaves(self, segment: Segment) -> int:
        return round(self._tops[segment.right] + segment.right_y)


def _corners(points: Sequence[Point]) -> list[Point]:
    """Leave out points at which a line does not turn."""
    kept = list(points[:1])
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        if not (before[1] == point[1] == after[1] or before[0] == point[0] == after[0]):
            kept.append(point)
    return [*kept, points[-1]]


def _loop(link: Link, places: Mapping[str, Place]) -> Route:
    """Lead a box's link to itself along its right side."""
    place = places[link.source]
    start, end = place.y + link.source_y, place.y + link.target_y
    x = place.right + _LOOP
    return Route(link=link, points=((place.right, start), (x, start), (x, end), (place.right, end)))
