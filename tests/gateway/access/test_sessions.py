"""Browsers: logging in by itself on this machine, cookies, forms, pages of other sites."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import HTTPConnection

from commonline.gateway.access.keys import key_ring
from commonline.gateway.access.routes import local
from commonline.gateway.access.sessions import COOKIE
from commonline.gateway.api.asked import Asking
from commonline.gateway.store.engine import Store
from tests.gateway.access.house import BASE, House


def test_on_this_machine_a_browser_logs_in_by_itself(store: Store) -> None:
    async def go(browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/v1/conversations")).status_code == 401
        came = await browser.get("/login", params={"next": "/people?q=1"})
        assert (came.status_code, came.headers["location"]) == (302, "/people?q=1")
        cookie = came.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "path=/" in cookie
        assert (await browser.get("/v1/conversations")).status_code == 200

    House(store).visit(go)


@pytest.mark.parametrize(
    ("host", "base", "headers"),
    [
        ("192.0.2.7", "http://127.0.0.1:8090", {}),
        ("127.0.0.1", "http://rebound.example:8090", {}),
        ("127.0.0.1", "http://127.0.0.1.rebound.example", {}),
        ("127.0.0.1", "http://127.0.0.1:8090", {"x-forwarded-for": "192.0.2.7"}),
        ("127.0.0.1", "http://127.0.0.1:8090", {"forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", "http://127.0.0.1:8090", {"via": "1.1 proxy"}),
        ("127.0.0.1", "http://127.0.0.1:8090", {"origin": "https://elsewhere.example"}),
        ("127.0.0.1", "http://127.0.0.1:8090", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}),
    ],
)
def test_from_anywhere_else_it_does_not(store: Store, host: str, base: str, headers: dict[str, str]) -> None:
    house = House(store)
    answer = house.visit(lambda browser: browser.get("/login", headers=headers), host, base)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert house.refused("loopback") == 1


@pytest.mark.parametrize("base", ["http://localhost:8090", "http://127.9.9.9", "http://[::1]:8090"])
def test_this_machine_has_several_names(store: Store, base: str) -> None:
    answer = House(store).visit(lambda browser: browser.get("/login"), base=base)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:8090"}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 200),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, 403),
        ({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}, 403),
    ],
)
def test_pages_of_others_cannot_use_a_session(store: Store, headers: dict[str, str], status: int) -> None:
    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        await browser.get("/login")
        return await browser.get("/v1/conversations", headers=headers)

    assert House(store).visit(go).status_code == status


def test_a_person_who_opens_a_page_is_led_to_the_login_and_back(store: Store) -> None:
    house = House(store)
    answer = house.ask("/v1/conversations", accept="text/html")
    assert answer.status_code == 401

    @house.app.get("/page")
    def page(viewer: Asking) -> str:
        return viewer.name

    led = house.ask("/page?q=1&r=2", accept="text/html")
    assert (led.status_code, led.headers["location"]) == (302, "/login?next=%2Fpage%3Fq%3D1%26r%3D2")
    assert house.ask("/page").status_code == 401


def test_forms_send_back_what_only_pages_of_the_session_know(store: Store) -> None:
    house = House(store)

    async def go(browser: httpx.AsyncClient) -> None:
        await browser.get("/login")
        session = house.entrance.sessions.find(_connection(browser))
        assert session is not None
        session_csrf = {"csrf": session.csrf}
        assert (await browser.post("/form", data=session_csrf)).status_code == 403, (
            "no browser says nothing of its page"
        )
        browser.headers["origin"] = BASE
        assert (await browser.post("/form")).status_code == 403
        assert (await browser.post("/form", data={"csrf": session.csrf[:-1] + "x"})).status_code == 403
        assert (await browser.post("/form", data=session_csrf)).status_code == 200
        assert (await browser.post("/form", headers={"X-CSRF-Token": session.csrf})).status_code == 200
        answer = await browser.post("/form", data=session_csrf, headers={"origin": "https://elsewhere.example"})
        assert answer.status_code == 403

    house.visit(go)
    assert house.refused("csrf") == 4


def test_a_logout_ends_the_session_wherever_its_cookie_went(store: Store) -> None:
    house = House(store)

    async def go(browser: httpx.AsyncClient) -> str:
        await browser.get("/login")
        stolen = browser.cookies[COOKIE]
        session = house.entrance.sessions.find(_connection(browser))
        assert session is not None
        browser.headers["origin"] = BASE
        assert (await browser.post("/logout")).status_code == 403
        assert (await browser.post("/logout", data={"csrf": session.csrf})).status_code == 303
        assert (await browser.get("/v1/conversations")).status_code == 401
        return stolen

    stolen = house.visit(go)
    assert house.ask(cookie=f"{COOKIE}={stolen}").status_code == 401


def test_cookies_that_were_changed_or_made_up_are_nothing(store: Store) -> None:
    house = House(store)

    async def go(browser: httpx.AsyncClient) -> str:
        await browser.get("/login")
        return browser.cookies[COOKIE]

    cookie = house.visit(go)
    for wrong in ("", ".", "x.y", cookie[1:], cookie[:-1], cookie.split(".")[0], f"x{cookie}"):
        assert house.ask(cookie=f"{COOKIE}={wrong}").status_code == 401, wrong
    assert house.ask(cookie=f"{COOKIE}={cookie}").status_code == 200


def test_a_new_signing_key_ends_no_session(store: Store) -> None:
    day = 86_400_000_000
    first = key_ring(store, "session", days=30, clock=lambda: day)
    assert key_ring(store, "session", days=30, clock=lambda: 30 * day) == first
    second = key_ring(store, "session", days=30, clock=lambda: 32 * day)
    assert len(second) == 2
    assert second[1:] == first
    third = key_ring(store, "session", days=30, clock=lambda: 64 * day)
    assert third[1:] == second[:1]
    assert key_ring(store, "events") == key_ring(store, "events")
    assert key_ring(store, "events") != third[:1]


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x", "/\n"]
)
def test_a_login_leads_to_our_own_pages_only(address: str) -> None:
    assert local(address) == "/"


def test_every_answer_says_what_browsers_must_not_do(store: Store) -> None:
    for url in ("/healthz", "/v1/conversations", "/nothing"):
        headers = House(store).ask(url).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert "strict-transport-security" not in headers
    secure = House(store, '[gateway]\npublic_url = "https://line.example"\n').ask("/healthz")
    assert secure.headers["strict-transport-security"] == "max-age=31536000"


def _connection(browser: httpx.AsyncClient) -> HTTPConnection:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items()).encode()
    return HTTPConnection({"type": "http", "headers": [(b"cookie", cookie)]})
