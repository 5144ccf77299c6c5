"""Merkle trees over record hashes, as RFC 6962 (section 2.1): a root grows record by record, a path proves one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(digest: bytes) -> bytes:
    """Hash of a leaf; the prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + digest).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class GrowingRoot:
    """The root of the leaves so far, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        self._subtrees: list[tuple[int, bytes]] = []
        """Complete subtrees from left to right: number of leaves, root."""

    def append(self, digest: bytes) -> None:
        """Add the hash of the next record."""
        size, node = 1, leaf_hash(digest)
        subtrees = self._subtrees
        while subtrees and subtrees[-1][0] == size:
            node = node_hash(subtrees.pop()[1], node)
            size *= 2
        subtrees.append((size, node))

    def root(self) -> bytes:
        """Return the root; of nothing, the hash of nothing."""
        if not self._subtrees:
            return hashlib.sha256(b"").digest()
        node = self._subtrees[-1][1]
        for _, left in reversed(self._subtrees[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> GrowingRoot:
        """Return an independent copy, to go back to when a write fails."""
        other = GrowingRoot()
        other._subtrees = list(self._subtrees)
        return other


def inclusion_path(digests: Sequence[bytes], index: int) -> list[bytes]:
    """Return the neighbours that lead from leaf ``index`` to the root, lowest first."""
    path: list[bytes] = []
    start, end = 0, len(digests)
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            path.append(_root_of(digests, middle, end))
            end = middle
        else:
            path.append(_root_of(digests, start, middle))
            start = middle
    return path[::-1]


def root_from_path(digest: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that the path leads to, None when it cannot be a path of that place (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    node, place, last = leaf_hash(digest), index, size - 1
    for neighbour in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_hash(neighbour, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, neighbour)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def _root_of(digests: Sequence[bytes], start: int, end: int) -> bytes:
    tree = GrowingRoot()
    for position in range(start, end):
        tree.append(digests[position])
    return tree.root()


def _largest_power_below(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1
