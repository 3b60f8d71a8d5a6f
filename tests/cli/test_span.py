"""Which deliveries a replay means, how far it has come, and what it would change."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.streams.normalize.deliveries import NOW, delivery
from tests.streams.unify.world import activity

from commonline.cli.preview import differences
from commonline.cli.span import Bookmark, Wanted, bookmark
from commonline.errors import PlatformError

pytestmark = pytest.mark.usefixtures("probes")
WANTED = Wanted(NOW, NOW + 10, frozenset({"fuse"}), "acme")


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({}, True),
        ({"received": NOW - 1}, False),
        ({"received": NOW + 9}, True),
        ({"received": NOW + 10}, False),
        ({"source": "page"}, False),
        ({"workspace": "globex"}, False),
    ],
)
def test_a_span_ends_before_its_end(changes: dict[str, object], meant: bool) -> None:
    one = msgspec.structs.replace(delivery(b"[]"), **changes)
    assert WANTED.takes(one) is meant
    assert Wanted(0, 1 << 62).takes(one)


def test_the_same_words_find_the_times_that_they_meant_at_first(tmp_path: Path) -> None:
    first = bookmark(tmp_path, ("", "2d", "now"), WANTED)
    assert (first.next, first.written) == ({}, 0)
    first.ends, first.next, first.written = {3: 90}, {3: 41}, 17
    first.save()
    later = bookmark(tmp_path, ("", "2d", "now"), Wanted(NOW + 5, NOW + 99))
    assert later == Bookmark(first.path, WANTED, {3: 90}, {3: 41}, 17)
    assert bookmark(tmp_path, ("", "3d", "now"), WANTED).written == 0
    later.remove()
    later.remove()
    assert bookmark(tmp_path, ("", "2d", "now"), WANTED).written == 0


@pytest.mark.parametrize("left", ["", "[]", "{}", '{"first_us": 1}'])
def test_a_broken_bookmark_is_not_passed_over(tmp_path: Path, left: str) -> None:
    path = bookmark(tmp_path, ("a",), WANTED).path
    path.parent.mkdir()
    path.write_text(left)
    with pytest.raises(PlatformError, match="remove it to begin anew"):
        bookmark(tmp_path, ("a",), WANTED)


def test_what_would_change_is_told_field_by_field() -> None:
    before = activity("page:1/post/1", text="a &amp; b", tags=["x"])
    after = msgspec.structs.replace(
        before,
        tags=[],
        object=msgspec.structs.replace(before.object, text="a & b", title="Kettle"),
        origin=msgspec.structs.replace(before.origin, mode="replay", offset=7),
    )
    assert differences(before, before) == []
    assert sorted(differences(before, after)) == [
        ("object.text", "a &amp; b", "a & b"),
        ("object.title", "-", "Kettle"),
        ("tags", '["x"]', "-"),
    ]
