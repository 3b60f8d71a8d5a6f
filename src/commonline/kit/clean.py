"""What is stored of a call beside its body: allow-listed headers, and a request line without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import unquote_plus

from commonline.kit.manifest import QueryEcho, Webhook
from commonline.kit.request import clean_text

NEVER_STORED = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token", "forwarded"}
)
SECRETIVE_PARAMETERS = frozenset(
    {
        *(
            "token",
            "access_token",
            "refresh_token",
            "id_token",
            "auth_token",
            "verify_token",
            "hub.verify_token",
        ),
        *("secret", "client_secret", "password", "api_key", "apikey", "auth", "authorization", "jwt"),
        *("signature", "sig", "hmac"),
    }
)
HIDDEN = "***"
ANY = "*"
SHORTEST_SECRET = 6
"""Shorter secrets are not looked for in free text: they would hide innocent digits."""


def hidden_headers(webhook: Webhook) -> frozenset[str]:
    """Headers that are never stored, even if the manifest lists them: signatures, tokens, cookies."""
    own = {scheme.header.lower() for scheme in webhook.signature}
    own |= {token.header.lower() for token in webhook.token if token.header}
    return NEVER_STORED | own


def hidden_parameters(webhook: Webhook) -> frozenset[str]:
    """Query parameters whose values are never stored."""
    own = {token.query.lower() for token in webhook.token if token.query}
    if isinstance(webhook.handshake, QueryEcho):
        own.add(webhook.handshake.token.lower())
    return SECRETIVE_PARAMETERS | own


KeptHeaders = Callable[[Mapping[str, str]], dict[str, str]]


def kept_headers(allowed: Iterable[str], hidden: frozenset[str]) -> KeptHeaders:
    """Gives of a call's headers those to store, by lower-case name. An allowed name may end in ``*``: ``ce-*``."""
    names = [name.lower() for name in allowed]
    rules = [(name.removesuffix(ANY), name.endswith(ANY)) for name in names if name not in hidden]

    def keep(headers: Mapping[str, str]) -> dict[str, str]:
        kept: dict[str, str] = {}
        for name, begins in rules:
            if begins:
                kept |= {one: clean_text(headers[one]) for one in headers if one.startswith(name) and one not in hidden}
            elif (value := headers.get(name)) is not None:
                kept[name] = clean_text(value)
        return kept

    return keep


def is_kept(header: str, allowed: Iterable[str]) -> bool:
    """Whether a header of this lower-case name is stored."""
    names = (name.lower() for name in allowed)
    return any(header.startswith(n.removesuffix(ANY)) if n.endswith(ANY) else header == n for n in names)


def clean_target(target: str, secrets: Iterable[str], hidden: frozenset[str] = SECRETIVE_PARAMETERS) -> str:
    """Path and query with ``***`` in place of secret values, whatever they are called."""
    live = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    path, mark, query = target.partition("?")
    for secret in live:
        path = path.replace(secret, HIDDEN)
    if not mark:
        return clean_text(path)
    return clean_text(f"{path}?{'&'.join(_parameter(part, live, hidden) for part in query.split('&'))}")


def _parameter(part: str, secrets: list[str], hidden: frozenset[str]) -> str:
    name, mark, value = part.partition("=")
    if not mark:
        return HIDDEN if any(secret in unquote_plus(name) for secret in secrets) else part
    decoded = unquote_plus(value)
    if unquote_plus(name).lower() in hidden or any(secret in decoded or secret in value for secret in secrets):
        return f"{name}={HIDDEN}"
    return part
