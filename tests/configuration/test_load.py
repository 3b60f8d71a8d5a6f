"""Reading the file: where it is, what is wrong with it, and secrets that are never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonline.configuration.load import ResolvedSecret, find, load, parse, resolve_secret
from commonline.errors import ConfigurationError

HIDDEN = "kettle-on-the-stove"


def fault(text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        parse(text)
    return str(caught.value)


def test_which_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find(None) == Path("commonline.toml")
    monkeypatch.setenv("COMMONLINE_CONFIG", "/etc/line.toml")
    assert find(None) == Path("/etc/line.toml")
    assert find(Path("given.toml")) == Path("given.toml")


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "line.toml"
    path.write_text('[workspaces.acme]\ntitle = "Ümlaut"\n', "utf-8")
    assert load(path).workspaces["acme"].title == "Ümlaut"


def test_no_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"line\.toml does not exist; create it with: commonline init"):
        load(tmp_path / "line.toml")


def test_what_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read: .*directory"):
        load(tmp_path)
    path = tmp_path / "line.toml"
    path.write_bytes(b'title = "\xff"')
    with pytest.raises(ConfigurationError, match=r"cannot be read: .*decode"):
        load(path)


def test_no_toml_names_file_and_line() -> None:
    assert fault("[workspaces.acme\n").startswith("commonline.toml: not valid TOML: ")
    assert "line 2" in fault("[workspaces.acme]\ntitle = \n")


SOURCE = '[workspaces.acme]\n[sources.desk]\nconnector = "zendesk"\nworkspace = "acme"\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[commonline]\nlitsen = 3\n", "commonline.litsen: unknown key; correct its spelling or remove it"),
        ("[sources.desk]\nworkspace = 'acme'\n[workspaces.acme]\n", "sources.desk.connector: is missing; add it"),
        (
            '[commonline]\ndurability = "disk"\n',
            "commonline.durability: Input should be 'broker' or 'process' (is 'disk')",
        ),
        ("[commonline]\nlisten = 8088\n", "commonline.listen: Input should be a valid string (is 8088)"),
        (
            '[workspaces.acme]\nregion = "Germany"\n',
            "workspaces.acme.region: String should match pattern '^[A-Z]{2}$' (is 'Germany')",
        ),
        (
            '[workspaces.acme]\njoin_window = "2 days"\n',
            "workspaces.acme.join_window: '2 days' is no duration; write 90s, 15m, 48h, 7d or 0 (is '2 days')",
        ),
        (
            "[workspaces.acme]\npartition = -1\n",
            "workspaces.acme.partition: Input should be greater than or equal to 0 (is -1)",
        ),
        (
            SOURCE + 'visibility = "secret"\n',
            "sources.desk.visibility: Input should be 'public', 'customer', 'partner', 'internal' or 'restricted'"
            " (is 'secret')",
        ),
        (SOURCE + "enabled = 'perhaps'\n", "sources.desk.enabled: Input should be a valid boolean"),
        ("[departments.pr]\n", "departments.pr.clearance: is missing; add it"),
        (
            '[departments.pr]\nclearance = "public"\n[[departments.pr.rules]]\nname = "a"\nword = ["x"]\n',
            "departments.pr.rules.0.word: unknown key",
        ),
        (
            '[departments.pr]\nclearance = "public"\n[departments.pr.policy]\nredact = ["shoe"]\n',
            "departments.pr.policy.redact.0: Input should be 'name', 'email'",
        ),
        (
            '[sources.desk]\nconnector = "zendesk"\nworkspace = "acme"\n',
            "sources.desk.workspace: 'acme' is not a workspace (there are: none); add [workspaces.acme] or correct",
        ),
        (
            '[workspaces.acme]\n[departments.pr]\nclearance = "public"\nworkspaces = ["amce"]\n',
            "departments.pr.workspaces: 'amce' is not a workspace (there are: acme); add [workspaces.amce] or correct",
        ),
        ('[workspaces."Acme Kettles"]\n', "'Acme Kettles': use lower-case letters, digits, - and _"),
    ],
)
def test_faults_name_key_value_and_fix(text: str, line: str) -> None:
    message = fault(text)
    assert message.startswith("commonline.toml:\n  ")
    assert line in message


def test_all_faults_are_told_at_once() -> None:
    first, *lines = fault("[commonline]\nlitsen = 1\nlisten = 2\n[workspaces.acme]\nregion = 'x'\n").splitlines()
    assert first == "commonline.toml:"
    assert [line.partition(": ")[0] for line in lines] == [
        "  commonline.listen",
        "  commonline.litsen",
        "  workspaces.acme.region",
    ]


def test_all_unknown_workspaces_are_told_at_once() -> None:
    one = '[sources.{}]\nconnector = "zendesk"\nworkspace = "{}"\n'
    lines = fault(one.format("a", "x") + one.format("b", "y") + "[workspaces.acme]\n").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == [
        "  sources.a.workspace: 'x' is not a workspace (there are: acme)",
        "  sources.b.workspace: 'y' is not a workspace (there are: acme)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        f'{SOURCE}signing_secret = "{HIDDEN}"\nenabled = "maybe"\n',
        f'[commonline]\napi_token = "{HIDDEN}"\n',
        f'[workspaces.acme]\npassword = "{HIDDEN}"\n',
        f'[commonline]\nlisten = ["{HIDDEN}"]\n',
    ],
)
def test_a_secret_at_the_wrong_place_is_not_repeated(text: str) -> None:
    assert HIDDEN not in fault(text)


def test_a_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESK", HIDDEN)
    told = resolve_secret("k", {"env": "DESK"}, tmp_path)
    assert told == ResolvedSecret((HIDDEN,))
    assert told.value == HIDDEN


def test_a_secret_of_a_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "desk").write_text(f"  {HIDDEN}\n")
    assert resolve_secret("k", {"file": "secrets/desk"}, tmp_path).value == HIDDEN
    absolute = {"file": str(tmp_path / "secrets" / "desk")}
    assert resolve_secret("k", absolute, Path("/elsewhere")).value == HIDDEN


def test_the_first_of_a_rotation_signs_and_all_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEW", "new")
    monkeypatch.setenv("OLD", "old")
    told = resolve_secret("k", [{"env": "NEW"}, {"env": "OLD"}], tmp_path)
    assert (told.value, told.values) == ("new", ("new", "old"))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (HIDDEN, "sources.one.secret: a secret is never written into the file; name its place"),
        (7, "sources.one.secret: a secret is never written into the file"),
        ([HIDDEN], "sources.one.secret: a secret is never written into the file"),
        ([{"env": "SET"}, HIDDEN], "sources.one.secret: a secret is never written into the file"),
        ([], "sources.one.secret: is an empty list; name one place"),
        ({}, "sources.one.secret: name one place"),
        ({"env": "A", "file": "b"}, "sources.one.secret: name one place"),
        ({"value": HIDDEN}, "sources.one.secret: value: unknown key"),
        ({"env": "UNSET_HERE"}, "sources.one.secret: the environment variable UNSET_HERE is not set; export it"),
        ({"env": "EMPTY"}, "the environment variable EMPTY is not set"),
        ({"file": "nowhere"}, "nowhere cannot be read"),
        ({"file": "."}, "cannot be read"),
        ({"file": "blank"}, "blank is empty"),
        ({"file": "binary"}, "binary cannot be read"),
    ],
)
def test_faults_of_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reference: Any, words: str) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("SET", HIDDEN)
    (tmp_path / "blank").write_text(" \n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError) as caught:
        resolve_secret("sources.one.secret", reference, tmp_path)
    assert words in str(caught.value)
    assert HIDDEN not in str(caught.value)


def test_a_resolved_secret_does_not_show_itself() -> None:
    told = ResolvedSecret((HIDDEN, "other"))
    for text in (repr(told), str(told), f"{told}", repr({"k": told}), f"{[told]!r}"):
        assert HIDDEN not in text
        assert "other" not in text
