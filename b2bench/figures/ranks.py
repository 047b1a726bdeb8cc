"""Boxes sorted into layers from left to right, and within each so that few links cross."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

LANE_Y = 5.0
_LANE_APART = 10
_SWEEPS = 24
# a layer may be this much taller than a picture of three to two would be
_TALLEST = 1.3
_WIDE = 1.5
_CHANNEL = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A box to be placed.

    Args:
        apart: the least distance from another box above or below it.
        left: room that it needs free on its left.
        slide: how far from where a link would arrive it may arrive to be straight.
    """

    name: str
    width: int
    height: int
    apart: int = 30
    left: int = 0
    slide: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A line from a box's right side to another's left; heights count from the boxes' tops.

    Where links run in a circle, a `weak` one gives way: it leaves its source on the left.
    """

    source: str
    source_y: int
    target: str
    target_y: int
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Links that leave a box at the same place and branch on their way.

    Args:
        block: the box on the left.
        block_y: where they leave it, from its top.
        links: what is bundled.
        turned: whether the box on the left is the target of its only link.
    """

    block: str
    block_y: int
    links: tuple[Link, ...]
    turned: bool

    def right(self, link: Link) -> tuple[str, int]:
        """Return the box at a link's right end, and where it arrives there."""
        return (link.source, link.source_y) if self.turned else (link.target, link.target_y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What stands in a layer: a box, or the lane of a bundle that passes through it."""

    name: str
    height: int
    apart: int
    is_lane: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A bundle's way from one item to one of the next layer.

    Args:
        left_y: where it leaves the item on the left, from its top.
        right_y: where it reaches the item on the right, from its top.
        right_port: the same as the links know it, however segments that share it are spread.
    """

    bundle: int
    left: str
    left_y: float
    right: str
    right_y: float
    right_port: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Layers of items from left to right, each from top to bottom.

    Args:
        bundles: all links, bundled.
        layers: items by layer.
        segments: by channel; channel 0 lies between layers 0 and 1.
    """

    bundles: tuple[Bundle, ...]
    layers: tuple[tuple[Item, ...], ...]
    segments: tuple[tuple[Segment, ...], ...]


def lane(bundle: int, layer: int) -> str:
    """Return the name of a bundle's lane; no box has a name like it."""
    return f"lane {bundle} {layer}"


def gap(above: Item, below: Item) -> int:
    """Return the least distance between two items of a layer."""
    return (above.apart + below.apart) // 2


def rank(blocks: Sequence[Block], links: Sequence[Link]) -> Ranked:
    """Return boxes in layers, each to the right of those that its links come from."""
    bundles = tuple(_bundles(blocks, links))
    layer_of = _layers(blocks, bundles)
    items, segments = _items(blocks, bundles, layer_of), _segments(bundles, layer_of)
    return Ranked(
        bundles=bundles,
        layers=_Ordering(items, segments).best(),
        segments=segments,
    )


def _bundles(blocks: Sequence[Block], links: Sequence[Link]) -> Iterator[Bundle]:
    """Yield links by where they leave their box, and those that would close a circle alone."""
    place = {block.name: number for number, block in enumerate(blocks)}
    ranked = sorted(
        links,
        key=lambda link: (
            link.weak,
            place[link.source] > place[link.target],
            place[link.source],
            place[link.target],
        ),
    )
    after = defaultdict[str, set[str]](set)
    together = dict[tuple[str, int], list[Link]]()
    turned = list[Link]()
    for link in ranked:
        if _reaches(after, link.target, link.source):
            turned.append(link)
            after[link.target].add(link.source)
        else:
            together.setdefault((link.source, link.source_y), []).append(link)
            after[link.source].add(link.target)
    for (block, y), bundled in together.items():
        yield Bundle(block=block, block_y=y, links=tuple(bundled), turned=False)
    for link in turned:
        yield Bundle(block=link.target, block_y=link.target_y, links=(link,), turned=True)


def _reaches(after: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += sorted(after.get(name, ()))
    return False


def _layers(blocks: Sequence[Block], bundles: Sequence[Bundle]) -> dict[str, int]:
    """Return each box's layer: behind all that it hangs on, in a layer that has room."""
    before, after = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for bundle in bundles:
        for link in bundle.links:
            before[bundle.right(link)[0]].add(bundle.block)
            after[bundle.block].add(bundle.right(link)[0])
    filled = _Filled(blocks)
    for block in _in_order(blocks, before, after):
        least = max((filled.layer_of[name] + 1 for name in before[block.name]), default=0)
        filled.put(block, least)
    for block in blocks:
        # what hangs on nothing stands just before the first that hangs on it
        if not before[block.name] and after[block.name]:
            nearest = min(filled.layer_of[name] for name in after[block.name]) - 1
            filled.move(block, nearest)
    return filled.without_empty()


def _in_order(
    blocks: Sequence[Block], before: Mapping[str, set[str]], after: Mapping[str, set[str]]
) -> Iterator[Block]:
    """Yield boxes after those that they hang on, the beginnings of long chains first."""
    place = {block.name: number for number, block in enumerate(blocks)}
    by_name = {block.name: block for block in blocks}
    chain = dict[str, int]()

    def length(name: str) -> int:
        if name not in chain:
            chain[name] = 1 + max((length(each) for each in sorted(after[name])), default=0)
        return chain[name]

    waiting = {block.name: set(before[block.name]) for block in blocks}
    while waiting:
        ready = [name for name, missing in waiting.items() if not missing]
        chosen = min(ready, key=lambda name: (-length(name), place[name]))
        del waiting[chosen]
        for missing in waiting.values():
            missing.discard(chosen)
        yield by_name[chosen]


class _Filled:
    """Layers while they are being filled; none becomes much taller than the picture is wide."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        area = sum((block.left + block.width + _CHANNEL) * _with_gap(block) for block in blocks)
        fair = math.sqrt(area / _WIDE) * _TALLEST
        self._most = max(fair, *(_with_gap(block) for block in blocks))
        self._heights = defaultdict[int, int](int)
        self.layer_of = dict[str, int]()

    def put(self, block: Block, least: int) -> None:
        layer = least
        while not self._has_room(block, layer):
            layer += 1
        self._place(block, layer)

    def move(self, block: Block, layer: int) -> None:
        if layer > self.layer_of[block.name] and self._has_room(block, layer):
            self._heights[self.layer_of[block.name]] -= _with_gap(block)
            self._place(block, layer)

    def without_empty(self) -> dict[str, int]:
        used = sorted(set(self.layer_of.values()))
        return {name: used.index(layer) for name, layer in self.layer_of.items()}

    def _has_room(self, block: Block, layer: int) -> bool:
        return self._heights[layer] + _with_gap(block) <= self._most

    def _place(self, block: Block, layer: int) -> None:
        self.layer_of[block.name] = layer
        self._heights[layer] += _with_gap(block)


def _with_gap(block: Block) -> int:
    return block.height + block.apart


def _ends(bundle: Bundle, layer_of: Mapping[str, int]) -> tuple[int, int]:
    """Return the layers in which a bundle begins and ends."""
    last = max(layer_of[bundle.right(link)[0]] for link in bundle.links)
    return layer_of[bundle.block], last


def _items(
    blocks: Sequence[Block], bundles: Sequence[Bundle], layer_of: Mapping[str, int]
) -> list[list[Item]]:
    layers = [list[Item]() for _ in range(max(layer_of.values()) + 1)]
    for block in blocks:
        layers[layer_of[block.name]].append(_item(block))
    for number, bundle in enumerate(bundles):
        first, last = _ends(bundle, layer_of)
        for layer in range(first + 1, last):
            layers[layer].append(_lane_item(number, layer))
    return layers


def _item(block: Block) -> Item:
    return Item(name=block.name, height=block.height, apart=block.apart)


def _lane_item(bundle: int, layer: int) -> Item:
    return Item(name=lane(bundle, layer), height=round(2 * LANE_Y), apart=_LANE_APART, is_lane=True)


def _segments(
    bundles: Sequence[Bundle], layer_of: Mapping[str, int]
) -> tuple[tuple[Segment, ...], ...]:
    channels = [list[Segment]() for _ in range(max(layer_of.values()))]
    for number, bundle in enumerate(bundles):
        first, last = _ends(bundle, layer_of)
        for channel in range(first, last):
            begins = channel == first
            for right, right_y in _arrivals(number, bundle, channel + 1, layer_of):
                segment = Segment(
                    bundle=number,
                    left=bundle.block if begins else lane(number, channel),
                    left_y=bundle.block_y if begins else LANE_Y,
                    right=right,
                    right_y=right_y,
                    right_port=right_y,
                )
                channels[channel].append(segment)
    return tuple(tuple(channel) for channel in channels)


def _arrivals(
    number: int, bundle: Bundle, layer: int, layer_of: Mapping[str, int]
) -> Iterator[tuple[str, float]]:
    """Yield where a bundle arrives in a layer: at boxes, and in its lane if it goes on."""
    ends = sorted({bundle.right(link) for link in bundle.links})
    yield from (end for end in ends if layer_of[end[0]] == layer)
    if any(layer_of[name] > layer for name, _ in ends):
        yield lane(number, layer), LANE_Y


class _Ordering:
    """Looks for orders within layers in which few segments cross."""

    def __init__(self, layers: list[list[Item]], segments: tuple[tuple[Segment, ...], ...]) -> None:
        self._layers = layers
        self._segments = segments

    def best(self) -> tuple[tuple[Item, ...], ...]:
        """Sweep to and fro, each layer ordered by where its neighbours are; keep the best."""
        best, fewest = self._snapshot(), self._crossings()
        for sweep in range(_SWEEPS):
            self._sweep(rightwards=sweep % 2 == 0)
            self._swap_neighbours()
            if (crossings := self._crossings()) < fewest:
                best, fewest = self._snapshot(), crossings
        return best

    def _snapshot(self) -> tuple[tuple[Item, ...], ...]:
        return tuple(tuple(layer) for layer in self._layers)

    def _sweep(self, *, rightwards: bool) -> None:
        count = len(self._layers)
        for number in range(1, count) if rightwards else range(count - 2, -1, -1):
            beside = self._middles(number - 1 if rightwards else number + 1)
            wanted = self._wanted(number, beside, rightwards=rightwards)
            own = self._middles(number)
            self._layers[number].sort(key=lambda item: wanted.get(item.name, own[item.name]))

    def _middles(self, number: int) -> dict[str, float]:
        """Return where items' middles are when a layer is stacked and centred on 0."""
        layer = self._layers[number]
        tops, at = dict[str, float](), 0.0
        for above, below in pairwise([*layer, layer[-1]]):
            tops[above.name] = at
            at += above.height + gap(above, below)
        return {item.name: tops[item.name] + item.height / 2 - at / 2 for item in layer}

    def _wanted(
        self, number: int, beside: Mapping[str, float], *, rightwards: bool
    ) -> dict[str, float]:
        """Return for items with neighbours in a layer beside where these would have them."""
        heights = {
            item.name: item.height for layer in self._layers for item in layer
        }  # lanes and boxes alike
        found = defaultdict[str, list[float]](list)
        for segment in self._segments[number - 1 if rightwards else number]:
            own, own_y, other, other_y = (
                (segment.right, segment.right_y, segment.left, segment.left_y)
                if rightwards
                else (segment.left, segment.left_y, segment.right, segment.right_y)
            )
            port = beside[other] - heights[other] / 2 + other_y
            found[own].append(port - own_y + heights[own] / 2)
        return {name: sum(values) / len(values) for name, values in found.items()}

    def _crossings(self) -> int:
        return sum(self._crossings_in(channel) for channel in range(len(self._segments)))

    def _crossings_in(self, channel: int) -> int:
        left, right = self._places(channel), self._places(channel + 1)
        ends = [
            ((left[each.left], each.left_y), (right[each.right], each.right_y), each.bundle)
            for each in self._segments[channel]
        ]
        return sum(
            (one[0] < other[0]) != (one[1] < other[1]) and one[0] != other[0] and one[1] != other[1]
            for one, other in combinations(ends, 2)
            if one[2] != other[2]
        )

    def _places(self, number: int) -> dict[str, int]:
        return {item.name: place for place, item in enumerate(self._layers[number])}

    def _swap_neighbours(self) -> None:
        """Swap two items that stand together wherever that takes crossings away."""
        improved = True
        while improved:
            improved = False
            for number, layer in enumerate(self._layers):
                for place in range(len(layer) - 1):
                    improved |= self._swapped(number, layer, place)

    def _swapped(self, number: int, layer: list[Item], place: int) -> bool:
        channels = [c for c in (number - 1, number) if 0 <= c < len(self._segments)]
        before = sum(map(self._crossings_in, channels))
        layer[place], layer[place + 1] = layer[place + 1], layer[place]
        if sum(map(self._crossings_in, channels)) < before:
            return True
        layer[place], layer[place + 1] = layer[place + 1], layer[place]
        return False
