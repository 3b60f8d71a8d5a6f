"""Cloud recordings and the words of their transcripts, which webhooks only point at.

A Server-to-Server OAuth app asks day by day: GET /accounts/me/recordings. A recording is listed under the day of its
meeting and may be ready a day later, so that the last days are asked for again; what has not changed is left out.

https://developers.zoom.us/docs/api/meetings/#tag/cloud-recording · https://developers.zoom.us/docs/internal-apps/s2s-oauth/
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from urllib.parse import urlsplit

import aiohttp
import msgspec

from commonline.connectors.zoom.account import CONNECTOR
from commonline.connectors.zoom.mapping import MEETING_HEADER
from commonline.errors import ConfigurationError, DisconnectedError, RetryLaterError
from commonline.kit import oauth, times
from commonline.kit.api import Api, body_of, credential
from commonline.kit.source import Context, Cursor, Item, Page

LATE_DAYS = 3
WINDOW_DAYS = 30
"""The longest span that Zoom lists at once is a month."""
PAGE = "300"
TIMEOUT = aiohttp.ClientTimeout(total=120)
PATIENCE_S = 30.0


class _File(msgspec.Struct, omit_defaults=True):
    id: str | None = None
    file_type: str | None = None
    status: str | None = None
    download_url: str | None = None
    recording_start: str | None = None
    recording_end: str | None = None


class _Meeting(msgspec.Struct, omit_defaults=True):
    uuid: str = ""
    id: str | int | None = None
    account_id: str | None = None
    host_id: str | None = None
    topic: str | None = None
    recording_files: list[_File] = []


class _Listed(msgspec.Struct):
    meetings: list[msgspec.Raw] = []
    next_page_token: str = ""


_LISTED = msgspec.json.Decoder(_Listed)
_MEETING = msgspec.json.Decoder(_Meeting)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Recordings since the cursor's day, or since `since_us`, in spans of a month."""
    held = cursor or {}
    today = _day(context.clock())
    begin = date.fromisoformat(held["day"]) if "day" in held else _day(_begin_us(context))
    first = begin - timedelta(days=LATE_DAYS) if held and context.mode == "live" else begin
    seen: dict[str, str] = dict(held.get("seen", {}))
    zoom = _Zoom(context)
    await zoom.begin()
    while first <= today:
        last = min(first + timedelta(days=WINDOW_DAYS - 1), today)
        items, listed = await zoom.window(first, last, seen)
        seen = listed if context.mode == "live" and last == today else {}
        following = last + timedelta(days=1)
        yield Page(items, {"day": (today if last == today else following).isoformat(), "seen": seen})
        first = following


def _begin_us(context: Context) -> int:
    return context.since_us if context.since_us is not None else context.clock()


def _day(micros: int) -> date:
    return times.from_micros(micros).date()


class _Zoom:
    """The account's API."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.base = str(context.settings["api_url"]).rstrip("/")

    async def begin(self) -> None:
        """Get a token for the next hour."""
        context = self.context
        account = str(context.settings.get("account_id") or "")
        client = str(context.settings.get("client_id") or "")
        if not account or not client:
            raise ConfigurationError("account_id and client_id are missing; the API is asked with them")
        secret = credential(context, "client_secret")
        basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
        form = {"grant_type": "account_credentials", "account_id": account}
        url = f"{str(context.settings['oauth_url']).rstrip('/')}/oauth/token"
        token = await oauth.access_token(
            context, url, (account, client, secret), lambda: form, {"Authorization": f"Basic {basic}"}
        )
        self.bearer = {"Authorization": f"Bearer {token}"}
        self.api = Api(context, CONNECTOR, self.base, self.bearer, account)

    async def window(self, first: date, last: date, seen: dict[str, str]) -> tuple[list[Item], dict[str, str]]:
        """What is new or changed in a span of days, and the state of all that is in it."""
        query = {"from": first.isoformat(), "to": last.isoformat(), "page_size": PAGE}
        items: list[Item] = []
        listed: dict[str, str] = {}
        while True:
            answer = await self.api.get("/accounts/me/recordings", query)
            if answer is None:
                raise ConfigurationError("Zoom does not know this account: check account_id")
            page = answer.decode(_LISTED)
            for raw in page.meetings:
                meeting = _MEETING.decode(raw)
                state = hashlib.sha256(msgspec.json.encode(_steady(meeting))).hexdigest()[:16]
                listed[meeting.uuid] = state
                if seen.get(meeting.uuid) != state:
                    items += await self.items(bytes(raw), meeting, answer.target)
            if not page.next_page_token:
                return items, listed
            query["next_page_token"] = page.next_page_token

    async def items(self, raw: bytes, meeting: _Meeting, target: str) -> list[Item]:
        """A meeting's recordings, and each transcript that is ready."""
        found = [Item(raw, request=f"GET {target}")]
        for file in meeting.recording_files:
            if (file.file_type or "").upper() == "TRANSCRIPT" and file.status == "completed" and file.download_url:
                text = await self.download(file.download_url)
                about = msgspec.structs.replace(meeting, recording_files=[file])
                about.recording_files[0].download_url = None
                header = {MEETING_HEADER: msgspec.json.encode(about).decode()}
                path = f"GET {urlsplit(file.download_url).path}"
                found += [Item(text, "text/vtt", path, header)] if text is not None else []
        return found

    async def download(self, url: str) -> bytes | None:
        """A file of Zoom's own; None if it is gone. Zoom sends on to another address, which gets no token."""
        if not _theirs(url, self.base):
            raise ConfigurationError(f"Zoom leads to {urlsplit(url).netloc} for a transcript, which is not asked")
        try:
            async with self.context.http.get(url, headers=self.bearer, timeout=TIMEOUT, max_redirects=3) as answer:
                if answer.status == 429 or answer.status >= 500:
                    raise RetryLaterError(f"Zoom answered {answer.status} to a download", PATIENCE_S)
                return await body_of(answer) if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DisconnectedError(f"a download of Zoom: {error or type(error).__name__}") from error


def _theirs(url: str, base: str) -> bool:
    """Whether an address is of the same vendor as the API: ``zoom.us`` for ``api.zoom.us``."""
    given, own = urlsplit(url), urlsplit(base)
    if given.netloc == own.netloc:
        return given.scheme == own.scheme
    domain = ".".join((own.hostname or "").split(".")[-2:])
    host = given.hostname or ""
    return given.scheme == "https" and not domain.replace(".", "").isdigit() and f".{host}".endswith(f".{domain}")


def _steady(meeting: _Meeting) -> list[tuple[str | None, str | None]]:
    """What tells that a recording changed; addresses are new with every answer."""
    return [(file.id, file.status) for file in meeting.recording_files]
