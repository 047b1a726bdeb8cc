"""The checksum that PostgreSQL keeps in each block: src/include/storage/checksum_impl.h."""

import struct

import numpy as np
from numpy.typing import NDArray

_PLACE = 8
_PRIME = np.uint32(16_777_619)
_LANES = np.array(
    (
        *(0x5B1F36E9, 0xB8525960, 0x02AB50AA, 0x1DE66D2A, 0x79FF467A, 0x9BB9F8A3, 0x217E7CD2),
        *(0x83E13D2C, 0xF8D4474F, 0xE39EB970, 0x42C6AE16, 0x993216FA, 0x7B093B5D, 0x98DAFF3C),
        *(0xF718902A, 0x0B1C9CDB, 0xE58F764B, 0x187636BC, 0x5D7B3BB1, 0xE73DE7DE, 0x92BEC979),
        *(0xCCA6C0B2, 0x304A0979, 0x85AA43D4, 0x783125BB, 0x6CA8EAA2, 0xE407EAC6, 0x4B5CFC3E),
        *(0x9FBF8C76, 0x15CA20BE, 0xF2CA9FD3, 0x959BD756),
    ),
    dtype=np.uint32,
)
_LAST_ROUNDS = 2


def with_checksum(block: bytes, number: int) -> bytes:
    """Return a block that carries the checksum of its content and its number in the relation."""
    blank = block[:_PLACE] + b"\0\0" + block[_PLACE + 2 :]
    return block[:_PLACE] + struct.pack("<H", _checksum(blank, number)) + block[_PLACE + 2 :]


def _checksum(block: bytes, number: int) -> int:
    sums = _LANES
    for row in np.frombuffer(block, dtype="<u4").reshape(-1, _LANES.size):
        sums = _mixed(sums, row)
    for _ in range(_LAST_ROUNDS):
        sums = _mixed(sums, np.zeros_like(_LANES))
    folded = int(np.bitwise_xor.reduce(sums)) ^ number
    return folded % 65_535 + 1


def _mixed(sums: NDArray[np.uint32], values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    mixed = sums ^ values
    return mixed * _PRIME ^ mixed >> np.uint32(17)
