"""Plays the scenes: posts with real signatures, mails by SMTP, statuses on the stream."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from commonline.demo.instance import Instance
from commonline.demo.mails import MAILBOX
from commonline.demo.scene import Mail, Post, Scene, Toot
from commonline.demo.stage import Stage
from commonline.demo.story import Story
from commonline.errors import PlatformError

TRIES_S = 30.0
STREAM_S = 30.0


@dataclass(slots=True)
class Played:
    """What was sent so far. `expected`: deliveries that must be there."""

    told: list[str] = field(default_factory=list)
    expected: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


class Player:
    """Plays a story once. `pace` 1.0: as told; 0: one scene after another without waiting."""

    def __init__(self, story: Story, stage: Stage, instance: Instance, pace: float) -> None:
        self.played = Played()
        self._story, self._stage, self._instance, self._pace = story, stage, instance, pace
        self._stop = threading.Event()

    def stop(self) -> None:
        """End after the scene that is being played."""
        self._stop.set()

    def run(self, say: Callable[[Scene], None] = lambda _: None) -> None:
        """Play. Raises `PlatformError` when connect does not answer."""
        self._wait_for_stream()
        began = time.monotonic()
        with httpx.Client(timeout=10, trust_env=False) as client:
            for scene in self._story.scenes:
                wait = began + scene.at * self._pace - time.monotonic()
                if self._stop.wait(max(wait, 0)):
                    return
                self._act(client, scene)
                self.played.told.append(scene.told)
                say(scene)

    def _wait_for_stream(self) -> None:
        deadline = time.monotonic() + STREAM_S
        while not self._instance.listeners and time.monotonic() < deadline and not self._stop.is_set():
            time.sleep(0.05)

    def _act(self, client: httpx.Client, scene: Scene) -> None:
        action = scene.action
        if isinstance(action, Post):
            self._post(client, scene, action)
        elif isinstance(action, Mail):
            with smtplib.SMTP("127.0.0.1", self._stage.smtp_port, timeout=10) as server:
                server.send_message(action.message, to_addrs=[MAILBOX])
            self.played.expected += 1
        elif isinstance(action, Toot):
            self._instance.say(action)
            self.played.expected += 1

    def _post(self, client: httpx.Client, scene: Scene, post: Post) -> None:
        deadline = time.monotonic() + TRIES_S
        while True:
            headers = self._stage.headers(post, time.time())
            try:
                status = client.post(self._stage.url(post.source), content=post.body, headers=headers).status_code
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise PlatformError(f"connect does not answer at {self._stage.listen}: {error}") from error
                status = 503
            if status != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if post.expect == "refused":
            self.played.refused += status == httpx.codes.UNAUTHORIZED
        elif httpx.codes.is_success(status):
            self.played.expected += 1
        if httpx.codes.is_success(status) != (post.expect == "kept"):
            self.played.wrong.append(f"{scene.told}: answered {status}")
