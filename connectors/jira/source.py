"""The second path: issues that changed since then, with their changes and comments of that time.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/
https://developer.atlassian.com/server/jira/platform/rest/v10004/api-group-search/

JQL compares times by the minute, in the time zone of the user who asks. Minutes counted back from now are the same in
every zone, so that is how it is asked. A search gives some comments of an issue only: they are asked for, newest first.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import msgspec

from commonline.connectors.jira.payload import Id
from commonline.errors import MalformedPayloadError
from commonline.kit import times
from commonline.kit.api import Api, credential
from commonline.kit.changes import Changes
from commonline.kit.parts import fresh, is_fresh
from commonline.kit.source import Context, Cursor, Item, Page

OVERLAP_US = 120 * times.SECOND
PAGE = 50
COMMENTS = 100
FIELDS = [
    *("summary", "description", "issuetype", "priority", "status", "resolution", "project", "reporter", "creator"),
    *("assignee", "labels", "security", "parent", "attachment", "duedate", "created", "updated"),
]
Raw = dict[str, msgspec.Raw]


class _Fields(msgspec.Struct):
    updated: str | None = None


class _Version(msgspec.Struct):
    id: Id
    fields: _Fields


class _Found(msgspec.Struct, rename="camel"):
    issues: list[msgspec.Raw]
    next_page_token: str | None = None
    total: int | None = None


class _Comments(msgspec.Struct):
    comments: list[msgspec.Raw]
    total: int = 0


_FOUND = msgspec.json.Decoder(_Found)
_VERSION = msgspec.json.Decoder(_Version)
_COMMENTS = msgspec.json.Decoder(_Comments)
_RAW = msgspec.json.Decoder(Raw)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


async def read(context: Context, cursor: Cursor | None) -> AsyncIterator[Page]:
    """One round over the issues that the setting `jql` allows, in the order in which they changed."""
    desk = _Site(context)
    changes = Changes(context, cursor, OVERLAP_US)
    async for listed in desk.changed(changes.since):
        items: list[Item] = []
        for raw in listed:
            version = _VERSION.decode(raw)
            if changes.is_news(str(version.id), times.parse(version.fields.updated)):
                items.append(await desk.item(raw, version, changes.since))
        yield Page(items, changes.cursor())


class _Site:
    """A site's API: version 3 of Cloud, version 2 of Data Center."""

    def __init__(self, context: Context) -> None:
        settings = context.settings
        token = credential(context, "api_token")
        user = str(settings.get("email") or "")
        self.cloud = bool(user)
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}" if self.cloud else f"Bearer {token}"}
        self.api = Api(context, "jira", str(settings.get("api_url") or f"https://{settings['site']}"), headers)
        self.clock, self.jql = context.clock, str(settings.get("jql") or "")
        self.path = "/rest/api/3" if self.cloud else "/rest/api/2"

    async def changed(self, since: int) -> AsyncIterator[list[msgspec.Raw]]:
        """Pages of issues that changed since then."""
        minutes = max(self.clock() - since, 0) // (60 * times.SECOND) + 1
        within = f"({self.jql}) AND " if self.jql else ""
        jql = f"{within}updated >= -{minutes}m ORDER BY updated ASC"
        query = {"jql": jql, "fields": ",".join(FIELDS), "expand": "changelog", "maxResults": str(PAGE)}
        begin = 0
        while True:
            answer = await self.api.get(f"{self.path}/search{'/jql' if self.cloud else ''}", query)
            if answer is None:
                return
            found = answer.decode(_FOUND)
            yield found.issues
            begin += len(found.issues)
            if self.cloud and found.next_page_token:
                query["nextPageToken"] = found.next_page_token
            elif not self.cloud and found.issues and begin < (found.total or 0):
                query["startAt"] = str(begin)
            else:
                return

    async def item(self, raw: msgspec.Raw, version: _Version, since: int) -> Item:
        """An issue with those of its changes and comments that are not older than the round."""
        path = f"{self.path}/issue/{quote(str(version.id), safe='')}"
        said = await self._comments(path, since)
        try:
            whole = _RAW.decode(raw)
            fields = _RAW.decode(whole["fields"])
            fields["comment"] = _encoded({"comments": said})
            whole["fields"] = _encoded(fields)
            log = _RAW.decode(whole["changelog"]) if "changelog" in whole else {}
            fresh = (
                [one for one in _LIST.decode(log["histories"]) if is_fresh(one, since)] if "histories" in log else []
            )
            whole["changelog"] = _encoded({"histories": fresh})
        except (msgspec.DecodeError, KeyError) as error:
            raise MalformedPayloadError(f"{path}: {error}") from error
        body = msgspec.json.encode(whole)
        return Item(body, request=f"GET {path}", vendor_id=f"issue/{version.id}/{version.fields.updated}")

    async def _comments(self, path: str, since: int) -> list[msgspec.Raw]:
        """The comments of an issue that were written or edited since then, oldest first."""
        found: list[msgspec.Raw] = []
        query = {"orderBy": "-created", "maxResults": str(COMMENTS), "startAt": "0"}
        while True:
            answer = await self.api.get(f"{path}/comment", query)
            page = answer.decode(_COMMENTS) if answer is not None else _Comments([])
            found += fresh(page.comments, since)
            begin = int(query["startAt"]) + len(page.comments)
            if not page.comments or begin >= page.total or not is_fresh(page.comments[-1], since):
                return found[::-1]
            query["startAt"] = str(begin)


def _encoded(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
