"""The guarantee, checked on the cluster and the disks after a run.

Each input's effect stands exactly once in the committed outputs, in the order of the log, its `seq` without a gap;
changelog, local stores and group offsets say the same as the pure fold over the log of inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from commonline.bus.store import POSITION_KEY, decode_position
from tests.model.log import PartitionLog
from tests.model.workload import CHANGELOG, CONTINUED, DEAD, INPUT, MORE, OUTPUT, SEEN, Fold, dead, fold

if TYPE_CHECKING:
    from tests.model.world import World

DEATHS = 3


def judge(world: World) -> list[tuple[str, str]]:
    """What is wrong: (kind, sentence), nothing if the guarantee holds."""
    cluster, wrong = world.context.cluster, []
    for number in range(world.plan.partitions):
        condemned = dead(cluster.log(DEAD, number))
        expected = fold(cluster.log(INPUT, number), condemned)
        wrong += _outputs(cluster.log(OUTPUT, number), expected)
        wrong += _continuations(cluster.log(INPUT, number), expected)
        wrong += _changelog(cluster.log(CHANGELOG, number), expected, cluster.offsets.committed.get(number))
        wrong += _condemned(world, number)
    for process_disk in world.disks:
        for path, store in process_disk.stores.items():
            wrong += _store(path, store.rows, cluster.log(CHANGELOG, int(path.rpartition("/")[2])))
    return wrong


def _outputs(log: PartitionLog, expected: Fold) -> list[tuple[str, str]]:
    told = [entry.value or b"" for entry in log.committed()]
    if told == expected.told:
        return []
    if len(set(told)) < len(told):
        kind = "duplicated"
    elif len(told) < len(expected.told):
        kind = "lost"
    else:
        kind = "reordered" if sorted(told) == sorted(expected.told) else "wrong outputs"
    return [(kind, f"{log.name} holds\n    {_lines(told)}\n  and should hold\n    {_lines(expected.told)}")]


def _continuations(log: PartitionLog, expected: Fold) -> list[tuple[str, str]]:
    values = [entry.value or b"" for entry in log.committed()]
    written = sorted(value for value in values if value.startswith(CONTINUED))
    due = sorted(CONTINUED + key.removeprefix(SEEN) for key in expected.rows if key.startswith(SEEN + MORE))
    return [] if written == due else [("continuations", f"{log.name}: {written}, due are {due}")]


def _changelog(log: PartitionLog, expected: Fold, committed: int | None) -> list[tuple[str, str]]:
    rows = log.folded()
    kept = {entry.key: entry.value for entry in log.entries if entry.committed and not entry.gone}
    if kept != rows:
        return [("compaction", f"{log.name} lost rows")]
    position = rows.pop(POSITION_KEY, None)
    if rows != expected.rows:
        return [("changelog", f"{log.name}: {_differing(rows, expected.rows)}")]
    if position is not None and committed is not None and decode_position(position) != committed:
        return [("position", f"{log.name} is at {decode_position(position)}, the group at {committed}")]
    return []


def _condemned(world: World, number: int) -> list[tuple[str, str]]:
    entries = [int(entry.value or b"") for entry in world.context.cluster.log(DEAD, number).committed()]
    few = [offset for offset in entries if sum(done[number] <= offset for done in world.deaths) < DEATHS]
    if few:
        return [("condemned", f"offsets {few} of partition {number} went to the dead letters after too few deaths")]
    if len(set(entries)) < len(entries):
        return [("duplicated", f"dead letters of partition {number}: {entries}")]
    return []


def _store(path: str, rows: dict[bytes, bytes], changelog: PartitionLog) -> list[tuple[str, str]]:
    """A store is what the committed changelog says up to the store's own mark (protocol F1).

    A store that is on its way through a compacted changelog may lack rows that have newer versions further on.
    """
    mark = rows.get(b"\x00changelog")
    if mark is None:
        return []
    end = decode_position(mark)
    kept = {key: row for key, row in rows.items() if key[:1] != b"\x00" or key == POSITION_KEY}
    expected = changelog.folded(end)
    newest = {entry.key: entry for entry in changelog.committed(end)}
    for key in [key for key, entry in newest.items() if entry.gone and key is not None]:
        earlier = {entry.value for entry in changelog.committed(end) if entry.key == key}
        if kept.get(key) is None or kept[key] in earlier:
            expected.pop(key, None)
            kept.pop(key, None)
    if kept == expected:
        return []
    return [("local store", f"{path} at changelog offset {end}: {_differing(kept, expected)}")]


def _differing(found: dict[bytes, bytes], expected: dict[bytes, bytes]) -> str:
    keys = sorted(key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
    return ", ".join(f"{key!r} is {found.get(key)!r}, should be {expected.get(key)!r}" for key in keys[:4])


def _lines(told: list[bytes]) -> str:
    return "\n    ".join(value.decode() for value in told) or "nothing"
