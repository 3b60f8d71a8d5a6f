"""How calls are proven: the source chooses a scheme, because the product cannot be known beforehand.

``signature = { scheme = "hmac-hex", header = "x-hub-signature-256", prefix = "sha256=" }``; the secret stands in
the setting ``secret``. Unsigned calls are taken only where the scheme is ``none``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from commonline.errors import ConfigurationError
from commonline.kit.hooks import Settings
from commonline.kit.manifest import Signature, Token, Webhook

SECRET = "secret"  # noqa: S105 - the name of the setting
STANDARD = "standard-webhooks"

Scheme = Literal["standard-webhooks", "hmac-hex", "hmac-base64", "token", "basic", "query", "none"]


class Choice(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The table ``signature``. `name` is the query parameter of the scheme ``query``."""

    scheme: Scheme = "standard-webhooks"
    header: str | None = None
    prefix: str | None = None
    name: str | None = None
    algorithm: Literal["hmac-sha256", "hmac-sha1", "hmac-sha512"] = "hmac-sha256"
    content: str = "{body}"
    timestamp_header: str | None = None
    timestamp_format: Literal["unix-s", "unix-ms", "iso"] = "unix-s"
    tolerance_s: int = 300
    id_header: str | None = None


def webhook(settings: Settings, declared: Webhook) -> Webhook:
    """The manifest's webhook with the source's scheme, headers and delivery id.

    Raises `ConfigurationError` naming the key and the fix.
    """
    try:
        choice = msgspec.convert(settings["signature"], Choice)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"signature: {error}") from error
    if choice.scheme != "none" and settings[SECRET] is None:
        raise ConfigurationError(
            f'secret: is missing, and the scheme {choice.scheme} needs it: secret = {{ env = "VARIABLE" }}; '
            'a source that takes unsigned calls says so: signature = { scheme = "none" }'
        )
    return declared.model_copy(
        update={
            **_SCHEMES[choice.scheme](choice, declared),
            "headers": [*declared.headers, *_headers(settings["headers"])],
            "vendor_id_header": settings["delivery_id_header"],
        }
    )


def _headers(given: list[Any]) -> list[str]:
    for name in given:
        if not isinstance(name, str) or not name.strip():
            raise ConfigurationError(f"headers: {name!r} is no header name")
    return [name.strip().lower() for name in given]


def _standard(choice: Choice, declared: Webhook) -> dict[str, Any]:
    return {
        "signature": [scheme.model_copy(update={"tolerance_s": choice.tolerance_s}) for scheme in declared.signature]
    }


def _hmac(encoding: Literal["hex", "base64"]) -> Callable[[Choice, Webhook], dict[str, Any]]:
    def scheme(choice: Choice, _declared: Webhook) -> dict[str, Any]:
        signature = Signature(
            header=_needed(choice.header, choice.scheme, 'header = "x-hub-signature-256"'),
            secret=SECRET,
            algorithm=choice.algorithm,
            encoding=encoding,
            prefix=choice.prefix or "",
            content=choice.content,
            timestamp_header=choice.timestamp_header,
            timestamp_format=choice.timestamp_format,
            tolerance_s=choice.tolerance_s,
            id_header=choice.id_header,
        )
        return {"signature": [signature]}

    return scheme


def _token(choice: Choice, _declared: Webhook) -> dict[str, Any]:
    header = choice.header or "authorization"
    prefix = choice.prefix if choice.prefix is not None else "Bearer " if header.lower() == "authorization" else ""
    return {"signature": [], "token": [Token(header=header, prefix=prefix, secret=SECRET)]}


def _basic(_choice: Choice, _declared: Webhook) -> dict[str, Any]:
    return {"signature": [], "token": [Token(basic=True, secret=SECRET)]}


def _query(choice: Choice, _declared: Webhook) -> dict[str, Any]:
    name = _needed(choice.name, choice.scheme, 'name = "token"')
    return {"signature": [], "token": [Token(query=name, secret=SECRET)]}


def _none(_choice: Choice, _declared: Webhook) -> dict[str, Any]:
    return {"signature": [], "unsigned_allowed": True}


_SCHEMES: dict[Scheme, Callable[[Choice, Webhook], dict[str, Any]]] = {
    "standard-webhooks": _standard,
    "hmac-hex": _hmac("hex"),
    "hmac-base64": _hmac("base64"),
    "token": _token,
    "basic": _basic,
    "query": _query,
    "none": _none,
}


def _needed(value: str | None, scheme: str, example: str) -> str:
    if not value:
        raise ConfigurationError(f"signature: the scheme {scheme} needs {example}")
    return value
