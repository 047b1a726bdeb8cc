"""A B-tree index without entries, but as high as a full one: the planner counts its levels.

The layout is that of src/include/access/nbtree.h: a block that describes the tree, then a root
that leads, one block a level, down to a leaf without entries. Whoever searches it finds nothing.
"""

import struct
from collections.abc import Iterator

_HEADER = struct.Struct("<QHHHHHHI")
_ROOT_AND_LEVEL = struct.Struct("<IIII")
# previous and next block, level, flags, number of the last vacuum
_OPAQUE = struct.Struct("<IIIHH")
_LINE_POINTER = struct.Struct("<I")
# block of the level below, place of the heap row, number of key columns, size and flags
_DOWNLINK = struct.Struct("<HHHH")

# where the description says which block is the root, and its level, twice
_ROOT_PLACE = 32
_VERSION = 4
_LEAF, _ROOT = 1, 2
_NORMAL = 1
_NO_HEAP_ROW = 0x2000
_POINTER_LENGTH_BIT, _POINTER_STATE_BIT = 17, 15

# what a key takes besides its width on an inner block, and how full CREATE INDEX leaves one
_ENTRY_BYTES, _ALIGNMENT = 12, 8
_FILL = 0.7


def tree_level(blocks: int, key_bytes: int, block_bytes: int) -> int:
    """Return the level of the root of a full tree that was built at once, 0 where it is a leaf.

    One that grew row by row fills its blocks better, so it may be one level lower.

    Args:
        blocks: of the whole index.
        key_bytes: the mean width of its keys.
        block_bytes: the size of a block.

    >>> tree_level(2, 8, 8192), tree_level(280, 8, 8192), tree_level(3000, 8, 8192)
    (0, 1, 2)
    """
    aligned = -(-key_bytes // _ALIGNMENT) * _ALIGNMENT
    fan_out = max(2, int(block_bytes * _FILL / (aligned + _ENTRY_BYTES)))
    width, level = blocks - 1, 0
    while width > 1:
        width, level = -(-width // fan_out), level + 1
    return level


def empty_tree(description: bytes, level: int) -> Iterator[bytes]:
    """Yield the first blocks of an index that has no entry and a root of this level.

    Args:
        description: the index's block 0 as it is.
        level: of the root.
    """
    root = 1
    place = _ROOT_PLACE
    new = _ROOT_AND_LEVEL.pack(root, level, root, level)
    yield description[:place] + new + description[place + _ROOT_AND_LEVEL.size :]
    for number in range(root, root + level + 1):
        yield _block(number, root + level - number, len(description), is_root=number == root)


def _block(number: int, level: int, size: int, *, is_root: bool) -> bytes:
    special = size - _OPAQUE.size
    flags = (_ROOT if is_root else 0) | (0 if level else _LEAF)
    item = _downlink(number + 1) if level else b""
    upper = special - len(item)
    pointers = (
        _LINE_POINTER.pack(len(item) << _POINTER_LENGTH_BIT | _NORMAL << _POINTER_STATE_BIT | upper)
        if item
        else b""
    )
    lower = _HEADER.size + len(pointers)
    head = _HEADER.pack(0, 0, 0, lower, upper, special, size | _VERSION, 0)
    return (head + pointers).ljust(upper, b"\0") + item + _OPAQUE.pack(0, 0, level, flags, 0)


def _downlink(block: int) -> bytes:
    """Return the entry that stands for everything: its key has no columns."""
    return _DOWNLINK.pack(block >> 16, block & 0xFFFF, 0, _DOWNLINK.size | _NO_HEAP_ROW)
