"""What Microsoft Graph asks before it sends, and how its notifications are proven and opened.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks ·
https://learn.microsoft.com/graph/change-notifications-with-resource-data

* A new subscription is tried by a POST with ``validationToken`` in the query, which is answered as plain text.
* Every notification repeats the subscription's `clientState`.
* Where notifications carry contents, tokens beside them (JSON Web Tokens, signed by Microsoft) say for which app and
  tenant they are. The contents are encrypted to our certificate: RSA-OAEP holds a key, by which the contents are
  authenticated (HMAC-SHA256) and encrypted (AES-CBC; the first half of the key is the initial vector).

A mapping knows no secrets. So the delivery keeps what was decrypted in place of what was encrypted, and neither tokens
nor client states.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from commonline.configuration.load import ResolvedSecret
from commonline.errors import AuthenticationError
from commonline.ids import same_secret
from commonline.kit.handshake import ECHO_LIMIT, Answer
from commonline.kit.hooks import Settings, Verified
from commonline.kit.request import Request

PUBLISHER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""The app by which Microsoft publishes notifications."""
SKEW_S = 300
MOST_TOKENS = 100
KEY_BYTES = 32


class _Encrypted(msgspec.Struct, rename="camel"):
    data: str
    data_signature: str
    data_key: str


class _Sent(msgspec.Struct, rename="camel"):
    client_state: str | None = None
    encrypted_content: _Encrypted | None = None


class _Body(msgspec.Struct, rename="camel"):
    value: list[msgspec.Raw]
    validation_tokens: list[str] = []


_BODY = msgspec.json.Decoder(_Body)
_SENT = msgspec.json.Decoder(_Sent)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


def handshake(request: Request, settings: Settings, now_us: int) -> Answer | None:  # noqa: ARG001 - hooks have one form
    """The token of a new subscription, as plain text."""
    token = request.query.get("validationToken")
    if request.method != "POST" or token is None:
        return None
    if len(token) > ECHO_LIMIT:
        raise AuthenticationError("handshake-too-long")
    return Answer(token.encode("utf-8", "replace"))


def verify(request: Request, settings: Settings, now_us: int) -> Verified:
    """Accept, with what is to be kept, or raise `AuthenticationError`. One notification that is not ours spoils all."""
    secret = settings.get("client_state")
    if not isinstance(secret, ResolvedSecret):
        raise AuthenticationError("no-secret")
    try:
        body = _BODY.decode(request.body)
        notifications = [(_OBJECT.decode(raw), _SENT.decode(raw)) for raw in body.value]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise AuthenticationError("body-malformed") from None
    if not notifications:
        raise AuthenticationError("token-missing")
    for _, sent in notifications:
        _check_state(sent.client_state, secret.values)
    if any(sent.encrypted_content is not None for _, sent in notifications):
        _check_tokens(body.validation_tokens, settings, now_us)
    kept = [_opened(whole, sent, settings) for whole, sent in notifications]
    return Verified("token", body=msgspec.json.encode({"value": kept}))


def _check_state(given: str | None, secrets: tuple[str, ...]) -> None:
    if not given:
        raise AuthenticationError("token-missing")
    fits = False
    for secret in secrets:
        fits |= same_secret(given.encode("utf-8", "surrogatepass"), secret)
    if not fits:
        raise AuthenticationError("token-mismatch")


def _check_tokens(tokens: list[str], settings: Settings, now_us: int) -> None:
    """Every token must be Microsoft's, for our app and tenant, and not be over."""
    keys = settings.get("signing_keys")
    if not isinstance(keys, ResolvedSecret) or not tokens or len(tokens) > MOST_TOKENS:
        raise AuthenticationError("signature-missing")
    for token in tokens:
        try:
            claims = jwt.decode(token, _key_set(keys.value), algorithms=["RS256"]).claims
        except (JoseError, ValueError, KeyError):
            raise AuthenticationError("signature-mismatch") from None
        _check_claims(claims, settings, now_us // 1_000_000)


def _check_claims(claims: dict[str, Any], settings: Settings, now_s: int) -> None:
    tenant = str(settings.get("tenant_id") or "")
    begin, end = claims.get("nbf", 0), claims.get("exp")
    if not isinstance(end, int) or not isinstance(begin, int) or now_s > end + SKEW_S or now_s < begin - SKEW_S:
        raise AuthenticationError("stale")
    issuers = {f"https://sts.windows.net/{tenant}/", f"https://login.microsoftonline.com/{tenant}/v2.0"}
    publisher = claims.get("azp") or claims.get("appid")
    if claims.get("aud") != settings.get("client_id") or claims.get("iss") not in issuers or publisher != PUBLISHER:
        raise AuthenticationError("token-of-another")


@lru_cache(maxsize=8)
def _key_set(text: str) -> KeySet:
    return KeySet.import_key_set(msgspec.json.decode(text))


@lru_cache(maxsize=8)
def _private_key(pem: str) -> RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("no RSA key")
    return key


def _opened(whole: dict[str, Any], sent: _Sent, settings: Settings) -> dict[str, Any]:
    """What is kept of a notification."""
    kept = {name: value for name, value in whole.items() if name not in ("clientState", "encryptedContent")}
    if sent.encrypted_content is not None:
        about = kept.get("resourceData")
        content = _decrypted(sent.encrypted_content, settings)
        kept["resourceData"] = {**(about if isinstance(about, dict) else {}), **content}
    return kept


def _decrypted(sent: _Encrypted, settings: Settings) -> dict[str, Any]:
    """The contents. Every way to fail looks the same from outside."""
    secret = settings.get("decryption_key")
    for pem in secret.values if isinstance(secret, ResolvedSecret) else ():
        try:
            return _OBJECT.decode(_plain(sent, _private_key(pem)))
        except (ValueError, binascii.Error, msgspec.DecodeError, UnsupportedAlgorithm):
            continue
    raise AuthenticationError("content-unreadable")


def _plain(sent: _Encrypted, private: RSAPrivateKey) -> bytes:
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - Microsoft's choice
    key = private.decrypt(base64.b64decode(sent.data_key, validate=True), oaep)
    data = base64.b64decode(sent.data, validate=True)
    expected = hmac.new(key, data, hashlib.sha256).digest()
    if len(key) != KEY_BYTES or not hmac.compare_digest(expected, base64.b64decode(sent.data_signature, validate=True)):
        raise ValueError("the signature does not fit")
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    unpadder = PKCS7(128).unpadder()
    return unpadder.update(cipher.update(data) + cipher.finalize()) + unpadder.finalize()
