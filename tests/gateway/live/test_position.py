from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.errors import MalformedPayloadError
from commonline.gateway.live.position import Position, Seal
from commonline.gateway.viewer import FeedName

SEAL = Seal(bytes(32))
NAMES = st.builds(FeedName, st.text("abc-_", min_size=1), st.text("abc-_", min_size=1))


@given(st.dictionaries(NAMES, st.integers(0, 1 << 60)), st.none() | st.uuids().map(str))
def test_positions_come_back(offsets: dict[FeedName, int], conversation: str | None) -> None:
    position = Position(offsets, conversation)
    assert SEAL.open(SEAL.close(position)) == position


def test_an_id_says_nothing() -> None:
    """Not how many records lie between two ids, nor whether two are the same position."""
    position = Position({FeedName("acme", "service"): 7})
    one, other = SEAL.close(position), SEAL.close(position)
    assert one != other
    assert len(one) == len(SEAL.close(Position({FeedName("acme", "service"): 8})))


@pytest.mark.parametrize("text", ["", "7", "AAAA", "ö", "!" * 40, "A" * 5000, SEAL.close(Position())[:-2]])
def test_what_is_no_id_of_ours_is_refused(text: str) -> None:
    with pytest.raises(MalformedPayloadError, match="no event id of this gateway"):
        SEAL.open(text)


def test_ids_of_another_installation_are_refused() -> None:
    with pytest.raises(MalformedPayloadError):
        Seal(bytes(31) + b"x").open(SEAL.close(Position()))
