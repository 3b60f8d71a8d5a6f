"""Foreign text cannot take over a terminal."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from commonline.cli.safe import one_line, safe


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    assert all(unicodedata.category(char) != "Cc" or char in "\n\t" for char in safe(text))
    assert not any(unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI") for char in safe(text))
    assert "\n" not in one_line(text)


def test_ordinary_text_stays() -> None:
    text = "Größe 😀 naïve\n\tשלום"
    assert safe(text) == text
    assert safe("\x1b[31mred\x9b0m") == "�[31mred�0m"
    assert safe("lone \ud800") == "lone ?"
