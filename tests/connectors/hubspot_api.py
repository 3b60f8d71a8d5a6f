"""HubSpot's API as far as the second path uses it: paging, filters and sorting as documented."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from commonline.kit import times

TOKEN = "pat-eu1-secret"
THREADS = "/conversations/v3/conversations/threads"


def iso(micros: int) -> str:
    """A time as HubSpot writes it."""
    return times.from_micros(micros).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class HubSpot:
    """A server's state: what it knows, and failures that it answers with first."""

    def __init__(self) -> None:
        self.threads: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.originals: dict[str, str] = {}
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.failures: list[web.Response] = []
        self.page = 2
        self.url = ""

    def talk(self, thread: str, number: str, at: int, **fields: Any) -> None:
        told = {
            "id": number,
            "type": "MESSAGE",
            "conversationsThreadId": thread,
            "createdAt": iso(at),
            "createdBy": "V-351",
            "senders": [{"actorId": "V-351", "name": "Ana Ferreira"}],
            "recipients": [],
            "text": f"text of {number}",
            "attachments": [],
            "direction": "INCOMING",
            "channelId": "1000",
            "channelAccountId": "902",
            "truncationStatus": "NOT_TRUNCATED",
            "archived": False,
            **fields,
        }
        self.messages.setdefault(thread, []).append(told)
        one = self.threads.setdefault(thread, {"id": thread, "createdAt": iso(at), "status": "OPEN"})
        one["latestMessageTimestamp"] = iso(at)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.gate])
        app.router.add_get(THREADS, self.list_threads)
        app.router.add_get(THREADS + "/{thread}/messages", self.list_messages)
        app.router.add_get(THREADS + "/{thread}/messages/{message}/original-content", self.original)
        app.router.add_post("/crm/v3/objects/{kind}/search", self.search)
        return app

    @web.middleware
    async def gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.failures:
            return self.failures.pop(0)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"status": "error"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    def paged(self, request: web.Request, found: list[dict[str, Any]]) -> web.Response:
        start = int(request.query.get("after", 0))
        body: dict[str, Any] = {"results": found[start : start + self.page]}
        if start + self.page < len(found):
            body["paging"] = {"next": {"after": str(start + self.page), "link": "?"}}
        return web.json_response(body)

    async def list_threads(self, request: web.Request) -> web.Response:
        assert request.query["sort"] == "latestMessageTimestamp"
        since = request.query["latestMessageTimestampAfter"]
        found = [t for t in self.threads.values() if t["latestMessageTimestamp"] > since]
        return self.paged(request, sorted(found, key=lambda t: str(t["latestMessageTimestamp"])))

    async def list_messages(self, request: web.Request) -> web.Response:
        thread = request.match_info["thread"]
        if thread not in self.messages:
            return web.json_response({"status": "error"}, status=404)
        assert request.query["sort"] == "-createdAt"
        return self.paged(request, sorted(self.messages[thread], key=lambda m: str(m["createdAt"]), reverse=True))

    async def original(self, request: web.Request) -> web.Response:
        text = self.originals.get(request.match_info["message"])
        if text is None:
            return web.json_response({"status": "error"}, status=404)
        return web.json_response({"text": text, "richText": f"<p>{text}</p>"})

    async def search(self, request: web.Request) -> web.Response:
        question = await request.json()
        [group] = question["filterGroups"]
        assert question["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        found = list(self.records.get(request.match_info["kind"], []))
        for one in group["filters"]:
            if one["propertyName"] == "hs_object_id":
                found = [r for r in found if int(r["id"]) > int(one["value"])]
            else:
                found = [r for r in found if (times.parse(r["updatedAt"]) or 0) // 1000 >= int(one["value"])]
        found.sort(key=lambda r: int(r["id"]))
        return web.json_response({"total": len(found), "results": found[: question["limit"]]})
