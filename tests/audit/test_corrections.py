"""A replay that corrects stands in conversations.v1 under an id of its own; the audit knows which activity that was."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonline.ids import corrected
from tests.audit import log as module
from tests.audit.log import Log, conversation_call, joined_lines, line_call


class Corrected(Log):
    """unify takes some of what it knows for a correction: told by a later delivery than what it knows."""

    corrections = 0

    def _unify(self) -> None:
        at, latest = 0, dict[str, int]()
        while at < len(self.entries):
            last = min(at + self.random.randrange(1, 8), len(self.entries)) - 1
            told = []
            for one, activity in self.entries[at : last + 1]:
                fresh = activity not in self.joined
                corrects = not fresh and one.offset > latest[activity] and self.random.random() < 0.5
                self.joined.add(activity)
                if fresh or corrects:
                    latest[activity] = one.offset
                told.append((one, activity, fresh or corrects))
                if fresh:
                    self.feeder.add("conversations", conversation_call(activity))
                elif corrects:
                    self.corrections += 1
                    self.feeder.add("conversations", conversation_call(corrected(activity, one.offset, 0)))
            for line in joined_lines(at, last, told):
                self.feeder.add("unify-ledger", line_call(line))
            at = last + 1
        self.committed["unify"] = at


@given(st.integers(0, 2**32), st.integers(10, 60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_corrections_are_never_suspected(monkeypatch: pytest.MonkeyPatch, seed: int, size: int) -> None:
    plain = msgspec.structs.replace(module.PLAIN, origin=msgspec.structs.replace(module.PLAIN.origin, mode="replay"))
    monkeypatch.setattr(module, "PLAIN", plain)
    made, found = Corrected(Random(seed), size).read()
    assert found == []
    assert (made.unverified, made.unproven) == (0, 0)


def test_there_are_some() -> None:
    assert sum(Corrected(Random(seed), 60).corrections for seed in range(20)) > 20
