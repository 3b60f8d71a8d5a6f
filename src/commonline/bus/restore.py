"""Bringing a local store up to the end of its changelog.

A few rows are read here. Many are read by a child process (`commonline.bus.restorer`): writing in bulk, RocksDB waits
for its files with Python's lock held, and the partitions that this process serves would wait with it (protocol F21).
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from commonline import errors
from commonline.bus.changelog import AbandonedError, Changelog, Progress, read
from commonline.bus.store import BEGINNING_KEY, LocalStore
from commonline.errors import BrokenChangelogError, RestartError, StateError

log = logging.getLogger(__name__)
HERE_RECORDS = 20_000
"""Up to so many offsets are read in this process; a child takes a third of a second to start."""
TELL_S = 5.0
END_S = 10.0


def restore(changelog: Changelog, store: LocalStore, progress: Progress = lambda _done, _left: None) -> int:
    """Bring the local store up to the end of the changelog; returns how many rows were applied.

    A store that was filled from another topic (another cluster, or the topic was made anew) is emptied first, and so is
    one that ends before the changelog begins: the changelog has it all. Raises `RestartError` if an open transaction
    does not end, `StateError` if the store is ahead of the changelog (the cluster has lost records),
    `BrokenChangelogError` for a record that is unreadable, or a changelog that lacks its beginning.
    """
    origin = changelog.topic_id()
    end, begin = changelog.end(), changelog.begin()
    if store.origin != origin:
        if store.origin is not None:
            log.warning("state in %s is of another %s: it is built anew", store.path, changelog.topic)
        store.begin(origin)
    elif 0 < store.changelog <= begin:
        log.warning("state in %s is older than %s: it is built anew", store.path, changelog.place)
        store.begin(origin)
    start = max(store.changelog, begin)
    if start > end:
        raise StateError(
            f"state in {store.path} is at offset {start} of {changelog.place}, which ends at {end}: the cluster has "
            f"lost records; to go on without them: {changelog.mend} --from changelog"
        )
    if start == end:
        return 0
    told = _Told(changelog, end - start, progress)
    if end - start <= HERE_RECORDS:
        applied = read(changelog, start, end, store, told)
    else:
        applied = _by_child(changelog, start, end, store, told)
    told.end(applied)
    if 0 < begin == start and store.get(BEGINNING_KEY) is None:
        store.begin(origin)
        raise BrokenChangelogError(
            f"{changelog.place} begins at offset {begin}, and nothing says that it was written anew from there: "
            f"records are gone. Write it anew: {changelog.mend} --from activities; or --from local, if that is whole"
        )
    return applied


class _Told:
    """Says in the log that a long restore begins, how far it is, and how long it took."""

    def __init__(self, changelog: Changelog, offsets: int, progress: Progress) -> None:
        self._place, self._progress = changelog.place, progress
        self._began = self._last = time.monotonic()
        self._long = offsets > HERE_RECORDS
        if self._long:
            log.info("%s: restoring %s offsets", self._place, f"{offsets:,}")

    def __call__(self, applied: int, left: int) -> None:
        now = time.monotonic()
        if now - self._last >= TELL_S:
            self._last = now
            log.info("%s: %s rows restored, %s offsets to go", self._place, f"{applied:,}", f"{left:,}")
        self._progress(applied, left)

    def end(self, applied: int) -> None:
        took = time.monotonic() - self._began
        if applied and (self._long or took > 1):
            text = f"{applied:,} rows restored in {took:.1f} s ({applied / max(took, 0.001):,.0f}/s)"
            log.info("%s: %s", self._place, text)


def _by_child(changelog: Changelog, start: int, end: int, store: LocalStore, progress: Progress) -> int:
    """Let a child process write the store's files; they are closed here meanwhile."""
    order = {key: value for key, value in asdict(changelog).items() if key != "kafka"}
    order |= {"path": str(store.path), "start": start, "end": end}
    store.close()
    child = subprocess.Popen(
        [sys.executable, "-m", "commonline.bus.restorer"],
        env={**os.environ, **changelog.kafka.environ()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        answer = _follow(child, json.dumps(order).encode() + b"\n", progress)
    finally:
        child.kill()
        child.wait(END_S)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        store.open()
    if "error" in answer:
        kind = getattr(errors, str(answer["error"]), RestartError)
        raise kind(str(answer["message"]))
    if "applied" not in answer:
        raise RestartError(f"{changelog.place}: the process that restores ended with {child.returncode}; starting anew")
    return int(answer["applied"])


def _follow(child: subprocess.Popen[bytes], order: bytes, progress: Progress) -> dict[str, Any]:
    """The child's last line."""
    assert child.stdin is not None
    assert child.stdout is not None
    with suppress(BrokenPipeError):  # it has ended already; what it said tells
        child.stdin.write(order)
        child.stdin.flush()
    told: dict[str, Any] = {}
    for line in child.stdout:
        told = json.loads(line)
        if "left" not in told:
            break
        progress(int(told["done"]), int(told["left"]))
    return told


__all__ = ["AbandonedError", "Changelog", "Progress", "restore"]
