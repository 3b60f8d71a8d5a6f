"""The list of changes, comments of files, and the channel that Google notifies through.

https://developers.google.com/workspace/drive/api/guides/manage-changes ·
https://developers.google.com/workspace/drive/api/guides/push

A page token is Google's own position, and does not end. Comments are no changes: they are asked for file by file, for
those that changed and those that the settings name. A channel lives for seven days at most and is not prolonged: a new
one is made while the old one still runs, which then is stopped.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from commonline.connectors.google_drive.mapping import CONNECTOR, FILE_HEADER, FOLDER
from commonline.connectors.google_drive.payload import CHANGED, COMMENT, FILE, File
from commonline.errors import ConfigurationError
from commonline.ids import uuid5
from commonline.kit import oauth, times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.source import Context, Cursor, Item, Lease, Page

SCOPE = "https://www.googleapis.com/auth/drive.readonly"
DAY_US = 86_400_000_000
CHANNEL_US = 7 * DAY_US
OVERLAP_US = 60_000_000
SHARED = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
USER = "displayName,emailAddress,permissionId,me"
FILE_FIELDS = (
    "kind,id,name,mimeType,size,createdTime,modifiedTime,trashed,trashedTime,webViewLink,driveId,shared,"
    f"trashingUser({USER}),lastModifyingUser({USER})"
)
CHANGE_FIELDS = f"nextPageToken,newStartPageToken,changes(kind,changeType,time,removed,fileId,file({FILE_FIELDS}))"
NOTE_FIELDS = f"id,createdTime,modifiedTime,content,deleted,author({USER})"
COMMENT_FIELDS = (
    f"nextPageToken,comments(kind,{NOTE_FIELDS},resolved,quotedFileContent(value),replies({NOTE_FIELDS},action))"
)
MOST_FILES = 200
"""Files whose comments are asked for after one round of changes."""


class _Key(msgspec.Struct):
    client_email: str
    private_key: str
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address


class _Start(msgspec.Struct, rename="camel"):
    start_page_token: str


class _Listed(msgspec.Struct, rename="camel"):
    next_page_token: str | None = None
    new_start_page_token: str | None = None
    changes: list[msgspec.Raw] = []
    files: list[msgspec.Raw] = []
    comments: list[msgspec.Raw] = []


class _Channel(msgspec.Struct, rename="camel"):
    id: str
    resource_id: str
    expiration: str | int | None = None


_KEY = msgspec.json.Decoder(_Key)
_START = msgspec.json.Decoder(_Start)
_LISTED = msgspec.json.Decoder(_Listed)
_CHANNEL = msgspec.json.Decoder(_Channel)


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """Changes behind the token, then comments; of history the files that were changed since then."""
    api = await _api(context)
    held: Cursor = dict(cursor or {})
    if context.mode != "live":
        async for page in _history(context, api, held):
            yield page
        return
    if "token" not in held:
        held["token"] = await _start(api)
    touched: dict[str, File] = {}
    while True:
        query = {
            "pageToken": held["token"],
            "pageSize": "500",
            "fields": CHANGE_FIELDS,
            "includeRemoved": "true",
            **SHARED,
        }
        answer = await api.get("/changes", query)
        if answer is None:
            held["token"] = await _start(api)
            continue
        listed = answer.decode(_LISTED)
        touched |= {one.id: one for one in map(_changed, listed.changes) if one is not None}
        held["token"] = listed.next_page_token or listed.new_start_page_token or held["token"]
        yield Page([Item(bytes(raw), request="GET /changes", transport="poll") for raw in listed.changes], dict(held))
        if not listed.next_page_token:
            break
    async for page in _comments(context, api, held, touched):
        yield page


def _changed(raw: msgspec.Raw) -> File | None:
    """The file of a change that may have comments."""
    one = CHANGED.decode(raw).file
    return one if one is not None and not one.trashed and one.mime_type != FOLDER else None


async def _start(api: Api) -> str:
    answer = await api.get("/changes/startPageToken", {"supportsAllDrives": "true"})
    if answer is None:
        raise ConfigurationError("Google Drive has no list of changes here: check api_url")
    return answer.decode(_START).start_page_token


async def _comments(context: Context, api: Api, held: Cursor, touched: dict[str, File]) -> AsyncIterator[Page]:
    """Comments since the last round, of files that changed and of those that are named."""
    place = Changes(context, held.get("comments"), OVERLAP_US)
    named = [str(name) for name in context.settings.get("commented_files") or ()]
    for name in list(dict.fromkeys([*named, *list(touched)[:MOST_FILES]])):
        about = touched.get(name) or await _about(api, name)
        if about is not None:
            async for items in _of_file(api, about, place):
                yield Page(items, None)
    held["comments"] = place.cursor()
    yield Page([], dict(held))


async def _about(api: Api, file_id: str) -> File | None:
    answer = await api.get(f"/files/{quote(file_id, safe='')}", {"fields": FILE_FIELDS, "supportsAllDrives": "true"})
    return answer.decode(FILE) if answer is not None else None


async def _of_file(api: Api, about: File, place: Changes) -> AsyncIterator[list[Item]]:
    header = File(about.id, about.name, web_view_link=about.web_view_link, drive_id=about.drive_id, shared=about.shared)
    headers = {FILE_HEADER: msgspec.json.encode(header).decode()}
    since = times.from_micros(place.since).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/files/{quote(about.id, safe='')}/comments"
    query = {"fields": COMMENT_FIELDS, "includeDeleted": "true", "startModifiedTime": since, "pageSize": "100"}
    while True:
        answer = await api.get(path, query)
        if answer is None:
            return
        page = answer.decode(_LISTED)
        fresh = [raw for raw in page.comments if _is_news(raw, about.id, place)]
        yield [Item(bytes(raw), request=f"GET {path}", headers=headers, transport="poll") for raw in fresh]
        if not page.next_page_token:
            return
        query["pageToken"] = page.next_page_token


def _is_news(raw: msgspec.Raw, file_id: str, place: Changes) -> bool:
    one = COMMENT.decode(raw)
    return place.is_news(f"{file_id}/{one.id}", times.parse(one.modified_time))


async def _history(context: Context, api: Api, held: Cursor) -> AsyncIterator[Page]:
    """Files by the time of their last change, oldest first, with their comments."""
    since = times.from_micros(context.since_us or 0).strftime("%Y-%m-%dT%H:%M:%S")
    query = {
        "q": f"modifiedTime > '{since}' and mimeType != '{FOLDER}'",
        "orderBy": "modifiedTime",
        "pageSize": "200",
        "corpora": "allDrives",
        "fields": f"nextPageToken,files({FILE_FIELDS})",
        **SHARED,
    }
    while True:
        answer = await api.get("/files", {**query, **({"pageToken": held["page"]} if "page" in held else {})})
        if answer is None:
            return
        page = answer.decode(_LISTED)
        items = [Item(bytes(raw), request="GET /files", transport="poll") for raw in page.files]
        items += await _notes(context, api, (FILE.decode(raw) for raw in page.files))
        held = {"page": page.next_page_token} if page.next_page_token else {}
        yield Page(items, dict(held) if held else None)
        if not held:
            return


async def _notes(context: Context, api: Api, files: Iterable[File]) -> list[Item]:
    place = Changes(context, None, OVERLAP_US)
    return [item for one in files async for items in _of_file(api, one, place) for item in items]


async def _api(context: Context) -> Api:
    try:
        key = _KEY.decode(credential(context, "service_account").encode())
        private = RSAKey.import_key(key.private_key)
    except (msgspec.DecodeError, JoseError, ValueError) as error:
        raise ConfigurationError("service_account: is no key file of a service account; make a JSON key") from error
    subject = str(context.settings.get("subject") or "")

    def form() -> dict[str, str]:
        now = context.clock() // 1_000_000
        claims: dict[str, Any] = {"iss": key.client_email, "scope": SCOPE, "aud": key.token_uri, "iat": now}
        claims |= {"exp": now + 3600} | ({"sub": subject} if subject else {})
        assertion = jwt.encode({"alg": "RS256", "typ": "JWT"}, claims, private)
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    token = await oauth.access_token(context, key.token_uri, (key.client_email, key.private_key, subject), form)
    account = f"{key.client_email}/{subject}"
    return Api(context, CONNECTOR, str(context.settings["api_url"]), {"Authorization": f"Bearer {token}"}, account)


async def renew(context: Context, lease: Lease | None) -> Lease:
    """A new channel, and an end to the old one."""
    if context.callback is None or not context.settings.get("channel_token"):
        raise ConfigurationError("public_url and channel_token are missing: no channel is made, the source is polled")
    api, now = await _api(context), context.clock()
    wanted = {
        "id": uuid5(context.source, str(now)),
        "type": "web_hook",
        "address": context.callback,
        "token": credential(context, "channel_token"),
        "expiration": str((now + CHANNEL_US) // 1000),
    }
    answer = await api.post(f"/changes/watch?pageToken={quote(await _start(api))}&supportsAllDrives=true", wanted)
    if answer is None:
        raise ConfigurationError("Google Drive has no list of changes here: check api_url")
    made = answer.decode(_CHANNEL)
    if lease is not None and lease.data.get("resource"):
        await api.post("/channels/stop", {"id": lease.data["id"], "resourceId": lease.data["resource"]})
    until = times.parse(made.expiration) or now + CHANNEL_US
    return Lease(now, until, {"id": made.id, "resource": made.resource_id})
