"""The manifest is valid, and its parts fit each other.

A webhook connector says how calls are authenticated; secrets are settings that are marked as such and never
reach the mapping; defaults are of the type that they are declared with.
"""

from __future__ import annotations

from collections.abc import Iterator

from commonline.errors import ConfigurationError
from commonline.kit import signature
from commonline.kit.instance import checked
from commonline.kit.manifest import Manifest, Webhook
from commonline.testing.conformance.finding import Finding
from commonline.testing.conformance.subject import Subject, UnusableError

FILE = "manifest.toml"


def check(subject: Subject) -> Iterator[Finding]:
    """See the module."""
    try:
        manifest = subject.manifest
    except UnusableError as error:
        yield Finding("manifest", FILE, str(error), "correct the key that is named")
        return
    for name in ("title", "about", "tested_on"):
        if not getattr(manifest, name).strip():
            yield Finding("manifest", FILE, f"{name} is blank", f"say it in one line: {name} = …")
    yield from _settings(manifest)
    if ("webhook" in manifest.transports) != (manifest.webhook is not None):
        yield Finding(
            "manifest",
            FILE,
            "transports and [webhook] disagree",
            'name "webhook" in transports and add [webhook], or neither',
        )
    if manifest.webhook is not None:
        yield from _webhook(manifest, manifest.webhook)
    for name in manifest.poll.requires if manifest.poll else []:
        if name not in manifest.settings:
            yield Finding("manifest", FILE, f"poll.requires names {name!r}, no setting", f"add [settings.{name}]")


def _settings(manifest: Manifest) -> Iterator[Finding]:
    for name, setting in manifest.settings.items():
        if setting.secret and setting.mapping:
            yield Finding(
                "manifest",
                FILE,
                f"settings.{name} is secret and mapping",
                "a mapping sees no secrets: remove one",
            )
        if setting.default is not None and not setting.secret:
            try:
                checked(f"settings.{name}.default", setting.default, setting)
            except ConfigurationError as error:
                yield Finding("manifest", FILE, str(error), "give a default of the declared type and choices")


def _webhook(manifest: Manifest, webhook: Webhook) -> Iterator[Finding]:
    for scheme in webhook.signature:
        try:
            signature.check(scheme)
        except ConfigurationError as error:
            yield Finding("manifest", FILE, str(error), "correct webhook.signature")
    secrets = [one.secret for one in webhook.signature] + [one.secret for one in webhook.token]
    if webhook.handshake is not None and webhook.handshake.kind == "query-echo":
        secrets.append(webhook.handshake.secret)
    for name in secrets:
        if name not in manifest.settings or not manifest.settings[name].secret:
            yield Finding(
                "manifest",
                FILE,
                f"{name!r} is no secret setting",
                f"add [settings.{name}] with secret = true",
            )
    if not secrets and not webhook.unsigned_allowed and not webhook.public_keys:
        yield Finding(
            "manifest",
            FILE,
            "anyone could post: no signature, no token",
            "add [[webhook.signature]] or [[webhook.token]]; if there is neither, unsigned_allowed = true",
        )
