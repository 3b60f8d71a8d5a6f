"""Kafka in Docker, with the engine faked at its edge: its HTTP API."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.local.fake_engine import Engine, serve

from commonline.errors import PlatformError
from commonline.local import docker as module
from commonline.local.artifacts import load_lock
from commonline.local.docker import DATA, DockerKafka, engine_answers, volume_of
from commonline.local.platform import resolve
from commonline.local.properties import SETTINGS
from commonline.testing.kafka import choose


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    # A short path: that of a Unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as engine:
        monkeypatch.setenv("DOCKER_HOST", engine.address)
        monkeypatch.setattr("testcontainers.core.container.c.ryuk_disabled", True)
        yield engine


def test_an_engine_counts_when_it_answers(engine: Engine) -> None:
    assert engine_answers()
    engine.broken = True
    assert not engine_answers()


def test_a_socket_that_nobody_serves_does_not_count(tmp_path: Path) -> None:
    assert not engine_answers({"DOCKER_HOST": f"unix://{tmp_path / 'none.sock'}"})
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/dead.sock"
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
        assert not engine_answers({"DOCKER_HOST": f"unix://{path}"})


def test_an_engine_over_tcp_that_is_not_there() -> None:
    assert not engine_answers({"DOCKER_HOST": "tcp://127.0.0.1:9"})


def test_tests_take_docker_where_its_engine_answers(engine: Engine, tmp_path: Path) -> None:
    assert choose(tmp_path, tmp_path, {"DOCKER_HOST": engine.address}).kind == "docker"
    assert choose(tmp_path, tmp_path, {"DOCKER_HOST": f"unix://{tmp_path / 'none.sock'}"}).kind == "packages"
    given = {"DOCKER_HOST": engine.address, "COMMONLINE_KAFKA": "127.0.0.1:9"}
    assert choose(tmp_path, tmp_path, given).kind == "given"


def test_up_takes_docker_on_request_only(engine: Engine) -> None:
    environ = {"DOCKER_HOST": engine.address}
    assert resolve(environ=environ).kind == "packages"
    assert resolve(docker=True, environ=environ).kind == "docker"


def test_the_container_is_our_broker_on_the_loopback_interface(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "brokers", lambda *_: 1)
    kafka = DockerKafka(port=29_092, volume="our-volume")
    kafka.start()
    body = engine.created
    environ = dict(line.split("=", 1) for line in body["Env"])
    assert body["Image"] == f"apache/kafka:{load_lock('kafka').version}"
    assert body["HostConfig"]["PortBindings"] == {"29092/tcp": [{"HostIp": "127.0.0.1", "HostPort": "29092"}]}
    assert body["HostConfig"]["Binds"] == [f"our-volume:{DATA}:rw"]
    assert environ["KAFKA_ADVERTISED_LISTENERS"] == f"PLAINTEXT://{kafka.bootstrap}" == "PLAINTEXT://127.0.0.1:29092"
    assert environ["KAFKA_LISTENERS"].startswith("PLAINTEXT://0.0.0.0:29092,")
    for setting in SETTINGS:
        assert environ[f"KAFKA_{setting.key.upper().replace('.', '_')}"] == setting.value
    kafka.remove()
    assert engine.calls[-1].startswith("DELETE /containers/")


def test_an_engine_that_refuses_is_one_sentence(engine: Engine) -> None:
    engine.broken = True
    with pytest.raises(PlatformError, match="Docker could not start Kafka") as raised:
        DockerKafka().start()
    assert "\n" not in str(raised.value)


def test_a_container_that_ends_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DockerKafka, "_last_words", lambda _: "out of memory")
    kafka = DockerKafka()
    with pytest.raises(PlatformError, match=r"did not answer .*out of memory"):
        kafka.start()
    kafka.remove()


def test_nothing_to_hurt_before_the_start() -> None:
    kafka = DockerKafka()
    assert not kafka.alive
    with pytest.raises(PlatformError, match="never started"):
        kafka.kill()
    kafka.remove()


def test_each_home_has_its_volume(tmp_path: Path) -> None:
    assert volume_of(tmp_path / "a") != volume_of(tmp_path / "b")
    assert volume_of(tmp_path / "a") == volume_of(tmp_path / "a")
