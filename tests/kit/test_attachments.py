"""What products say of attachments, and what is kept of it."""

from __future__ import annotations

import pytest

from commonline.kit.attachments import attached
from commonline.schemas.records import Attachment


def test_an_attachment_as_most_products_tell_it() -> None:
    url = "https://files.acme.example/leak.jpg?signature=pass"
    told = attached(9, url, "Image/JPEG; charset=x", "leak\n.jpg", "48213")
    address = "https://files.acme.example/leak.jpg"
    assert told == Attachment(kind="image", id="9", url=address, media_type="image/jpeg", name="leak .jpg", size=48213)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", "//host/x"])
def test_no_address_but_of_the_web(url: str) -> None:
    assert attached(url=url).url is None


@pytest.mark.parametrize("size", [-1, 1 << 63, "", "many", "-1", "٣", "9" * 30, True])
def test_no_size_that_is_none(size: int | str) -> None:
    assert attached(size=size).size is None


def test_a_kind_that_is_known_stands() -> None:
    assert attached(media_type="image/png", kind="sticker").kind == "sticker"
    assert attached().kind == "file"
