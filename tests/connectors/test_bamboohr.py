"""BambooHR beyond its fixtures: its signature, and the list of changed employees on a small real server."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from tests.connectors.called import delivered, source
from tests.connectors.polled import NOW, Polled, posted, serving

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError, ConfigurationError, RetryLaterError

EVENT = {"type": "employee.deleted", "timestamp": "2026-06-01T11:30:00+0000", "data": {"employeeId": "2"}}


def test_the_signature_is_over_body_and_time() -> None:
    at, body, now = (
        source("bamboohr", private_key="kettle", company="acme"),
        json.dumps(EVENT).encode(),
        NOW // 1_000_000,
    )
    headers = {"X-BambooHR-Timestamp": str(now), "Content-Type": "application/json"}
    proof = hmac.new(b"kettle", body + str(now).encode(), hashlib.sha256).hexdigest()
    assert delivered(at, body, {**headers, "X-BambooHR-Signature": proof}).authentication == "signature"
    for change in ({"X-BambooHR-Signature": hmac.new(b"kettle", body, hashlib.sha256).hexdigest()}, {}):
        with pytest.raises(AuthenticationError):
            delivered(at, body, {**headers, **change})


class Company:
    """A company with its employees; `late` answers are 503."""

    def __init__(self) -> None:
        self.changes: dict[str, dict[str, str]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.late = 0

    def change(self, number: str, action: str, minute: int, **fields: str) -> None:
        self.changes[number] = {"id": number, "action": action, "lastChanged": f"2026-06-01T11:{minute:02}:00+00:00"}
        self.people[number] = {"id": number, **fields}

    async def changed(self, request: web.Request) -> web.Response:
        self.asked.append(request.query["since"])
        if self.late:
            self.late -= 1
            return web.Response(status=503, headers={"Retry-After": "0.2"})
        since = request.query["since"].replace("Z", "+00:00")
        told = {number: one for number, one in self.changes.items() if one["lastChanged"] >= since}
        return web.json_response({"latest": "2026-06-01T11:59:00+00:00", "employees": told})

    async def employee(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Basic a2V5Ong="
        asked = request.query["fields"].split(",")
        assert not {"ssn", "payRate", "dateOfBirth"} & set(asked)
        one = self.people[request.match_info["number"]]
        return web.json_response({name: value for name, value in one.items() if name == "id" or name in asked})


@pytest.fixture
async def company() -> AsyncIterator[tuple[Company, Polled]]:
    made = Company()
    app = web.Application()
    app.router.add_get("/acme/v1/employees/changed", made.changed)
    app.router.add_get("/acme/v1/employees/{number}", made.employee)
    async with serving(app) as url:
        yield made, Polled("bamboohr", {"company": "acme", "url": url, "api_key": ResolvedSecret(("key",))})


async def test_everybody_who_changed_is_read_once(company: tuple[Company, Polled]) -> None:
    made, polled = company
    made.change("1", "Inserted", 10, firstName="Ana", ssn="1")
    made.change("2", "Deleted", 30)
    items, cursor = await polled.round()
    facts = polled.mapped(items)
    assert [(fact.type, fact.participants[0].name) for fact in facts] == [("Create", "Ana"), ("Delete", None)]
    assert all(fact.visibility == "restricted" for fact in facts)
    assert (await polled.round(cursor))[0] == []
    made.change("1", "Updated", 29, jobTitle="Tester")
    items, _ = await polled.round(cursor)
    assert [(fact.type, fact.fields) for fact in polled.mapped(items)] == [("Update", {"job_title": "Tester"})]


async def test_who_is_gone_is_one_fact_by_both_paths(company: tuple[Company, Polled]) -> None:
    made, polled = company
    made.change("2", "Deleted", 30)
    (by_poll,) = polled.mapped((await polled.round())[0])
    (by_call,) = posted("bamboohr", json.dumps(EVENT).encode(), company="acme")
    assert by_poll.id == by_call.id


async def test_the_vendor_asks_for_patience(company: tuple[Company, Polled]) -> None:
    made, polled = company
    made.late = 1
    with pytest.raises(RetryLaterError) as told:
        await polled.round()
    assert told.value.after_s == 0.2
    await polled.round()
    assert polled.waited
    assert polled.waited[0] <= 0.2


async def test_a_company_that_does_not_exist(company: tuple[Company, Polled]) -> None:
    polled = company[1]
    polled.settings["company"] = "other"
    with pytest.raises(ConfigurationError, match="subdomain"):
        await polled.round()
