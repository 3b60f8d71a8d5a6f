"""The installation's key: given, or made once."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from commonline.errors import ConfigurationError, PlatformError
from commonline.secrets import installation_key, key_id

KEY = bytes(range(32))


def test_made_at_the_first_use_for_our_eyes_only(tmp_path: Path) -> None:
    key = installation_key(tmp_path, {})
    path = tmp_path / "secrets" / "installation.key"
    assert installation_key(tmp_path, {}) == key
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["installation.key"]


def test_processes_that_start_together_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: installation_key(tmp_path, {}), range(32)))
    assert len(keys) == 1


@pytest.mark.parametrize("text", [KEY.hex(), base64.b64encode(KEY).decode(), f"  {KEY.hex()}\n"])
def test_given(tmp_path: Path, text: str) -> None:
    assert installation_key(tmp_path, {"COMMONLINE_KEY": text}) == KEY
    file = tmp_path / "key"
    file.write_text(text)
    assert installation_key(tmp_path, {"COMMONLINE_KEY_FILE": str(file)}) == KEY
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("text", ["00" * 31, "00" * 65, "open sesame", "=" * 44])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="COMMONLINE_KEY holds no key") as caught:
        installation_key(tmp_path, {"COMMONLINE_KEY": text})
    assert text not in str(caught.value)


def test_both_given_or_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="keep one"):
        installation_key(tmp_path, {"COMMONLINE_KEY": KEY.hex(), "COMMONLINE_KEY_FILE": "x"})
    with pytest.raises(PlatformError, match="cannot be read"):
        installation_key(tmp_path, {"COMMONLINE_KEY_FILE": str(tmp_path / "none")})


def test_a_name_of_the_key_that_tells_nothing() -> None:
    assert key_id(KEY) == key_id(KEY)
    assert len(key_id(KEY)) == 16
    assert key_id(KEY) != key_id(KEY[::-1])
    assert key_id(KEY) not in KEY.hex()
