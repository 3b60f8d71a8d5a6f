from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from commonline.configuration.load import parse
from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import catalogue, signature
from commonline.kit.handshake import Answer
from commonline.kit.hooks import Hooks, Verified
from commonline.kit.ingress.endpoint import Endpoint, endpoint
from commonline.kit.ingress.refusal import RefusedError
from commonline.kit.instance import instances
from commonline.kit.manifest import QueryEcho
from commonline.kit.request import Request
from commonline.schemas.records import Delivery

NOW = 1_764_000_000_000_000
MIB = 1024 * 1024
FILE = """
[workspaces.acme]
[sources.desk]
connector = "signed"
workspace = "acme"
signing_secret = [{env = "NEW"}, {env = "OLD"}]
[sources.crm]
connector = "echo"
workspace = "acme"
client_secret = {env = "NEW"}
verify_token = {env = "OLD"}
"""


@pytest.fixture
def endpoints(probes: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Endpoint]:
    monkeypatch.setenv("NEW", "new-secret")
    monkeypatch.setenv("OLD", "old-secret")
    found = {}
    for name, one in instances(parse(FILE), probes).items():
        made = endpoint(one, 32 * MIB)
        assert made is not None
        found[name] = made
    return found


def signed(one: Endpoint, body: bytes, secret: str = "new-secret", target: str = "/in/desk") -> Request:
    call = Request("POST", target, f"https://acme.example{target}", {"content-type": "application/json"}, body)
    made = signature.sign(one.webhook.signature[0], secret, call, NOW)
    return replace(call, headers={**call.headers, **{k.lower(): v for k, v in made.items()}})


@pytest.mark.parametrize("secret", ["new-secret", "old-secret"])
def test_a_signed_call_is_a_delivery_without_its_secrets(endpoints: dict[str, Endpoint], secret: str) -> None:
    desk = endpoints["desk"]
    call = signed(desk, b'{"event_id":"Ev7"}', secret, "/in/desk?token=abc&x=new-secret&y=1")
    call = replace(call, headers={**call.headers, "x-event": "push", "cookie": "crumb"})
    made = desk.accept(call, NOW)
    assert isinstance(made, Delivery)
    assert (made.source, made.workspace, made.connector, made.transport) == ("desk", "acme", "signed", "webhook")
    assert (made.vendor_id, made.authentication, made.received) == ("Ev7", "signature", NOW)
    assert made.headers == {"x-event": "push"}
    assert made.request == "POST /in/desk?token=***&x=***&y=1"
    assert made.body == b'{"event_id":"Ev7"}'


def test_a_forged_call_is_nothing(endpoints: dict[str, Endpoint]) -> None:
    desk = endpoints["desk"]
    with pytest.raises(AuthenticationError):
        desk.accept(replace(signed(desk, b"{}"), body=b"{ }"), NOW)
    with pytest.raises(AuthenticationError):
        desk.accept(signed(desk, b"{}"), NOW + 301_000_000)


def test_the_same_call_again_within_the_tolerance_is_the_same_delivery(endpoints: dict[str, Endpoint]) -> None:
    desk = endpoints["desk"]
    first, again = (desk.accept(signed(desk, b'{"event_id":"Ev7"}'), NOW + later) for later in (0, 1_000_000))
    assert isinstance(first, Delivery)
    assert isinstance(again, Delivery)
    assert first.id == again.id


def test_handshakes_are_answered_and_are_no_deliveries(endpoints: dict[str, Endpoint]) -> None:
    desk, crm = endpoints["desk"], endpoints["crm"]
    answer = desk.accept(signed(desk, b'{"type":"url_verification","challenge":"c"}'), NOW)
    assert isinstance(answer, Answer)
    assert answer.body == b"c"
    unsigned = Request("POST", "/in/desk", "", {}, b'{"type":"url_verification","challenge":"c"}')
    with pytest.raises(AuthenticationError):
        desk.accept(unsigned, NOW)
    get = Request("GET", "/in/crm?hub.mode=subscribe&hub.challenge=9&hub.verify_token=old-secret", "")
    assert isinstance(crm.accept(get, NOW), Answer)
    with pytest.raises(RefusedError) as caught:
        crm.accept(Request("GET", "/in/crm", ""), NOW)
    assert caught.value.refusal.status == 405
    assert caught.value.refusal.headers == {"Allow": "POST"}


def test_content_types(endpoints: dict[str, Endpoint]) -> None:
    crm = endpoints["crm"]
    assert crm.takes("application/json")
    assert not crm.takes("text/html")
    assert not crm.takes("")
    assert replace(crm, content_types=frozenset({"text/*"})).takes("text/html")
    assert replace(crm, content_types=frozenset({"*/*"})).takes("")


def test_a_connector_may_verify_and_answer_in_code(endpoints: dict[str, Endpoint]) -> None:
    def verify(request: Request, settings: object, now_us: int) -> Verified:
        if request.body != b"open sesame":
            raise AuthenticationError("no-sesame")
        return Verified("token", "v-1")

    own = Hooks(verify=verify, handshake=lambda call, _s, _n: Answer(b"hi") if call.path == "/hi" else None)
    desk = replace(endpoints["desk"], hooks=own)
    made = desk.accept(Request("POST", "/in/desk", "", {}, b"open sesame"), NOW)
    assert isinstance(made, Delivery)
    assert (made.authentication, made.vendor_id) == ("token", "v-1")
    assert isinstance(desk.accept(Request("GET", "/hi", ""), NOW), Answer)
    with pytest.raises(AuthenticationError, match="no-sesame"):
        desk.accept(Request("POST", "/in/desk", "", {}, b"x"), NOW)


def test_what_was_encrypted_to_us_is_kept_open(endpoints: dict[str, Endpoint]) -> None:
    own = Hooks(verify=lambda _call, _s, _n: Verified("token", body=b"plain"))
    made = replace(endpoints["desk"], hooks=own).accept(Request("POST", "/in/desk", "", {}, b"cipher"), NOW)
    assert isinstance(made, Delivery)
    assert (made.body, made.body_size) == (b"plain", 5)


def test_settings_that_the_hook_refuses_are_told_with_the_source(probes: Path) -> None:
    text = FILE.split("[sources.desk]", maxsplit=1)[0] + '[sources.any]\nconnector = "webhook"\nworkspace = "acme"\n'
    one = instances(parse(text), probes)["any"]
    with pytest.raises(ConfigurationError, match=r"^sources\.any\.secret: "):
        endpoint(one, MIB)


@pytest.mark.parametrize("name", catalogue.folders())
def test_what_connectors_declare_can_work(name: str) -> None:
    webhook = catalogue.manifest(name).webhook
    settings = catalogue.manifest(name).settings
    if webhook is None:
        return
    used = [scheme.secret for scheme in webhook.signature] + [token.secret for token in webhook.token]
    if isinstance(webhook.handshake, QueryEcho):
        used.append(webhook.handshake.secret)
    for scheme in webhook.signature:
        signature.check(scheme)
    assert all(settings[secret].secret for secret in used), "what proves a call is a secret setting"
    assert used or webhook.unsigned_allowed or webhook.public_keys
