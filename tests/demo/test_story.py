"""Every scene goes the way of a real event: signature, manifest, mapping; and becomes what the story tells."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path

import pytest

from commonline.configuration.load import load
from commonline.demo.desk import CRM, DESK
from commonline.demo.mails import MAILBOX
from commonline.demo.scene import Mail, Post, Scene, Toot
from commonline.demo.stage import Stage, prepare
from commonline.demo.story import tell
from commonline.demo.world import Day
from commonline.errors import AuthenticationError
from commonline.kit import catalogue, deliver
from commonline.kit.authenticate import authenticate
from commonline.kit.instance import Instance, instances
from commonline.kit.mapping import Dead, Mapped
from commonline.kit.replay import Trial
from commonline.kit.request import Request, fold
from commonline.schemas.records import Activity, Delivery

BEGAN = 1_777_888_800
DAY = Day(BEGAN)
SCENES = tell(DAY).scenes
GENUINE = [scene for scene in SCENES if not (isinstance(scene.action, Post) and scene.action.forged)]
POSTS = [(scene, scene.action) for scene in SCENES if isinstance(scene.action, Post)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return prepare(tmp_path_factory.mktemp("demo"), 3143, 3025, "http://127.0.0.1:3000")


@pytest.fixture(scope="module")
def sources(stage: Stage) -> dict[str, Instance]:
    return instances(load(stage.config), stage.folder)


def request(stage: Stage, post: Post, now: float = BEGAN) -> Request:
    headers = fold(stage.headers(post, now).items())
    return Request("POST", f"/in/{post.source}", stage.url(post.source), headers, post.body)


def check(stage: Stage, sources: dict[str, Instance], post: Post, *, now: float = BEGAN, late_s: float = 0) -> str:
    source = sources[post.source]
    assert source.manifest.webhook is not None
    call = request(stage, post, now)
    return authenticate(source.manifest.webhook, source.secrets, call, int((now + late_s) * 1e6))


@pytest.mark.parametrize(("scene", "post"), POSTS, ids=lambda one: one.told if isinstance(one, Scene) else "")
def test_signatures_are_those_of_the_vendors(
    stage: Stage, sources: dict[str, Instance], scene: Scene, post: Post
) -> None:
    if post.forged:
        assert post.expect == "refused"
        with pytest.raises(AuthenticationError, match="signature-mismatch"):
            check(stage, sources, post)
        return
    assert check(stage, sources, post) == "signature"
    with pytest.raises(AuthenticationError, match="signature-mismatch"):
        check(stage, sources, dataclasses.replace(post, forged=True))


def test_one_changed_byte_is_refused(stage: Stage, sources: dict[str, Instance]) -> None:
    for post in {post.source: post for _, post in POSTS}.values():
        source = sources[post.source]
        assert source.manifest.webhook is not None
        call = dataclasses.replace(request(stage, post), body=post.body + b" ")
        with pytest.raises(AuthenticationError, match="signature-mismatch"):
            authenticate(source.manifest.webhook, source.secrets, call, BEGAN * 1_000_000)


@pytest.mark.parametrize("name", [DESK, CRM, "acme-slack"])
def test_an_old_call_is_refused_where_the_time_is_signed(stage: Stage, sources: dict[str, Instance], name: str) -> None:
    post = next(post for _, post in POSTS if post.source == name)
    with pytest.raises(AuthenticationError, match="stale"):
        check(stage, sources, post, late_s=3600)


def outcome(scene: Scene, sources: dict[str, Instance]) -> Dead | list[Activity]:
    """What normalize makes of a scene."""
    action = scene.action
    if isinstance(action, Post):
        name, body, content = action.source, action.body, "application/json"
    elif isinstance(action, Mail):
        name, body, content = "acme-mail", action.message.as_bytes(), "message/rfc822"
    else:
        frame = {"stream": ["user"], "event": action.event, "payload": action.payload}
        name, body, content = "acme-mastodon", json.dumps(frame).encode(), "application/json"
    source = sources[name]
    trial = Trial(catalogue.connector(source.manifest.name), source)
    [result] = trial.run(_delivery(source, body, content))
    if isinstance(result.outcome, Dead):
        return result.outcome
    assert isinstance(result.outcome, Mapped), f"{scene.told}: {result.outcome}"
    return result.activities


def _delivery(source: Instance, body: bytes, content: str) -> Delivery:
    return deliver.delivery(
        source,
        body,
        received=BEGAN * 1_000_000,
        transport="webhook",
        authentication="signature",
        content_type=content,
    )


EXPECTED = {
    "Ana complains on our Facebook page": ("Create", "post", "inbound", "public"),
    "Jonas comments: his leaks too": ("Create", "comment", "inbound", "public"),
    "Facebook delivers Ana's post a second time": ("Create", "post", "inbound", "public"),
    "Zendesk: Ana's complaint becomes a ticket": ("Create", "ticket", "outbound", "customer"),
    "Zendesk: an internal note": ("Create", "ticket", None, "internal"),
    "A journalist writes to the press office": ("Create", "email", "inbound", "customer"),
    "Mastodon: an activist picks it up": ("Create", "post", None, "public"),
    "Jonas corrects his comment": ("Update", "comment", "inbound", "public"),
    "An applicant asks about it in her application": ("Create", "email", "inbound", "customer"),
    "Facebook: the troll's comment is removed": ("Delete", "comment", None, "public"),
    "Mastodon: the activist edits her post": ("Update", "post", None, "public"),
    "Zendesk: service answers Ana": ("Create", "ticket", "outbound", "customer"),
    "Facebook: we answer on the page": ("Create", "comment", "outbound", "public"),
    "Slack: Sam corrects a word": ("Update", "chat", None, "internal"),
    "Zendesk: the ticket is solved": ("Update", "ticket", None, "customer"),
}
BROKEN = "Slack sends a body that breaks off"


@pytest.mark.parametrize("scene", GENUINE, ids=lambda scene: scene.told)
def test_every_scene_becomes_what_the_story_says(scene: Scene, sources: dict[str, Instance]) -> None:
    told = outcome(scene, sources)
    if scene.told == BROKEN:
        assert isinstance(told, Dead)
        assert (told.cause, told.path) == ("MalformedPayloadError", "$")
        return
    assert isinstance(told, list), told
    [one] = told
    assert one.published <= BEGAN * 1_000_000, "nothing is in the future"
    if scene.told in EXPECTED:
        kind, channel, direction, visibility = EXPECTED[scene.told]
        assert (one.type, one.channel, one.visibility) == (kind, channel, visibility)
        assert direction in (None, one.direction)


def test_every_expectation_is_of_a_scene() -> None:
    assert {*EXPECTED, BROKEN} <= {scene.told for scene in SCENES}


def by_name(sources: dict[str, Instance], words: str) -> Activity:
    told = outcome(next(scene for scene in SCENES if words in scene.told), sources)
    assert isinstance(told, list)
    return told[0]


def test_a_second_delivery_has_the_id_of_the_first(sources: dict[str, Instance]) -> None:
    first, second = by_name(sources, "Ana complains"), by_name(sources, "a second time")
    assert first.id == second.id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Jonas comments", "Jonas corrects"),
        ("activist picks", "activist edits"),
        ("Sam asks", "Sam corrects"),
        ("A troll", "troll's comment is removed"),
    ],
)
def test_an_edit_or_delete_is_of_the_same_object(sources: dict[str, Instance], before: str, after: str) -> None:
    first, second = by_name(sources, before), by_name(sources, after)
    assert first.object.id == second.object.id
    assert first.id != second.id


def test_ana_s_post_is_named_wherever_it_is_quoted() -> None:
    quoting = [scene.told for scene in SCENES if DAY.permalink in _text(scene) and "complains" not in scene.told]
    assert {"Zendesk: Ana's complaint becomes a ticket", "Mastodon: an activist picks it up"} < set(quoting)
    assert sum("writes" in told or "asks about" in told for told in quoting) == 2


def _text(scene: Scene) -> str:
    action = scene.action
    if isinstance(action, Post):
        return action.body.decode()
    return action.payload if isinstance(action, Toot) else action.message.get_content()


def test_the_same_moment_gives_the_same_story_and_another_day_another() -> None:
    assert [_text(scene) for scene in tell(Day(BEGAN)).scenes] == [_text(scene) for scene in SCENES]
    tomorrow = tell(Day(BEGAN + 86_400)).scenes
    assert not {_text(scene) for scene in tomorrow if isinstance(scene.action, Post)} & {_text(s) for s in SCENES}


def test_what_happens_in_the_day() -> None:
    story = tell(DAY)
    assert story.mails == 2
    assert Counter(type(scene.action).__name__ for scene in SCENES) == {"Post": 19, "Mail": 2, "Toot": 3}
    assert [post.expect for _, post in POSTS].count("refused") == 1
    assert [scene.at for scene in SCENES] == sorted({scene.at for scene in SCENES})
    assert all(MAILBOX in str(scene.action.message["To"]) for scene in SCENES if isinstance(scene.action, Mail))


def test_the_stage_keeps_its_secrets_for_the_next_day_and_for_itself(tmp_path: Path) -> None:
    first, second = prepare(tmp_path, 1, 2, "http://a"), prepare(tmp_path, 3, 4, "http://b")
    assert first.secrets == second.secrets
    assert len(set(first.secrets.values())) == len(first.secrets)
    text = second.config.read_text()
    assert not [secret for secret in second.secrets.values() if secret in text]
    assert 'instance = "http://b"' in text
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "secrets").iterdir())
    assert prepare(tmp_path / "other", 1, 2, "http://a").secrets["slack"] != first.secrets["slack"]


def test_six_sources_of_one_workspace(sources: dict[str, Instance]) -> None:
    names = {source.manifest.name for source in sources.values()}
    assert names == {"facebook", "zendesk", "hubspot", "slack", "email", "mastodon"}
    assert {source.workspace for source in sources.values()} == {"acme"}
