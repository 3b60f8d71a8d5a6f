"""Changes of one batch to rows: which versions end, which begin, which conversations are to be summed up. Pure.

Within a batch an object may change several times: a version that begins and ends in it is written once, with its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from commonline.gateway.project.change import Version, appearance_rows, content_row, searched, version_row
from commonline.gateway.store.tables import FOREVER

Key = tuple[int, str]
"""Feed and object; or feed and conversation."""


class Plan:
    """Rows to be written. `present`: of objects that have a version in the store, its begin and its conversation."""

    def __init__(self, present: Mapping[Key, tuple[int, str]]) -> None:
        self._present = present
        self._open: dict[Key, dict[str, Any]] = {}
        self.ends: list[dict[str, Any]] = []
        self.versions: list[dict[str, Any]] = []
        self.contents: list[dict[str, Any]] = []
        self.appearances: list[dict[str, Any]] = []
        self.words: list[tuple[int, str]] = []
        self.touched: set[Key] = set()

    def take(self, changes: Iterable[Version]) -> Plan:
        """Plan them, in order."""
        for change in changes:
            self._take(change)
        return self

    def _take(self, change: Version) -> None:
        place = change.place
        key = (place.feed, change.object)
        if not self._end(key, change) and change.activity is None:
            return  # taken back before it was ever shown here
        row = version_row(change) | {"ended_seq": FOREVER, "ended": FOREVER}
        self._open[key] = row
        self.versions.append(row)
        self.touched.add((place.feed, change.conversation))
        if change.activity is not None:
            self.contents.append(content_row(change))
            self.appearances += appearance_rows(change)
            self.words.append((place.content, searched(change.activity)))

    def _end(self, key: Key, change: Version) -> bool:
        """End the version that the object has; False if it has none."""
        seq, known = change.place.seq, change.place.known
        row = self._open.get(key)
        if row is not None:
            row["ended_seq"], row["ended"] = seq, known
            self.touched.add((key[0], row["conversation"]))
            return True
        found = self._present.get(key)
        if found is None:
            return False
        began, conversation = found
        end = {"of_feed": key[0], "of_object": key[1], "of_began": began, "ended_seq": seq, "ended": known}
        self.ends.append(end)
        self.touched.add((key[0], conversation))
        return True
