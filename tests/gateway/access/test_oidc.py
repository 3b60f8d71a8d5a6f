"""Logging in at a real provider, over HTTP; what it says wrongly is refused."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonline.configuration.load import parse
from commonline.errors import ConfigurationError
from commonline.gateway.access.claims import viewer
from commonline.gateway.access.sessions import COOKIE
from commonline.gateway.store.engine import Store
from commonline.gateway.viewer import FeedName
from commonline.schemas.records import Visibility
from tests.gateway.access.house import BASE, OIDC, House
from tests.gateway.access.provider import SECRET, Provider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("CLIENT_SECRET", SECRET)
    with Provider() as found:
        found.client.redirect = f"{BASE}/login/done"
        yield found


@pytest.fixture
def house(store: Store, provider: Provider) -> House:
    return House(store, OIDC.format(issuer=provider.issuer))


async def to_provider(browser: httpx.AsyncClient) -> str:
    """Where the provider sends the browser back to."""
    away = await browser.get("/login", params={"next": "/people"})
    assert away.status_code == 302
    async with httpx.AsyncClient() as outside:
        back = await outside.get(away.headers["location"])
    assert back.status_code == 302, back.text
    return back.headers["location"]


async def log_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await to_provider(browser))


def test_a_person_comes_in_with_what_its_claims_grant(house: House) -> None:
    async def go(browser: httpx.AsyncClient) -> Any:
        came = await log_in(browser)
        assert (came.status_code, came.headers["location"]) == (302, "/people")
        assert (await browser.get("/v1/conversations")).status_code == 200
        return browser.cookies[COOKIE]

    cookie = house.visit(go)
    from starlette.requests import HTTPConnection

    asked = HTTPConnection({"type": "http", "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())]})
    found = house.entrance.gate(asked)
    assert (found.name, found.feeds, found.visibility, found.administrator) == (
        "Ana Muster",
        frozenset({FeedName("acme", "service")}),
        "internal",
        False,
    )


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"nonce": "another"}, "claims"),
        ({"exp": int(time.time()) - 3600}, "claims"),
        ({"aud": ["another"]}, "claims"),
        ({"aud": ["commonline", "another"]}, "claims"),
        ({"iss": "https://another.example"}, "claims"),
        ({"iat": int(time.time()) + 3600}, "claims"),
        ({"azp": "another"}, "claims"),
        ({"at_hash": "AAAA"}, "claims"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_claims_that_are_not_for_this_login_are_refused(
    house: House, provider: Provider, forged: dict[str, Any], reason: str
) -> None:
    provider.forged = forged
    answer = house.visit(log_in)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert COOKIE not in answer.headers.get("set-cookie", "")
    assert house.refused(reason) == 1


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_tokens_that_nobody_or_the_client_could_sign_are_refused(
    house: House, provider: Provider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert house.visit(log_in).status_code == 401
    assert house.refused("signature") == 1


def test_a_key_that_is_not_the_providers_is_refused(house: House, provider: Provider) -> None:
    from joserfc.jwk import RSAKey

    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        await log_in(browser)
        provider.key = RSAKey.generate_key(2048, {"kid": "one"})
        return await log_in(browser)

    assert house.visit(go).status_code == 401
    assert house.refused("signature") == 1


def test_a_provider_that_calls_itself_another_is_refused(house: House, provider: Provider) -> None:
    provider.told_issuer = "https://another.example"
    answer = house.visit(lambda browser: browser.get("/login"))
    assert answer.status_code == 401


def test_a_login_of_another_browser_is_refused(house: House) -> None:
    """The link that an attacker's own login ends with must not log a victim in as the attacker."""

    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        back = await to_provider(browser)
        browser.cookies.clear()
        return await browser.get(back)

    assert house.visit(go).status_code == 401
    assert house.refused("state") == 1


@pytest.mark.parametrize("wrong", ["state=x", "code=x"])
def test_another_state_or_code_is_refused(house: House, wrong: str) -> None:
    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        back = httpx.URL(await to_provider(browser))
        key, _, value = wrong.partition("=")
        return await browser.get(back.copy_set_param(key, value))

    assert house.visit(go).status_code == 401
    assert house.refused(wrong[:-2]) == 1


def test_a_code_is_good_once(house: House) -> None:
    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        back = await to_provider(browser)
        cookies = dict(browser.cookies)
        assert (await browser.get(back)).status_code == 302
        browser.cookies.update(cookies)
        return await browser.get(back)

    assert house.visit(go).status_code == 401


def test_who_is_granted_nothing_stays_outside(house: House, provider: Provider) -> None:
    provider.person = {"sub": "8", "name": "Eve", "groups": ["canteen"]}
    assert house.visit(log_in).status_code == 403
    assert house.refused("grant") == 1


def test_with_a_provider_this_machine_is_nobody_special(house: House) -> None:
    async def go(browser: httpx.AsyncClient) -> httpx.Response:
        await browser.get("/login")
        return await browser.get("/v1/conversations")

    assert house.visit(go).status_code == 401


@pytest.mark.parametrize(
    ("claims", "feeds", "visibility", "zone"),
    [
        ({"groups": ["a"]}, 1, "internal", "UTC"),
        ({"groups": ["a", "b", "c"], "zoneinfo": "Europe/Berlin"}, 2, "internal", "Europe/Berlin"),
        ({"groups": "b", "zoneinfo": "Mars"}, 2, "customer", "UTC"),
        ({"groups": [7, None]}, 1, "customer", "UTC"),
        ({}, 1, "customer", "UTC"),
    ],
)
def test_grants_add_up(claims: dict[str, Any], feeds: int, visibility: Visibility, zone: str) -> None:
    oidc = parse(
        """
        [gateway]
        public_url = "https://line.example"
        [gateway.oidc]
        issuer = "https://login.example"
        client_id = "commonline"
        [gateway.oidc.grants]
        a = { feeds = ["acme/pr"], visibility = "internal" }
        b = { feeds = ["acme/service"] }
        "*" = { feeds = ["acme/pr"], visibility = "customer" }
        """
    ).gateway.oidc
    assert oidc is not None
    found = viewer(oidc, {"sub": "7", **claims}, "UTC")
    assert found is not None
    assert (len(found.feeds), found.visibility, found.zone, found.name) == (feeds, visibility, zone, "7")


def test_what_the_configuration_lacks_is_told() -> None:
    with pytest.raises(ConfigurationError, match="public_url: is missing"):
        parse('[gateway.oidc]\nissuer = "https://login.example"\nclient_id = "x"\n')
    with pytest.raises(ConfigurationError, match="name a feed as workspace/department"):
        parse(
            '[gateway]\npublic_url = "https://a.example"\n[gateway.oidc]\nissuer = "https://b.example"\n'
            'client_id = "x"\n[gateway.oidc.grants.a]\nfeeds = ["service"]\n'
        )
