"""Looking after the state of a unify worker: what lies on its disk, whether it is right, and building it anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from commonline.bus.changelog import Changelog, Progress
from commonline.bus.compare import Comparison, verify
from commonline.bus.restore import restore
from commonline.bus.snapshot import publish, refuse_if_owned
from commonline.bus.store import POSITION_KEY, LocalStore, decode_position
from commonline.bus.takeover import group_offset
from commonline.errors import BrokenStoreError, ConfigurationError, StateError
from commonline.metrics import Metrics
from commonline.streams.unify.keys import ACCOUNT, ANCHOR, CONVERSATION, LINK, OBJECT, PERSON, THREAD, WORKSPACE
from commonline.streams.unify.readable import whole_fault
from commonline.streams.unify.redo import Redo
from commonline.streams.unify.service import UnifySettings, described, surroundings

Source = Literal["changelog", "activities", "local"]
Tell = Callable[[str, int, int], None]
"""(what is being done, how far it is, of how much; 0: not known)."""
WHOLE = "commonline.streams.unify.readable:whole_fault"
KINDS: dict[bytes, str] = {
    WORKSPACE: "workspaces",
    OBJECT: "objects",
    THREAD: "threads",
    CONVERSATION: "conversations",
    ACCOUNT: "accounts",
    PERSON: "persons",
    LINK: "links",
    ANCHOR: "anchors",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """One partition on disk. `rows` is about; offsets are None where they are not known; `fault` says what is wrong."""

    partition: int
    rows: int | None = None
    bytes: int | None = None
    position: int | None = None
    changelog: int | None = None
    changelog_end: int | None = None
    group: int | None = None
    fault: str | None = None


class Upkeep:
    """Works on the state of one worker (`settings.instance`)."""

    def __init__(self, settings: UnifySettings) -> None:
        self._settings = settings
        self.stage = described(settings)

    def partitions(self) -> list[int]:
        """Numbers of the partitions that lie on disk."""
        if not self.stage.state.is_dir():
            return []
        return sorted(int(path.name) for path in self.stage.state.iterdir() if path.name.isdigit() and path.is_dir())

    def facts(self, number: int) -> Facts:
        """What there is to know without reading rows; works beside a worker that runs."""
        log = self._changelog(number)
        committed = group_offset(self._settings.kafka, self.stage.group, self.stage.topic, number)
        facts = Facts(number, changelog_end=log.end(), group=committed if committed >= 0 else None)
        try:
            store = self._look(number)
        except BrokenStoreError as error:
            return replace(facts, fault=str(error))
        try:
            return replace(
                facts, rows=store.estimate, bytes=store.size, position=store.position, changelog=store.changelog
            )
        except BrokenStoreError as error:
            return replace(facts, fault=str(error))
        finally:
            store.close()

    def kinds(self, number: int, tell: Tell) -> dict[str, int]:
        """Rows by kind, counted."""
        store = self._look(number)
        found = dict.fromkeys(KINDS, 0)
        try:
            total = store.estimate
            for count, (key, _) in enumerate(store.rows()):
                found[key[:1]] = found.get(key[:1], 0) + 1
                if count % 50_000 == 0:
                    tell("counting", count, total)
        finally:
            store.close()
        return {KINDS.get(kind, kind.hex()): count for kind, count in found.items()}

    def verify(self, number: int, tell: Tell) -> Comparison:
        """Compare with the changelog, every row decoded. Raises `BrokenStoreError`, `BrokenChangelogError`."""
        log = replace(self._changelog(number), check=WHOLE)
        beside = self.stage.state / f"{number}.verify"
        shutil.rmtree(beside, ignore_errors=True)
        path = self._path(number)
        if not path.is_dir():
            raise ConfigurationError(f"there is no state of partition {number} in {self.stage.state}")

        def compared(rows: int) -> None:
            tell("comparing", rows, 0)

        return verify(path, log, beside, _restoring(tell), compared)

    def rebuild(self, number: int, source: Source, tell: Tell) -> int:
        """Build the state anew; returns its rows. What is there stays until the new one is complete.

        changelog: from the changelog. activities: decided once more from the log, and the changelog written anew.
        local: what is here is whole, the changelog is written anew from it. Raises `StoreInUseError` while a worker
        has the partition or the files, `StateError` where the source cannot give the state.
        """
        held = self._hold(number)
        beside = self.stage.state / f"{number}.rebuild"
        try:
            if source == "local":
                if held is None:
                    raise StateError(f"the state in {self._path(number)} cannot be read: it mends nothing")
                return self._from_local(number, held, tell)
            shutil.rmtree(beside, ignore_errors=True)
            fill = self._from_activities if source == "activities" else self._from_changelog
            made = LocalStore(beside, mend=self.stage.mend_of(number))
            try:
                rows = fill(number, made, tell)
            finally:
                made.close()
            self._swap(number, beside, held)
            return rows
        finally:
            if held is not None:
                held.close()
            shutil.rmtree(beside, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.stage.state / str(number)

    def _look(self, number: int) -> LocalStore:
        return LocalStore(self._path(number), mend=self.stage.mend_of(number), purpose="look")

    def _changelog(self, number: int) -> Changelog:
        stage = self.stage
        return Changelog(self._settings.kafka, stage.changelog, number, stage.check, stage.mend_of(number))

    def _hold(self, number: int) -> LocalStore | None:
        """What is there, opened, so that no worker opens it meanwhile; None where it cannot be."""
        if not self._path(number).is_dir():
            return None
        try:
            return LocalStore(self._path(number), mend=self.stage.mend_of(number), lock_wait_s=0.0)
        except BrokenStoreError:
            return None

    def _swap(self, number: int, made: Path, held: LocalStore | None) -> None:
        """RocksDB finds its files by their path: what is open is closed before it is moved."""
        if held is not None:
            held.close()
        path, before = self._path(number), self.stage.state / f"{number}.before"
        shutil.rmtree(before, ignore_errors=True)
        if path.exists():
            path.rename(before)
        made.rename(path)
        shutil.rmtree(before, ignore_errors=True)

    def _from_changelog(self, number: int, made: LocalStore, tell: Tell) -> int:
        restore(replace(self._changelog(number), check=WHOLE), made, _restoring(tell))
        return made.estimate

    def _from_activities(self, number: int, made: LocalStore, tell: Tell) -> int:
        refuse_if_owned(self._settings.kafka, self.stage, number)
        position = self._position(number)
        redo = Redo(self._settings.kafka, surroundings(self._settings, Metrics()), number)
        made.begin(self._changelog(number).topic_id())
        redo.fill(made, position, lambda done, left: tell("deciding", done, done + left))
        return self._publish(number, made, position, tell)

    def _from_local(self, number: int, held: LocalStore, tell: Tell) -> int:
        refuse_if_owned(self._settings.kafka, self.stage, number)
        total = held.estimate
        for count, (key, value) in enumerate(held.rows()):
            fault = whole_fault(key, value)
            if fault is not None:
                raise StateError(f"row {key.hex()} in {held.path}: {fault}; nothing was written")
            if count % 50_000 == 0:
                tell("reading", count, total)
        position, wanted = held.position, self._position(number, held)
        if position != wanted or held.origin != self._changelog(number).topic_id():
            raise StateError(
                f"the state in {held.path} is at offset {position} of {self.stage.topic}[{number}], the group at "
                f"{wanted}: it lacks what came since and mends nothing; use --from activities"
            )
        return self._publish(number, held, wanted, tell)

    def _publish(self, number: int, store: LocalStore, position: int, tell: Tell) -> int:
        total = store.estimate
        return publish(
            self._settings.kafka, self.stage, number, store, position, lambda rows: tell("writing", rows, total)
        )

    def _position(self, number: int, held: LocalStore | None = None) -> int:
        """The input offset that the state must be at: the group's; where that has expired, what a store says."""
        committed = group_offset(self._settings.kafka, self.stage.group, self.stage.topic, number)
        if committed >= 0:
            return committed
        found = held.position if held is not None else self._position_on_disk(number)
        if found is None:
            raise StateError(
                f"the group {self.stage.group} has no offset for {self.stage.topic}[{number}], and no state here says "
                "one: set the group's offset to where unify was, or to 0 if it never ran"
            )
        return found

    def _position_on_disk(self, number: int) -> int | None:
        path = self._path(number)
        if not path.is_dir():
            return None
        try:
            store = self._look(number)
        except BrokenStoreError:
            return None
        value = store.get(POSITION_KEY)
        store.close()
        return None if value is None else decode_position(value)


def _restoring(tell: Tell) -> Progress:
    first = 0

    def progress(_rows: int, left: int) -> None:
        nonlocal first
        first = max(first, left)
        tell("restoring", first - left, first)

    return progress


__all__ = ["KINDS", "Facts", "Source", "Upkeep"]
