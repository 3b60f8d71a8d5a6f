"""Is it theirs? The manifest's signatures and tokens, tried in order; any one that fits is enough."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import NamedTuple

from commonline.errors import AuthenticationError
from commonline.ids import same_secret
from commonline.kit import signature
from commonline.kit.manifest import Token, Webhook
from commonline.kit.request import Request, wire
from commonline.schemas.records import Authentication

Secrets = Callable[[str], tuple[str, ...]]
"""All live values of a secret setting, empty when it is not set (`Instance.secrets`)."""


def authenticate(webhook: Webhook, secrets: Secrets, request: Request, now_us: int) -> Authentication:
    """How we know that it is theirs.

    Raises `AuthenticationError`: nothing fits, or no secret is configured and the product could sign.
    """
    return Authenticator(webhook, secrets)(request, now_us).how


class Proof(NamedTuple):
    """How we know that it is theirs, and the body's SHA-256 where the proof made it on the way."""

    how: Authentication
    digest: bytes | None = None


class Authenticator:
    """A source's signatures and tokens with their secrets, prepared: calling it is `authenticate`. Raises
    `ConfigurationError` for a secret that cannot be one."""

    __slots__ = ("_signatures", "_tokens", "_unsigned_allowed")

    def __init__(self, webhook: Webhook, secrets: Secrets) -> None:
        self._signatures = [
            signature.Verifier(scheme, live) for scheme in webhook.signature if (live := secrets(scheme.secret))
        ]
        self._tokens = [(token, live) for token in webhook.token if (live := secrets(token.secret))]
        self._unsigned_allowed = webhook.unsigned_allowed

    def __call__(self, request: Request, now_us: int) -> Proof:
        """How we know that it is theirs. Raises `AuthenticationError`."""
        failures: list[AuthenticationError] = []
        for verify in self._signatures:
            try:
                return Proof("signature", verify(request, now_us))
            except AuthenticationError as failure:
                failures.append(failure)
        for token, live in self._tokens:
            try:
                verify_token(token, live, request)
            except AuthenticationError as failure:
                failures.append(failure)
            else:
                return Proof("token")
        if failures:
            raise _most_telling(failures)
        if self._unsigned_allowed:
            return Proof("none")
        raise AuthenticationError("no-secret")


def has_secret(webhook: Webhook, secrets: Secrets) -> bool:
    """Whether at least one of the manifest's schemes can be tried."""
    names = [scheme.secret for scheme in webhook.signature] + [token.secret for token in webhook.token]
    return any(secrets(name) for name in names)


def verify_token(token: Token, secrets: Iterable[str], request: Request) -> None:
    """Accept or raise `AuthenticationError`."""
    given = _given(token, request)
    if given is None:
        raise AuthenticationError("token-missing")
    fits = False
    for secret in secrets:
        fits |= same_secret(given, secret)
    if not fits:
        raise AuthenticationError("token-mismatch")


def _given(token: Token, request: Request) -> bytes | None:
    if token.query is not None:
        value = request.query.get(token.query)
        return None if value is None else value.encode("utf-8", "surrogatepass")
    header = request.headers.get("authorization" if token.basic else (token.header or "").lower())
    if header is None:
        return None
    if token.basic:
        kind, _, encoded = header.partition(" ")
        try:
            return base64.b64decode(wire(encoded.strip()), validate=True) if kind.lower() == "basic" else None
        except binascii.Error:
            return None
    return wire(header.removeprefix(token.prefix)) if header.startswith(token.prefix) else None


def _most_telling(failures: list[AuthenticationError]) -> AuthenticationError:
    """Of several, one that says more than that a header was absent."""
    return next((failure for failure in failures if not failure.reason.endswith("-missing")), failures[0])
