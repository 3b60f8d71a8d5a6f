"""Configuration and manifest brought together: defaults, types, secrets, and faults that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonline.configuration.load import ResolvedSecret, parse
from commonline.errors import ConfigurationError
from commonline.kit.instance import Instance, checked, instance, instances
from commonline.kit.manifest import Setting

SECRET = "8f742231b10e"
DESK = (
    'connector = "zendesk"\nworkspace = "acme"\nsubdomain = "acmekettles"\nsigning_secret = { env = "DESK_SECRET" }\n'
)
MAIL = 'connector = "email"\nworkspace = "acme"\nhost = "imap.example.org"\nuser = "desk@example.org"\n'


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)


def make(source: str, workspace: str = "", *, secrets: bool = True, folder: Path | None = None) -> Instance:
    known = parse(f"[workspaces.acme]\n{workspace}\n[sources.one]\n{source}")
    return instance("one", known.sources["one"], known.workspaces["acme"], folder or Path(), secrets=secrets)


def fault(source: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        make(source)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_defaults_are_filled_in_and_given_values_stay() -> None:
    made = make(MAIL + "port = 1143\ninterval_s = 2\n")
    assert made.settings["port"] == 1143
    assert made.settings["interval_s"] == 2
    assert made.settings["tls"] == "implicit"
    assert made.settings["folders"] == ["INBOX"]
    assert set(made.settings) == set(made.manifest.all_settings)


def test_the_mapping_gets_its_own_settings_and_the_region_and_no_secret() -> None:
    made = make(MAIL + 'address = "desk@example.org"\npassword = { env = "DESK_SECRET" }\n', 'region = "DE"')
    assert made.mapping_settings["address"] == "desk@example.org"
    assert made.mapping_settings["region"] == "DE"
    assert not {"password", "host", "user"} & set(made.mapping_settings)
    assert make(MAIL).mapping_settings["region"] is None


def test_secrets() -> None:
    made = make(DESK)
    assert made.secrets("signing_secret") == (SECRET,)
    assert made.live_secrets == (SECRET,)
    assert made.secrets("subdomain") == (), "no secret setting"
    assert made.secrets("nothing") == ()
    assert SECRET not in repr(made)


def test_both_secrets_of_a_rotation_are_live(tmp_path: Path) -> None:
    (tmp_path / "next").write_text("the-next-one\n")
    text = DESK.replace('{ env = "DESK_SECRET" }', '[{ env = "DESK_SECRET" }, { file = "next" }]')
    made = make(text, folder=tmp_path)
    assert made.secrets("signing_secret") == (SECRET, "the-next-one")
    assert set(made.live_secrets) == {SECRET, "the-next-one"}


def test_without_secrets_none_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_SECRET")
    made = make(DESK, secrets=False)
    assert made.live_secrets == ()
    assert made.settings["signing_secret"] is None
    assert "DESK_SECRET is not set; export it" in fault(DESK)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            DESK.replace('"zendesk"', '"zendeks"'),
            ["sources.one.connector:", "'zendeks' does not exist", "there are:", "zendesk"],
        ),
        (
            MAIL.replace('host = "imap.example.org"\n', ""),
            ["sources.one.host: is missing", "the IMAP server", "host = 'imap.example.org'"],
        ),
        (DESK + "subdomian = 3\n", ["sources.one.subdomian: zendesk has no such setting", "did you mean 'subdomain'?"]),
        (DESK + "qqq = 3\n", ["sources.one.qqq: zendesk has no such setting", "it knows:", "signing_secret"]),
        (MAIL + 'port = "143"\n', ["sources.one.port: is '143', must be a integer", "its port"]),
        (MAIL + "port = true\n", ["sources.one.port: is True, must be a integer"]),
        (MAIL + 'tls = "maybe"\n', ["sources.one.tls: is 'maybe'; choose one of implicit, starttls, none"]),
        (DESK.replace('{ env = "DESK_SECRET" }', '"8f742231b10e"'), ["sources.one.signing_secret: a secret is never"]),
        (
            'connector = "webhook"\nworkspace = "acme"\nsignature = 3\n',
            ["sources.one.signature:", "must be a table"],
        ),
    ],
)
def test_faults_name_key_value_and_fix(source: str, words: list[str]) -> None:
    message = fault(source)
    assert [word for word in words if word not in message] == []


def test_a_required_secret_that_is_missing_shows_how_it_is_given(probes: Path) -> None:
    message = fault('connector = "signed"\nworkspace = "acme"\n')
    assert message == (
        "sources.one.signing_secret: is missing; the signing secret"
        ' — for instance: signing_secret = {env = "SIGNING_SECRET"}'
    )


def test_a_connector_without_settings_says_so(probes: Path) -> None:
    assert "it knows: none" in fault('connector = "fuse"\nworkspace = "acme"\nx = 1\n')


def test_a_connector_checks_what_its_manifest_cannot_say() -> None:
    message = fault('connector = "webhook"\nworkspace = "acme"\n[sources.one.mapping]\nsurprise = 1\n')
    assert message.startswith("sources.one.mapping: ")
    assert "surprise" in message


VALUES: list[tuple[str, Any, list[Any]]] = [
    ("string", "x", [1, True, None, ["x"]]),
    ("integer", 3, ["3", 3.0, True]),
    ("number", 3, ["3", True]),
    ("number", 0.5, [None]),
    ("boolean", False, [0, "false"]),
    ("list", [1], ["x", {"a": 1}, (1,)]),
    ("table", {"a": 1}, [[], "x"]),
]


@pytest.mark.parametrize(("kind", "good", "bad"), VALUES)
def test_types(kind: Any, good: Any, bad: list[Any]) -> None:
    declared = Setting(type=kind, help="what it is for")
    assert checked("k", good, declared) == good
    for value in bad:
        with pytest.raises(ConfigurationError, match=f"^k: is .*, must be a {kind}; what it is for$"):
            checked("k", value, declared)


def test_choices() -> None:
    declared = Setting(type="integer", help="", choices=[1, 2])
    assert checked("k", 2, declared) == 2
    with pytest.raises(ConfigurationError, match="k: is 3; choose one of 1, 2"):
        checked("k", 3, declared)


def test_placement_is_of_workspace_and_source() -> None:
    own = 'own_accounts = ["mailto:*@acme.example", "tel:+4930"]'
    made = make(
        DESK + 'own_accounts = ["zendesk:acme/user/9", "mailto:*@acme.example"]\nvisibility = "internal"\n'
        'unknown_side = "customer"\nour_account = "mailto:desk@acme.example"\n',
        own,
    ).placement
    assert made.own == {"zendesk:acme/user/9", "tel:+4930"}
    assert made.own_patterns == ("mailto:*@acme.example",)
    assert (made.floor, made.unknown_side) == ("internal", "customer")
    assert made.our_account == "mailto:desk@acme.example"


def test_all_enabled_sources() -> None:
    known = parse(f"[workspaces.acme]\n[sources.desk]\n{DESK}\n[sources.off]\nenabled = false\n{MAIL}")
    made = instances(known, Path())
    assert list(made) == ["desk"]
    assert (made["desk"].name, made["desk"].workspace, made["desk"].manifest.name) == ("desk", "acme", "zendesk")
    assert isinstance(made["desk"].settings["signing_secret"], ResolvedSecret)
    assert instances(known, Path(), secrets=False)["desk"].live_secrets == ()
