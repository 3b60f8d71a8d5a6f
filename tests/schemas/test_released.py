"""Released versions never change, and the present schemas are released."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from commonline.schemas import catalogue, release
from commonline.schemas import released as module
from commonline.schemas.catalogue import RECORDS, schema_of
from commonline.schemas.released import BASE, FOLDER, is_current, latest, released


def test_released_files_are_what_they_were() -> None:
    for version in released():
        assert hashlib.sha256(version.path.read_bytes()).hexdigest() == version.fingerprint, version.path.name


def test_every_released_file_has_an_id() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {version.path.name for version in released()}


def test_ids_count_up_and_revisions_count_from_one() -> None:
    assert [version.id for version in released()] == [BASE + n + 1 for n in range(len(released()))]
    for record in RECORDS:
        revisions = [version.revision for version in released() if version.record == record]
        assert revisions == list(range(1, len(revisions) + 1))


@pytest.mark.parametrize("record", RECORDS)
def test_the_present_schema_is_released(record: str) -> None:
    version = latest(record)
    assert version is not None
    assert is_current(version), f"{record} was changed; run: python -m commonline.schemas.release"


@pytest.fixture
def own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Releases go to a folder of the test; the schema of Pulse is what the returned dict says."""
    folder = tmp_path / "released"
    folder.mkdir()
    for version in released():
        (folder / version.path.name).write_bytes(version.path.read_bytes())
    index = tmp_path / "ids.json"
    index.write_bytes(module.INDEX.read_bytes())
    present = copy.deepcopy(schema_of("Pulse"))

    def schema_of_copy(record: str) -> dict[str, Any]:
        return present if record == "Pulse" else catalogue.schema_of(record)

    uncached = module.released.__wrapped__
    for name in (module, release):
        monkeypatch.setattr(name, "FOLDER", folder)
        monkeypatch.setattr(name, "INDEX", index)
        monkeypatch.setattr(name, "schema_of", schema_of_copy)
        monkeypatch.setattr(name, "released", uncached)
    return present


def test_nothing_changed_nothing_released(own_copy: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    before = module.INDEX.read_bytes()
    assert release.main() == 0
    assert capsys.readouterr().out == ""
    assert module.INDEX.read_bytes() == before


def test_a_good_change_gets_the_next_id(own_copy: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    own_copy["fields"].append({"name": "median", "type": ["null", "long"], "default": None, "doc": "Median."})
    count = len(released())
    assert release.main() == 0
    assert capsys.readouterr().out == f"released Pulse revision 2 as id {BASE + count + 1:#x}\n"
    written = json.loads(module.INDEX.read_text())
    assert written[:-1] == [vars(version) for version in released()]
    assert json.loads((module.FOLDER / "pulse.v1.2.avsc").read_text()) == own_copy
    assert release.changed() == []


def test_a_bad_change_is_refused_and_writes_nothing(
    own_copy: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    own_copy["fields"].append({"name": "median", "type": "long", "doc": "Median."})
    before = module.INDEX.read_bytes()
    assert release.main() == 1
    assert "against pulse.v1.1.avsc: Pulse.median: new without default" in capsys.readouterr().err
    assert module.INDEX.read_bytes() == before
    assert not (module.FOLDER / "pulse.v1.2.avsc").exists()
