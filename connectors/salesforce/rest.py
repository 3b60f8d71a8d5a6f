"""The REST side: a token by client credentials, single records, and queries by the time of change.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from commonline.connectors.salesforce.organisation import ORGANISATION
from commonline.errors import AuthenticationError, ConfigurationError, DisconnectedError
from commonline.kit import times
from commonline.kit.api import Answer, Api, credential
from commonline.kit.source import Context, Item

COMMON = "Id, CreatedDate, CreatedById, LastModifiedDate, SystemModstamp, IsDeleted"
FIELDS = {
    "Case": "CaseNumber, Subject, Description, Status, Priority, Origin, IsClosed, ContactId, OwnerId, SuppliedEmail, "
    "SuppliedName",
    "CaseComment": "ParentId, CommentBody, IsPublished",
    "EmailMessage": "ParentId, Subject, TextBody, HtmlBody, FromAddress, FromName, ToAddress, Incoming, MessageDate, "
    "MessageIdentifier",
    "Contact": "FirstName, LastName, Email, Phone, MobilePhone, AccountId, OwnerId",
    "Lead": "FirstName, LastName, Email, Phone, MobilePhone, Status, LeadSource, OwnerId",
    "Account": "Name, Type, Industry, OwnerId",
    "Opportunity": "Name, StageName, Amount, AccountId, OwnerId, Description",
    "Task": "Subject, Description, Status, Priority, WhoId, WhatId, OwnerId",
}
"""What is asked for of each kind; of others the common fields alone."""
LONG_S = 130.0
"""A long request is answered after 110 seconds at the latest."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}\Z", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]{15,18}\Z", re.ASCII)


class _Token(msgspec.Struct):
    access_token: str
    id: str = ""


class _Rows(msgspec.Struct):
    records: list[msgspec.Raw]
    next: str | None = msgspec.field(name="nextRecordsUrl", default=None)


_TOKEN = msgspec.json.Decoder(_Token)
_ROWS = msgspec.json.Decoder(_Rows)


class Rest:
    """A session. `organisation` is the id that its token tells."""

    def __init__(self, api: Api, version: str, organisation: str) -> None:
        self._api, self._data, self.organisation = api, f"/services/data/v{version}", organisation

    @classmethod
    async def login(cls, context: Context, version: str) -> Rest:
        """A session by the client credentials flow. Raises `AuthenticationError` and `ConfigurationError`."""
        base = str(context.settings["url"]).rstrip("/")
        form = {"grant_type": "client_credentials", "client_id": str(context.settings["client_id"])}
        form["client_secret"] = credential(context, "client_secret")
        asking = Api(context, "salesforce", base, {})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = await asking.call("POST", "/services/oauth2/token", urlencode(form).encode(), headers=kind)
        except ConfigurationError as error:
            raise AuthenticationError(f"client_id, client_secret: {error}") from error
        if answer is None:
            raise ConfigurationError(
                "url: is no address of an organisation; write My Domain, https://….my.salesforce.com"
            )
        token = answer.decode(_TOKEN)
        parts = token.id.rstrip("/").split("/")
        told = str(context.settings.get("organisation") or "") or (parts[-2] if len(parts) > 1 else "")
        api = Api(context, "salesforce", base, {"Authorization": f"Bearer {token.access_token}"})
        return cls(api, version, told)

    async def post(self, path: str, content: Any) -> Answer:
        """Send JSON, and wait as long as Salesforce holds a request that it has no news for.

        Raises `DisconnectedError` where nothing answers there.
        """
        sent = {"Content-Type": "application/json"}
        answer = await self._api.call("POST", path, msgspec.json.encode(content), headers=sent, patience_s=LONG_S)
        if answer is None:
            raise DisconnectedError(f"Salesforce has no {path}")
        return answer

    async def record(self, entity: str, number: str) -> Item | None:
        """One record as it is now; None if it is gone or must not be read."""
        if not _NAME.match(entity) or not _ID.match(number):
            return None
        path = f"{self._data}/sobjects/{entity}/{number}"
        answer = await self._api.get(path)
        return None if answer is None else self._item(answer.body, path)

    async def changed(self, entity: str, since_us: int) -> AsyncIterator[list[Item]]:
        """Pages of all that changed since then, the longest ago first, deleted ones too."""
        if not _NAME.match(entity):
            raise ConfigurationError(f"entities: {entity!r} is no name of an object")
        begin = times.from_micros(max(since_us, times.EARLIEST)).strftime("%Y-%m-%dT%H:%M:%SZ")
        named = f"{COMMON}, {FIELDS[entity]}" if entity in FIELDS else COMMON
        query = f"SELECT {named} FROM {entity} WHERE SystemModstamp >= {begin} ORDER BY SystemModstamp"  # noqa: S608 - names are checked
        target: str | None = f"{self._data}/queryAll/?{urlencode({'q': query})}"
        while target:
            answer = await self._api.get(target)
            if answer is None:
                return
            rows = answer.decode(_ROWS)
            yield [self._item(bytes(row), f"{self._data}/queryAll") for row in rows.records]
            target = rows.next

    def _item(self, body: bytes, path: str) -> Item:
        return Item(body, request=f"GET {path}", headers={ORGANISATION: self.organisation}, transport="poll")
