"""What is new of a record that grows."""

from __future__ import annotations

import json

import msgspec
import pytest

from commonline.errors import MalformedPayloadError
from commonline.kit.parts import fresh, is_fresh, with_parts

AT = 1_772_445_600_000_000


@pytest.mark.parametrize(
    ("part", "kept"),
    [
        ({"created_at": "2026-03-02T10:00:00Z"}, True),
        ({"created_at": "2026-03-02T09:59:59Z"}, False),
        ({"created_at": "2026-03-01T00:00:00Z", "updated_at": 1772445600}, True),
        ({"created": "2026-03-02T11:00:00.000+0100", "updated": None}, True),
        ({"date_created_gmt": "2026-03-02T09:00:00"}, False),
        ({"text": "who knows when"}, True),
    ],
)
def test_parts_are_as_new_as_their_last_change(part: dict[str, object], kept: bool) -> None:
    assert is_fresh(json.dumps(part).encode(), AT) is kept


def test_a_record_is_kept_with_its_new_parts() -> None:
    parts = [msgspec.Raw(b'{"id":1,"created_at":1}'), msgspec.Raw(b'{"id": 2.0, "created_at":1772445600}')]
    whole = with_parts(b'{"id":7,"big":9007199254740993}', "notes", fresh(parts, AT), "/orders/7")
    assert (
        whole
        == b'{"id":7,"big":9007199254740993,"notes":[{"id":1,"created_at":1},{"id": 2.0, "created_at":1772445600}]}'
    )


def test_what_is_no_record_is_told_by_its_path() -> None:
    with pytest.raises(MalformedPayloadError, match="/orders/7"):
        with_parts(b"[1]", "notes", [], "/orders/7")
