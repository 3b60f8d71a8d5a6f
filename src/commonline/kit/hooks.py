"""What a connector may say about its webhook in code, where the manifest is not enough: ``ingress.py``.

Each of these names is optional:

``webhook(settings, declared) -> Webhook``
    The webhook as data, made from a source's settings: signature scheme, headers to keep, methods, content
    types. `settings` are the source's, secrets as `ResolvedSecret`; `declared` is the manifest's. Called once
    when the configuration is read; raises `ConfigurationError` for settings that do not fit together. It is
    enough for all that `Signature` can express (Standard Webhooks included).

``verify(request, settings, now_us) -> Verified``
    In place of the manifest's signatures and tokens, for schemes beyond `Signature` (sorted form fields,
    JWT, several values in one header). Pure. Raises `AuthenticationError`; compare by `ids.same_secret`.

``needs(request, settings) -> list[str]`` and ``verify_by(request, settings, now_us, found) -> Verified``
    For products whose senders sign with keys of their own (ActivityPub): the addresses of the public documents that
    the call must be judged by, and the judgement with them (`commonline.kit.documents`). Both pure; the kit fetches
    and keeps the documents, and asks anew for one if the signature does not fit.

``handshake(request, settings, now_us) -> Answer | None``
    A handshake beyond the two of the manifest (a challenge that is signed, say). It is asked first, before
    authentication: it answers only what needs no proof or proves it itself. Pure.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol

from commonline.kit import catalogue
from commonline.kit.documents import Document
from commonline.kit.handshake import Answer
from commonline.kit.manifest import Webhook
from commonline.kit.request import Request
from commonline.schemas.records import Authentication

Settings = Mapping[str, Any]


class Verified(NamedTuple):
    """How we knew it was theirs, and the vendor's delivery id if the scheme carries one.

    `body` is what the delivery keeps in place of what was sent, where that is encrypted to us: a mapping knows no
    secrets, so that it could never read it. `digest` is the SHA-256 of the body that was sent, if the proof made it.
    """

    authentication: Authentication
    vendor_id: str | None = None
    body: bytes | None = None
    digest: bytes | None = None


class MakeWebhook(Protocol):
    """The type of ``webhook``."""

    def __call__(self, settings: Settings, declared: Webhook) -> Webhook: ...


class Verify(Protocol):
    """The type of ``verify``."""

    def __call__(self, request: Request, settings: Settings, now_us: int) -> Verified: ...


class Needs(Protocol):
    """The type of ``needs``."""

    def __call__(self, request: Request, settings: Settings) -> list[str]: ...


class VerifyBy(Protocol):
    """The type of ``verify_by``."""

    def __call__(
        self, request: Request, settings: Settings, now_us: int, found: Mapping[str, Document]
    ) -> Verified: ...


class Handshake(Protocol):
    """The type of ``handshake``."""

    def __call__(self, request: Request, settings: Settings, now_us: int) -> Answer | None: ...


@dataclass(frozen=True, slots=True)
class Hooks:
    """A connector's ``ingress.py``; all None where it has none."""

    webhook: MakeWebhook | None = None
    verify: Verify | None = None
    needs: Needs | None = None
    verify_by: VerifyBy | None = None
    handshake: Handshake | None = None


@cache
def hooks(connector: str) -> Hooks:
    """Load them; nothing else of the connector is imported."""
    folder = catalogue.folders().get(connector)
    if folder is None or not (folder / "ingress.py").is_file():
        return Hooks()
    module = importlib.import_module(f"{catalogue.PACKAGE}.{connector}.ingress")
    return Hooks(
        webhook=getattr(module, "webhook", None),
        verify=getattr(module, "verify", None),
        needs=getattr(module, "needs", None),
        verify_by=getattr(module, "verify_by", None),
        handshake=getattr(module, "handshake", None),
    )
