"""A source as vendors call it, without sockets: calls are judged by its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.connectors.polled import NOW

from commonline.configuration.load import ResolvedSecret
from commonline.kit import catalogue
from commonline.kit.handshake import Answer
from commonline.kit.ingress.endpoint import Endpoint, endpoint
from commonline.kit.instance import Instance
from commonline.kit.place import Placement
from commonline.kit.request import Request
from commonline.schemas.records import Delivery

CAP = 32 * 1024 * 1024


def source(connector: str, **settings: Any) -> Endpoint:
    """A source's endpoint; secrets are given as plain text."""
    manifest = catalogue.manifest(connector)
    chosen: dict[str, Any] = {name: setting.default for name, setting in manifest.settings.items()}
    for name, value in settings.items():
        secret = manifest.settings[name].secret
        chosen[name] = ResolvedSecret((value,)) if secret else value
    mapped = {name: value for name, value in chosen.items() if manifest.settings[name].mapping}
    made = endpoint(Instance("source", "acme", manifest, chosen, mapped, Placement()), CAP)
    assert made is not None
    return made


def call(
    to: Endpoint,
    body: bytes = b"",
    method: str = "POST",
    target: str = "/in/source",
    headers: Mapping[str, str] | None = None,
    now: int = NOW,
) -> Delivery | Answer:
    """One call."""
    sent = {name.lower(): value for name, value in (headers or {}).items()}
    return to.accept(Request(method, target, f"https://acme.example{target}", sent, body), now)


def delivered(
    to: Endpoint, body: bytes, headers: Mapping[str, str] | None = None, target: str = "/in/source", now: int = NOW
) -> Delivery:
    """A call that is a delivery."""
    told = call(to, body, target=target, headers=headers, now=now)
    assert isinstance(told, Delivery)
    return told
