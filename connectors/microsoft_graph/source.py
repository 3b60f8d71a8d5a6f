"""Delta queries, which tell all that changed in a resource; and subscriptions, which are made and renewed.

https://learn.microsoft.com/graph/delta-query-overview ·
https://learn.microsoft.com/graph/api/subscription-post-subscriptions

A delta link is Microsoft's own position. One that is too old is answered 410: then the resource is read again from the
time of the last round, and what comes twice has known ids. Answers to a channel's message are read beside it, for the
channel's delta leaves them out.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from commonline.configuration.load import ResolvedSecret
from commonline.connectors.microsoft_graph.documents import DRIVE_HEADER
from commonline.connectors.microsoft_graph.people import CONNECTOR
from commonline.errors import ConfigurationError
from commonline.kit import oauth, times
from commonline.kit.api import Api, credential
from commonline.kit.source import Context, Cursor, Item, Lease, Page

MINUTE_US = 60_000_000
OVERLAP_US = 10 * MINUTE_US
FIELDS_OF_MAIL = (
    "id,internetMessageId,internetMessageHeaders,conversationId,subject,body,sentDateTime,receivedDateTime,"
    "sender,from,toRecipients,ccRecipients,isDraft,webLink"
)
KINDS: tuple[tuple[re.Pattern[str], str, int], ...] = (
    (re.compile(r"teams/[\w-]+/channels/[^/?#]+/messages\Z"), "channel", 55),
    (re.compile(r"(users|groups)/[^/?#]+/(mailFolders/[^/?#]+/)?messages\Z"), "mail", 6 * 24 * 60),
    (re.compile(r"(drives/[^/?#]+|users/[^/?#]+/drive)/root\Z"), "drive", 25 * 24 * 60),
)
"""Resources, what they hold, and for how many minutes a subscription is asked for, which Microsoft may shorten."""
WITH_CONTENTS_MINUTES = 23 * 60


class _Answer(msgspec.Struct):
    value: list[msgspec.Raw] = []
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
    delta_link: str | None = msgspec.field(default=None, name="@odata.deltaLink")


class _Message(msgspec.Struct, rename="camel"):
    id: str = ""
    reply_to_id: str | None = None
    last_modified_date_time: str | None = None


class _Subscription(msgspec.Struct, rename="camel"):
    id: str
    expiration_date_time: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)
_MESSAGE = msgspec.json.Decoder(_Message)
_SUBSCRIPTION = msgspec.json.Decoder(_Subscription)


def kind_of(resource: str) -> tuple[str, int]:
    """What a resource holds, and the minutes of its subscription. Raises `ConfigurationError`."""
    for form, kind, minutes in KINDS:
        if form.match(resource):
            return kind, minutes
    raise ConfigurationError(
        f"resources: {resource!r} is none; write teams/<id>/channels/<id>/messages, "
        "users/<id>/mailFolders/<name>/messages or drives/<id>/root"
    )


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over all resources; each has a position of its own."""
    api = await _api(context)
    places: Cursor = dict(cursor or {})
    for resource in context.settings["resources"]:
        kind, _ = kind_of(str(resource))
        async for page in _changes(context, api, str(resource), kind, places):
            yield page


async def _changes(context: Context, api: Api, resource: str, kind: str, places: Cursor) -> AsyncIterator[Page]:
    """Pages behind a resource's delta link, or since a time."""
    held = dict(places.get(resource) or {})
    begun = context.clock()
    default = context.since_us if context.since_us is not None else begun
    since = int(held.get("at", default + OVERLAP_US)) - OVERLAP_US
    target = str(held.get("link") or _first(resource, kind, since, fresh=context.since_us is None and not held))
    while True:
        answer = await api.get(target)
        if answer is None:
            if "link" not in held:
                raise ConfigurationError(f"resources: {resource} does not exist, or the app may not read it")
            held.pop("link")
            target = _first(resource, kind, since, fresh=False)
            continue
        page = answer.decode(_ANSWER)
        items = [item for raw in page.value for item in await _items(api, resource, kind, raw, since)]
        if page.next_link:
            yield Page(items, dict(places))
            target = page.next_link
            continue
        places[resource] = {"link": page.delta_link, "at": begun} if page.delta_link else {"at": begun}
        yield Page(items, dict(places))
        return


def _first(resource: str, kind: str, since_us: int, *, fresh: bool) -> str:
    """The question that begins a delta."""
    since = times.from_micros(since_us).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "drive":
        return f"/{resource}/delta" + ("?token=latest" if fresh else "")
    query = {"$filter": f"lastModifiedDateTime gt {since}"}
    if kind == "mail":
        query = {"$filter": f"receivedDateTime ge {since}", "$select": FIELDS_OF_MAIL}
    return f"/{resource}/delta?{urlencode(query, quote_via=quote)}"


async def _items(api: Api, resource: str, kind: str, raw: msgspec.Raw, since_us: int) -> list[Item]:
    """A record, and the answers to a channel's message that are new."""
    request = f"GET /{resource}/delta"
    headers = {DRIVE_HEADER: resource.split("/")[1]} if resource.startswith("drives/") else {}
    found = [Item(bytes(raw), request=request, headers=headers)]
    if kind != "channel":
        return found
    message = _MESSAGE.decode(raw)
    target: str | None = f"/{resource}/{quote(message.id)}/replies?$top=50"
    while target is not None and message.id:
        answer = await api.get(target)
        if answer is None:
            break
        page = answer.decode(_ANSWER)
        for reply in page.value:
            changed = times.parse(_MESSAGE.decode(reply).last_modified_date_time)
            if changed is None or changed >= since_us:
                found.append(Item(bytes(reply), request=f"GET /{resource}/replies"))
        target = page.next_link
    return found


async def _api(context: Context) -> Api:
    tenant, client = str(context.settings["tenant_id"]), str(context.settings.get("client_id") or "")
    if not client:
        raise ConfigurationError("client_id is missing; Graph is asked with it")
    secret, base = credential(context, "client_secret"), str(context.settings["api_url"])
    url = f"{str(context.settings['login_url']).rstrip('/')}/{quote(tenant)}/oauth2/v2.0/token"
    scope = f"{'/'.join(base.split('/')[:3])}/.default"
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": scope}
    token = await oauth.access_token(context, url, (tenant, client, secret), lambda: form)
    headers = {"Authorization": f"Bearer {token}", "Prefer": 'IdType="ImmutableId"'}
    return Api(context, CONNECTOR, base, headers, f"{tenant}/{client}")


async def renew(context: Context, lease: Lease | None) -> Lease:
    """Make the subscriptions, or prolong them; one that Microsoft has dropped is made anew."""
    state = context.settings.get("client_state")
    if context.callback is None or not isinstance(state, ResolvedSecret):
        raise ConfigurationError("public_url and client_state are missing: nothing is subscribed, the source is polled")
    api, now = await _api(context), context.clock()
    known = dict(lease.data) if lease is not None else {}
    made: dict[str, str] = {}
    ends = []
    for resource in context.settings["resources"]:
        minutes = _minutes(context, str(resource))
        until = now + minutes * MINUTE_US
        told = await _prolonged(api, known.get(resource), until) or await _made(api, context, str(resource), until)
        made[resource] = told.id
        ends.append(min(times.parse(told.expiration_date_time) or until, until))
    if not ends:
        raise ConfigurationError("resources: is empty; name at least one")
    return Lease(now, min(ends), made)


def _minutes(context: Context, resource: str) -> int:
    minutes = kind_of(resource)[1]
    return min(minutes, WITH_CONTENTS_MINUTES) if context.settings.get("certificate") else minutes


async def _prolonged(api: Api, subscription: Any, until: int) -> _Subscription | None:
    if not isinstance(subscription, str):
        return None
    content = msgspec.json.encode({"expirationDateTime": _moment(until)})
    path = f"/subscriptions/{quote(subscription)}"
    answer = await api.call("PATCH", path, content, {"Content-Type": "application/json"})
    return answer.decode(_SUBSCRIPTION) if answer is not None else None


async def _made(api: Api, context: Context, resource: str, until: int) -> _Subscription:
    settings = context.settings
    kind, _ = kind_of(resource)
    wanted: dict[str, Any] = {
        "changeType": "updated" if kind == "drive" else "created,updated,deleted",
        "notificationUrl": context.callback,
        "lifecycleNotificationUrl": context.callback,
        "resource": resource,
        "expirationDateTime": _moment(until),
        "clientState": credential(context, "client_state"),
    }
    certificate = str(settings.get("certificate") or "")
    if certificate and kind != "drive":
        digest = base64.b32encode(certificate.encode())[:12].decode()
        wanted |= {"includeResourceData": True, "encryptionCertificate": certificate, "encryptionCertificateId": digest}
    answer = await api.post("/subscriptions", wanted)
    if answer is None:
        raise ConfigurationError(f"resources: {resource} cannot be subscribed to: it does not exist")
    return answer.decode(_SUBSCRIPTION)


def _moment(micros: int) -> str:
    return times.from_micros(micros).strftime("%Y-%m-%dT%H:%M:%SZ")
