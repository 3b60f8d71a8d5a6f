"""Client for registries with Confluent's API: Confluent, Karapace, Apicurio (under ``/apis/ccompat/v7``).

Documented in Confluent's "Schema Registry API Reference". Subjects are named after the record
(``commonline.v1.Activity``; Confluent calls that RecordNameStrategy), because ``activities.v1`` holds two
kinds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import httpx

from commonline.schemas.errors import SchemaError

COMPATIBILITY: Final = "FULL_TRANSITIVE"
_ACCEPT: Final = "application/vnd.schemaregistry.v1+json, application/json"
_RETRIED: Final = frozenset({408, 429, 500, 502, 503, 504})
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_LONGEST_WAIT_S: Final = 30.0
_SHOWN: Final = 400


class RegistryError(SchemaError):
    """The registry cannot be reached or refused. `status`: HTTP status, 0 without answer; `code`: its own."""

    def __init__(self, message: str, status: int = 0, code: int = 0) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class IncompatibleError(RegistryError):
    """The registry refuses a schema that versions it holds could not read, or not be read by (409)."""


class Registry:
    """A registry at `url`. Close it, or use it in a ``with`` statement.

    Args:
        url: base of the API; user and password may not stand in it.
        auth: user and password for HTTP Basic.
        timeout_s: for each attempt.
        attempts: how often a request is sent while the registry does not answer, or says to come back later.
        transport, sleep: for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        auth: tuple[str, str] | None = None,
        timeout_s: float = 10.0,
        attempts: int = 5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo:
            shown = parsed.copy_with(username=None, password=None)
            raise RegistryError(f"registry URL {shown} must be http(s)://host[:port][/path] without user")
        self.url = url.rstrip("/")
        self._attempts = attempts
        self._sleep = sleep
        self._http = httpx.Client(
            auth=auth,
            timeout=timeout_s,
            transport=transport,
            headers={"accept": _ACCEPT},
            follow_redirects=False,
            trust_env=parsed.host not in _LOOPBACK,  # a proxy cannot reach the registry of a laptop
        )

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def register(self, subject: str, schema: str) -> int:
        """Register a schema (JSON text) as the newest version of a subject; the same again gives the same id.

        Raises:
            IncompatibleError: the subject's compatibility rule forbids it.
            RegistryError: anything else.
        """
        return int(self._ask("POST", f"/subjects/{_part(subject)}/versions", {"schema": schema})["id"])

    def look_up(self, subject: str, schema: str) -> tuple[int, int] | None:
        """Id and version under which a subject holds exactly this schema; None: it does not."""
        found = self._ask("POST", f"/subjects/{_part(subject)}", {"schema": schema}, missing=True)
        return None if found is None else (int(found["id"]), int(found["version"]))

    def schema(self, schema_id: int) -> str | None:
        """The schema (JSON text) of an id; None: unknown."""
        found = self._ask("GET", f"/schemas/ids/{schema_id}", missing=True)
        return None if found is None else str(found["schema"])

    def subjects(self) -> list[str]:
        """Names of all subjects."""
        return [str(name) for name in self._ask("GET", "/subjects")]

    def versions(self, subject: str) -> list[int]:
        """Versions of a subject; empty if there is no such subject."""
        return [int(n) for n in self._ask("GET", f"/subjects/{_part(subject)}/versions", missing=True) or ()]

    def set_compatibility(self, subject: str, level: str = COMPATIBILITY) -> None:
        """Set the rule by which a subject refuses schemas."""
        self._ask("PUT", f"/config/{_part(subject)}", {"compatibility": level})

    def compatibility(self, subject: str) -> str | None:
        """The rule of a subject; None: it has none of its own."""
        found = self._ask("GET", f"/config/{_part(subject)}", missing=True)
        return None if found is None else str(found["compatibilityLevel"])

    def compatible(self, subject: str, schema: str) -> bool:
        """Whether the subject would take the schema; True if it holds nothing yet."""
        path = f"/compatibility/subjects/{_part(subject)}/versions"
        found = self._ask("POST", path, {"schema": schema}, missing=True)
        return found is None or bool(found["is_compatible"])

    def _ask(self, method: str, path: str, body: Any = None, *, missing: bool = False) -> Any:
        answer = self._send(method, path, body)
        content = _json(answer)
        if answer.is_success:
            return content
        code = content.get("error_code", 0) if isinstance(content, dict) else 0
        said = content.get("message") if isinstance(content, dict) else None
        if answer.status_code == httpx.codes.NOT_FOUND and missing:
            return None
        text = f"{method} {self.url}{path}: {answer.status_code} {str(said or answer.text)[:_SHOWN]}".rstrip()
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            text += "; check user and password of the registry"
        kind = IncompatibleError if answer.status_code == httpx.codes.CONFLICT else RegistryError
        raise kind(text, answer.status_code, code)

    def _send(self, method: str, path: str, body: Any) -> httpx.Response:
        for attempt in range(1, self._attempts + 1):
            wait = min(_LONGEST_WAIT_S, 0.2 * 2**attempt)
            try:
                answer = self._http.request(method, self.url + path, json=body)
            except httpx.TransportError as error:
                if attempt == self._attempts:
                    text = f"registry {self.url} does not answer: {type(error).__name__}: {error}"
                    raise RegistryError(text) from error
            else:
                if answer.status_code not in _RETRIED or attempt == self._attempts:
                    return answer
                wait = _retry_after(answer, wait)
            self._sleep(wait)
        raise RegistryError("attempts must be at least 1")


def _part(subject: str) -> str:
    return quote(subject, safe="")


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        if answer.is_success and answer.content:
            raise RegistryError(f"{answer.request.url} answers no JSON: is this a schema registry?") from error
        return None


def _retry_after(answer: httpx.Response, otherwise: float) -> float:
    given = answer.headers.get("retry-after", "")
    return min(_LONGEST_WAIT_S, float(given)) if given.isdigit() else otherwise
