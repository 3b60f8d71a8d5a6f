"""Keys of this installation, in its database: made when they are first wanted, renewed where they should not be old."""

from __future__ import annotations

import secrets

from sqlalchemy import insert, select

from commonline.clock import Clock, now_us
from commonline.gateway.access.tables import keys
from commonline.gateway.store.engine import Store

KEY_BYTES = 32
DAY_US = 86_400_000_000


def key_ring(store: Store, purpose: str, *, days: int | None = None, clock: Clock = now_us) -> list[bytes]:
    """Keys of a purpose, the one in use first; after it the one before, which is still accepted.

    `days`: how long one is in use. None: for ever.
    """
    with store.reading() as connection:
        found = connection.execute(
            select(keys).where(keys.c.purpose == purpose).order_by(keys.c.number.desc()).limit(2)
        ).all()
    if found and (days is None or found[0].made > clock() - days * DAY_US):
        return [bytes(row.value) for row in found]
    with store.writing() as connection:
        newest = connection.execute(
            select(keys.c.number).where(keys.c.purpose == purpose).order_by(keys.c.number.desc()).limit(1)
        ).scalar()
        if newest == (found[0].number if found else None):
            made = {"number": (newest or 0) + 1, "made": clock(), "value": secrets.token_bytes(KEY_BYTES)}
            connection.execute(insert(keys).values(purpose=purpose, **made))
    return key_ring(store, purpose, days=days, clock=clock)
