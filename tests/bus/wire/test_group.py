"""The member of a group, as librdkafka writes it."""

from __future__ import annotations

import pytest
from confluent_kafka import Consumer

from commonline.bus.wire.group import Member, member
from commonline.errors import ContractError

WRITTEN = b"CGMDv2:\x05\x00\x00\x00group\0member-1\0\0instance\0"


@pytest.mark.parametrize("instance", ["slot-0", None])
def test_what_the_library_here_writes_can_be_read(instance: str | None) -> None:
    settings = {"bootstrap.servers": "127.0.0.1:1", "group.id": "grüppe", "log_level": 0}
    consumer = Consumer(settings | ({} if instance is None else {"group.instance.id": instance}))
    try:
        assert member(consumer.consumer_group_metadata()) == Member("grüppe", -1, "", instance)
    finally:
        consumer.close()


def test_a_member_of_a_group() -> None:
    assert member(WRITTEN) == Member("group", 5, "member-1", "instance")
    assert member(b"CGMDv2:\x05\x00\x00\x00group\0member-1\0\x01") == Member("group", 5, "member-1", None)


@pytest.mark.parametrize(
    "written",
    [
        *(WRITTEN[:size] for size in range(len(WRITTEN))),
        WRITTEN + b"x",
        WRITTEN.replace(b"v2", b"v3"),
        WRITTEN.replace(b"group\0", b"\0"),
        WRITTEN.replace(b"\0\0", b"\0\x02"),
        WRITTEN.replace(b"\0\0", b"\0\x01"),
        WRITTEN.replace(b"instance", b""),
        WRITTEN.replace(b"member", b"\xff\xff"),
    ],
)
def test_what_is_not_known_is_refused(written: bytes) -> None:
    with pytest.raises(ContractError, match="not known"):
        member(written)
