"""Sessions of people in browsers: a signed cookie with a random id; what it stands for lies in the database.

So a logout ends a session wherever its cookie has gone, and a change of the signing key does not end any (two keys are
accepted, the newest signs).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

import msgspec
from sqlalchemy import delete, insert, select
from starlette.requests import HTTPConnection
from starlette.responses import Response

from commonline.clock import Clock, now_us
from commonline.gateway.access import signed
from commonline.gateway.access.keys import key_ring
from commonline.gateway.access.tables import sessions
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import Viewer

COOKIE = "commonline_session"
PURPOSE = "session"
KEY_DAYS = 30
SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in. `csrf`: what forms of this session must send back."""

    viewer: Viewer
    subject: str
    expires: int
    csrf: str


class Sessions:
    """`secure`: the browser is reached by https, and its cookies never go over http."""

    def __init__(self, store: Store, *, secure: bool, clock: Clock = now_us) -> None:
        self._store = store
        self.secure = secure
        self._clock = clock

    def begin(self, response: Response, viewer: Viewer, subject: str, seconds: int) -> None:
        """Log somebody in, with a new id: one that was there before the login is worth nothing."""
        text, now = secrets.token_urlsafe(32), self._clock()
        row = {"hash": _hash(text), "subject": subject, "viewer": msgspec.json.encode(viewer).decode(), "made": now}
        with self._store.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires <= now))
            connection.execute(insert(sessions).values(**row, expires=now + seconds * SECOND))
        value = signed.sign(self._ring(), PURPOSE, text)
        self.set_cookie(response, COOKIE, value, seconds)

    def set_cookie(self, response: Response, name: str, value: str, seconds: int, path: str = "/") -> None:
        """A cookie that scripts do not see and that other sites' requests do not carry (but for links to us)."""
        response.set_cookie(name, value, max_age=seconds, path=path, secure=self.secure, httponly=True, samesite="lax")

    def find(self, connection: HTTPConnection) -> Session | None:
        """The session of a browser; None without one, or where it has ended."""
        cookie = connection.cookies.get(COOKIE)
        text = signed.opened(self._ring(), PURPOSE, cookie) if cookie else None
        if text is None:
            return None
        with self._store.reading() as database:
            row = database.execute(select(sessions).where(sessions.c.hash == _hash(text))).one_or_none()
        if row is None or row.expires <= self._clock():
            return None
        viewer = msgspec.json.decode(row.viewer, type=Viewer)
        return Session(viewer, row.subject, row.expires, signed.mac(self._ring()[0], "csrf", text))

    def end(self, connection: HTTPConnection, response: Response) -> None:
        """Log out."""
        cookie = connection.cookies.get(COOKIE)
        text = signed.opened(self._ring(), PURPOSE, cookie) if cookie else None
        if text is not None:
            with self._store.writing() as database:
                database.execute(delete(sessions).where(sessions.c.hash == _hash(text)))
        response.delete_cookie(COOKIE, path="/", secure=self.secure, httponly=True, samesite="lax")

    def proves(self, connection: HTTPConnection, sent: str | None) -> bool:
        """Whether a form or a header sends back what this session's pages hold. Both keys count."""
        cookie = connection.cookies.get(COOKIE)
        text = signed.opened(self._ring(), PURPOSE, cookie) if cookie else None
        if text is None or not sent:
            return False
        return any(hmac.compare_digest(signed.mac(key, "csrf", text).encode(), sent.encode()) for key in self._ring())

    def _ring(self) -> list[bytes]:
        return key_ring(self._store, PURPOSE, days=KEY_DAYS, clock=self._clock)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
