"""One source's webhook, ready to judge calls: everything of it that can be prepared is prepared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from commonline.errors import ConfigurationError
from commonline.kit import authenticate as authentication
from commonline.kit import clean, handshake, signature
from commonline.kit.deliver import VendorId, delivery
from commonline.kit.documents import Document
from commonline.kit.handshake import Answer
from commonline.kit.hooks import Hooks, Verified, hooks
from commonline.kit.ingress.refusal import refuse
from commonline.kit.instance import Instance
from commonline.kit.manifest import QueryEcho, Webhook
from commonline.kit.request import Request
from commonline.schemas.records import Delivery

ANY = "*/*"
NO_DOCUMENTS: Mapping[str, Document] = {}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Judges a call by `accept`.

    `methods` are those that are not answered 405, `cap` the largest body in bytes.
    """

    instance: Instance
    webhook: Webhook
    hooks: Hooks
    methods: frozenset[str]
    content_types: frozenset[str]
    cap: int
    authenticate: authentication.Authenticator
    kept_headers: clean.KeptHeaders
    hidden_parameters: frozenset[str]
    live_secrets: tuple[str, ...]
    vendor_id: VendorId | None

    def takes(self, media_type: str) -> bool:
        """Whether the content type (without parameters, lower case) is one that the source sends."""
        if ANY in self.content_types or media_type in self.content_types:
            return True
        return f"{media_type.partition('/')[0]}/*" in self.content_types

    def needs(self, request: Request) -> list[str]:
        """Addresses of the documents without which this call cannot be judged. Raises `AuthenticationError`."""
        if self.hooks.needs is None or request.method not in self.webhook.methods:
            return []
        return self.hooks.needs(request, self.instance.settings)

    def accept(self, request: Request, now_us: int, found: Mapping[str, Document] = NO_DOCUMENTS) -> Delivery | Answer:
        """The delivery that this call is, or the answer to a handshake. Pure; `found` are the documents of `needs`.

        Raises `AuthenticationError` (not theirs), `RefusedError` (405: a method that only handshakes use).
        """
        answer = self._handshake(request, now_us)
        if answer is not None:
            return answer
        if request.method not in self.webhook.methods:
            raise refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method", allow=", ".join(self.webhook.methods))
        verified = self._verify(request, now_us, found)
        if self.webhook.handshake is not None and (echo := handshake.by_body(self.webhook, request)) is not None:
            return echo
        return delivery(
            self.instance,
            request.body if verified.body is None else verified.body,
            received=now_us,
            transport="webhook",
            authentication=verified.authentication,
            content_type=request.headers.get("content-type", ""),
            request=f"{request.method} {self._target(request)}",
            headers=self.kept_headers(request.headers),
            vendor_id=verified.vendor_id or self._vendor_id(request),
            digest=verified.digest,
        )

    def _handshake(self, request: Request, now_us: int) -> Answer | None:
        if self.hooks.handshake is not None:
            answer = self.hooks.handshake(request, self.instance.settings, now_us)
            if answer is not None:
                return answer
        return handshake.by_query(self.webhook, self.instance.secrets, request) if request.method == "GET" else None

    def _verify(self, request: Request, now_us: int, found: Mapping[str, Document]) -> Verified:
        if self.hooks.verify_by is not None:
            return self.hooks.verify_by(request, self.instance.settings, now_us, found)
        if self.hooks.verify is not None:
            return self.hooks.verify(request, self.instance.settings, now_us)
        proof = self.authenticate(request, now_us)
        return Verified(proof.how, digest=proof.digest)

    def _vendor_id(self, request: Request) -> str | None:
        if self.webhook.vendor_id_header:
            found = request.headers.get(self.webhook.vendor_id_header.lower())
            if found:
                return found
        return self.vendor_id(request.body) if self.vendor_id else None

    def _target(self, request: Request) -> str:
        return clean.clean_target(request.target, self.live_secrets, self.hidden_parameters)


def endpoint(instance: Instance, body_limit: int) -> Endpoint | None:
    """The endpoint of a source, or None if its connector has no webhook.

    Also None when no secret is set, so that no call could be told from a forged one: such a source is only
    read. Raises `ConfigurationError` for a scheme or settings that cannot work.
    """
    declared = instance.manifest.webhook
    if declared is None or "webhook" not in instance.manifest.transports:
        return None
    own = hooks(instance.manifest.name)
    try:
        webhook = own.webhook(instance.settings, declared) if own.webhook else declared
        for scheme in webhook.signature:
            signature.check(scheme, instance.secrets(scheme.secret))
    except ConfigurationError as error:
        raise ConfigurationError(f"sources.{instance.name}.{error}") from error
    proven = authentication.has_secret(webhook, instance.secrets)
    if own.verify is None and own.verify_by is None and not proven and not webhook.unsigned_allowed:
        return None
    return Endpoint(
        instance=instance,
        webhook=webhook,
        hooks=own,
        methods=_methods(webhook, own),
        content_types=frozenset(name.lower() for name in webhook.content_types),
        cap=min(webhook.body_limit, body_limit),
        authenticate=authentication.Authenticator(webhook, instance.secrets),
        kept_headers=clean.kept_headers(webhook.headers, clean.hidden_headers(webhook)),
        hidden_parameters=clean.hidden_parameters(webhook),
        live_secrets=instance.live_secrets,
        vendor_id=VendorId(webhook.vendor_id_field) if webhook.vendor_id_field else None,
    )


def missing_secrets(instance: Instance) -> ConfigurationError:
    """The fault of a source that has neither an endpoint nor anything to read."""
    keys = [key for key, setting in instance.manifest.settings.items() if setting.secret]
    return ConfigurationError(
        f"sources.{instance.name}: no secret is set, so that its calls cannot be told from forged ones; "
        f"set {' or '.join(keys) or 'another connector'}"
    )


def _methods(webhook: Webhook, own: Hooks) -> frozenset[str]:
    by_get = ["GET"] if isinstance(webhook.handshake, QueryEcho) else []
    by_hook = webhook.handshake_methods if own.handshake is not None else []
    return frozenset({*webhook.methods, *by_get, *by_hook})
