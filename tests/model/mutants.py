"""Faults put into the product's own source, to see that the model finds them.

Each exchanges pieces of a module before its copy is loaded. Some rules back one another up: a mutant of one of them
does harm only where the other is gone too, and then changes both (`OWN_IDS`: transactional ids that do not fence, which
is how it is while a changed prefix is rolled out).
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.model.admin import ENDED
from tests.model.consumer import STALE
from tests.model.context import KILL, LOST
from tests.model.producer import UNDELIVERABLE
from tests.model.specimen import Change

STAGE, TRANSACTION, OUTBOUND = "commonline.bus.stage", "commonline.bus.transaction", "commonline.bus.outbound"
CHANGELOG, RESTORE = "commonline.bus.changelog", "commonline.bus.restore"
TAKEOVER, TUNING, VIEW = "commonline.bus.takeover", "commonline.bus.tuning", "commonline.streams.unify.view"

_APPLY = "self.store.apply({**batch.rows, POSITION_KEY: encode_position(end)}, self._producer.changelog_end)"
_OFFSETS = "self._producer.send_offsets_to_transaction([where], group, timeout)"
_COMMIT = "self._producer.commit_transaction()"
_ASKED = "        committed = group_offset(self._kafka, settings.group, settings.topic, number)\n"
_INIT = "        try:\n            producer.init_transactions"
_ENDS = "        if cause.fatal() or not self._producer.must_abort(cause) or cause.code() in SILENT:\n"
_GIVEN = "            yield messages, reached\n"
_ID = '"{settings.transactional_prefix}-{number}"'
_POSITION = "POSITION_KEY, encode_position(end))"
_RESTORER = '"commonline-restore",\n        "enable.auto.commit": False,\n        "isolation.level": "read_'
_OUT_OF_ORDER = '            raise RestartError(f"{self.place}: got'

OWN_IDS: Change = (TUNING, _ID, '"{settings.transactional_prefix}-{settings.instance}-{number}"')
UNSTABLE: Change = (TAKEOVER, '"isolation.level": "read_committed"', '"isolation.level": "read_uncommitted"')
CHURN = frozenset({"killed any time", "put out of the group", "stopped cleanly", "worker leaves", "worker joins"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault, the kinds of trouble that bring it to light, and the seed at which the search for it begins."""

    changes: tuple[Change, ...]
    kinds: frozenset[str]
    seed: int = 0


FOUND: dict[str, Mutant] = {
    "local store written before the commit": Mutant(
        ((TRANSACTION, _APPLY, "pass"), (TRANSACTION, _COMMIT, f"{_APPLY}; {_COMMIT}")),
        frozenset({LOST, KILL}),
        seed=13,
    ),
    "local store marked ahead of the changelog": Mutant(
        ((TRANSACTION, _APPLY, _APPLY.replace("changelog_end)", "changelog_end + 9)")),),
        CHURN,
    ),
    "changelog read only to where it is stable": Mutant(
        (OWN_IDS, (RESTORE, "changelog.end(), ", "changelog.end(committed=True), ")), CHURN, seed=79
    ),
    "restore ends at the end of what is stable": Mutant(
        (OWN_IDS, (CHANGELOG, _GIVEN, f"{_GIVEN}            if not messages:\n                break\n")), CHURN, seed=79
    ),
    "no fencing at all": Mutant(
        (OWN_IDS, (OUTBOUND, _OFFSETS, _OFFSETS.replace("group", "None"))),
        frozenset({"process stands still", "put out of the group"}),
        seed=38,
    ),
    "offsets not in the transaction": Mutant(
        (
            (OUTBOUND, _OFFSETS, "pass"),
            (TRANSACTION, _COMMIT, f"{_COMMIT}; group.commit([where])"),
            (STAGE, "self._consumer.consumer_group_metadata()", "self._consumer"),
        ),
        frozenset({KILL, LOST}),
        seed=16,
    ),
    "pending group offsets not waited for": Mutant((OWN_IDS, UNSTABLE), CHURN, seed=4),
    "group offset asked before fencing": Mutant(
        ((STAGE, _ASKED, ""), (STAGE, _INIT, _ASKED + _INIT), UNSTABLE), CHURN | {"process stands still"}, seed=1
    ),
    "overlay kept after an abort": Mutant(
        ((TRANSACTION, "        self.task.aborted()\n", ""),), frozenset({UNDELIVERABLE}), seed=5
    ),
    "overlay keeps what was read": Mutant(
        ((VIEW, "            pool.clear()\n", "            pool.age()\n"),), frozenset({UNDELIVERABLE}), seed=5
    ),
    "not wound back after an abort": Mutant(
        ((STAGE, "while not self._wind(owned):", "while False:"),), frozenset({UNDELIVERABLE}), seed=8
    ),
    "records out of order taken": Mutant(
        ((TRANSACTION, _OUT_OF_ORDER, _OUT_OF_ORDER.replace("raise RestartError(", "log.warning(")),),
        frozenset({UNDELIVERABLE, STALE}),
        seed=24,
    ),
    "unknown outcome taken for an abort": Mutant(
        ((TRANSACTION, _ENDS, "        if cause.fatal():\n"),), frozenset({LOST}), seed=71
    ),
    "goes on after a silent broker": Mutant(
        ((TRANSACTION, " or cause.code() in SILENT", ""),), frozenset({LOST}), seed=231
    ),
    "transaction that ends late taken for a broken record": Mutant(
        ((CHANGELOG, "if suspected:", "if True:"),), frozenset({"hanging transaction", ENDED}), seed=14
    ),
    "expired offset taken for the beginning": Mutant(
        ((TAKEOVER, "        return position or 0\n", "        return 0\n"),), frozenset({"offsets expired"})
    ),
    "position not in the changelog": Mutant(((TRANSACTION, _POSITION, 'b"none", b"")'),), frozenset({"disk lost"})),
    "restore reads what is not committed": Mutant(
        ((TUNING, _RESTORER + "committed", _RESTORER + "uncommitted"),), CHURN | {UNDELIVERABLE}, seed=11
    ),
    "input skipped where the group knows nothing": Mutant(
        ((TAKEOVER, "        return position or 0\n", "        return position or 1\n"),), CHURN
    ),
}
