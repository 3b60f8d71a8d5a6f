"""A configuration is taken whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonline.errors import ConfigurationError
from commonline.kit.service import prepare

MIB = 1024 * 1024
HEAD = "[workspaces.acme]\n"
DESK = '[sources.desk]\nconnector = "signed"\nworkspace = "acme"\nsigning_secret = {env = "SIGNING_SECRET"}\n'
TICKER = '[sources.tick]\nconnector = "ticker"\nworkspace = "acme"\npages = 1\n'


def write(folder: Path, text: str) -> Path:
    file = folder / "commonline.toml"
    file.write_text(text)
    return file


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNING_SECRET", "s3cret")


def test_every_source_is_prepared(probes: Path, tmp_path: Path) -> None:
    loaded = prepare(write(tmp_path, HEAD + DESK + TICKER), 4 * MIB)
    assert set(loaded.instances) == {"desk", "tick"}
    assert set(loaded.endpoints) == {"desk"}
    assert loaded.endpoints["desk"].cap == 4 * MIB


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (HEAD + DESK.replace("SIGNING_SECRET", "UNSET"), r"sources\.desk\.signing_secret.*UNSET is not set"),
        (HEAD + DESK.replace("signing_secret", "secret"), r"sources\.desk\.secret: .*no such setting"),
        (HEAD + DESK.replace('"signed"', '"singed"'), r"sources\.desk\.connector: .*singed"),
        ('[commonline]\npublic_url = "acme"\n' + HEAD + DESK, r"commonline\.public_url"),
        ('[commonline]\ntrusted_proxies = ["proxy"]\n' + HEAD, r"commonline\.trusted_proxies"),
        (HEAD + '[sources.z]\nconnector = "zendesk"\nworkspace = "acme"\nsubdomain = "a"\n', r"sources\.z: .*signing"),
    ],
)
def test_one_fault_refuses_all_of_it(probes: Path, tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as caught:
        prepare(write(tmp_path, text), MIB)
    assert "s3cret" not in str(caught.value)
