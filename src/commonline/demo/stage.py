"""Where the demo plays: its own home, configuration, secrets, mail server, Mastodon stand-in, and the real services."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from commonline.demo import desk, page, staff
from commonline.demo.mails import MAILBOX
from commonline.demo.scene import Post
from commonline.demo.world import Day
from commonline.local import ports

WORKSPACE = "acme"
DEPARTMENTS = ("marketing", "pr", "service", "hr")
SECRETS = ("facebook_app", "facebook_verify", "zendesk", "hubspot", "slack", "mailbox", "mastodon")
FORGED = "not-the-secret"


@dataclass(frozen=True, slots=True)
class Stage:
    """Addresses, secrets and the configuration file of one demo."""

    folder: Path
    listen: str
    secrets: dict[str, str]
    imap_port: int
    smtp_port: int
    instance: str

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "commonline.toml"

    def url(self, source: str) -> str:
        """Where a vendor posts."""
        return f"http://{self.listen}/in/{source}"

    def headers(self, post: Post, now: float) -> dict[str, str]:
        """Headers as the vendor sends them, with its real signature."""
        return {"Content-Type": "application/json"} | _SIGNERS[post.source](self, post, now)


def prepare(folder: Path, imap_port: int, smtp_port: int, instance: str) -> Stage:
    """Make secrets (kept for the next day) and the configuration file."""
    kept = folder / "secrets"
    kept.mkdir(parents=True, exist_ok=True)
    values: dict[str, str] = {}
    for name in SECRETS:
        path = kept / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(20), "utf-8")
        values[name] = path.read_text("utf-8")
    stage = Stage(folder, f"127.0.0.1:{ports.free_port()}", values, imap_port, smtp_port, instance)
    stage.config.write_text(_configuration(stage), "utf-8")
    return stage


CONFIGURATION = """\
# The demo's configuration: six sources, one workspace, the four default departments.
[commonline]
listen = "{listen}"
durability = "broker"

[workspaces.{workspace}]
title = "Acme Kettles"
region = "DE"
join_window = "2h"
own_accounts = ["mailto:*@acme-kettles.example"]

[sources.{facebook}]
connector = "facebook"
workspace = "{workspace}"
app_secret = {{ file = "secrets/facebook_app" }}
verify_token = {{ file = "secrets/facebook_verify" }}
own_accounts = ["facebook:{page}"]
our_account = "facebook:{page}"
unknown_side = "customer"

[sources.{facebook}.pages]
{page} = "Acme Kettles"

[sources.{zendesk}]
connector = "zendesk"
workspace = "{workspace}"
subdomain = "{subdomain}"
signing_secret = {{ file = "secrets/zendesk" }}

[sources.{hubspot}]
connector = "hubspot"
workspace = "{workspace}"
portal_id = "{portal}"
client_secret = {{ file = "secrets/hubspot" }}

[sources.{slack}]
connector = "slack"
workspace = "{workspace}"
signing_secret = {{ file = "secrets/slack" }}
workspace_url = "https://acmekettles.slack.com"

[sources.acme-mail]
connector = "email"
workspace = "{workspace}"
host = "127.0.0.1"
port = {imap_port}
tls = "none"
user = "{mailbox}"
address = "{mailbox}"
password = {{ file = "secrets/mailbox" }}
interval_s = 1
our_account = "mailto:{mailbox}"
unknown_side = "customer"

[sources.acme-mastodon]
connector = "mastodon"
workspace = "{workspace}"
instance = "{instance}"
access_token = {{ file = "secrets/mastodon" }}
unknown_side = "other"
"""


def _configuration(stage: Stage) -> str:
    day = Day(0)
    return CONFIGURATION.format(
        listen=stage.listen,
        workspace=WORKSPACE,
        facebook=page.SOURCE,
        page=day.page,
        zendesk=desk.DESK,
        subdomain=day.subdomain,
        hubspot=desk.CRM,
        portal=day.portal,
        slack=staff.SOURCE,
        imap_port=stage.imap_port,
        mailbox=MAILBOX,
        instance=stage.instance,
    )


def _secret(stage: Stage, post: Post, name: str) -> bytes:
    return (FORGED if post.forged else stage.secrets[name]).encode()


def _hex(secret: bytes, content: bytes) -> str:
    return hmac.new(secret, content, hashlib.sha256).hexdigest()


def _base64(secret: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()


def _facebook(stage: Stage, post: Post, _now: float) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + _hex(_secret(stage, post, "facebook_app"), post.body)}


def _zendesk(stage: Stage, post: Post, now: float) -> dict[str, str]:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    return {
        "X-Zendesk-Webhook-Signature": _base64(_secret(stage, post, "zendesk"), stamp.encode() + post.body),
        "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        "X-Zendesk-Webhook-Invocation-Id": hashlib.sha256(post.body).hexdigest()[:26].upper(),
        "X-Zendesk-Account-Id": "31337001",
    }


def _hubspot(stage: Stage, post: Post, now: float) -> dict[str, str]:
    stamp = str(int(now * 1000))
    content = b"POST" + stage.url(post.source).encode() + post.body + stamp.encode()
    return {
        "X-HubSpot-Signature-v3": _base64(_secret(stage, post, "hubspot"), content),
        "X-HubSpot-Request-Timestamp": stamp,
    }


def _slack(stage: Stage, post: Post, now: float) -> dict[str, str]:
    stamp = str(int(now))
    content = b"v0:" + stamp.encode() + b":" + post.body
    return {
        "X-Slack-Signature": "v0=" + _hex(_secret(stage, post, "slack"), content),
        "X-Slack-Request-Timestamp": stamp,
    }


_SIGNERS = {page.SOURCE: _facebook, desk.DESK: _zendesk, desk.CRM: _hubspot, staff.SOURCE: _slack}
