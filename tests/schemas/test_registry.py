"""Registry client against answers as Confluent documents them; the real thing is in tests/integration."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import httpx
import pytest

from commonline.schemas.registry import IncompatibleError, Registry, RegistryError

URL = "http://registry.test/apis/ccompat/v7"
Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, sleeps: list[float] | None = None, **options: object) -> Registry:
    auth = options.get("auth")
    assert auth is None or isinstance(auth, tuple)
    return Registry(
        URL,
        auth=auth,
        attempts=3,
        transport=httpx.MockTransport(handler),
        sleep=(sleeps if sleeps is not None else []).append,
    )


def test_register_sends_the_schema_and_reads_the_id() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": 7})

    with client(handler) as registry:
        assert registry.register("commonline.v1.Activity", '{"type":"string"}') == 7
    assert seen[0].method == "POST"
    assert seen[0].url == f"{URL}/subjects/commonline.v1.Activity/versions"
    assert json.loads(seen[0].content) == {"schema": '{"type":"string"}'}


def test_subjects_are_quoted() -> None:
    paths: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"id": 1})

    client(handler).register("a/b c?d", "{}")
    assert paths == ["/apis/ccompat/v7/subjects/a%2Fb%20c%3Fd/versions"]


def test_what_is_not_there_is_none() -> None:
    registry = client(lambda _: httpx.Response(404, json={"error_code": 40401, "message": "not found"}))
    assert registry.look_up("s", "{}") is None
    assert registry.schema(9) is None
    assert registry.compatibility("s") is None
    assert registry.versions("s") == []
    assert registry.compatible("s", "{}")
    with pytest.raises(RegistryError, match="404 not found"):
        registry.register("s", "{}")


def test_a_conflict_is_an_error_of_its_own() -> None:
    registry = client(lambda _: httpx.Response(409, json={"error_code": 409, "message": "missing default"}))
    with pytest.raises(IncompatibleError, match="409 missing default") as caught:
        registry.register("s", "{}")
    assert (caught.value.status, caught.value.code) == (409, 409)


def test_a_registry_that_is_starting_is_asked_again() -> None:
    answers = [
        httpx.Response(503),
        httpx.Response(429, headers={"retry-after": "3"}),
        httpx.Response(200, json=["a"]),
    ]
    sleeps: list[float] = []
    assert client(lambda _: answers.pop(0), sleeps).subjects() == ["a"]
    assert sleeps == [0.4, 3.0]


def test_after_the_last_attempt_the_answer_stands() -> None:
    with pytest.raises(RegistryError, match="503"):
        client(lambda _: httpx.Response(503, text="starting")).subjects()


def test_no_answer_names_the_registry() -> None:
    calls: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        calls.append(1)
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(RegistryError, match=r"registry http://registry\.test.* does not answer: ConnectError"):
        client(handler).subjects()
    assert len(calls) == 3


def test_basic_authentication_is_sent_and_never_shown() -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(401, json={"error_code": 401, "message": "unauthorised"})

    with pytest.raises(RegistryError, match="check user and password") as caught:
        client(handler, auth=("ana", "s3cret")).subjects()
    assert seen == ["Basic " + base64.b64encode(b"ana:s3cret").decode()]
    assert "s3cret" not in str(caught.value)


def test_a_page_that_is_no_registry_is_said_so() -> None:
    with pytest.raises(RegistryError, match="is this a schema registry"):
        client(lambda _: httpx.Response(200, text="<html>")).subjects()


@pytest.mark.parametrize("url", ["registry:8081", "ftp://registry", "http://", "http://ana:s3cret@registry.test"])
def test_unusable_urls_are_refused_without_showing_secrets(url: str) -> None:
    with pytest.raises(RegistryError, match="must be http") as caught:
        Registry(url)
    assert "s3cret" not in str(caught.value)
