"""OpenID Connect: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0, RFC 6749, RFC 7636).

By parts of Authlib; signatures by joserfc, with asymmetric algorithms alone: what a client secret could sign, or
nobody (``none``), is not believed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from commonline.errors import AuthenticationError, PlatformError

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
DISCOVERY = "/.well-known/openid-configuration"
KEPT_S = 3600.0
LEEWAY_S = 60
ASK_S = 10.0


@dataclass(frozen=True, slots=True)
class Client:
    """This installation, as the provider knows it. `redirect`: where it sends people back."""

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    redirect: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one login must come back with."""

    state: str
    nonce: str
    verifier: str
    next: str


class Provider:
    """Asks the provider. Raises `PlatformError` where it does not answer, `AuthenticationError` for what is forged."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._document: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def address(self, attempt: Attempt) -> str:
        """Where the browser is sent to log in."""
        document = await self._discovered()
        uri: str = prepare_grant_uri(
            document["authorization_endpoint"],
            client_id=self.client.client_id,
            response_type="code",
            redirect_uri=self.client.redirect,
            scope=" ".join(self.client.scopes),
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return uri

    async def claims(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """The claims of whoever logged in, from the ID token that the code brings."""
        document = await self._discovered()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.client.redirect,
            "code_verifier": attempt.verifier,
            "client_id": self.client.client_id,
        }
        if self.client.client_secret is not None:
            form["client_secret"] = self.client.client_secret
        answer = await self._ask("POST", document["token_endpoint"], form)
        if answer.status_code != 200:
            raise AuthenticationError("code")
        told = _object(answer)
        if not isinstance(token := told.get("id_token"), str):
            raise AuthenticationError("id_token")
        return await self._verified(token, attempt.nonce, told.get("access_token"))

    async def _verified(self, token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        try:
            decoded = jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            try:
                decoded = jwt.decode(token, await self._key_set(fresh=True), algorithms=ALGORITHMS)
            except (JoseError, ValueError) as error:
                raise AuthenticationError("signature") from error
        options = {
            "iss": {"essential": True, "values": [self.client.issuer]},
            "sub": {"essential": True},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "aud": {"essential": True, "value": self.client.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"nonce": nonce, "client_id": self.client.client_id, "access_token": access_token}
        claims = CodeIDToken(decoded.claims, decoded.header, options=options, params=params)
        try:
            claims.validate(now=int(time.time()), leeway=LEEWAY_S)
        except Exception as error:  # Authlib's and joserfc's errors have no root in common
            raise AuthenticationError("claims") from error
        return dict(claims)

    async def _discovered(self) -> dict[str, Any]:
        if self._document is None or time.monotonic() - self._document[0] > KEPT_S:
            document = _object(await self._ask("GET", self.client.issuer.rstrip("/") + DISCOVERY))
            if document.get("issuer") != self.client.issuer:
                raise AuthenticationError("issuer")
            self._document = time.monotonic(), document
        return self._document[1]

    async def _key_set(self, *, fresh: bool = False) -> KeySet:
        """The provider's keys. Asked again where a signature does not fit: it may have new ones. Not more than once in
        a minute, whatever is sent here."""
        age = time.monotonic() - self._keys[0] if self._keys is not None else KEPT_S
        if self._keys is None or age >= KEPT_S or (fresh and age > 60):
            document = await self._discovered()
            found: Any = _object(await self._ask("GET", document["jwks_uri"]))
            self._keys = time.monotonic(), KeySet.import_key_set(found)
        return self._keys[1]

    async def _ask(self, method: str, url: str, form: dict[str, str] | None = None) -> httpx.Response:
        try:
            async with httpx.AsyncClient(timeout=ASK_S) as http:
                return await http.request(method, url, data=form)
        except httpx.HTTPError as error:
            raise PlatformError(f"the login provider {self.client.issuer} does not answer: {error}") from error


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PlatformError(f"{answer.url} answered {answer.status_code} without a JSON object")
    return found
