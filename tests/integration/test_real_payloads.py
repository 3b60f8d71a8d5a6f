"""Real payloads, brought in the way in which each source delivers; every one is accounted for.

Webhooks are posted with real signatures to a running connect, mails go through an IMAP server, Mastodon's objects
through a server's stream. Runs where the payload
collection lies (COMMONLINE_PAYLOADS, or ../shared/payloads beside the checkout); the files never enter the project.
"""

from __future__ import annotations

import asyncio
import imaplib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.mastodon_server import TOKEN, Town, running
from tests.plant import Plant

from commonline.clock import now_us
from commonline.kit import catalogue
from commonline.kit.request import Request, fold
from commonline.kit.samples import Sample, read
from commonline.kit.signature import sign
from commonline.local.greenmail import GreenMail, Mailbox
from commonline.testing.kafka import KafkaUnderTest

PAYLOADS = Path(os.environ.get("COMMONLINE_PAYLOADS", Path(__file__).parents[2].parent / "shared" / "payloads"))
SIGNED = {"facebook": "app_secret", "slack": "signing_secret", "hubspot": "client_secret"}
OWN_WAY = {*SIGNED, "email", "mastodon"}
SECRET, MAILBOX, PASSWORD = "a secret of this test", "all@payloads.example", "mail-secret"
SETTLE_S = 180.0
CONFIGURATION = f"""
[commonline]
listen = "{{listen}}"
durability = "process"
[workspaces.acme]
region = "DE"
[sources.facebook]
connector = "facebook"
workspace = "acme"
app_secret = {{{{ env = "PAYLOAD_SECRET" }}}}
verify_token = {{{{ env = "PAYLOAD_SECRET" }}}}
[sources.slack]
connector = "slack"
workspace = "acme"
signing_secret = {{{{ env = "PAYLOAD_SECRET" }}}}
[sources.hubspot]
connector = "hubspot"
workspace = "acme"
client_secret = {{{{ env = "PAYLOAD_SECRET" }}}}
[sources.any]
connector = "webhook"
workspace = "acme"
signature = {{{{ scheme = "none" }}}}
[sources.email]
connector = "email"
workspace = "acme"
host = "127.0.0.1"
port = {{imap}}
tls = "none"
user = "{MAILBOX}"
password = {{{{ env = "PAYLOAD_MAIL" }}}}
interval_s = 1
[sources.mastodon]
connector = "mastodon"
workspace = "acme"
instance = "{{town}}"
access_token = {{{{ env = "PAYLOAD_TOKEN" }}}}
"""

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not PAYLOADS.is_dir(), reason="no collection of real payloads here (COMMONLINE_PAYLOADS)"),
]


def samples(folder: str) -> Iterator[Sample]:
    for path in sorted((PAYLOADS / folder).iterdir()):
        yield from read(path.name, path.read_bytes())


def headers_for(connector: str, url: str, sample: Sample) -> dict[str, str]:
    headers = {"Content-Type": sample.content_type}
    webhook = catalogue.manifest(connector).webhook
    if connector in SIGNED and webhook is not None:
        request = Request("POST", f"/in/{connector}", url, fold(headers.items()), sample.body)
        headers |= sign(webhook.signature[0], SECRET, request, now_us())
    return headers


def post_all(plant: Plant) -> tuple[int, list[str]]:
    """Post every sample of every folder but mails and Mastodon; returns how many were kept, and what was refused."""
    kept, refused = 0, []
    folders = sorted(path.name for path in PAYLOADS.iterdir() if path.is_dir())
    with httpx.Client(timeout=30, trust_env=False) as client:
        for folder in folders:
            source = folder if folder in SIGNED else "any"
            for sample in samples(folder) if folder not in OWN_WAY or folder in SIGNED else ():
                url = plant.url(source)
                answer = client.post(
                    url,
                    content=sample.body,
                    headers=headers_for(folder, url, sample)
                    if source == folder
                    else {"Content-Type": sample.content_type},
                )
                if answer.is_success:
                    kept += 1
                else:
                    refused.append(f"{folder}/{sample.name}: {answer.status_code}")
    return kept, refused


def mail_all(server: GreenMail) -> int:
    """Put every mail into the mailbox by IMAP, byte for byte."""
    count = 0
    with imaplib.IMAP4(server.host, server.imap_port) as client:
        client.login(MAILBOX, PASSWORD)
        for sample in samples("email"):
            if client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), sample.body)[0] == "OK":
                count += 1
    return count


def frames() -> Iterator[bytes]:
    """Mastodon's objects as frames of the stream; a list is told item by item."""
    for sample in samples("mastodon"):
        body = json.loads(sample.body)
        for item in body if isinstance(body, list) else [body]:
            event = "update" if "account" in item and "content" in item else "conversation"
            frame = {"stream": ["user"], "event": event, "payload": json.dumps(item)}
            told = "last_status" in item or event == "update"
            yield json.dumps(frame if told else item).encode()


def tell_all(town: Town, loop: asyncio.AbstractEventLoop) -> int:
    """Say everything on the stream, once the source listens."""
    deadline = time.monotonic() + 30
    while not town.queues:
        assert time.monotonic() < deadline, "nobody listens to the stream"
        time.sleep(0.05)
    told = list(frames())
    for frame in told:
        loop.call_soon_threadsafe(town.raw, frame)
    return len(told)


def status_of(plant: Plant) -> dict[str, Any]:
    environ = {**os.environ, **plant.kafka.environ(), "COMMONLINE_HOME": str(plant.folder / "home")}
    environ |= {"COMMONLINE_PREFIX": plant.prefix, "COMMONLINE_CONFIG": str(plant.folder / "commonline.toml")}
    command = [sys.executable, "-m", "commonline", "status", "--json"]
    run = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode in (0, 1), run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    return report


@pytest.mark.timeout(600)
def test_every_real_payload_is_accounted_for(
    kafka: KafkaUnderTest, greenmail: GreenMail, prefix: str, tmp_path: Path
) -> None:
    greenmail.add(Mailbox(MAILBOX, PASSWORD))
    town = Town()
    environ = {"PAYLOAD_SECRET": SECRET, "PAYLOAD_MAIL": PASSWORD, "PAYLOAD_TOKEN": TOKEN}
    with running(town) as loop:
        configuration = CONFIGURATION.replace("{imap}", str(greenmail.imap_port)).replace("{town}", town.url)
        plant = Plant(kafka.settings, prefix, tmp_path, configuration, environ)
        try:
            for name in ("connect", "normalize", "unify"):
                plant.start(name)
            told = mail_all(greenmail) + tell_all(town, loop)
            kept, refused = post_all(plant)
            deadline = time.monotonic() + SETTLE_S
            while time.monotonic() < deadline:
                plant.tend()
                report = status_of(plant)
                if report["totals"]["received"] >= kept + told and report["totals"]["waiting"] == 0:
                    break
                time.sleep(1)
        finally:
            plant.stop()
    assert refused == []
    assert report["totals"]["received"] == kept + told, report
    assert report["disagreements"] == [], report
    assert kept > 0
