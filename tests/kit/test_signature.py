"""Signature schemes against the vendors' formulas written out, and against an independent verifier."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from commonline.errors import AuthenticationError, ConfigurationError
from commonline.kit import signature
from commonline.kit.manifest import Signature
from commonline.kit.request import Request

NOW = 1_764_000_000_000_000
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

FACEBOOK = Signature(header="X-Hub-Signature-256", secret="app_secret", prefix="sha256=")
SLACK = Signature(
    header="X-Slack-Signature",
    secret="signing_secret",
    prefix="v0=",
    content="v0:{timestamp}:{body}",
    timestamp_header="X-Slack-Request-Timestamp",
)
ZENDESK = Signature(
    header="X-Zendesk-Webhook-Signature",
    secret="signing_secret",
    encoding="base64",
    content="{timestamp}{body}",
    timestamp_header="X-Zendesk-Webhook-Signature-Timestamp",
    timestamp_format="iso",
)
HUBSPOT = Signature(
    header="X-HubSpot-Signature-v3",
    secret="client_secret",
    encoding="base64",
    content="{method}{url}{body}{timestamp}",
    timestamp_header="X-HubSpot-Request-Timestamp",
    timestamp_format="unix-ms",
    url_decoded=True,
)
STANDARD = Signature(
    header="webhook-signature",
    secret="secret",
    encoding="base64",
    prefix="v1,",
    separator=" ",
    content="{id}.{timestamp}.{body}",
    id_header="webhook-id",
    timestamp_header="webhook-timestamp",
    secret_form="base64",
)
SCHEMES = {"facebook": FACEBOOK, "slack": SLACK, "zendesk": ZENDESK, "hubspot": HUBSPOT, "standard": STANDARD}


def secret_of(scheme: Signature) -> str:
    encoded = base64.b64encode(SECRET.encode()).decode()
    return f"whsec_{encoded}" if scheme.secret_form == "base64" else SECRET


def request(body: bytes = b'{"text":"hi"}', url: str = "https://acme.example/in/x?a=%3A1") -> Request:
    return Request("POST", "/in/x?a=%3A1", url, {"webhook-id": "msg_1"}, body)


def signed(scheme: Signature, call: Request, now_us: int = NOW) -> Request:
    made = signature.sign(scheme, secret_of(scheme), call, now_us)
    return replace(call, headers={**call.headers, **{k.lower(): v for k, v in made.items()}})


def verify(scheme: Signature, call: Request, now_us: int = NOW) -> None:
    signature.verify(scheme, (secret_of(scheme),), call, now_us)


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
def test_what_is_signed_is_accepted(scheme: Signature) -> None:
    verify(scheme, signed(scheme, request()))


def test_slack_agrees_with_its_own_library() -> None:
    call = signed(SLACK, request("Grüße\n".encode()))
    verifier = SignatureVerifier(SECRET)
    verifier.clock = type("Clock", (), {"now": lambda _: NOW / 1e6})()
    assert verifier.is_valid(call.body, call.headers["x-slack-request-timestamp"], call.headers["x-slack-signature"])
    theirs = verifier.generate_signature(timestamp=str(NOW // 1_000_000), body=call.body)
    assert theirs == call.headers["x-slack-signature"]


def test_facebook_formula() -> None:
    call = request(b'{"text":"\\u00e4"}')
    given_ = "sha256=" + hmac.new(SECRET.encode(), call.body, hashlib.sha256).hexdigest()
    verify(FACEBOOK, replace(call, headers={"x-hub-signature-256": given_}))


def test_zendesk_formula() -> None:
    call, stamp = request(), "2025-11-24T16:00:00Z"
    digest = hmac.new(SECRET.encode(), stamp.encode() + call.body, hashlib.sha256).digest()
    headers = {
        "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": stamp,
    }
    verify(ZENDESK, replace(call, headers=headers))


def test_hubspot_formula_with_its_partial_decoding() -> None:
    stamp = str(NOW // 1000)
    url = "https://acme.example/in/x?a=%3A%2f%20b%C3%A9%2C%40"
    as_they_sign = "https://acme.example/in/x?a=:/%20b%C3%A9,@"
    call = request(url=url)
    text = b"POST" + as_they_sign.encode() + call.body + stamp.encode()
    given_ = base64.b64encode(hmac.new(SECRET.encode(), text, hashlib.sha256).digest()).decode()
    headers = {"x-hubspot-signature-v3": given_, "x-hubspot-request-timestamp": stamp}
    verify(HUBSPOT, replace(call, headers=headers))


def test_standard_webhooks_formula_with_several_signatures() -> None:
    stamp = str(NOW // 1_000_000)
    call = request()
    digest = hmac.new(SECRET.encode(), f"msg_1.{stamp}.".encode() + call.body, hashlib.sha256).digest()
    mine = "v1," + base64.b64encode(digest).decode()
    headers = {**call.headers, "webhook-timestamp": stamp, "webhook-signature": f"v1,{'A' * 43}= v1a,x {mine}"}
    verify(STANDARD, replace(call, headers=headers))


def test_two_secrets_are_live_while_one_is_replaced() -> None:
    call = signed(SLACK, request())
    signature.verify(SLACK, ("another", SECRET), call, NOW)
    with pytest.raises(AuthenticationError, match="signature-mismatch"):
        signature.verify(SLACK, ("another", "third"), call, NOW)
    with pytest.raises(AuthenticationError):
        signature.verify(SLACK, (), call, NOW)


@pytest.mark.parametrize("scheme", [SLACK, ZENDESK, HUBSPOT, STANDARD], ids=["slack", "zendesk", "hubspot", "standard"])
@pytest.mark.parametrize(
    ("off_s", "reason"), [(0, None), (299, None), (-300, None), (302, "stale"), (-302, "in-the-future")]
)
def test_time_must_be_within_the_tolerance_both_ways(scheme: Signature, off_s: int, reason: str | None) -> None:
    call = signed(scheme, request())
    if reason is None:
        verify(scheme, call, NOW + off_s * 1_000_000)
        return
    with pytest.raises(AuthenticationError) as caught:
        verify(scheme, call, NOW + off_s * 1_000_000)
    assert caught.value.reason == reason


@pytest.mark.parametrize("text", ["", "1_0", "１７６４", "-5", "1e9", " 1764000000", "0x10", "9" * 18, "NaN"])
def test_odd_unix_times_are_refused(text: str) -> None:
    call = signed(SLACK, request())
    odd = replace(call, headers={**call.headers, "x-slack-request-timestamp": text})
    with pytest.raises(AuthenticationError, match="timestamp"):
        verify(SLACK, odd)


@pytest.mark.parametrize("text", ["2025-11-24", "2025-11-24T16:00:00", "2025-13-24T16:00:00Z", "20251124T160000Z"])
def test_odd_iso_times_are_refused(text: str) -> None:
    with pytest.raises(AuthenticationError, match="timestamp-malformed"):
        signature.read_timestamp(ZENDESK, text)


def test_a_signature_has_one_spelling() -> None:
    call = signed(FACEBOOK, request())
    given_ = call.headers["x-hub-signature-256"]
    for other in (given_.upper(), given_.removeprefix("sha256="), given_ + ", " + given_, given_[:-1]):
        with pytest.raises(AuthenticationError, match="signature-mismatch"):
            verify(FACEBOOK, replace(call, headers={"x-hub-signature-256": other}))
    call = signed(ZENDESK, request())
    padded = call.headers["x-zendesk-webhook-signature"]
    assert padded.endswith("=")
    with pytest.raises(AuthenticationError, match="signature-mismatch"):
        verify(ZENDESK, replace(call, headers={**call.headers, "x-zendesk-webhook-signature": padded.rstrip("=")}))


def test_header_bytes_that_are_no_text_are_a_mismatch() -> None:
    odd = b"sha256=\xff\xfe".decode("utf-8", "surrogateescape")
    with pytest.raises(AuthenticationError, match="signature-mismatch"):
        verify(FACEBOOK, replace(request(), headers={"x-hub-signature-256": odd}))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=40)


@st.composite
def mutations(draw: st.DrawFn, scheme: Signature) -> tuple[Request, Request]:
    """A signed request, and one that differs from it in something that the scheme covers."""
    call = signed(scheme, request(draw(st.binary(min_size=1, max_size=60))))
    covered = {name for _, name in signature.template(scheme.content) if name}
    what = draw(st.sampled_from(sorted(covered | {"signature", "shift"})))
    headers = dict(call.headers)
    match what:
        case "body":
            return call, replace(call, body=draw(st.binary(max_size=60)))
        case "method":
            return call, replace(call, method=draw(st.sampled_from(["GET", "PUT", "post", ""])))
        case "url":
            at = draw(st.integers(0, len(call.url)))
            return call, replace(call, url=call.url[:at] + draw(TEXT) + call.url[at + draw(st.integers(0, 3)) :])
        case "shift":  # content without separators: the same bytes cut elsewhere
            size = draw(st.integers(1, 8))
            stamp = (scheme.timestamp_header or "").lower()
            if stamp:
                headers[stamp] = call.headers[stamp] + call.body[:size].decode("latin-1")
            return call, replace(call, body=call.body[size:], headers=headers)
        case _:
            name = {"signature": scheme.header, "timestamp": scheme.timestamp_header, "id": scheme.id_header}[what]
            old = headers[str(name).lower()]
            at = draw(st.integers(0, len(old)))
            headers[str(name).lower()] = old[:at] + draw(TEXT) + old[at + draw(st.integers(0, 2)) :]
            return call, replace(call, headers=headers)


def means_the_same(scheme: Signature, one: Request, two: Request) -> bool:
    """Blanks around a signature, and escapes that HubSpot decodes itself, are no change."""

    def core(call: Request) -> tuple[object, ...]:
        headers = {
            k: sorted(v.split(scheme.separator)) if k == scheme.header.lower() and scheme.separator else v.strip(" ")
            for k, v in call.headers.items()
        }
        url = signature.decode_url(call.url) if scheme.url_decoded else ""
        return call.method, url, headers, call.body

    if core(one) == core(two):
        return True
    given_ = two.headers[scheme.header.lower()]
    kept = one.headers[scheme.header.lower()]
    same = core(replace(two, headers={**two.headers, scheme.header.lower(): kept})) == core(one)
    return bool(scheme.separator) and same and kept in [v.strip(" ") for v in given_.split(scheme.separator)]


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
@given(data=st.data())
def test_no_mutated_request_is_accepted(scheme: Signature, data: st.DataObject) -> None:
    original, mutated = data.draw(mutations(scheme))
    verify(scheme, original)
    assume(not means_the_same(scheme, original, mutated))
    with pytest.raises(AuthenticationError):
        verify(scheme, mutated)


@given(body=st.binary(max_size=200), off_s=st.integers(-300, 299), secret=st.text(min_size=1, max_size=60))
def test_no_genuine_request_is_refused(body: bytes, off_s: int, secret: str) -> None:
    assume(secret.isprintable())
    for scheme in (FACEBOOK, SLACK, ZENDESK, HUBSPOT):
        call = request(body)
        made = signature.sign(scheme, secret, call, NOW)
        call = replace(call, headers={k.lower(): v for k, v in made.items()})
        signature.verify(scheme, ("old", secret), call, NOW + off_s * 1_000_000)


@pytest.mark.parametrize(
    ("scheme", "fault"),
    [
        (Signature(header="x", secret="s", content="{timestamp}.{body}"), "needs timestamp_header"),
        (Signature(header="x", secret="s", content="{id}.{body}"), "needs id_header"),
        (Signature(header="x", secret="s", content="{url}"), "leaves out {body}"),
        (Signature(header="x", secret="s", timestamp_header="t"), "leaves out {timestamp}"),
        (Signature(header="x", secret="s", content="{bodi}"), r"{bodi} is no field"),
    ],
)
def test_schemes_that_cannot_work_are_refused(scheme: Signature, fault: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        signature.check(scheme)
    assert fault in str(caught.value)


def test_a_secret_in_the_wrong_form_is_told_without_showing_it() -> None:
    with pytest.raises(ConfigurationError) as caught:
        signature.check(STANDARD, ["not base64!"])
    assert "base64" in str(caught.value)
    assert "not base64!" not in str(caught.value)
