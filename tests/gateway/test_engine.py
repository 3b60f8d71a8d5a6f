"""What a reader sees while somebody writes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from commonline.gateway.store.engine import Store
from commonline.gateway.store.tables import merges

ROW = {"feed": 1, "kept": "b", "seq": 1, "known": 1}
COUNT = select(func.count()).select_from(merges)


def test_a_reader_sees_one_moment(store: Store) -> None:
    with store.reading() as reading:
        assert reading.execute(COUNT).scalar_one() == 0
        with store.writing() as writing:
            writing.execute(insert(merges).values(gone="a", **ROW))
        assert reading.execute(COUNT).scalar_one() == 0
    with store.reading() as reading:
        assert reading.execute(COUNT).scalar_one() == 1


def test_what_raises_is_not_written(store: Store) -> None:
    def write() -> None:
        with store.writing() as writing:
            writing.execute(insert(merges).values(gone="a", **ROW))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    with store.reading() as reading:
        assert reading.execute(COUNT).scalar_one() == 0
