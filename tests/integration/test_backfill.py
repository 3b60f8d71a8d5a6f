"""``commonline backfill`` on the real broker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.integration.test_commands import rows, run

from commonline import topics as table
from commonline.bus import backlog, pace
from commonline.cli.backfill import backfill
from commonline.errors import CommonlineError, StalledError
from commonline.kit.cursors import read_back
from commonline.schemas.ids import SchemaIds
from commonline.schemas.serde import Serde
from commonline.testing.connect import Installation

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("probes")]


@pytest.fixture
def source(
    installation: Installation, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], None]:
    """Configures a source of so many pages of four, for commands. Nothing runs."""
    for key, value in {
        **installation.kafka.settings.environ(),
        "COMMONLINE_HOME": str(tmp_path),
        "COMMONLINE_CONFIG": str(installation.config),
        "COMMONLINE_PREFIX": prefix,
    }.items():
        monkeypatch.setenv(key, value)

    def configure(pages: int) -> None:
        installation.configure(f'[sources.one]\nconnector = "ticker"\npages = {pages}\nitems = 4')

    return configure


def test_history_is_kept_once_more_with_the_ids_that_it_has_live(
    installation: Installation, source: Callable[[int], None]
) -> None:
    source(2)
    assert rows(backfill, "one", "--since", "30d", "--dry-run")[0]["deliveries"] == 8
    assert len(installation.records(table.DELIVERIES)) == 0
    assert "8 deliveries kept" in run(backfill, "one", "--since", "30d")
    assert rows(backfill, "one", "--since", "30d")[0]["deliveries"] == 8
    deliveries = installation.deliveries()
    assert [int(one.body or b"") for one in deliveries] == [*range(8), *range(8)]
    assert {one.mode for one in deliveries} == {"backfill"}
    assert len({one.id for one in deliveries}) == 8
    found = read_back(installation.kafka.settings, installation.topics, Serde(SchemaIds.bundled()))
    assert {name: one.generation for name, one in found.items()} == {"one/backfill": 2}
    with pytest.raises(CommonlineError, match="did you mean 'one'"):
        run(backfill, "onne", "--since", "30d")
    with pytest.raises(CommonlineError, match="--since 'spring': give an age"):
        run(backfill, "one", "--since", "spring")


def test_where_nothing_takes_it_in_it_stops_and_goes_on_later(
    installation: Installation, source: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    source(6)
    monkeypatch.setattr(backlog, "STUCK_S", 1.0)
    with pytest.raises(StalledError, match=r"normalize by \d+; nothing more is written. Does it run"):
        run(backfill, "one", "--since", "30d")
    kept = len(installation.deliveries())
    assert 8 <= kept < 24
    monkeypatch.setattr(backlog, "STUCK_S", 30.0)
    monkeypatch.setattr(pace.Pace, "take", lambda _self, _now, most: most)
    assert "going on with what was begun" in run(backfill, "one", "--since", "30d")
    assert {int(one.body or b"") for one in installation.deliveries()} == set(range(24))
    assert len(installation.deliveries()) <= kept + 24 - 8
