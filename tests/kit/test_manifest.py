"""Manifests are read without importing code; every fault names file, key and fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from commonline.errors import ConfigurationError
from commonline.kit import catalogue, signature
from commonline.kit.manifest import POLL_INTERVAL, BodyEcho, Manifest, QueryEcho, load

MANIFEST = """\
name = "kettle"
title = "Kettle"
about = "A kettle that calls."
transports = ["webhook"]
visibility = "public"
tested_on = "nothing real"

[events]
mapped = ["boiled"]
ignored = { ping = "handshake" }

[webhook.handshake]
kind = "body-echo"
field = "type"
equals = "url_verification"
echo = "challenge"

[[webhook.signature]]
header = "X-Signature"
secret = "signing_secret"

[settings.signing_secret]
help = "signs calls"
secret = true
required = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kettle").mkdir()
    return tmp_path / "kettle"


def read(folder: Path, text: str) -> Manifest:
    (folder / "manifest.toml").write_text(text, "utf-8")
    return load(folder)


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text)
    message = str(caught.value)
    assert message.startswith(f"{folder / 'manifest.toml'}: ")
    return message.partition(": ")[2]


def test_facts_and_defaults(folder: Path) -> None:
    made = read(folder, MANIFEST)
    assert made.events.ignored == {"ping": "handshake"}
    assert made.webhook is not None
    assert isinstance(made.webhook.handshake, BodyEcho)
    [scheme] = made.webhook.signature
    assert (scheme.algorithm, scheme.encoding, scheme.content, scheme.tolerance_s) == (
        "hmac-sha256",
        "hex",
        "{body}",
        300,
    )
    assert (made.webhook.methods, made.webhook.success_status) == (["POST"], 200)
    assert made.webhook.unsigned_allowed is False, "unsigned calls are refused unless the manifest says otherwise"
    assert made.poll is None
    assert made.exempt == {}


def test_the_kind_of_handshake_decides_its_fields(folder: Path) -> None:
    echo = 'kind = "query-echo"\ntoken = "hub.verify_token"\nsecret = "verify_token"\necho = "hub.challenge"\n'
    text = MANIFEST.replace(MANIFEST[MANIFEST.index('kind = "body') : MANIFEST.index("[[webhook")], echo)
    made = read(folder, text)
    assert made.webhook is not None
    assert made.webhook.handshake == QueryEcho(
        kind="query-echo", token="hub.verify_token", secret="verify_token", echo="hub.challenge"
    )


def test_a_polled_source_takes_an_interval_and_no_other_does(folder: Path) -> None:
    assert "interval_s" not in read(folder, MANIFEST).all_settings
    polled = read(folder, MANIFEST.replace('["webhook"]', '["webhook", "poll"]'))
    assert polled.all_settings["interval_s"] == POLL_INTERVAL
    assert set(polled.all_settings) == {"interval_s", "signing_secret"}


def test_a_connector_may_declare_its_own_interval(folder: Path) -> None:
    text = MANIFEST.replace('["webhook"]', '["poll"]') + '[settings.interval_s]\ntype = "number"\nhelp = "mine"\n'
    assert read(folder, text).all_settings["interval_s"].help == "mine"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "Kettle"\n', "", "title: Field required"),
        ('visibility = "public"', 'visibility = "secret"', "visibility: Input should be 'public', 'customer'"),
        ('["webhook"]', '["pigeon"]', "transports.0: Input should be 'webhook', 'poll' or 'stream'"),
        ("[webhook.handshake]", "[webhook]\nbody_limt = 3\n[webhook.handshake]", "webhook.body_limt: Extra inputs"),
        ('"body-echo"', '"smoke"', "webhook.handshake: Input tag 'smoke'"),
        ('echo = "challenge"\n', "", "webhook.handshake.body-echo.echo: Field required"),
        ('help = "signs calls"', "", "settings.signing_secret.help: Field required"),
        ('"kettle"', '"pot"', "name is 'pot', the folder is 'kettle'; make them equal"),
        ('name = "kettle"', "name = kettle", "Invalid value (at line 1"),
    ],
)
def test_faults_name_key_and_fault(folder: Path, old: str, new: str, words: str) -> None:
    assert old in MANIFEST
    assert words in fault(folder, MANIFEST.replace(old, new, 1))


def test_no_file(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"manifest\.toml: .*No such file"):
        load(folder)


def test_a_file_that_is_no_utf_8(folder: Path) -> None:
    (folder / "manifest.toml").write_bytes(b'name = "k\xfcttel"')
    with pytest.raises(ConfigurationError, match=r"manifest\.toml: .*can't decode"):
        load(folder)


def test_a_manifest_cannot_be_changed(folder: Path) -> None:
    made = read(folder, MANIFEST)
    with pytest.raises(ValueError, match="frozen"):
        made.name = "other"


@pytest.mark.parametrize("name", catalogue.folders())
def test_the_connectors_of_the_project(name: str) -> None:
    """What no single field can say: settings and schemes fit together."""
    made = load(catalogue.folders()[name])
    secret = {key for key, one in made.settings.items() if one.secret}
    assert not [key for key in secret if made.settings[key].mapping], "secrets are not for mapping.py"
    assert not [key for key in secret if made.settings[key].default is not None]
    assert not set(made.events.mapped) & set(made.events.ignored)
    if made.webhook is not None:
        assert {one.secret for one in made.webhook.signature} <= secret
        assert {one.secret for one in made.webhook.token} <= secret
        for scheme in made.webhook.signature:
            signature.check(scheme)
