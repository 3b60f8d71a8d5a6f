"""Inbound mail beyond its fixtures: whose posts they are, by the vendors' own schemes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sendgrid.helpers.eventwebhook import EventWebhook
from tests.connectors.called import delivered, source
from tests.connectors.polled import NOW

from commonline.connectors.inbound_mail import mapping
from commonline.errors import AuthenticationError
from commonline.kit import catalogue
from commonline.kit.replay import trial
from commonline.kit.samples import Sample
from commonline.schemas.records import Activity

FIXTURES = Path(mapping.__file__).parent / "fixtures"
MULTIPART = "multipart/form-data; boundary=xYzZY"
FORM = "application/x-www-form-urlencoded"
SIGNED, SIGNED_AT = "X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp"
NOW_S = str(NOW // 1_000_000)
KEY = generate_private_key(SECP256R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sendgrid(body: bytes, at: str = NOW_S) -> dict[str, str]:
    """The headers of a signed post."""
    signature = base64.b64encode(KEY.sign(at.encode() + body, ECDSA(SHA256()))).decode()
    return {SIGNED: signature, SIGNED_AT: at, "Content-Type": MULTIPART}


def test_a_post_that_sendgrids_own_library_accepts() -> None:
    body = (FIXTURES / "message__sendgrid-raw.txt").read_bytes()
    at = source("inbound_mail", sendgrid_public_key=PUBLIC)
    for sent in (body, (FIXTURES / "sendgrid__events.json").read_bytes()):
        headers = sendgrid(sent)
        assert EventWebhook(PUBLIC).verify_signature(sent.decode(), headers[SIGNED], NOW_S)
        assert delivered(at, sent, headers).authentication == "signature"
        with pytest.raises(AuthenticationError, match="signature-mismatch"):
            delivered(at, sent + b" ", headers)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({SIGNED: "not base64"}, "signature-mismatch"),
        ({SIGNED: ""}, "signature-mismatch"),
        ({SIGNED_AT: ""}, "timestamp-missing"),
        ({SIGNED_AT: "soon"}, "timestamp-malformed"),
        ({SIGNED_AT: "1"}, "stale"),
        ({SIGNED_AT: "9" * 12}, "in-the-future"),
    ],
)
def test_a_forged_post_of_sendgrid(change: dict[str, str], reason: str) -> None:
    with pytest.raises(AuthenticationError, match=reason):
        delivered(source("inbound_mail", sendgrid_public_key=PUBLIC), b"x", {**sendgrid(b"x"), **change})


def mailgun(key: str, at: str = NOW_S, token: str = "t" * 50) -> dict[str, str]:
    """The three fields that prove a post."""
    mac = hmac.new(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": at, "token": token, "signature": mac}


def test_posts_of_mailgun_prove_themselves_in_form_and_event() -> None:
    at = source("inbound_mail", mailgun_signing_key="kettle")
    fields = {"recipient": "desk@kettles.example", "body-plain": "Hi", "message-headers": "[]"}
    form = urlencode({**fields, **mailgun("kettle")}).encode()
    event = json.dumps({"signature": mailgun("kettle"), "event-data": {"event": "delivered"}}).encode()
    assert delivered(at, form, {"content-type": FORM}).authentication == "signature"
    assert delivered(at, event, {"content-type": "application/json"}).authentication == "signature"
    forged = [{**mailgun("other")}, {**mailgun("kettle"), "token": "u"}, mailgun("kettle", at="1")]
    for proof in forged:
        with pytest.raises(AuthenticationError):
            delivered(at, urlencode({**fields, **proof}).encode(), {"content-type": FORM})
    with pytest.raises(AuthenticationError, match="signature-missing"):
        delivered(at, urlencode(fields).encode(), {"content-type": FORM})


def test_posts_of_postmark_show_a_password() -> None:
    at = source("inbound_mail", user_password="post:kettle", mailgun_signing_key="other")
    sent = {"authorization": "Basic " + base64.b64encode(b"post:kettle").decode()}
    assert delivered(at, b"{}", sent).authentication == "token"
    with pytest.raises(AuthenticationError):
        delivered(at, b"{}", {"authorization": "Basic " + base64.b64encode(b"post:other").decode()})
    by_address = source("inbound_mail", token="long-secret")
    assert delivered(by_address, b"{}", target="/in/source?token=long-secret").request == "POST /in/source?token=***"


def mail(body: bytes, content_type: str) -> Activity:
    one = trial(catalogue.connector("inbound_mail"), {})
    (result,) = one.run(one.delivery(Sample("mail", body, content_type), NOW))
    (activity,) = result.activities
    return activity


def test_a_mail_by_imap_and_by_each_post_is_one_fact() -> None:
    raw = (FIXTURES / "message__raw.eml").read_bytes()
    by_imap = trial(catalogue.connector("email"), {})
    (result,) = by_imap.run(by_imap.delivery(Sample("mail", raw, "message/rfc822"), NOW))
    posts = [
        (FIXTURES / "message__sendgrid-raw.txt").read_bytes(),
        (FIXTURES / "message__sendgrid-parsed.txt").read_bytes(),
    ]
    found = {mail(post, MULTIPART).id for post in posts}
    postmark = json.dumps({"FromFull": {"Email": "x@y.example"}, "RawEmail": raw.decode()}).encode()
    assert {*found, mail(postmark, "application/json").id} == {result.activities[0].id}


def test_nobody_verifies_themselves_in_the_providers_name() -> None:
    post = (FIXTURES / "message__sendgrid-raw.txt").read_bytes()
    claimed = post.replace(b"Received: by", b"Authentication-Results: Provider.invalid; dkim=pass header.d=x\r\nX: ", 1)
    trusts = []
    for body in (post, claimed.replace(b"ana@example.org>", b"ceo@kettles.example>"), claimed):
        actor = mail(body, MULTIPART).actor
        assert actor is not None
        trusts.append(actor.claims[0].trust)
    assert trusts == ["verified", "asserted", "asserted"]
