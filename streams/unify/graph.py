"""Components of an undirected graph whose nodes are rows with `neighbours`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from commonline.streams.unify.keys import Key

Neighbours = Callable[[Key], Iterable[tuple[Key, Key]]]
"""Key of a node -> (key of a neighbour, key of the link between)."""


def component(start: Key, neighbours: Neighbours) -> list[Key]:
    """All nodes that are reached from `start`, it included, in order of discovery."""
    seen = {start}
    order = [start]
    for node in order:
        for other, _ in neighbours(node):
            if other not in seen:
                seen.add(other)
                order.append(other)
    return order
