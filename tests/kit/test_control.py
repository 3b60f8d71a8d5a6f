from __future__ import annotations

import pytest

from commonline.kit.control import Control


def test_orders_come_back() -> None:
    order = Control("desk", paused=True, at=7, by="ana")
    assert Control.decode(b"desk", order.encode()) == order
    assert Control.decode(b"desk", None) == Control("desk", paused=False, at=0)


@pytest.mark.parametrize("value", [b"", b"[]", b"{}", b'{"paused":"yes"}', b"\xff"])
def test_what_is_no_order_is_refused(value: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        Control.decode(b"desk", value)
