from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonline.kit.deliver import VendorId, delivery, delivery_id, from_item
from commonline.kit.instance import Instance
from commonline.kit.manifest import Manifest
from commonline.kit.place import Placement
from commonline.kit.source import Item
from commonline.schemas.codec import decode_delivery, encode_delivery
from commonline.schemas.records import Delivery


def instance(*transports: str) -> Instance:
    manifest = Manifest.model_validate(
        {
            "name": "shop",
            "title": "Shop",
            "about": "",
            "transports": list(transports) or ["webhook"],
            "visibility": "public",
            "tested_on": "",
            "events": {},
        }
    )
    return Instance("acme-shop", "acme", manifest, {}, {}, Placement())


def made(body: bytes = b"{}", received: int = 5, **more: Any) -> Delivery:
    return delivery(
        instance(),
        body,
        received=received,
        transport="webhook",
        authentication="signature",
        content_type="application/json",
        **more,
    )


def test_the_vendors_delivery_id_makes_redeliveries_the_same() -> None:
    first, again = made(vendor_id="d-1", received=5), made(b'{"attempt":2}', vendor_id="d-1", received=900)
    assert first.id == again.id
    assert made(vendor_id="d-2").id != first.id


def test_without_it_every_arrival_is_its_own() -> None:
    assert made(received=5).id == made(received=5).id
    assert len({made(received=5).id, made(received=6).id, made(b"[]", received=5).id}) == 3


def test_ids_of_no_length_or_too_long_are_none() -> None:
    assert made(vendor_id="").vendor_id is None
    assert made(vendor_id="x" * 513).vendor_id is None
    assert made(vendor_id="x" * 512).vendor_id is not None


@given(body=st.binary(max_size=300), vendor_id=st.none() | st.text(max_size=20), cursor=st.none() | st.text(max_size=9))
def test_every_delivery_can_be_encoded_and_keeps_its_bytes(
    body: bytes, vendor_id: str | None, cursor: str | None
) -> None:
    one = made(body, vendor_id=vendor_id, cursor=cursor)
    back = decode_delivery(encode_delivery(one))
    assert back == one
    assert back.body == body
    assert back.body_size == len(body)


def test_items_of_polls_and_streams() -> None:
    item = Item(b"x", "message/rfc822", "GET /mail?token=t0psecret&a=t0psecret", {"X-A": "caf\ud800"}, "v")
    one = from_item(instance("poll"), item, received=7, mode="sweep", cursor="{}", secrets=["t0psecret"])
    assert one.request == "GET /mail?token=***&a=***"
    assert (one.transport, one.mode, one.authentication) == ("poll", "sweep", "session")
    assert one.headers == {"x-a": "caf?"}
    assert from_item(instance("stream"), item, received=7, mode="live", cursor=None, secrets=[]).transport == "stream"
    paged = Item(b"x", transport="poll")
    assert from_item(instance("stream"), paged, received=7, mode="live", cursor=None, secrets=[]).transport == "poll"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"event_id":"Ev1","x":[1,{"event_id":"inner"}]}', "Ev1"),
        (b'{"event_id":42}', "42"),
        (b'{"event_id":null}', None),
        (b'{"event_id":{"a":1}}', None),
        (b'{"other":1}', None),
        (b'[{"event_id":"Ev1"}]', None),
        (b'{"event_id":"Ev1"', None),
        (b"\xff\xfe", None),
        (b'{"event_id":"\\ud800"}', None),
        (b'{"a":' * 100_000, None),
    ],
)
def test_vendor_id_from_the_body(body: bytes, found: str | None) -> None:
    assert VendorId("event_id")(body) == found


def test_delivery_id_depends_on_the_source() -> None:
    assert delivery_id("a", "1", b"", 0) != delivery_id("b", "1", b"", 0)
