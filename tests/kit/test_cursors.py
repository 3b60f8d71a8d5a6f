from __future__ import annotations

from commonline.kit.cursors import newest, position, record
from commonline.schemas.ids import SchemaIds
from commonline.schemas.records import Cursor
from commonline.schemas.serde import Serde


def cursor(source: str, generation: int, page: int) -> Cursor:
    return record(source, "acme", generation, 1, {"page": page})


def pages(*cursors: Cursor) -> dict[str, int]:
    return {name: (position(one) or {})["page"] for name, one in newest(cursors).items()}


def test_the_last_of_the_highest_generation_counts() -> None:
    assert pages(cursor("a", 1, 1), cursor("b", 1, 5), cursor("a", 1, 2)) == {"a": 2, "b": 5}
    hung = [cursor("a", 1, 1), cursor("a", 2, 4), cursor("a", 1, 3)]
    assert pages(*hung) == {"a": 4}
    assert pages(*hung, cursor("a", 3, 2)) == {"a": 2}


def test_what_is_no_position_is_the_beginning() -> None:
    assert position(None) is None
    assert position(Cursor(source="a", workspace="w", generation=1, position="[1]", at=1)) is None


def test_positions_survive_the_wire() -> None:
    serde = Serde(SchemaIds.bundled())
    odd = {"since": "2025-01-01", "ids": [1, 2], "name": "caf\u00e9 \ud800"}
    back = serde.decode_as(Cursor, serde.encode(record("a", "acme", 1, 1, odd)))
    assert position(back) == odd
