"""Which repository is asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jgo.constants import MAVEN_CENTRAL_URL

from commonline.errors import ConfigurationError, PlatformError
from commonline.local.maven import base_address

MIRROR = "<mirror><id>m</id><mirrorOf>{of}</mirrorOf><url> https://mirror.example/m2/ </url>{more}</mirror>"


def settings(home: Path, *mirrors: str, namespace: str = "") -> Path:
    folder = home / ".m2"
    folder.mkdir()
    (folder / "settings.xml").write_text(f"<settings{namespace}><mirrors>{''.join(mirrors)}</mirrors></settings>")
    return home


def test_setting_comes_first(tmp_path: Path) -> None:
    home = settings(tmp_path, MIRROR.format(of="*", more=""))
    assert base_address({"COMMONLINE_MAVEN": "https://given.example/x/"}, home) == "https://given.example/x"


@pytest.mark.parametrize("of", ["*", "central", "external:*", "other, central", "*,!snapshots"])
@pytest.mark.parametrize("namespace", ["", ' xmlns="http://maven.apache.org/SETTINGS/1.2.0"'])
def test_mirror_of_the_user(tmp_path: Path, of: str, namespace: str) -> None:
    home = settings(tmp_path, MIRROR.format(of=of, more=""), namespace=namespace)
    assert base_address({}, home) == "https://mirror.example/m2"


@pytest.mark.parametrize(("of", "more"), [("other", ""), ("*,!central", ""), ("*", "<blocked>true</blocked>")])
def test_mirrors_of_something_else(tmp_path: Path, of: str, more: str) -> None:
    assert base_address({}, settings(tmp_path, MIRROR.format(of=of, more=more))) == MAVEN_CENTRAL_URL


def test_without_any_setting(tmp_path: Path) -> None:
    assert base_address({}, tmp_path) == MAVEN_CENTRAL_URL


def test_broken_settings_are_named(tmp_path: Path) -> None:
    (tmp_path / ".m2").mkdir()
    (tmp_path / ".m2" / "settings.xml").write_text("<settings>")
    with pytest.raises(ConfigurationError, match=r"settings\.xml is not valid XML"):
        base_address({}, tmp_path)


def test_an_address_that_is_none() -> None:
    with pytest.raises(ConfigurationError, match="COMMONLINE_MAVEN is 'mirror'"):
        base_address({"COMMONLINE_MAVEN": "mirror"})


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "jgo.constants", None)
    with pytest.raises(PlatformError, match=r"pip install 'commonline\[local\]'"):
        base_address({}, tmp_path)
