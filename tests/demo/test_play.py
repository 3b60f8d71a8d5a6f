"""Playing against a server on loopback: what is counted, what is tried again, what is told as wrong."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from commonline.demo.instance import Instance
from commonline.demo.page import SOURCE
from commonline.demo.play import Played, Player
from commonline.demo.scene import Post, Scene, Toot
from commonline.demo.stage import SECRETS, Stage
from commonline.demo.story import Story

GOOD, FORGED = Post(SOURCE, b"{}"), Post(SOURCE, b"{}", forged=True, expect="refused")


class Server(ThreadingHTTPServer):
    """Answers with the next of `answers`; notes path and signature of each call."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[int] = []
        self.calls: list[tuple[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((self.path, self.headers["X-Hub-Signature-256"]))
        self.send_response(self.server.answers.pop(0))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library names it so
        """Silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


class Town(Instance):
    """A stand-in with one listener that notes what is said."""

    def __init__(self) -> None:
        self.said: list[Toot] = []

    @property
    def listeners(self) -> int:
        return 1

    def say(self, toot: Toot) -> None:
        self.said.append(toot)


def play(server: Server, answers: list[int], *actions: Post | Toot) -> tuple[Played, Town]:
    server.answers = answers
    stage = Stage(Path(), f"127.0.0.1:{server.server_port}", dict.fromkeys(SECRETS, "s"), 1, 1, "")
    town = Town()
    player = Player(Story([Scene(n * 60.0, f"scene {n}", one) for n, one in enumerate(actions)]), stage, town, 0.0)
    player.run()
    assert server.answers == []
    return player.played, town


def test_kept_and_refused_are_counted(server: Server) -> None:
    toot = Toot("update", "{}")
    played, town = play(server, [200, 401, 202], GOOD, FORGED, toot, GOOD)
    assert (played.expected, played.refused, played.wrong) == (3, 1, [])
    assert played.told == [f"scene {n}" for n in range(4)]
    assert town.said == [toot]
    assert [path for path, _ in server.calls] == [f"/in/{SOURCE}"] * 3
    assert server.calls[0][1] == server.calls[2][1] != server.calls[1][1]


def test_503_is_tried_again_and_counted_once(server: Server) -> None:
    played, _ = play(server, [503, 503, 200], GOOD)
    assert (played.expected, played.wrong, len(server.calls)) == (1, [], 3)


@pytest.mark.parametrize(
    ("post", "status", "counts"), [(GOOD, 401, (0, 0)), (GOOD, 500, (0, 0)), (FORGED, 200, (0, 0))]
)
def test_another_answer_is_told(server: Server, post: Post, status: int, counts: tuple[int, int]) -> None:
    played, _ = play(server, [status], post)
    assert played.wrong == [f"scene 0: answered {status}"]
    assert (played.expected, played.refused) == counts


def test_a_story_that_is_stopped_ends(server: Server) -> None:
    stage = Stage(Path(), "127.0.0.1:1", dict.fromkeys(SECRETS, "s"), 1, 1, "")
    player = Player(Story([Scene(600.0, "much later", GOOD)]), stage, Town(), 1.0)
    threading.Timer(0.1, player.stop).start()
    player.run()
    assert player.played.told == []
