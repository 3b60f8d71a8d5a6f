from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

import commonline.console
from commonline.console.view import places
from commonline.schemas.records import Channel

SPRITE = (Path(commonline.console.__file__).parent / "static" / "vendor" / "icons.svg").read_text("utf-8")


@pytest.mark.parametrize("channel", get_args(Channel))
def test_every_channel_of_the_contract_has_an_icon_and_a_word(channel: str) -> None:
    where = places.place(channel)
    assert channel in places.CHANNELS
    assert f'<symbol id="{where.icon}"' in SPRITE


def test_a_channel_of_the_future_is_shown_by_its_name() -> None:
    assert places.place("smoke_signal") == places.Place("circle-help", "Smoke signal")


def test_departments_have_colours_of_their_own() -> None:
    found = places.hues(["service", "pr", "hr", "marketing", "pr"])
    assert len(set(found.values())) == 4
    assert found == places.hues(["hr", "pr", "marketing", "service"])
