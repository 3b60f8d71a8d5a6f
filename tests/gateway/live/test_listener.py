from __future__ import annotations

from commonline.gateway.live.framing import Transport
from commonline.gateway.live.listener import MOST_PIECE, Dropped, Limits, Listener
from commonline.gateway.live.ring import Entry
from tests.gateway.live.feed import PR, SERVICE, conversation, record, said
from tests.gateway.live.test_ring import ring

LIMITS = Limits(behind=300, blocked_s=5)


def listener(about: str | None = None) -> Listener:
    return Listener(4, Transport.SSE, lambda _: True, about)


def test_what_waits_is_taken_in_pieces() -> None:
    rings, one = {SERVICE: ring(*range(450))}, listener()
    one.cursors[SERVICE] = 10
    taken = [found for _ in range(4) if (found := one.take(rings))]
    assert taken == [(SERVICE, 10, 10 + MOST_PIECE), (SERVICE, 210, 410), (SERVICE, 410, 450)]


def test_who_is_too_slow_is_told_why() -> None:
    rings, one = {SERVICE: ring(*range(400), most=1000)}, listener()
    one.cursors[SERVICE], one.live = 100, True
    assert one.fault(rings, 10.0, LIMITS) is None
    one.blocked_since = 4.0
    assert one.fault(rings, 10.0, LIMITS) == Dropped("slow", "nothing was taken from this stream for 5 s")
    one.blocked_since, one.cursors[SERVICE] = None, 99
    found = one.fault(rings, 10.0, LIMITS)
    assert found is not None
    assert found.detail == "301 records wait for this stream: more than 300"


def test_a_conversation_is_followed_through_a_merge_in_each_feed_by_its_own_order() -> None:
    old, new = conversation("kettle"), conversation("pan")
    one = listener(old)
    one.follow([SERVICE, PR])
    merged = Entry(2, 0, record("merged", "pan", other=old), 1)
    after = Entry(3, 0, said("pan", 1), 1)
    assert not one.wanted(SERVICE, after)
    assert one.wanted(SERVICE, merged)
    assert one.wanted(SERVICE, after)
    assert not one.wanted(PR, after)
    assert one.position({SERVICE: 4}).conversation == new


def test_what_was_told_before_the_ring_got_there_is_not_told_again() -> None:
    one = listener()
    one.floors[SERVICE] = 7
    assert [one.wanted(SERVICE, Entry(at, 0, said("kettle", at), 1)) for at in (5, 6, 7, 8)] == [
        False,
        False,
        True,
        True,
    ]
