"""An OpenID provider for tests, over real HTTP on loopback: Authlib's authorization server with its code grant, and its
extensions for PKCE and OpenID Connect. Only web layer and storage are written here. Whoever comes is `person`.

`forged`: claims of the ID token that are not what they should be; `algorithm`: how it is signed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import KeySet, RSAKey

from commonline.gateway.access.signed import encoded

CLIENT, SECRET = "commonline", "kettle on the stove"


class Client(ClientMixin):  # type: ignore[misc]
    """The one client that the provider knows."""

    redirect = ""

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.redirect

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code, and what it was asked with."""

    def __init__(self, code: str, asked: dict[str, str]) -> None:
        self.code = code
        self._asked = asked
        self.code_challenge = asked.get("code_challenge")
        self.code_challenge_method = asked.get("code_challenge_method")

    def get_redirect_uri(self) -> str | None:
        return self._asked.get("redirect_uri")

    def get_scope(self) -> str | None:
        return self._asked.get("scope")

    def get_nonce(self) -> str | None:
        return self._asked.get("nonce")

    def get_auth_time(self) -> None:
        return None

    get_acr = get_amr = get_auth_time


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server without a web framework."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(["openid", "profile", "email"])
        self._provider = provider
        self.register_token_generator("default", lambda **_: {"access_token": "open", "scope": "openid"})

    def query_client(self, client_id: str) -> Client | None:
        return self._provider.client if client_id == CLIENT else None

    def save_token(self, token: Any, request: OAuth2Request) -> None:
        pass

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers


class Request(OAuth2Request):  # type: ignore[misc]
    """A request with its parameters."""

    def __init__(self, method: str, uri: str, values: dict[str, str]) -> None:
        super().__init__(method, uri)
        self.payload = BasicOAuth2Payload(values)
        self._values = values

    @property
    def args(self) -> dict[str, str]:
        return self._values

    form = args


class Provider:
    """Use as a context manager; `issuer` is its address."""

    def __init__(self) -> None:
        self.client = Client()
        self.codes: dict[str, Code] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.person: dict[str, Any] = {"sub": "7", "name": "Ana Muster", "groups": ["service-team"]}
        self.forged: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.told_issuer: str | None = None
        self._server = Server(self)
        self._server.register_grant(_grant(self), [CodeChallenge(required=True), _code(self)])
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Provider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, method: str, uri: str, values: dict[str, str]) -> tuple[int, Any, Any]:
        path, request = urlsplit(uri).path, Request(method, uri, values)
        json_type = [("Content-Type", "application/json")]
        if path == "/.well-known/openid-configuration":
            return 200, self._discovery(), json_type
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False), json_type
        if path == "/authorize":
            grant = self._server.get_consent_grant(request, end_user=self.person)
            found = self._server.create_authorization_response(request, grant_user=self.person, grant=grant)
        else:
            found = self._server.create_token_response(request)
        return found[0], found[1], found[2]

    def _discovery(self) -> dict[str, str]:
        return {
            "issuer": self.told_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }


def _grant(provider: Provider) -> type[AuthorizationCodeGrant]:
    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            provider.codes[code] = Code(code, request.payload.data)

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return provider.person

    return Grant


def _code(provider: Provider) -> OpenIDCode:
    class OpenId(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            return False

        def resolve_client_private_key(self, client: Client) -> Any:
            return provider.key

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            return {"iss": provider.issuer}

        def generate_user_info(self, user: dict[str, Any], scope: str) -> dict[str, Any]:
            return user | provider.forged

        def encode_id_token(self, token: Any, request: OAuth2Request) -> str:
            if provider.algorithm == "RS256":
                return str(super().encode_id_token(token, request))
            claims = self.get_compatible_claims(request) | {"nonce": request.authorization_code.get_nonce()}
            return _forged(provider.algorithm, claims | provider.person)

    return OpenId(require_nonce=True)


def _forged(algorithm: str, claims: dict[str, Any]) -> str:
    """A token that no honest library writes: signed by nobody, or by the secret that the client knows."""
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": algorithm}, claims)]
    text = ".".join(parts)
    code = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest() if algorithm == "HS256" else b""
    return f"{text}.{encoded(code)}"


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(length).decode() or urlsplit(self.path).query
            status, body, headers = provider.answer(
                self.command, f"{provider.issuer}{self.path}", dict(parse_qsl(text))
            )
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve

        def log_message(self, *args: Any) -> None:
            pass

    return Handler
